"""What a desk asks its database, by name: each question is one SQL statement with values that are bound, never pasted.

The views and table macros that they read are those of schema/0005_questions.sql and later;
docs/queries.md shows the answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from verifier.store.connection import StoreError

if TYPE_CHECKING:
    from verifier.store.query import QueryResult
    from verifier.store.store import Store

Kind = Literal["since", "days", "int", "text", "claim", "run"]

_UNITS = MappingProxyType({"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)})
_SPAN = re.compile(r"(\d{1,6})\s*([hdw])", re.IGNORECASE)
_DAYS = re.compile(r"(\d{1,6})\s*([dw]?)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,9}")


class QuestionError(StoreError):
    """A question that cannot be asked so."""


class UnknownQuestionError(QuestionError):
    """There is no question of that name."""


class UnknownParameterError(QuestionError):
    """The question has no parameter of that name."""


class ParameterValueError(QuestionError):
    """The value is none that the parameter takes, or is missing."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a question asks for; it must be given where `default` is None.

    Kinds: `since` is a moment (`7d`, `2w` or `12h` before now, or an ISO date), `days` a number of days (`365`, `52w`),
    `int` a whole number, `text` any text, `claim` and `run` an id or its beginning.
    """

    name: str
    kind: Kind
    default: str | None
    about: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question by name; its SQL has `$1`, `$2`, ... for its parameters in order."""

    name: str
    about: str
    sql: str
    parameters: tuple[Parameter, ...] = ()


def prepared(
    name: str, given: Mapping[str, str] = MappingProxyType({}), now: datetime | None = None
) -> tuple[str, list[object]]:
    """The question's SQL, and its values in order.

    :param given: values by the parameter's name, as they were typed; the others take their default.
    :param now: from where `7d` counts back; with a zone, and the present where left out.
    :raises UnknownQuestionError, UnknownParameterError, ParameterValueError: with all that there is.
    """
    question = QUESTIONS.get(name)
    if question is None:
        raise UnknownQuestionError(f"expected one of the questions {', '.join(QUESTIONS)}; found {name!r}")
    known = {parameter.name for parameter in question.parameters}
    if unknown := sorted(set(given) - known):
        takes = ", ".join(parameter.name for parameter in question.parameters) or "none"
        raise UnknownParameterError(f"expected parameters of {name} ({takes}), found {', '.join(unknown)}")
    moment = now or datetime.now(UTC)
    return question.sql, [_value(name, p, given.get(p.name, p.default), moment) for p in question.parameters]


def answered(
    store: Store, name: str, given: Mapping[str, str] = MappingProxyType({}), now: datetime | None = None
) -> QueryResult:
    """The answer of a store to a named question; where a claim or run is meant, it has to be one.

    :raises UnknownQuestionError, UnknownParameterError, ParameterValueError: as in `prepared`, or there is no claim or
        run whose id begins so, or several.
    :raises QueryError: DuckDB cannot answer it.
    """
    sql, values = prepared(name, given, now)
    for parameter, value in zip(QUESTIONS[name].parameters, values, strict=True):
        if parameter.kind in _IDS and value != parameter.default:
            _require_one(store, name, parameter, str(value))
    return store.query(sql, values)


# An id that is given whole is meant even where others begin with it.
_IDS: Mapping[Kind, str] = MappingProxyType(
    {
        "claim": """
            SELECT claim_id FROM claims WHERE claim_id = $1 OR (length($1) >= 4 AND starts_with(claim_id, $1))
            ORDER BY claim_id <> $1, claim_id LIMIT 3""",
        "run": "SELECT run_id FROM runs WHERE starts_with(run_id, $1) ORDER BY run_id <> $1, run_id LIMIT 3",
    }
)


def _require_one(store: Store, question: str, parameter: Parameter, value: str) -> None:
    ids = [str(row[0]) for row in store.query(_IDS[parameter.kind], [value]).rows]
    if len(ids) != 1 and value not in ids:
        found = f"with which several begin ({', '.join(ids[:2])}, ...)" if ids else f"which is no {parameter.kind}'s"
        raise ParameterValueError(
            f"expected {parameter.about} for --{parameter.name} of {question}, found {value!r}, {found}"
        )


def _value(question: str, parameter: Parameter, text: str | None, now: datetime) -> object:
    if text is None:
        raise ParameterValueError(
            f"expected --{parameter.name} for {question} ({parameter.about}), found none; give it"
        )
    parse, form = _KINDS[parameter.kind]
    try:
        return parse(text.strip(), now)
    except (ValueError, OverflowError) as error:
        raise ParameterValueError(f"expected {form} for --{parameter.name} of {question}, found {text!r}") from error


def _since(text: str, now: datetime) -> datetime:
    """In UTC, without a zone, as the database has it."""
    if span := _SPAN.fullmatch(text):
        moment = now - int(span[1]) * _UNITS[span[2].lower()]
    elif len(text) == len("2026-03-01"):
        moment = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    else:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment.astimezone(UTC).replace(tzinfo=None)


def _days(text: str, _: datetime) -> int:
    if not (found := _DAYS.fullmatch(text)):
        raise ValueError(text)
    return int(found[1]) * (7 if found[2].lower() == "w" else 1)


def _int(text: str, _: datetime) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _text(text: str, _: datetime) -> str:
    return text


_KINDS: Mapping[Kind, tuple[Callable[[str, datetime], object], str]] = MappingProxyType(
    {
        "since": (_since, "a time to count back (7d, 2w, 12h) or a date (2026-03-01)"),
        "days": (_days, "a number of days (365, 52w)"),
        "int": (_int, "a whole number"),
        "text": (_text, "text"),
        "claim": (_text, "a claim_id"),
        "run": (_text, "a run_id"),
    }
)

_LIMIT = Parameter("limit", "int", "100", "how many rows at most")
_RUN = Parameter("run", "run", "", "a run_id or the first characters of one; the last run where left out")
_CLAIM = Parameter("claim", "claim", None, "a claim_id or its first characters (4 or more)")


def _lately(default: str) -> Parameter:
    return Parameter("since", "since", default, "from when on: 7d, 2w, 12h, or a date")


def _questions(*questions: Question) -> Mapping[str, Question]:
    return MappingProxyType({question.name: question for question in questions})


QUESTIONS: Mapping[str, Question] = _questions(
    Question(
        "flipped",
        "What flipped, and which document caused it?",
        "FROM flipped($1) LIMIT $2",
        (_lately("7d"), _LIMIT),
    ),
    Question(
        "single-origin",
        "Which supported claims rest on a single voice: one passage, document, publisher, or copies of one text?",
        "FROM single_origin($1, $2)",
        (_lately("2000-01-01"), _LIMIT),
    ),
    Question(
        "old-evidence",
        "Which supported claims rest on evidence that was old when the article appeared?",
        "FROM old_evidence($1) LIMIT $2",
        (Parameter("days", "days", "365", "how many days older than the article, or more"), _LIMIT),
    ),
    Question(
        "conflicts",
        "Which claims conflict, and between which sources?",
        "FROM conflicts($1, $2)",
        (_lately("2000-01-01"), _LIMIT),
    ),
    Question(
        "spread",
        "What was said in several articles: who said it first, how often since, and where?",
        "FROM spread($1, $2)",
        (Parameter("articles", "int", "2", "in how many articles at least"), _LIMIT),
    ),
    Question(
        "sightings",
        "Where does what this claim says stand, the first article first?",
        """
        SELECT s.seen, s.speaker, s.claim, s.article, s.article_url, s.article_source, s.n_claims, s.claim_id
        FROM sightings AS s
        WHERE s.statement_id = (
            SELECT coalesce(t.statement_id, c.fingerprint)
            FROM claims AS c LEFT JOIN statements AS t USING (fingerprint)
            WHERE c.claim_id = $1 OR (length($1) >= 4 AND starts_with(c.claim_id, $1))
            ORDER BY c.claim_id <> $1, c.claim_id LIMIT 1
        )
        ORDER BY s.seen, s.article, s.claim_id LIMIT $2
        """,
        (_CLAIM, _LIMIT),
    ),
    Question(
        "speakers",
        "Which speakers have most refuted claims? What is said in several articles counts once.",
        """
        SELECT speaker, n_statements_refuted, n_statements, n_refuted, n_claims, last_published
        FROM speakers WHERE n_refuted > 0
        ORDER BY n_statements_refuted DESC, n_refuted DESC, speaker LIMIT $1
        """,
        (_LIMIT,),
    ),
    Question(
        "overrides",
        "What did we override?",
        "FROM overrides WHERE reviewed_at >= $1 ORDER BY reviewed_at DESC, claim_id LIMIT $2",
        (_lately("2000-01-01"), _LIMIT),
    ),
    Question(
        "repeats",
        "Does the machine repeat what we overrode, on the same claim or one that says the same?",
        "FROM repeats WHERE saved_at >= $1 ORDER BY saved_at DESC, claim_id, repeated LIMIT $2",
        (_lately("2000-01-01"), _LIMIT),
    ),
    Question(
        "agreement",
        "How often do reviewers agree, per week and label?",
        "FROM agreement LIMIT $1",
        (_LIMIT,),
    ),
    Question(
        "versions",
        "Which versions of code, models and corpus gave how many verdicts?",
        "FROM versions LIMIT $1",
        (_LIMIT,),
    ),
    Question(
        "verdicts-of",
        "Which verdicts came from this version of the code, a model or the corpus?",
        "FROM verdicts_of($1) LIMIT $2",
        (Parameter("version", "text", None, "a version or part of one, as `versions` lists them"), _LIMIT),
    ),
    Question(
        "not-checked",
        "What was not checked, and why?",
        """
        SELECT sentence, status, reason, role, speaker, article, published, claim_id
        FROM not_checked WHERE contains(lower(reason), lower($1))
        ORDER BY published DESC, article_id, start_char, claim_id LIMIT $2
        """,
        (Parameter("reason", "text", "", "only those with this in their reason"), _LIMIT),
    ),
    Question("reasons", "Why were things not checked: how often each reason?", "FROM not_checked_reasons"),
    Question(
        "last-run",
        "Did the last run finish, how long did it take, and how much did it do?",
        "FROM run_report($1)",
        (_RUN,),
    ),
    Question(
        "skipped",
        "What did the last run skip: failures, articles without checkable claims, claims without verdict?",
        "FROM skipped($1) LIMIT $2",
        (_RUN, _LIMIT),
    ),
    Question(
        "changed-articles",
        "Which articles changed, which claims came, went or stayed, and what are their verdicts?",
        "FROM changed_articles($1) LIMIT $2",
        (_lately("7d"), _LIMIT),
    ),
    Question(
        "attempts",
        "When was what run started, how did that end, and what was found done already?",
        "FROM attempts_of($1)",
        (_LIMIT,),
    ),
    Question(
        "stages",
        "How long did each stage of a run take, and how many claims were judged a minute?",
        "FROM stages_of($1) LIMIT $2",
        (_RUN, _LIMIT),
    ),
    Question(
        "history",
        "All verdicts and reviews of a claim in order, and the label that counts after each.",
        "FROM history($1)",
        (_CLAIM,),
    ),
)
