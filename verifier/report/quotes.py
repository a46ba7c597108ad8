"""Where a rationale stands: in its passage, to highlight it, and in its document, to cite it."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.types import Evidence, Span


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
