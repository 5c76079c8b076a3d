"""Drawings: figures in their titles, bars from zero, no inline style."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.reports.charts.bars import Part, bar, distribution
from survey.reports.charts.wide import Answers, Row, comparison, diverging

SVG = "{http://www.w3.org/2000/svg}"


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)  # noqa: S314  # our own markup


@pytest.mark.parametrize(("score", "width"), [("0.00", 0), ("50.00", 160), ("91.30", 292.16), ("100.00", 320)])
def test_a_bar_starts_at_zero_and_is_as_long_as_its_score(score: str, width: float) -> None:
    rect = parsed(bar(score, f"总分 {score}")).find(f"{SVG}rect")
    assert rect is not None
    assert float(rect.attrib["x"]) == 0
    assert float(rect.attrib["width"]) == width


@given(st.lists(st.tuples(st.text("好差<&\"'x", max_size=6), st.integers(0, 50), st.booleans()), max_size=7))
def test_a_distribution_tiles_its_width_and_says_every_count_in_its_title(
    parts: list[tuple[str, int, bool]],
) -> None:
    drawing = parsed(distribution([Part(*part) for part in parts], "D1-1"))
    title = drawing.findtext(f"{SVG}title", "")
    assert all(f"{label} {count}" in title for label, count, _ in parts)
    boxes = [(float(r.attrib["x"]), float(r.attrib["width"])) for r in drawing.findall(f"{SVG}rect")]
    assert len(boxes) == sum(count > 0 for _, count, _ in parts)
    if boxes:
        assert sum(width for _, width in boxes) == pytest.approx(320, abs=0.1)
        assert boxes[0][0] == 0


@pytest.mark.parametrize(
    "markup", [bar("91.30", "总分"), distribution([Part("好", 3), Part("不了解", 1, True)], "D1-1")]
)
def test_a_drawing_is_an_image_with_a_title_and_without_style_or_script(markup: str) -> None:
    drawing = parsed(markup)
    assert drawing.attrib["role"] == "img"
    assert drawing[0].tag == f"{SVG}title"
    assert all("style" not in e.attrib and "id" not in e.attrib and e.tag != f"{SVG}script" for e in drawing.iter())


def test_answers_outside_the_score_are_outlined_so_that_they_differ_without_colour() -> None:
    inside, outside = parsed(distribution([Part("好", 1), Part("不了解", 1, True)], "D1-1")).findall(f"{SVG}rect")
    assert "stroke-dasharray" in outside.attrib
    assert "stroke-dasharray" not in inside.attrib


def test_drawings_that_are_read_together_have_one_scale_and_one_middle() -> None:
    few = Answers("D1-1", [Part("好", 9)], [Part("差", 1)], [])
    many = Answers("D2-1", [Part("好", 5)], [Part("差", 5)], [])
    hidden = Answers("D3-1", (), (), ())

    def lengths(rows: list[Answers]) -> tuple[float, list[float]]:
        """Where the middle begins, and the length of one in a hundred, of every bar."""
        drawing = parsed(diverging(rows, "题", beside=[few, many, hidden]))
        boxes = [(float(r.attrib["x"]), float(r.attrib["width"])) for r in drawing.findall(f"{SVG}rect")]
        return boxes[0][0], [width for _, width in boxes]

    middle, [good, bad] = lengths([few])
    other, [half, same] = lengths([many])
    assert middle == other
    assert good / 9 == pytest.approx(half / 5, abs=0.01)
    assert bad == pytest.approx(same / 5, abs=0.01)


def test_one_point_is_equally_long_in_all_parts_of_a_long_comparison() -> None:
    short, long = Row("一组", "90.00"), Row("省委第十二巡察组（开发区和高新区）", "90.00")
    widths = [
        parsed(comparison([row], "总分", beside=[short, long])).findall(f"{SVG}rect")[0].attrib["width"]
        for row in (short, long)
    ]
    assert widths[0] == widths[1]
