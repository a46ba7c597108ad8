"""Where a rationale stands: in its passage, to highlight it, and in its document, to cite it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.types import SIDES, Evidence, Span, Stance


class QuoteError(ValueError):
    """A rationale points outside its passage, so that no quote can be shown that is really on the page."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Verbatim words of a document: `text == document.text[start:end]`, offsets in characters."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of passage text, marked where it belongs to the rationale."""

    text: str
    marked: bool


def quote_of(evidence: Evidence) -> Quote:
    """The words to cite: from the rationale's first sentence to the end of its last, or else the whole passage.

    One continuous stretch, so that a reader finds it on the page as it stands here.

    :raises QuoteError: a rationale span lies outside the passage.
    """
    passage = evidence.passage
    spans = _checked_spans(evidence)
    start, end = (spans[0].start, max(s.end for s in spans)) if spans else (0, len(passage.text))
    return Quote(passage.text[start:end], passage.start + start, passage.start + end)


def rationale_of(evidence: Evidence) -> tuple[Quote, ...]:
    """Each stretch of the rationale by itself, in the order of the text.

    :raises QuoteError: a rationale span lies outside the passage.
    """
    passage = evidence.passage
    return tuple(
        Quote(passage.text[span.start : span.end], passage.start + span.start, passage.start + span.end)
        for span in _checked_spans(evidence)
    )


def strongest(evidence: Sequence[Evidence], side: Stance) -> Evidence | None:
    """The passage that speaks most for SUPPORTS or REFUTES; None where none takes that side.

    One that can be quoted goes before one that cannot: only that one can have carried the verdict.
    """
    if side not in SIDES:
        raise ValueError(f"expected SUPPORTS or REFUTES, found {side}; NEUTRAL is no side")
    taking = [item for item in evidence if item.stance is side]
    return max(taking, key=lambda item: (bool(item.rationale), _chance(item, side)), default=None)


def pieces_of(evidence: Evidence) -> tuple[Piece, ...]:
    """The passage's text, cut at the rationale's borders; neighbouring rationale sentences are one piece.

    :raises QuoteError: a rationale span lies outside the passage.
    """
    text = evidence.passage.text
    pieces: list[Piece] = []
    done = 0
    for span in _joined(_checked_spans(evidence), text):
        pieces += [Piece(text[done : span.start], marked=False), Piece(text[span.start : span.end], marked=True)]
        done = span.end
    pieces.append(Piece(text[done:], marked=False))
    return tuple(p for p in pieces if p.text)


def _chance(evidence: Evidence, side: Stance) -> float:
    return evidence.p_supports if side is Stance.SUPPORTS else evidence.p_refutes


def _checked_spans(evidence: Evidence) -> list[Span]:
    n_chars = len(evidence.passage.text)
    for span in evidence.rationale:
        if not 0 <= span.start < span.end <= n_chars:
            raise QuoteError(
                f"expected a rationale within passage {evidence.passage.id} (0 to {n_chars} characters), found "
                f"{span.start} to {span.end} for claim {evidence.claim_id}: verify this claim again"
            )
    return sorted(evidence.rationale, key=lambda s: s.start)


def _joined(spans: list[Span], text: str) -> list[Span]:
    """Spans with nothing but white space between them made one."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
