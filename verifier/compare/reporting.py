"""Which sentences of a passage report that somebody said something, and whether it was the speaker in question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from corpus.documents import sentence_spans
from verifier.compare.speakers import Mention, Speaker, Word, words_of
from verifier.compare.wording import BLANK, blanked, quoted_stretches, without_quotations
from verifier.sayings import REPORTING, past_forms, spoken_forms
from verifier.types import Span


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_PAST_PARTICIPLES = frozenset(past_forms(verb)[-1] for verb in REPORTING)
_UTTERANCE = (
    r"(?:statement|remarks?|comments?|speech|address|interview|briefing|news conference|press conference|tweet|post"
    r"|letter|press release|transcript|message|testimony|article|report|communiqu[ée])"
)
_NEGATION = (
    r"(?:\b(?:not|never)|n['’]t|\bden(?:ies|ied|y|ying))"
    r"(?:\s+(?:that|he|she|they|it|had|has|have|having|ever|even|actually|publicly|officially))*\s+"
)
# Verbs of saying; case is kept, for "United States" says nothing.
_VERB = re.compile(
    rf"(?P<negation>{_NEGATION})?"
    rf"\b(?P<verb>{_either(spoken_forms(REPORTING) | {'say', 'tell', 'insist', 'argue'})})\b"
    rf"|(?P<negation2>{_NEGATION})(?P<bare>{_either(REPORTING)})\b"
    rf"|\b(?:go|goes|went|gone|going)\s+on\s+to\s+(?P<goes_on>{_either(REPORTING)})\b"
)
_ACCORDING = re.compile(r"\b(?:according\s+to|in\s+the\s+words\s+of)\s+(?P<who>[^,;:\"“”()]*)", re.IGNORECASE)
_UTTERANCE_BY = re.compile(rf"\b{_UTTERANCE}\s+(?:by|of|from|with)\s+(?P<who>[^,;:\"“”()]*)", re.IGNORECASE)
_UTTERANCE_OF = re.compile(rf"['’]s?\s+(?:[\w-]+\s+){{0,3}}{_UTTERANCE}\b", re.IGNORECASE)
_IN_UTTERANCE = re.compile(
    rf"\b(?:in|during|at)\s+(?:an?|his|her|their|its)\s+(?:[\w-]+\s+){{0,3}}{_UTTERANCE}\b", re.I
)
_TURN = re.compile(r"^\W*(?P<who>[^\W\d_][\w.’'-]*(?:\s+[^\W\d_][\w.’'-]*){0,4})\s*:\s*\S")
_DISOWNED = re.compile(
    r"\b(?:falsely|wrongly|mistakenly|incorrectly)\s+(?:\w+\s+)?(?:attributed|ascribed|quoted)|\bmisattribut\w+"
    r"|\bmisquot\w+"
    r"|\b(?:fabricated|fake|bogus|invented|made-up|doctored|false)\s+(?:quot\w+|statements?|remarks?|comments?|tweets?|posts?)\b"
    r"|\b(?:quot\w+|statements?|remarks?|comments?|tweets?|posts?|words)\s+(?:[\w’']+\s+){0,4}?(?:is|was|were|are|been)"
    r"\s+(?:\w+ly\s+)?(?:fabricated|fake|invented|made\s+up|doctored|bogus)\b"
    r"|\b(?:made|makes|issued|gave)\s+no\s+such\s+(?:statement|remark|comment|claim)s?\b"
    r"|\bden(?:ies|ied|y|ying)\s+(?:(?:ever\s+)?(?:making|giving|having\s+(?:made|given|written))"
    r"|(?:the|any|such|those|these)\s+(?:such\s+)?(?:quot\w+|remark|comment)s?)\b"
    r"|\bno\s+(?:record|evidence|trace|proof)\s+(?:of|that)\b[^.]*\b(?:said|saying|wrote|written|writing|made|making)\b",
    re.IGNORECASE,
)
# "Did not say whether" leaves open what it is about.
_OPEN_QUESTION = re.compile(r"\s*(?:if|whether|when|where|how|why|what|which|who|more|much)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:^|[\s,;—–\"”“-])(?P<pronoun>he|she|they|it)\s*$", re.IGNORECASE)
_SHE_SAID = re.compile(r"\s+(?P<pronoun>he|she|they)\b", re.IGNORECASE)
# Words between a subject and its verb that are no subject themselves.
_BETWEEN = re.compile(
    r"(?:^|\s+)(?:has|have|had|will|would|is|are|was|were|been|being|did|does|do|also|later|then|earlier|again|further"
    r"|just|now|(?:at\s+)?first|himself|herself|itself|themselves|today|yesterday|tomorrow|once|even|still|already|only|reportedly"
    r"|not|never|ever|jr\.?|sr\.?|\w+ly|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\s*$",
    re.IGNORECASE,
)
_PREPOSITION = r"in|on|at|of|for|from|to|with|by|after|before|during|under|over|about|against|near|outside|inside|since"
_TRAILING_PLACE = re.compile(rf"(?:^|\s+)(?:{_PREPOSITION})\s+(?:[\w.’'-]+\s+){{0,4}}?[\w.’'-]+\s*$", re.IGNORECASE)
_JOINS = re.compile(r"\b(?:and|but|or|then|as|who|which)\s*$", re.IGNORECASE)
_SHORT_NAME = r"(?!and\b)[\w.’'-]+(?:\s+(?!and\b)[\w.’'-]+){0,5}\s*"
_AND = r"(?:,?\s*\band\b|,?\s*\bas\s+well\s+as\b|&)\s*"
_LIST = re.compile(rf"\s*(?:(?:,\s*|{_AND}){_SHORT_NAME})*{_AND}{_SHORT_NAME}$")
_OFFICE = re.compile(
    r"\b(?:spokes\w+|officials?|chief|head|president|secretar\w+|directors?|ministers?|commissioners?|representatives?"
    r"|envoys?|press\s+(?:service|office|release)|statements?|reports?|data|figures|estimates|deput\w+|experts?)\b",
    re.IGNORECASE,
)
_OBJECT_VERB = re.compile(
    r"\b(?!said\b)(?:[a-z]{2,}ed|met|saw|told|beat|led|left|sent|hit|struck|sued|shot|meets|sees)\s*$"
)
_DETERMINED = re.compile(r"\b(?:the|a|an|his|her|their|its)\s+[a-z]+ed\s*$")
_BEFORE_NAME = re.compile(
    rf"\b(?P<preposition>{_PREPOSITION}|like|unlike|between|around|behind|towards?)\s+(?:the\s+)?(?:[\w.’-]+\s+){{0,6}}?$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\b(?:in|on|by|since|until)\s+(?:(?:the|early|late|mid|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march"
    r"|april|may|june|july|august|september|october|november|december|\d{1,4}(?:st|nd|rd|th|s)?),?\s+)+",
    re.IGNORECASE,
)
_HELD_OFFICE = re.compile(
    r"\b(?:president|minister|secretary(?:-general)?|chancellor|head|director(?:-general)?|chair\w*|governor|mayor|leader"
    r"|commissioner|king|queen)\s+(?:of|for)\s+(?:the\s+)?(?:[\w.’-]+\s+){1,5}$",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(r"[,;:()\"“”—–]|\b(?:that|which|whom|where)\b|\b(?:and|but|while|when|as)\b(?=\s)")
# "P, and President X said Q": P is told by the passage.
_JOINED = re.compile(
    r"(?:[,;]?\s*\b(?:and|but|while|whereas|though|although|after|when|yet)|;)\s+(?:[\w.’'-]+\s+){0,6}$", re.IGNORECASE
)
_NAME_BEHIND = re.compile(r"\s+(?:the\s+|an?\s+)?(?:[a-z’'-]+\s+){0,3}[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*\s*")
_GROUP_BEHIND = re.compile(r"\s+(?:[\w.’'-]+\s+){0,5}[\w.’'-]+\s*")
_SUBJECT_BEHIND_ENDS = re.compile(rf"[.!?]*$|[,;:()\"“”—–]|\s(?:{_PREPOSITION}|who|when|while|that|as)\s")
_QUOTATION = re.compile(rf"[\"“”„«»‘'’]?{BLANK}+[\"“”«»‘'’]?")
# Straight behind a quotation: `Lavrov said`, `said Sergei Lavrov`.
_SAYS = _either(spoken_forms(REPORTING))
_TAG = re.compile(
    rf"[\"”’'»],?\s+(?!(?:and|but|while|as|when|that|which|who|{_PREPOSITION})\b)"
    rf"(?:(?:[\w.’'-]+\s+){{1,6}}?(?:{_SAYS})\b|(?:{_SAYS})\s+(?:[\w.’'-]+\s+){{0,5}}?[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*)"
)
_BY = re.compile(r"\s+by\s+(?P<who>[^,;:\"“”()]*)")
_BE = re.compile(r"\b(?:was|were|is|are|been|being|be)(?:\s+\w+ly)?\s*$")


class Whose(Enum):
    """To whom a sentence gives what it tells."""

    NOBODY = auto()
    SPEAKER = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Reported:
    """A sentence of a passage: whose words it reports, and whether it denies that the speaker said them.

    `names_speaker` where a pronoun in the next sentence may mean the speaker. `own_voice` is what stands before the
    report and is told by the passage itself. Offsets are those of the passage.
    """

    span: Span
    whose: Whose
    denies: bool
    names_speaker: bool
    own_voice: str = ""
    quotations: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a passage and its title report of one speaker.

    `text` is the passage at the same length, with BLANK for quotations that it gives to somebody else.
    """

    text: str
    title: Reported
    sentences: tuple[Reported, ...]
    is_named: bool

    @property
    def says(self) -> bool:
        """Whether the speaker is reported to have said anything."""
        return any(s.whose is Whose.SPEAKER for s in (self.title, *self.sentences))

    @property
    def denies(self) -> bool:
        """Whether it is denied that the speaker said it."""
        return any(s.denies for s in (self.title, *self.sentences))


def read_report(speaker: Speaker, title: str, text: str) -> Report:
    """Whose words each sentence of a passage reports, as far as word order tells without a parser.

    A sentence inside a quotation, or one that is nothing else, goes with the one that names its speaker; in a
    statement of the speaker, as the title calls it, every sentence that names nobody else is the speaker's.
    """
    known = words_of(f"{title}. {text}")
    head = _read(speaker, without_quotations(title), known, Span(0, len(title)), None)
    plain = without_quotations(text)
    stretches = quoted_stretches(text)
    sentences: list[Reported] = []
    for start, end in sentence_spans(text):
        read = _read(speaker, plain[start:end], known, Span(start, end), sentences[-1] if sentences else head)
        inside = tuple(s for s in stretches if s.start < end and s.end > start)
        sentences.append(replace(read, quotations=inside))
    default = head.whose if head.whose is Whose.SPEAKER and _is_statement(title) else Whose.NOBODY
    is_named = any(speaker.mentions(told, known) for told in (title, text))
    others = [s for s in stretches if _is_tagged_as_others(speaker, plain, s, known)]
    return Report(blanked(text, others), head, tuple(_with_quotations_given(sentences, text, default)), is_named)


def _is_tagged_as_others(speaker: Speaker, plain: str, quotation: Span, known: Sequence[Word]) -> bool:
    tag = _TAG.match(plain, quotation.end)
    is_pronoun = tag is not None and re.search(r"\b(?:he|she|they|it)\b", tag[0], re.IGNORECASE) is not None
    return tag is not None and not is_pronoun and not speaker.mentions(tag[0], known)


def _is_statement(title: str) -> bool:
    return _UTTERANCE_BY.search(title) is not None or _UTTERANCE_OF.search(title) is not None


def _with_quotations_given(sentences: Sequence[Reported], text: str, default: Whose) -> Iterator[Reported]:
    """Each sentence, those in a quotation that goes on with the speaker of its other sentences."""
    whose = [s.whose for s in sentences]
    for i in reversed(range(len(sentences) - 1)):
        if whose[i] is Whose.NOBODY and set(sentences[i].quotations) & set(sentences[i + 1].quotations):
            whose[i] = whose[i + 1]
    for i, sentence in enumerate(sentences):
        if whose[i] is Whose.NOBODY and i and _is_all_quoted(sentence, text):
            whose[i] = whose[i - 1]
        if whose[i] is Whose.NOBODY:
            whose[i] = default
        yield replace(sentence, whose=whose[i])


def _is_all_quoted(sentence: Reported, text: str) -> bool:
    inside = sum(min(q.end, sentence.span.end) - max(q.start, sentence.span.start) for q in sentence.quotations)
    outside = (sentence.span.end - sentence.span.start) - inside
    return bool(sentence.quotations) and outside <= 4  # marks and a full stop


def _read(speaker: Speaker, plain: str, known: Sequence[Word], span: Span, before: Reported | None) -> Reported:
    """:param plain: the sentence with its quotations blanked."""
    plain = " ".join(plain.split())
    mentions = speaker.mentions(plain, known)
    subjects = [m for m in mentions if _may_be_subject(speaker, plain, m)]
    follows = before is not None and (before.names_speaker or before.whose is Whose.SPEAKER)
    found = list(_markers(speaker, plain, mentions, subjects, follows))
    named = bool(mentions) or follows
    denies = any(m.denies for m in found) or (named and _DISOWNED.search(plain) is not None)
    spoken = next((m for m in found if m.whose is Whose.SPEAKER and not m.denies), None)
    if spoken is not None:
        whose = Whose.SPEAKER
    elif any(m.whose is Whose.OTHER for m in found):
        whose = Whose.OTHER
    else:
        is_quoting = not found and _QUOTATION.search(plain)
        is_speaker = subjects and not denies and (is_quoting or _IN_UTTERANCE.search(plain))
        whose = Whose.SPEAKER if is_speaker else Whose.NOBODY
        if any(m.by_pronoun for m in found) and before is not None and before.whose is Whose.OTHER:
            whose = Whose.OTHER
    own_voice = plain[: spoken.own_voice_end] if spoken else ""
    return Reported(span, whose, denies, bool(subjects), own_voice)


@dataclass(frozen=True, slots=True)
class _Marker:
    """A word of saying, to whom it belongs, and where the passage's own voice before it ends."""

    whose: Whose
    denies: bool = False
    by_pronoun: bool = False
    own_voice_end: int = 0


def _markers(
    speaker: Speaker, plain: str, mentions: Sequence[Mention], subjects: Sequence[Mention], follows: bool
) -> Iterator[_Marker]:
    for pattern in (_ACCORDING, _UTTERANCE_BY):
        for match in pattern.finditer(plain):
            yield _Marker(_named_in(speaker, plain, mentions, *match.span("who"), follows))
    for mention in mentions:
        if _UTTERANCE_OF.match(plain, mention.end):
            yield _Marker(Whose.SPEAKER)
    turn = _TURN.match(plain)
    if turn and (mentions or turn["who"][0].isupper()):
        is_speaker = any(turn.start("who") <= m.start and m.end <= turn.end("who") for m in mentions)
        if is_speaker or len(turn["who"].split()) > 1 or turn["who"].isupper():
            yield _Marker(Whose.SPEAKER if is_speaker else Whose.OTHER)
    for match in _VERB.finditer(plain):
        marker = _verb_marker(speaker, plain, match, mentions, subjects, follows)
        if marker is not None:
            yield marker


def _named_in(speaker: Speaker, plain: str, mentions: Sequence[Mention], start: int, end: int, follows: bool) -> Whose:
    """Whose the words are that `according to` and the like give to plain[start:end]."""
    if follows and re.match(r"(?:him|her|them|it)\b", plain[start:end], re.IGNORECASE):
        return Whose.SPEAKER
    for mention in mentions:
        if start <= mention.start < end:
            lead, rest = plain[start : mention.start], plain[mention.end : end]
            is_possessor = re.match(r"['’]s?\s+(?!" + _UTTERANCE + ")", rest) is not None
            if not speaker.is_person or not (is_possessor or _BEFORE_NAME.search(lead)):
                return Whose.SPEAKER
    return Whose.OTHER


def _verb_marker(
    speaker: Speaker,
    plain: str,
    match: re.Match[str],
    mentions: Sequence[Mention],
    subjects: Sequence[Mention],
    follows: bool,
) -> _Marker | None:
    verb = match["verb"] or match["bare"] or match["goes_on"]
    negated = bool(match["negation"] or match["negation2"])
    if negated and _OPEN_QUESTION.match(plain, match.end()):
        return None
    lead = plain[: match.start()]
    if verb in _PAST_PARTICIPLES and _BE.search(lead):
        return _passive(plain, match.end(), mentions)
    inverted = _inverted(plain, match, verb, mentions, follows)
    if inverted is not None:
        return inverted
    pronoun = _PRONOUN.search(_without_between(lead))
    if pronoun:
        is_known = follows or any(m.end <= pronoun.start("pronoun") for m in subjects)
        fits = pronoun["pronoun"].lower() != "it" or not speaker.is_person
        own = _own_voice_end(plain, pronoun.start("pronoun"))
        return _Marker(Whose.SPEAKER if is_known and fits else Whose.NOBODY, negated, True, own)
    for mention in reversed([m for m in subjects if m.end <= match.start()]):
        if _is_subject_of(speaker, plain[mention.end : match.start()]):
            return _Marker(Whose.SPEAKER, negated, own_voice_end=_own_voice_end(plain, mention.start))
    has_subject = _without_between(lead).strip(f" ,\"“”‘’'\u00a0{BLANK}") != ""
    return _Marker(Whose.OTHER) if has_subject and not negated else None


def _passive(plain: str, end: int, mentions: Sequence[Mention]) -> _Marker:
    """`It was announced by X` is X's; `X was told` is nobody's who is known."""
    by = _BY.match(plain, end)
    if by is None or re.search(r"\bas\s+(?:saying|telling)\b", by["who"]):
        return _Marker(Whose.NOBODY)
    is_speaker = any(by.start("who") <= m.start < by.end("who") for m in mentions)
    return _Marker(Whose.SPEAKER if is_speaker else Whose.OTHER)


def _inverted(
    plain: str, match: re.Match[str], verb: str, mentions: Sequence[Mention], follows: bool
) -> _Marker | None:
    """`", said X in Geneva.`: the verb behind what was said, and the subject behind the verb."""
    lead = plain[: match.start()].rstrip()
    if (lead and lead[-1] not in ",\"”’'»?!—–…") or verb.startswith("tell") or verb == "told" or verb.endswith("ing"):
        return None
    pronoun = _SHE_SAID.match(plain, match.end())
    if pronoun:
        return _Marker(Whose.SPEAKER if follows else Whose.NOBODY, by_pronoun=True)
    stop = _SUBJECT_BEHIND_ENDS.search(plain, match.end())
    end = stop.start() if stop else len(plain)
    for mention in mentions:
        if match.end() <= mention.start < end:
            rest = plain[mention.end : end].strip()
            if not rest or rest.startswith("and "):
                return _Marker(Whose.SPEAKER)
    behind, ends_quotation = plain[match.end() : end], lead[-1:] in {*"\"”’'»"}
    is_other = (lead and _NAME_BEHIND.fullmatch(behind)) or (ends_quotation and _GROUP_BEHIND.fullmatch(behind))
    return _Marker(Whose.OTHER) if is_other else None


def _without_between(text: str) -> str:
    """The text without the auxiliaries and adverbs at its end."""
    while (shorter := _BETWEEN.sub("", text)) != text:
        text = shorter
    return text


def _is_subject_of(speaker: Speaker, gap: str) -> bool:
    """Whether a name that may be a subject is that of the verb behind `gap`, or somebody else stands between."""
    gap = _QUOTATION.sub(" it ", re.sub(r"\([^)]*\)", " ", gap))
    if re.match(r"['’]s?\s", gap):  # "Price's lawyer said"
        return not speaker.is_person and _OFFICE.search(gap) is not None
    rest = _without_between(gap)
    while True:
        if not rest.strip() or rest.rstrip().endswith((",", "—", "–")) or _JOINS.search(rest):
            return True
        if _LIST.match(rest):
            return True
        shorter = _without_between(_TRAILING_PLACE.sub("", rest))
        if shorter == rest:
            break
        rest = shorter
    is_apart = re.search(r"[,;:—–]|\b(?:that|and|but|while|when|where)\b", rest) is not None
    return not speaker.is_person and not is_apart and _OFFICE.search(rest) is not None


def _may_be_subject(speaker: Speaker, plain: str, mention: Mention) -> bool:
    """Whether a mention can be somebody who acts: no object of a verb and not behind a preposition."""
    lead = plain[: mention.start]
    starts = [m.end() for m in _CLAUSE_START.finditer(lead)]
    clause = lead[max(starts, default=0) :]
    if _OBJECT_VERB.search(clause) and not _DETERMINED.search(clause):
        return False
    clause = _TIME.sub(" ", clause)
    behind = _BEFORE_NAME.search(clause)
    if behind is None or (speaker.is_person and _HELD_OFFICE.search(clause)):
        return True
    return not speaker.is_person and _OFFICE.search(clause[: behind.start()]) is not None


def _own_voice_end(plain: str, subject: int) -> int:
    """How much of the sentence in front of the subject is told by the passage, not by the speaker."""
    joined = _JOINED.search(plain[:subject])
    return joined.start() if joined else 0
