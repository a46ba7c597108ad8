"""Charts of a measurement as SVG, for a page or a file: no script, nothing loaded, readable on 480 pixels.

Shape and words tell what colour does: bars against a dashed line, points named in the text. Colours follow the
reader's light or dark scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from verifier.evaluation.metrics import CalibrationBin, CoveragePoint

WIDTH, HEIGHT = 480, 400
LEFT, RIGHT, TOP, BOTTOM = 58, 452, 70, 340  # of the plot, pixels
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
NAMED_COVERAGES = (0.5, 0.8, 1.0)  # told in words under a curve

# Every rule names the chart: inside a page, an SVG's style is the page's.
_STYLE = """
.verifier-chart { --ink: #1b1b1a; --muted: #5f5e5a; --page: #fff; --grid: #dcdad4; --bar: #b7d4de; --line: #0a5c78; }
@media (prefers-color-scheme: dark) { .verifier-chart {
--ink: #eceae4; --muted: #a8a69f; --page: #1f1f1d; --grid: #3a3936; --bar: #2a5766; --line: #7cc6e0; } }
.verifier-chart text { font: 13px system-ui, "Liberation Sans", Arial, sans-serif; fill: var(--ink); }
.verifier-chart .title { font-size: 16px; font-weight: 600; }
.verifier-chart .muted { fill: var(--muted); }
.verifier-chart .count { font-size: 11px; }
.verifier-chart .page { fill: var(--page); }
.verifier-chart .grid { stroke: var(--grid); }
.verifier-chart .axis { stroke: var(--muted); fill: none; }
.verifier-chart .bar { fill: var(--bar); stroke: var(--line); }
.verifier-chart .ideal { stroke: var(--ink); stroke-dasharray: 5 4; fill: none; }
.verifier-chart .line { stroke: var(--line); stroke-width: 2.5; fill: none; }
.verifier-chart .point { fill: var(--page); stroke: var(--line); stroke-width: 2; }
"""


def reliability_chart(bins: Sequence[CalibrationBin], ece: float, title: str = "Reliability") -> str:
    """How often answers are right (bars) against how sure they say they are (dashed line).

    Each bar has the number of its answers at its foot.

    :param bins: of equal width, from 0 to 1.
    :param ece: expected calibration error, told below the title.
    """
    filled = [one for one in bins if one.confidence is not None and one.accuracy is not None]
    told = "; ".join(
        f"confidence {one.low:.1f} to {one.high:.1f}: right {one.accuracy:.0%} of {one.n:,}" for one in filled
    )
    marks = [part for one in filled for part in _bar(one)]
    ideal = f'<path class="ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    return _chart(
        title,
        f"Bars: how often right; dashed: as often as told. ECE {ece:.3f}",
        f"{told}. Expected calibration error {ece:.3f}.",
        ("confidence of the verdict", "share that is right"),
        [*marks, ideal],
        1.0,
    )


def _bar(one: CalibrationBin) -> Iterator[str]:
    accuracy = one.accuracy or 0.0
    left, right, top = _x(one.low) + 1, _x(one.high) - 1, _y(accuracy)
    yield (
        f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{_y(0) - top:.1f}">'
        f"<title>{one.low:.1f} to {one.high:.1f}: right {accuracy:.0%} of {one.n:,}</title></rect>"
    )
    middle = (left + right) / 2
    yield f'<text class="count" text-anchor="middle" x="{middle:.1f}" y="{_y(0) - 5:.1f}">{_short(one.n)}</text>'


def _short(n: int) -> str:
    """At most four characters: 950, 1.2k, 44k."""
    if n < 1000:
        return str(n)
    return f"{n / 1000:.1f}k" if n < 9950 else f"{n / 1000:.0f}k"


def risk_chart(points: Sequence[CoveragePoint], title: str = "Risk against coverage") -> str:
    """How many verdicts are wrong when only the surest are given and every other claim is left to a person.

    :param points: coverage rising.
    """
    top = _top(max((point.risk for point in points), default=0.0))
    path = "".join(f"{'L' if i else 'M'}{_x(p.coverage):.1f} {_y(p.risk, top):.1f}" for i, p in enumerate(points))
    named = _named(points)
    told = "; ".join(
        f"{p.coverage:.0%} of the claims: {p.risk:.1%} wrong (confidence at least {p.threshold:.2f})" for p in named
    )
    marks = [f'<path class="line" d="{path}"/>'] if len(points) > 1 else []
    for point in named:
        marks += _named_point(point, top)
    return _chart(
        title,
        "The surest verdicts are given, the other claims are left to a person",
        f"{told or 'No verdict was given'}.",
        ("share of claims with a verdict", "share of those that is wrong"),
        marks,
        top,
    )


def _named(points: Sequence[CoveragePoint]) -> list[CoveragePoint]:
    """The first point that reaches each named coverage, or the last; each once."""
    found = [next((p for p in points if p.coverage >= named - 1e-9), points[-1]) for named in NAMED_COVERAGES if points]
    return list(dict.fromkeys(found))


def _named_point(point: CoveragePoint, top: float) -> Iterator[str]:
    x, y = _x(point.coverage), _y(point.risk, top)
    yield f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    anchor = "end" if point.coverage > 0.3 else "start"
    words = f"{point.coverage:.0%}: {point.risk:.1%} wrong"
    yield f'<text text-anchor="{anchor}" x="{x:.1f}" y="{y - 11:.1f}">{words}</text>'


def _top(highest: float) -> float:
    """The end of a scale that leaves room above the highest value."""
    return next((top for top in (0.1, 0.2, 0.3, 0.5) if highest <= 0.85 * top), 1.0)


def _x(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _y(share: float, top: float = 1.0) -> float:
    return BOTTOM - share / top * (BOTTOM - TOP)


def _chart(title: str, subtitle: str, description: str, axes: tuple[str, str], marks: Sequence[str], top: float) -> str:
    """The frame around the marks, with everything that they show in words too."""
    across, up = (LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'class="verifier-chart" role="img" style="max-width:100%;height:auto">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(f'{subtitle}. {description}')}</desc>",
        f"<style>{_STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="14" y="26">{escape(title)}</text>',
        f'<text class="muted" x="14" y="47">{escape(subtitle)}</text>',
        *_grid(top),
        *marks,
        f'<text text-anchor="middle" x="{across}" y="{BOTTOM + 44}">{escape(axes[0])}</text>',
        f'<text text-anchor="middle" transform="translate(16 {up}) rotate(-90)">{escape(axes[1])}</text>',
        "</svg>",
    ])  # fmt: skip


def _grid(top: float) -> Iterator[str]:
    for tick in TICKS:
        x, y = _x(tick), _y(tick)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}M{x:.1f} {TOP}V{BOTTOM}"/>'
        yield f'<text text-anchor="end" x="{LEFT - 7}" y="{y + 4:.1f}">{tick * top:.0%}</text>'
        yield f'<text text-anchor="middle" x="{x:.1f}" y="{BOTTOM + 20}">{tick:.0%}</text>'
    yield f'<path class="axis" d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"/>'
