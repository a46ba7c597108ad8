"""A chart of bars made of parts, as SVG: readable on a phone, told in words too, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, RIGHT, TOP, ROW, BAR = 640, 130, 540, 70, 46, 26  # pixels
LINE = 20  # of the list of parts
# Light and dark take turns, so that parts are told apart without colour too.
FILLS = ("#0a5c78", "#b7d4de", "#4f8fa6", "#e3c9a8", "#8a5a2b", "#d9d6cf", "#5f5e5a", "#c2d9b5", "#1b1b1a")


@dataclass(frozen=True)
class Bar:
    """A bar with its parts, and what is written behind it."""

    name: str
    parts: tuple[tuple[str, float], ...]
    told: str

    @property
    def total(self) -> float:
        """The length of the whole bar."""
        return sum(value for _, value in self.parts)


def bar_chart(title: str, subtitle: str, bars: Sequence[Bar]) -> str:
    """Bars below each other, as long as their parts together, and a list of the parts where a bar has several."""
    names = list(dict.fromkeys(name for bar in bars for name, _ in bar.parts))
    shown = names if len(names) > 1 else []
    height = TOP + ROW * len(bars) + LINE * -(-len(shown) // 2) + 20
    fill_of = dict(zip(names, FILLS * (1 + len(names) // len(FILLS)), strict=False))
    longest = max((bar.total for bar in bars), default=0.0) or 1.0
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" style="max-width:100%;height:auto" font-family="system-ui, Arial, sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(subtitle + '. ' + '; '.join(_in_words(bar) for bar in bars))}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="14" y="26" font-size="16" font-weight="600">{escape(title)}</text>',
        f'<text x="14" y="47" fill="#5f5e5a">{escape(subtitle)}</text>',
        *(mark for row, bar in enumerate(bars) for mark in _bar(bar, TOP + ROW * row, longest, fill_of)),
        *_key(shown, TOP + ROW * len(bars) + 16, fill_of),
        "</svg>",
    ])  # fmt: skip


def _in_words(bar: Bar) -> str:
    parts = ", ".join(f"{name} {value:.3g}" for name, value in bar.parts) if len(bar.parts) > 1 else ""
    return f"{bar.name}: {bar.told}" + (f" ({parts})" if parts else "")


def _bar(bar: Bar, y: float, longest: float, fill_of: dict[str, str]) -> Iterator[str]:
    scale, x = (RIGHT - LEFT) / longest, float(LEFT)
    yield f'<text text-anchor="end" x="{LEFT - 10}" y="{y + 18}">{escape(bar.name)}</text>'
    for name, value in bar.parts:
        width = max(0.0, value * scale)
        yield (
            f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{fill_of[name]}" stroke="#fff">'
            f"<title>{escape(name)}: {value:.3g}</title></rect>"
        )
        x += width
    yield f'<text x="{x + 8:.1f}" y="{y + 18}">{escape(bar.told)}</text>'


def _key(names: Sequence[str], y: float, fill_of: dict[str, str]) -> Iterator[str]:
    for i, name in enumerate(names):
        left, top = LEFT + 200 * (i % 2), y + LINE * (i // 2)
        yield f'<rect x="{left}" y="{top - 10}" width="12" height="12" fill="{fill_of[name]}"/>'
        yield f'<text x="{left + 18}" y="{top}">{escape(name)}</text>'
