"""JSON: exact fields as the schema has them, nothing of the rows left out, one line per claim, verbatim quotes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

import verifier.report as report_package
from tests.verifier.report.hostile import hostile_report, hostile_reports
from tests.verifier.report.samples import (
    full_report,
    make_article,
    make_document,
    make_evidence,
    make_report,
    one_claim_report,
    remembered_report,
    said_report,
)
from verifier.report import claim_json, render_json, report_json_lines
from verifier.report.fields import VERSION
from verifier.rows import ArticleReport, Coverage, RunReport
from verifier.types import CauseKind, ClaimKind, ClaimStatus, Label, Relation, RunKind, RunStatus, Span, Stance, Timing

CLAIM_FIELDS = ["id", "article_id", "start", "end", "sentence", "text", "speaker", "status", "reason", "label"]
CLAIM_FIELDS += ["confidence", "evidence", "role", "kind", "verb", "quotes", "parts", "substitutions"]
CLAIM_FIELDS += ["checkworthiness", "reviews", "previous", "causes", "same_claim", "judged_as", "sightings"]
CLAIM_FIELDS += ["fact_checks", "claim_date", "justification", "reused_from", "history", "n_verdicts"]
EVIDENCE_FIELDS = ["stance", "p_supports", "p_refutes", "p_neutral", "quote", "start", "end", "title", "url", "source"]
EVIDENCE_FIELDS += ["published", "document_id", "passage_id", "timing", "origin", "tier", "credibility"]
EVIDENCE_FIELDS += ["retrieval_score", "rationale", "comparisons", "passage", "barred"]
SCHEMA = Path(report_package.__file__).with_name("report.schema.json")
SAMPLES = {
    "full": full_report(),
    "said": said_report(),
    "remembered": remembered_report(),
    "everything": hostile_report("Some words."),
    "nothing": make_report(),
    "no text": make_report(ArticleReport(make_article(""), ())),
    "running": full_report(status=RunStatus.RUNNING, finished_at=None),
}

LEFT_OUT = {
    "Document.text",  # a library, not a report: quotes are verbatim, and have their offsets
    "Document.origin",  # where it was read: the inside of a machine
    "Document.ingested",
    "Document.author",  # the index does not keep it
    "Passage.document_id",  # the document's own id stands for it, and the claim's for the two below
    "Evidence.claim_id",
    "Review.claim_id",
}
"""Fields that are not in the form, with the reason."""


def test_json_lines_have_exactly_the_agreed_fields_in_order():
    """Programs may rely on the names and their order, for claims and for evidence."""
    rows = [json.loads(line) for line in report_json_lines(full_report())]
    assert all(list(row) == CLAIM_FIELDS for row in rows)
    assert [list(item) for row in rows for item in row["evidence"]] == [EVIDENCE_FIELDS] * 9


def test_json_lines_keep_every_row_with_null_where_not_checked():
    """A sentence that was set aside is a line with its reason, no label and no confidence."""
    report = full_report()
    rows = [json.loads(line) for line in report_json_lines(report)]
    opinion = next(row for row in rows if row["reason"] == "opinion")
    assert len(rows) == len(report.articles[0].claims)
    assert (opinion["status"], opinion["label"], opinion["confidence"]) == ("NOT_CHECKABLE", None, None)
    assert opinion["evidence"] == []


def test_json_lines_quote_the_document_at_its_offsets():
    """Every quote of a report is found in its document between the offsets given."""
    report = full_report()
    verdicts = [row.verdict for row in report.articles[0].claims if row.verdict]
    documents = {item.document.id: item.document.text for verdict in verdicts for item in verdict.evidence}
    items = [item for line in report_json_lines(report) for item in json.loads(line)["evidence"]]
    assert items
    assert all(documents[item["document_id"]][item["start"] : item["end"]] == item["quote"] for item in items)


def test_json_lines_tell_copies_by_their_origin():
    """Passages of one text share an origin, which names the first of them; any other stands for itself."""
    rows = [json.loads(line) for line in report_json_lines(full_report())]
    accounts, reprint, plan, _ = next(row["evidence"] for row in rows if row["label"] == "REFUTED")
    assert accounts["origin"] == reprint["origin"] == accounts["passage_id"] != reprint["passage_id"]
    assert plan["origin"] == plan["passage_id"]
    assert [(item["timing"], item["tier"]) for item in (accounts, reprint, plan)] == [
        ("UNDATED", "official"),
        ("AFTER_CLAIM", "news"),
        ("BEFORE_EVENT", "official"),
    ]


def test_json_lines_say_where_the_words_of_a_claim_come_from():
    """Quotes, parts and substituted words are found in the article at the offsets given."""
    report = said_report()
    [article] = report.articles
    text = article.article.text
    rows = {row["id"]: row for row in map(json.loads, report_json_lines(report))}
    said = rows["said"]
    assert (said["kind"], said["role"], said["verb"], said["checkworthiness"]) == ("SPEECH_ACT", "body", "said", 0.8)
    assert said["quotes"] == ["lost 900 tonnes of oil"]
    assert [text[part["start"] : part["end"]] for part in rows["oil"]["parts"]] == [
        "the tanker",
        "lost 900 tonnes of oil",
    ]
    [made] = said["substitutions"]
    assert list(made) == ["start", "end", "original", "replacement", "why"]
    assert (text[made["start"] : made["end"]], made["replacement"]) == (made["original"], "Ilse Brandt")
    assert [row["role"] for row in rows.values() if row["role"] != "body"] == ["heading", "byline"]


def test_json_lines_tell_what_is_remembered():
    """Reviews, the verdict before with its causes, sightings and fact-checks; nothing and null where there is none."""
    [row] = [json.loads(line) for line in report_json_lines(remembered_report())]
    assert [(r["review_id"], r["label"], r["reviewer"], r["reviewed_at"]) for r in row["reviews"]] == [
        ("r1", "SUPPORTED", "Ada Brook", "2026-11-12T09:30:00+00:00"),
        ("r2", None, "Bo", "2026-11-12T09:30:00+00:00"),
    ]
    assert (row["previous"]["label"], row["previous"]["run_id"]) == ("SUPPORTED", "an-earlier-run")
    assert row["causes"][0]["cause"] == "NEW_PASSAGE"
    assert row["causes"][0]["passage_id"] == row["reviews"][1]["passage_id"] == row["evidence"][0]["passage_id"]
    assert row["sightings"] == {"statement_id": "s1", "n_articles": 6, "first_seen": "2026-05-03", "others": []}
    first, second = row["fact_checks"]
    assert (first["rating"], first["url"], first["reviewed"]) == ("False", "https://facts.example/1", None)
    assert second["reviewed"] == "2026-05-04"
    plain = json.loads(next(report_json_lines(full_report())))
    names = CLAIM_FIELDS[CLAIM_FIELDS.index("reviews") : CLAIM_FIELDS.index("claim_date")]
    assert [plain[name] for name in names] == [[], None, [], None, None, None, []]
    assert (plain["history"], plain["n_verdicts"]) == ([], 0)


def test_claim_json_survives_readers_that_split_on_odd_line_ends():
    """Unicode line ends and half surrogates are escaped, other letters are not."""
    document = replace(make_document("T", "Größe ist 5.\nMehr nicht."), title="Ein\u2028Übel\x85und \ud800")
    line = next(report_json_lines(one_claim_report(make_evidence(document, Stance.REFUTES, ("Größe ist 5.",)))))
    assert len(line.splitlines()) == 1
    assert "Größe" in line and line.encode()
    assert json.loads(line)["evidence"][0]["title"] == document.title


def test_claim_json_refuses_a_number_that_is_not_finite():
    """NaN is not JSON: it is reported, not written."""
    row = one_claim_report(make_evidence(make_document("T", "Text."))).articles[0].claims[0]
    assert row.verdict is not None
    with pytest.raises(ValueError, match="JSON"):
        claim_json(row.claim, replace(row.verdict, confidence=float("nan")))


@pytest.fixture(scope="module")
def schema() -> Draft202012Validator:
    return Draft202012Validator(
        json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def test_json_schema_is_one_and_describes_every_field(schema: Draft202012Validator):
    """Each object admits only the fields that it names, asks for all of them, and says what they hold."""
    Draft202012Validator.check_schema(schema.schema)
    objects = [schema.schema, *schema.schema["$defs"].values()]
    assert len(objects) > 20
    for entry in objects:
        assert entry["description"]
        if not entry.get("properties"):
            continue
        assert entry["additionalProperties"] is False and entry["required"] == list(entry["properties"])
        assert all("$ref" in told or told["description"] for told in entry["properties"].values())


@pytest.mark.parametrize("name", SAMPLES)
def test_json_is_as_its_schema_says(schema: Draft202012Validator, name: str):
    """The whole report, with fields in the order of the schema; the version is that of the schema."""
    found = json.loads(render_json(SAMPLES[name]))
    schema.validate(found)
    assert list(found) == list(schema.schema["properties"])
    assert found["version"].split(".")[0] == VERSION.split(".")[0] == schema.schema["$id"].split(":")[-1]


def test_json_schema_refuses_a_field_that_it_does_not_know(schema: Draft202012Validator):
    """Also deep within; and one that is missing."""
    found = json.loads(render_json(full_report()))
    claim = found["articles"][0]["claims"][1]
    claim["evidence"][0]["colour"] = "red"
    with pytest.raises(ValidationError, match="colour"):
        schema.validate(found)
    del claim["evidence"][0]["colour"], claim["label"]
    with pytest.raises(ValidationError, match="'label' is a required property"):
        schema.validate(found)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (("run", "status"), RunStatus),
        (("run", "kind"), RunKind),
        (("claim", "status"), ClaimStatus),
        (("claim", "kind"), ClaimKind),
        (("earlier", "label"), Label),
        (("evidence", "stance"), Stance),
        (("evidence", "timing"), Timing),
        (("comparison", "relation"), Relation),
        (("cause", "cause"), CauseKind),
    ],
)
def test_json_schema_knows_every_value(schema: Draft202012Validator, place: tuple[str, str], kind: type[Enum]):
    """A new label, status or cause is a new version of the schema."""
    entry, name = place
    assert schema.schema["$defs"][entry]["properties"][name]["enum"] == [member.value for member in kind]


def _variants(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Each value with one leaf in it changed, after the leaf's class and field; None stays, and so counts as unseen."""
    if is_dataclass(value):
        for field in fields(value):
            for leaf, other in _variants(getattr(value, field.name), f"{type(value).__name__}.{field.name}"):
                yield leaf, replace(value, **{field.name: other})  # type: ignore[type-var]
    elif isinstance(value, tuple):
        assert value, f"{name} should not be empty in the sample"
        for at, item in enumerate(value):
            for leaf, other in _variants(item, name):
                yield leaf, (*value[:at], other, *value[at + 1 :])
    elif value is None:
        yield name, None
    elif isinstance(value, Enum):
        yield name, next(member for member in type(value) if member is not value)
    elif isinstance(value, str):
        yield name, "{}" if name == "Run.settings_json" else f"{value}x"
    elif isinstance(value, date):
        yield name, value + timedelta(days=1)
    elif isinstance(value, int | float):
        yield name, value / 2 if isinstance(value, float) else value + 1


def _everything() -> RunReport:
    """One claim with one passage, and no field empty."""
    report = hostile_report("Some words.")
    [article] = report.articles
    row = article.claims[0]
    assert row.verdict is not None
    passage = replace(row.verdict.evidence[0], rationale=(Span(0, 4),))
    verdict = replace(row.verdict, evidence=(passage,))
    return replace(report, articles=(replace(article, claims=(replace(row, verdict=verdict),)),))


def test_json_has_every_field_of_the_rows():
    """To change any field of a report changes its JSON; a new field that is not in the form fails here."""
    report = _everything()
    plain, told, silent = render_json(report), set(), set()
    for leaf, other in _variants(report):
        (told if render_json(other) != plain else silent).add(leaf)
    assert len(told) > 90
    assert silent - told == LEFT_OUT


def test_json_has_every_figure_of_the_coverage():
    """Counted fields and those that follow from them."""
    found = json.loads(render_json(full_report()))["articles"][0]["coverage"]
    assert set(found) == {field.name for field in fields(Coverage)} | {"n_sentences", "n_not_checked", "n_others"}
    assert (found["n_sentences"], found["not_checked"]) == (7, [{"reason": "opinion", "n": 1}])


def test_json_lines_are_the_claims_of_the_whole():
    """One place names the fields of both."""
    report = said_report()
    [article] = json.loads(render_json(report))["articles"]
    assert article["claims"] == [json.loads(line) for line in report_json_lines(report)]


def test_json_tells_which_verdicts_changed():
    """Those with another label than the one before; a claim judged anew with the same label is none."""
    report = hostile_report("Some words.")
    assert [row.claim.id for row in report.articles[0].claims if row.previous] == [f"hostile-{n}" for n in range(4)]
    assert json.loads(render_json(report))["changed"] == ["hostile-0", "hostile-2", "hostile-3"]


def test_json_gives_what_was_compared_and_where_the_rationale_stands():
    """Each sentence of the rationale by itself, at its offsets in the document."""
    row = next(row for row in full_report().articles[0].claims if row.verdict and row.verdict.label is Label.REFUTED)
    assert row.verdict is not None
    text = row.verdict.evidence[0].document.text
    accounts = json.loads(claim_json(row.claim, row.verdict))["evidence"][0]
    assert [text[part["start"] : part["end"]] for part in accounts["rationale"]] == [
        "The final accounts put the cost of the bridge repairs at 61.4 million euros.",
        "That is 13 million more than planned.",
    ]
    [made] = accounts["comparisons"]
    assert (made["claim_value"], made["evidence_value"], made["relation"]) == (
        "48 million euros",
        "61.4 million euros",
        "DIFFERS",
    )


def test_json_carries_hostile_text_as_it_is(schema: Draft202012Validator):
    """Read again, every text is the same, invisible marks included; each report is one line of UTF-8."""
    for name, report in hostile_reports():
        text = render_json(report)
        assert len(text.splitlines()) == 1 and text.encode(), name
        found = json.loads(text)
        schema.validate(found)
        [article] = found["articles"]
        hostile = report.articles[0].article.text
        assert (article["title"], article["text"], found["failures"][0]["message"]) == (hostile,) * 3, name
        assert {row["comment"] for claim in article["claims"] for row in claim["reviews"]} == {hostile}, name
