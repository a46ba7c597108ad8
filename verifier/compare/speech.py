"""That something was said, and that it is so, kept apart: what a passage may settle of either."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from verifier.compare.reporting import Report, Reported, Whose, read_report
from verifier.compare.speakers import Speaker, read_speakers
from verifier.compare.wording import BLANK, find_near_wording, find_wording, spoken_words
from verifier.types import Claim, ClaimKind, Comparison, Evidence, Relation, Span, Stance

MAX_OWN_SHARE = 0.5  # of a claim's words that the passage itself tells; with more it does not merely repeat a statement
_STEM_CHARS = 5
_MIN_STEM_CHARS = 3


@dataclass(frozen=True, slots=True)
class SpeechFinding:
    """What was found about a saying, and whether the passage settles nothing for that reason."""

    comparisons: tuple[Comparison, ...] = ()
    bars: bool = False


def weigh_speech(claim: Claim, evidence: Evidence) -> SpeechFinding:
    """Whether the passage can settle the claim, as far as saying and being so are two things.

    - A SPEECH_ACT is supported only by a passage that reports the speaker as saying it, in the speaker's own words
      where the claim quotes them, and refuted only by one that denies that it was said.
    - The CONTENT of a person's statement is not supported by a sentence that only reports that person's statement.
      Institutions' statements are evidence.
    """
    speakers = read_speakers(claim.speaker or "")
    if claim.kind is ClaimKind.CONTENT and (evidence.stance is not Stance.SUPPORTS or not speakers):
        return SpeechFinding()
    if evidence.stance is Stance.NEUTRAL and not claim.quotes:
        return SpeechFinding()  # nothing to compare, and nothing to settle
    title, text = evidence.document.title, evidence.passage.text
    reports = [read_report(speaker, title, text) for speaker in speakers]
    if claim.kind is ClaimKind.CONTENT:
        return _weigh_content(claim, evidence, speakers, reports)
    if evidence.stance is Stance.REFUTES:
        return _weigh_denial(claim, reports)
    return _weigh_saying(claim, evidence, reports)


def _weigh_saying(claim: Claim, evidence: Evidence, reports: Sequence[Report]) -> SpeechFinding:
    """For a SPEECH_ACT that the model finds supported or NEUTRAL; a NEUTRAL one gets only what was found."""
    is_denial = _is_denial(claim)
    quoted = [_hold_quote(claim, quote, reports) for quote in claim.quotes if _says(quote)]
    found = [c for c in quoted if c.relation is not Relation.MISSING]
    if evidence.stance is Stance.NEUTRAL:
        return SpeechFinding(tuple(found))
    is_reported = bool(reports) and all(r.says or (is_denial and r.denies) for r in reports)
    if not is_reported:
        return SpeechFinding((*found, _unreported(claim, reports)), bars=True)
    return SpeechFinding(tuple(quoted), bars=any(c.relation is not Relation.AGREES for c in quoted))


def _weigh_denial(claim: Claim, reports: Sequence[Report]) -> SpeechFinding:
    """For a SPEECH_ACT that the model finds refuted."""
    spoken_of = (r.says for r in reports) if _is_denial(claim) else (r.denies for r in reports)
    if any(spoken_of):
        return SpeechFinding()
    quoted = [_hold_quote(claim, quote, reports) for quote in claim.quotes if _says(quote)]
    differing = [c for c in quoted if c.relation is Relation.DIFFERS]
    who = _speaker_of(claim)
    why = f"the passage does not deny that {who} said this; whether it is so is another question"
    return SpeechFinding((*differing, Comparison(who, None, Relation.MISSING, why)), bars=True)


def _weigh_content(
    claim: Claim, evidence: Evidence, speakers: Sequence[Speaker], reports: Sequence[Report]
) -> SpeechFinding:
    """For a CONTENT claim of a speaker that the model finds supported."""
    known = f"{evidence.document.title}. {evidence.passage.text}"
    persons = [r for speaker, r in zip(speakers, reports, strict=True) if speaker.is_person_in(known)]
    spans = evidence.rationale or (Span(0, len(evidence.passage.text)),)
    read = [[s for s in r.sentences if any(_overlap(s.span, span) for span in spans)] for r in persons]
    text = evidence.passage.text
    # What holds for one of several speakers holds for the statement that they share.
    if not any(_only_repeats(claim.text, sentences, text) for sentences in read):
        return SpeechFinding()
    who = _speaker_of(claim)
    why = f"the passage only repeats that {who} said so"
    return SpeechFinding((Comparison(who, None, Relation.MISSING, why),), bars=True)


def _only_repeats(content: str, sentences: Sequence[Reported], text: str) -> bool:
    """Whether some sentence reports the speaker's words, and none tells the content in the passage's own voice."""
    stems = _stems(content)
    own = [s.own_voice if s.whose is Whose.SPEAKER else text[s.span.start : s.span.end] for s in sentences]
    is_told = any(len(stems & _stems(voice)) > MAX_OWN_SHARE * len(stems) for voice in own)
    return any(s.whose is Whose.SPEAKER for s in sentences) and not is_told


def _stems(text: str) -> set[str]:
    return {w[:_STEM_CHARS] for w in spoken_words(text) if len(w) > _MIN_STEM_CHARS or any(map(str.isdigit, w))}


def _hold_quote(claim: Claim, quote: str, reports: Sequence[Report]) -> Comparison:
    """A quote of the claim beside the passage's words that may be the speaker's."""
    found = find_wording(quote, list(_quotable(reports)))
    if found is not None:
        return Comparison(quote, found, Relation.AGREES, f"article: “{quote}”; evidence: “{found}”")
    near = find_near_wording(quote, list(_quotations(reports)))
    if near is not None:
        return Comparison(quote, near, Relation.DIFFERS, f"article: “{quote}”; evidence: “{near}”")
    why = f"the passage does not report that {_speaker_of(claim)} said “{quote}”"
    return Comparison(quote, None, Relation.MISSING, why)


def _quotable(reports: Sequence[Report]) -> Iterator[str]:
    """Each run of sentences whose words may be a speaker's: those that report it, and quotations of nobody else."""
    for report in reports:
        run: list[Reported] = []
        for sentence in report.sentences:
            if sentence.whose is Whose.SPEAKER or (sentence.whose is Whose.NOBODY and sentence.quotations):
                run.append(sentence)
            elif run:
                yield report.text[run[0].span.start : run[-1].span.end]
                run = []
        if run:
            yield report.text[run[0].span.start : run[-1].span.end]


def _quotations(reports: Sequence[Report]) -> Iterator[str]:
    """What a passage has between quotation marks as a speaker's words."""
    for report in reports:
        spoken = [s for s in report.sentences if s.whose is Whose.SPEAKER]
        for span in dict.fromkeys(q for s in spoken for q in s.quotations):
            yield report.text[span.start : span.end].strip(f" ,.{BLANK}")


def _unreported(claim: Claim, reports: Sequence[Report]) -> Comparison:
    who = _speaker_of(claim)
    is_named = bool(reports) and all(r.is_named for r in reports)
    why = f"the passage does not report that {who} said this" if is_named else f"the passage does not name {who}"
    return Comparison(who, None, Relation.MISSING, why)


def _is_denial(claim: Claim) -> bool:
    """Whether the claim itself is that somebody did not say something."""
    return any(read_report(speaker, "", claim.text).denies for speaker in read_speakers(claim.speaker or ""))


def _speaker_of(claim: Claim) -> str:
    return re.sub(r"^(?:The|An?)\b", lambda m: m[0].lower(), " ".join((claim.speaker or "").split())) or "anybody"


def _says(quote: str) -> bool:
    return any(spoken_words(quote))


def _overlap(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end
