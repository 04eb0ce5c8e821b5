"""What holds for every drawing: well-formed, named, escaped, no inline style, ids of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pytest
import typst

from convive import charts
from convive.charts import PAGE, PRINT, Area, Bar, Break, Change, Interval, Point, Series
from convive.charts.fitting import cut, ticks, width_of, wrap
from convive.charts.ink import attributes
from convive.charts.marks import place_marks

NASTY = "Río \"Seco\" <b> & Cía. 'x'"
SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def a_series(ink: charts.Ink) -> str:
    points = [Point(date(2013, m, 1), 9.0 + m, 5, 20, provisional=m > 8) for m in range(1, 10)]
    points.append(Point(date(2013, 10, 1), None, 1, 4, suppressed=True))
    chart = Series(
        NASTY, points, NASTY, str, str, note=NASTY, compared=points, compared_name=NASTY,
        breaks=[Break(date(2013, 4, 1), NASTY, NASTY)],
    )  # fmt: skip
    return charts.series(chart, key="k", ink=ink)


DRAWINGS: dict[str, Callable[[charts.Ink], str]] = {
    "series": a_series,
    "bars": lambda ink: charts.bars(
        [Bar(NASTY, NASTY, 3, 1, 9), Bar(NASTY, NASTY, suppressed=True)],
        key="k", label=NASTY, ink=ink,
    ),
    "no bars": lambda ink: charts.bars([], key="k", label=NASTY, empty=NASTY, ink=ink),
    "comparison": lambda ink: charts.comparison(
        [
            Change(NASTY, NASTY, 1.2, 1.1, 9),
            Change(NASTY, NASTY, 0.8, 0, 0.9),
            Change("x", "y", 1, 0.9, 1.1),
        ],
        key="k", label=NASTY, no_change=NASTY, down="d", up="u", ink=ink,
    ),
    "interval": lambda ink: charts.interval_scale(
        Interval(0, 9, NASTY, NASTY, 3, 1, 8, "provisional"), key="k", label=NASTY, ink=ink
    ),
    "map": lambda ink: charts.choropleth(
        [Area(SQUARE, 1, NASTY, chosen=True), Area(SQUARE, 2, undetermined=True), Area(SQUARE)],
        key="k", label=NASTY, ink=ink,
    ),
    "sketch": lambda ink: charts.sketch(
        [Area(SQUARE, title=NASTY)], [Area(SQUARE, title=NASTY)], key="k", label=NASTY, ink=ink
    ),
    "locator": lambda ink: charts.locator(
        [Area(SQUARE, chosen=True), Area(SQUARE)], key="k", ink=ink
    ),
    **{
        f"swatch {name}": lambda ink, name=name: charts.swatch(name, key="k", ink=ink)
        for name in charts.SWATCHES
    },
}  # fmt: skip
EVERY = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


@EVERY
@pytest.mark.parametrize("ink", [PAGE, PRINT])
def test_every_drawing_is_well_formed_and_has_no_inline_style(draw, ink):
    text = draw(ink)
    root = ElementTree.fromstring(text)
    assert root.tag.endswith("svg")
    assert root.get("viewBox")
    assert not re.search(r"\bstyle=|<style|<script|\bon\w+=|nan|inf\b|None", text)


@EVERY
def test_every_drawing_is_named_in_a_sentence_or_hidden(draw):
    root = ElementTree.fromstring(draw(PAGE))
    if root.get("aria-hidden") == "true":
        assert root.get("aria-label") is None
    else:
        assert root.get("role") == "img"
        assert root.get("aria-label") == NASTY


@EVERY
def test_ids_begin_with_the_key_and_everything_pointed_at_is_there(draw):
    for ink in (PAGE, PRINT):
        text = draw(ink)
        ids = set(re.findall(r' id="([^"]+)"', text))
        assert set(re.findall(r"url\(#([^)]+)\)", text)) == ids
        assert all(name.startswith("k-") for name in ids)


@EVERY
def test_print_uses_attributes_only(draw):
    text = draw(PRINT)
    assert "class=" not in text and "var(" not in text
    assert 'xmlns="http://www.w3.org/2000/svg"' in text


def test_every_printed_drawing_sets_in_a_document_for_everybody(tmp_path):
    parts = ['#set document(title: "Charts")\n#set text(lang: "es")\n']
    for i, draw in enumerate(DRAWINGS.values()):
        (tmp_path / f"{i}.svg").write_text(draw(PRINT))
        parts.append(f'#image("{i}.svg", alt: "a drawing", width: 60mm)\n')
    (tmp_path / "all.typ").write_text("".join(parts))
    pdf = typst.compile(tmp_path / "all.typ", pdf_standards=["ua-1"], ignore_system_fonts=True)
    assert pdf.startswith(b"%PDF")


def test_every_role_of_a_page_has_its_printed_colour_and_its_rule():
    used = {
        role
        for draw in DRAWINGS.values()
        for found in re.findall(r'<(?:path|circle|text) class="([^"]+)"', draw(PAGE))
        for role in found.split()
    }
    assert len(used) > 20
    for role in used:
        assert attributes(PRINT, role)


@pytest.mark.parametrize("key", ["", "1a", "a b", 'a"', "a<"])
def test_a_key_that_cannot_be_an_id_is_refused(key):
    with pytest.raises(ValueError, match="key"):
        charts.bars([Bar("a", "1", 1)], key=key, label="x")


def test_an_unknown_swatch_is_refused():
    with pytest.raises(KeyError):
        charts.swatch("rainbow", key="k")


@pytest.mark.parametrize(
    "top, whole, expected",
    [
        (185, True, [0, 50, 100, 150, 200]),
        (3, True, [0, 1, 2, 3]),
        (0, True, [0, 1, 2, 3, 4]),
        (1, False, [0, 0.25, 0.5, 0.75, 1]),
        (1200, True, [0, 500, 1000, 1500]),
        (float("nan"), True, [0, 1, 2, 3, 4]),
    ],
)
def test_ticks_are_round_numbers(top, whole, expected):
    assert ticks(top, whole=whole) == pytest.approx(expected)


def test_words_wrap_between_words_and_are_cut_only_within_one():
    lines = wrap("Violencia contra la mujer", 90)
    assert " ".join(lines) == "Violencia contra la mujer"
    assert all(width_of(line) <= 90 for line in lines)
    assert cut("Desproporcionadamente", 60).endswith("…")
    assert width_of(cut("Desproporcionadamente", 60)) <= 60
    assert cut("x", 1) == ""


@pytest.mark.parametrize(
    "words", ["new limits, Sep 2014", "x", "a very long name of a change of method"]
)
def test_marks_close_together_never_meet(words):
    for gap in (0, 5, 20, 60):
        labels = place_marks([(100 + i * gap, words) for i in range(4)], 34, 328)
        assert len(labels) == 4
        for i, a in enumerate(labels):
            assert a.words_from >= 33.9
            assert a.words_to <= 328.1
            for b in labels[i + 1 :]:
                upper, lower = (a, b) if a.row > b.row else (b, a)
                assert not lower.words_from < upper.x < lower.words_to
                if a.row == b.row:
                    assert a.words_to < b.words_from or b.words_to < a.words_from
                    assert abs(a.x - b.x) > 12


def test_many_marks_are_placed_at_once():
    assert len({label.row for label in place_marks([(100, "new limits")] * 12, 34, 328)}) == 12
