"""Charts of a measurement: valid, told in words too, and nothing loaded from elsewhere."""

from xml.dom.minidom import Document, parseString

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.evaluation.charts import HEIGHT, WIDTH, reliability_chart, risk_chart
from verifier.evaluation.metrics import CoveragePoint, calibration_bins, risk_coverage

BINS = calibration_bins(np.array([0.85, 0.81, 0.35]), np.array([True, False, False]))
CURVE = (CoveragePoint(0.1, 0.0, 0.99), CoveragePoint(0.55, 0.12, 0.8), CoveragePoint(1.0, 0.3, 0.4))


def words(chart: Document, tag: str) -> list[str]:
    return [node.firstChild.data for node in chart.getElementsByTagName(tag)]


def test_reliability_is_told_in_words() -> None:
    """A title, and each bin's figures and count in the description; a bar a filled bin, with its count."""
    chart = parseString(reliability_chart(BINS, 0.31, "VitaminC <held out>"))
    assert words(chart, "title")[0] == "VitaminC <held out>"
    [description] = words(chart, "desc")
    assert "confidence 0.8 to 0.9: right 50% of 2" in description
    assert "Expected calibration error 0.310" in description
    assert [node.getAttribute("class") for node in chart.getElementsByTagName("rect")] == ["page", "bar", "bar"]
    assert {"2", "1", "confidence of the verdict", "100%"} <= set(words(chart, "text"))


def test_bar_stands_as_high_as_the_share_that_is_right() -> None:
    """From the axis up; half right is half the plot."""
    bars = parseString(reliability_chart(BINS, 0.31)).getElementsByTagName("rect")[1:]
    low, high = (float(bar.getAttribute("height")) for bar in bars)
    assert (low, high) == (0.0, 135.0)


def test_risk_names_points_of_its_curve() -> None:
    """The first that covers half, four fifths and all claims, each once; with the threshold in the description."""
    chart = parseString(risk_chart(CURVE))
    assert {"55%: 12.0% wrong", "100%: 30.0% wrong"} <= set(words(chart, "text"))
    assert "55% of the claims: 12.0% wrong (confidence at least 0.80)" in words(chart, "desc")[0]
    assert len(chart.getElementsByTagName("circle")) == 2


def test_a_curve_without_points_is_still_a_chart() -> None:
    """It says so."""
    assert "No verdict was given" in words(parseString(risk_chart(())), "desc")[0]


@pytest.mark.parametrize("chart", [reliability_chart(BINS, 0.31), risk_chart(CURVE)])
def test_chart_stands_alone_and_keeps_its_style_to_itself(chart: str) -> None:
    """No script, no address but the format's own name, and every rule of its style names the chart."""
    svg = parseString(chart).documentElement
    assert (svg.getAttribute("role"), svg.getAttribute("viewBox")) == ("img", f"0 0 {WIDTH} {HEIGHT}")
    assert chart.count("http") == 1
    assert "<script" not in chart
    rules = [line for line in words(parseString(chart), "style")[0].splitlines() if "{" in line]
    assert all(line.startswith((".verifier-chart ", "@media")) for line in rules)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_every_mark_lies_on_the_chart(rows: list[tuple[float, bool]]) -> None:
    """Whatever was measured."""
    p, right = np.array([x for x, _ in rows]), np.array([y for _, y in rows])
    charts = [reliability_chart(calibration_bins(p, right), 0.1), risk_chart(risk_coverage(p, right, len(p)))]
    for chart in map(parseString, charts):
        for tag, x, y in (("circle", "cx", "cy"), ("rect", "x", "y"), ("text", "x", "y")):
            for node in chart.getElementsByTagName(tag):
                assert 0 <= float(node.getAttribute(x) or 0) <= WIDTH
                assert 0 <= float(node.getAttribute(y) or 0) <= HEIGHT
