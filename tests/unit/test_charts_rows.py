"""Bars, comparisons and the scale of a figure card."""

from __future__ import annotations

import math
import re
from functools import partial
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.charts import Bar, Change, Interval, bars, comparison, interval_scale, scale_for
from convive.charts.fitting import width_of

WORDS = {"label": "Change", "no_change": "no change", "down": "falls", "up": "rises"}
names = st.text("abcdefgh MWiñ", min_size=1, max_size=60).map(str.strip).filter(bool)
numbers = st.text("0123456789 (a)−%", min_size=1, max_size=40).map(str.strip).filter(bool)


def elements(text: str, role: str) -> list[ElementTree.Element]:
    return [e for e in ElementTree.fromstring(text).iter() if e.get("class") == role]


def widths(text: str) -> list[float]:
    return [float(re.search(r"h([\d.]+)v", e.get("d"))[1]) for e in elements(text, "bar")]


def boxes_of_text(text: str) -> list[tuple[float, float, float, float]]:
    found = []
    for e in ElementTree.fromstring(text).iter("text"):
        roles = (e.get("class") or "").split()
        wide = width_of(e.text or "", bold="lab" in roles)
        x = float(e.get("x")) - (wide if "e" in roles else wide / 2 if "m" in roles else 0)
        y = float(e.get("y"))
        found.append((x, x + wide, y - 11, y + 3))
    return found


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=12))
def test_bars_are_as_long_as_their_values(values):
    drawn = widths(bars([Bar(f"n{v}", f"{v}", v) for v in values], key="b", label="Offences"))
    longest = max(values)
    for value, width in zip(values, drawn, strict=True):
        assert width == pytest.approx(320 * value / longest if longest else 0, abs=0.06)


def test_the_longest_whisker_stays_inside():
    drawing = bars([Bar("Robbery", "5", 5, 1.6, 11.7)], key="b", label="Offences")
    ends = [float(x) for x in re.findall(r"M([\d.]+)", elements(drawing, "wh")[0].get("d"))]
    assert max(ends) <= 340


def test_a_suppressed_bar_is_hatched_with_its_words_and_never_blank():
    drawing = bars(
        [Bar("Kidnapping", "fewer than 5, hidden", suppressed=True, upper=4)], key="b", label="x"
    )
    assert "url(#b-supp)" in drawing
    assert "fewer than 5, hidden" in drawing
    assert not elements(drawing, "bar")


def test_a_missing_bar_has_its_words_and_no_bar_and_zero_has_its_whisker():
    drawing = bars([Bar("A", "n/a"), Bar("B", "0 (0 to 4)", 0, 0, 3.69)], key="b", label="x")
    assert "n/a" in drawing
    assert widths(drawing) == [0]
    assert len(elements(drawing, "wh")) == 1


@given(st.lists(st.tuples(names, numbers), min_size=1, max_size=5))
def test_names_and_numbers_never_overlap(rows):
    for drawing in (
        bars([Bar(n, t, 3) for n, t in rows], key="b", label="x"),
        comparison([Change(n, t, 1.1, 0.9, 1.3) for n, t in rows], key="c", **WORDS),
    ):
        boxes = boxes_of_text(drawing)
        for i, (a0, a1, atop, abottom) in enumerate(boxes):
            assert a0 >= -0.5
            assert a1 <= 340.5
            for b0, b1, btop, bbottom in boxes[i + 1 :]:
                assert a1 <= b0 or b1 <= a0 or abottom <= btop or bbottom <= atop


@pytest.mark.parametrize("draw", [bars, partial(comparison, no_change="", down="", up="")])
def test_without_rows_the_words_say_what_is_missing(draw):
    drawing = draw([], key="b", label="Offences", empty="No data for Jan to May 2016.")
    assert "No data for Jan to May 2016." in drawing
    assert elements(drawing, "ax")


def test_negative_values_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        bars([Bar("A", "-1", -1)], key="b", label="x")
    with pytest.raises(ValueError, match="0 or more"):
        comparison([Change("A", "x", -1, 0, 1)], key="c", **WORDS)


@pytest.mark.parametrize(
    "lower, upper, dot",
    [(0.75, 0.95, "pt"), (1.05, 1.31, "pt-up"), (0.84, 1.29, "pt-0"), (1.0, 1.2, "pt-0")],
)
def test_what_may_be_chance_is_grey(lower, upper, dot):
    row = Change("La Esperanza", "x", (lower + upper) / 2, lower, upper)
    drawing = comparison([row], key="c", **WORDS)
    assert {r for r in ("pt", "pt-up", "pt-0") if elements(drawing, r)} == {dot}


def test_a_doubling_is_as_far_from_the_middle_as_a_halving():
    rows = [Change("A", "x", 2, 1.5, 2.5), Change("B", "x", 0.5, 0.4, 1 / 1.5)]
    drawing = comparison(rows, key="c", **WORDS)
    up = float(elements(drawing, "pt-up")[0].get("cx"))
    down = float(elements(drawing, "pt")[0].get("cx"))
    assert up - 170 == pytest.approx(170 - down, abs=0.2)


def test_on_a_linear_scale_equal_points_are_equally_far():
    rows = [Change("A", "x", 1.2, 1.1, 1.3), Change("B", "x", 0.8, 0.7, 0.9)]
    drawing = comparison(rows, key="c", scale="linear", **WORDS)
    up = float(elements(drawing, "pt-up")[0].get("cx"))
    assert up - 170 == pytest.approx(170 - float(elements(drawing, "pt")[0].get("cx")), abs=0.2)


def test_an_end_without_bound_is_an_arrow_and_not_a_whisker_end():
    rows = [Change("A", "x", math.inf, 1.4, math.inf), Change("B", "x", 0, 0, 2.4)]
    drawing = comparison(rows, key="c", **WORDS)
    assert "circle" not in drawing
    assert drawing.count('z"') == 2
    assert len(elements(drawing, "wh-up")) == len(elements(drawing, "wh-0")) == 1


def test_a_place_without_data_has_its_words_only():
    drawing = comparison([Change("Laredo", "n/a")], key="c", **WORDS)
    assert "n/a" in drawing and "circle" not in drawing


def test_the_scale_of_a_card_writes_both_ends():
    figure = Interval(10, 50, "10", "50", 38.6, 35.8, 41.6)
    drawing = interval_scale(figure, key="i")
    assert ElementTree.fromstring(drawing).get("aria-hidden") == "true"
    assert [e.text for e in ElementTree.fromstring(drawing).iter("text")] == ["10", "50"]
    assert float(elements(drawing, "pt")[0].get("cx")) == pytest.approx(260 * 28.6 / 40, abs=0.06)


def test_a_card_shows_what_kind_of_answer_it_has():
    def drawn(**more) -> str:
        return interval_scale(Interval(0, 20, "0", "20", **more), key="i")

    provisional = drawn(value=5, lower=3, upper=9, status="provisional")
    assert "url(#i-hatch)" in provisional and 'class="dot"' in provisional
    suppressed = drawn(lower=1, upper=4, status="suppressed")
    assert "url(#i-supp)" in suppressed and "circle" not in suppressed
    missing = drawn(status="missing")
    assert "circle" not in missing and "url(" not in missing and 'class="ax"' in missing


def test_a_value_beyond_the_scale_stands_at_its_end():
    drawing = interval_scale(Interval(0, 10, "0", "10", 99, 5, 200), key="i")
    assert elements(drawing, "pt")[0].get("cx") == "260"


def test_a_scale_without_length_is_refused():
    with pytest.raises(ValueError, match="scale"):
        interval_scale(Interval(5, 5, "5", "5"), key="i")


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_chosen_scale_starts_at_zero_and_holds_the_interval_with_air(a, b):
    start, end = scale_for(min(a, b), max(a, b))
    assert start == 0
    assert end > max(a, b)
