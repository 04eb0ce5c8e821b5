"""A series is broken where the way of counting changed, and says what it does not know."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.charts import NARROW, PAPER, PRINT, WIDE, Break, Point, Series, both_drawings, series

SHEETS = pytest.mark.parametrize("sheet", [WIDE, NARROW, PAPER])


def month(i: int) -> date:
    return date(2013 + i // 12, i % 12 + 1, 1)


def months(values: list[float | None], provisional: int = 0) -> list[Point]:
    return [
        Point(
            month(i),
            value,
            None if value is None else value * 0.8,
            None if value is None else value * 1.2,
            provisional=i >= len(values) - provisional,
        )
        for i, value in enumerate(values)
    ]


def chart(points: list[Point], **more) -> Series:
    given = {
        "label": "Robberies each month: they rise.",
        "points": points,
        "name": "El Porvenir",
        "number": lambda x: f"{x:g}",
        "month": lambda day: f"{day:%b}",
    }
    return Series(**{**given, **more})


def drawn(text: str, role: str) -> list[str]:
    """The paths of every element of this class."""
    tree = ElementTree.fromstring(text)
    return [e.get("d", "") for e in tree.iter() if e.get("class", "") == role]


def texts(text: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(text).iter() if e.tag.endswith("text")]


def pieces(paths: list[str]) -> list[list[tuple[float, float]]]:
    """Each unbroken piece of line as its points."""
    return [
        [tuple(map(float, at.split())) for at in piece.rstrip("z").split("L")]
        for path in paths
        for piece in path.split("M")
        if piece
    ]


@SHEETS
def test_a_line_never_crosses_a_break(sheet):
    breaks = [
        Break(date(2014, 9, 1), "new limits, Sep 2014", "new limits"),
        Break(date(2015, 3, 20), "new form, Mar 2015", "new form"),
    ]
    drawing = series(chart(months([100.0] * 42), breaks=breaks), key="a", on=sheet)
    uprights = [float(re.match(r"M([\d.]+)", d)[1]) for d in drawn(drawing, "mk")]
    assert len(uprights) == 2
    for role in ("ln", "band"):
        runs = pieces(drawn(drawing, role))
        assert len(runs) == 3
        for run in runs:
            xs = [x for x, _ in run]
            assert not any(min(xs) < x < max(xs) for x in uprights)


def test_no_line_joins_months_that_are_counted_in_two_ways():
    parted = [Point(month(i), 5.0, anew=i == 3) for i in range(6)]
    drawing = series(chart(months([4] * 6), compared=parted, compared_name="p"), key="a")
    assert [len(piece) for piece in pieces(drawn(drawing, "ln2"))] == [3, 3]


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 500)), min_size=1, max_size=60),
    st.lists(st.dates(date(2012, 1, 1), date(2019, 1, 1)), max_size=4),
    st.integers(0, 5),
)
def test_no_piece_of_line_spans_a_gap_or_a_break(values, days, provisional):
    breaks = [Break(day, f"changed on {day}", "changed", of_all=True) for day in days]
    points = months(values, provisional)
    drawing = series(chart(points, breaks=breaks, compared=months(values)), key="a")
    uprights = [float(re.match(r"M([\d.]+)", d)[1]) for d in drawn(drawing, "mk")]
    runs = [r for role in ("ln", "prv", "ln2") for r in pieces(drawn(drawing, role))]
    step = (988 - 34) / max(len(values) - 1, 1)
    for run in runs:
        for (x0, _), (x1, _) in pairwise(run):
            assert x1 - x0 < 1.5 * step + 0.2
            assert not any(x0 + 0.2 < x < x1 - 0.2 for x in uprights)
    known = sum(value is not None for value in values)
    assert sum(len(r) for r in pieces(drawn(drawing, "ln2"))) <= known


def test_a_comparison_goes_on_where_only_the_district_changed():
    def pieces_of_comparison(of_all: bool) -> int:
        brk = Break(date(2014, 9, 1), "new limits", "limits", of_all=of_all)
        it = chart(months([90.0] * 42), breaks=[brk], compared=months([80.0] * 42))
        return len(pieces(drawn(series(it, key="a"), "ln2")))

    assert pieces_of_comparison(False) == 1
    assert pieces_of_comparison(True) == 2


def test_provisional_months_are_hatched_dotted_and_open():
    drawing = series(chart(months([100.0, 110.0, 120.0, 115.0, 118.0], provisional=2)), key="a")
    assert drawing.count("url(#a-hatch)") == 1
    assert [len(run) for run in pieces(drawn(drawing, "ln"))] == [3]
    assert [len(run) for run in pieces(drawn(drawing, "prv"))] == [3]
    assert drawing.count('class="dot"') == 2


def test_the_axis_starts_at_zero_and_reaches_above_the_band():
    drawing = series(chart(months([98.0, 158.0])), key="a")
    assert texts(drawing)[:5] == ["0", "50", "100", "150", "200"]


def test_counts_have_no_axis_with_fractions():
    labels = texts(series(chart(months([1.0, 2.0])), key="a"))
    assert all(label.isdigit() for label in labels if label[0].isdigit())


def test_hidden_months_are_a_hatched_box_and_no_line():
    points = months([9.0, 8.0, 7.0, 9.0, 8.0])
    points[2] = Point(month(2), None, 1, 4, suppressed=True)
    drawing = series(chart(points), key="a")
    assert drawing.count("url(#a-supp)") == 1
    assert [len(run) for run in pieces(drawn(drawing, "ln"))] == [2, 2]


def test_hidden_months_side_by_side_share_a_box():
    hidden = [Point(month(i), None, 1, 4, suppressed=True) for i in (1, 2, 3)]
    points = [Point(month(0), 9.0), *hidden, Point(month(4), 9.0)]
    assert series(chart(points), key="a").count("url(#a-supp)") == 1


@SHEETS
@pytest.mark.parametrize("points", [[], months([None, None, None])])
def test_without_data_the_axis_stands_and_the_months_are_named(points, sheet):
    it = chart(points, empty="No data for Jan to Mar 2013.")
    drawing = series(it, key="a", on=sheet)
    assert "".join(texts(drawing)).count("No data for Jan to Mar 2013.") == 1
    assert drawn(drawing, "ax")
    assert not drawn(drawing, "ln")
    assert "El Porvenir" not in texts(drawing)


def test_one_lone_month_is_a_dot_with_its_whisker():
    drawing = series(chart(months([12.0])), key="a")
    assert drawing.count('class="pt"') == 1
    assert len(drawn(drawing, "wh")) == 1
    assert not drawn(drawing, "ln")


def test_months_of_nothing_are_a_line_on_the_axis():
    drawing = series(chart(months([0.0, 0.0, 0.0])), key="a")
    [run] = pieces(drawn(drawing, "ln"))
    assert {y for _, y in run} == {314.0}


def test_years_are_written_below_long_spans_and_months_below_short_ones():
    assert {"2013", "2014", "2015"} <= set(texts(series(chart(months([9.0] * 30)), key="a")))
    short = texts(series(chart(months([9.0] * 5)), key="a"))
    assert {"Jan", "Feb", "May"} <= set(short)
    assert "2013" not in short


def test_the_names_stand_at_the_ends_of_the_lines_on_wide_sheets_only():
    it = chart(
        months([100.0] * 24), note="100, provisional",
        compared=months([101.0] * 24), compared_name="4 similar districts",
    )  # fmt: skip
    wide, narrow = texts(series(it, key="a")), texts(series(it, key="b", on=NARROW))
    assert "El Porvenir" in wide and "100, provisional" in wide
    assert "El Porvenir" not in narrow


@given(st.floats(0, 200), st.floats(0, 200))
def test_names_at_the_end_never_overlap(first, second):
    it = chart(
        months([200.0] * 3 + [first]), note="now",
        compared=months([200.0] * 3 + [second]), compared_name="similar districts, four",
    )  # fmt: skip
    tree = ElementTree.fromstring(series(it, key="a"))
    lines = sorted(
        float(e.get("y")) for e in tree.iter("text") if float(e.get("x")) > WIDE.width - 132
    )
    assert all(b - a >= 15 for a, b in pairwise(lines))
    assert lines[-1] <= WIDE.height - 14


@pytest.mark.parametrize(
    "wrong",
    [
        [Point(date(2013, 1, 15), 3.0)],
        [Point(date(2013, 2, 1), 3.0), Point(date(2013, 1, 1), 3.0)],
        [Point(date(2013, 1, 1), 3.0), Point(date(2013, 1, 1), 3.0)],
    ],
)
def test_months_out_of_order_are_refused(wrong):
    with pytest.raises(ValueError, match="months"):
        series(chart(wrong), key="a")


def test_a_page_gets_a_wide_and_a_narrow_drawing_with_their_own_ids():
    both = both_drawings(chart(months([9.0] * 5, provisional=2)), key="robos")
    ids = re.findall(r' id="([^"]+)"', both)
    assert ids == ["robos-wide-hatch", "robos-narrow-hatch"]
    assert 'class="plot wide-only"' in both and 'class="plot narrow-only"' in both


def test_on_paper_nothing_depends_on_a_style_sheet():
    breaks = [Break(date(2013, 6, 1), "new limits", "limits")]
    it = chart(months([9.0] * 12, provisional=2), breaks=breaks, compared=months([8.0] * 12))
    drawing = series(it, key="a", on=PAPER, ink=PRINT)
    assert "class=" not in drawing and "var(" not in drawing
    assert 'xmlns="http://www.w3.org/2000/svg"' in drawing
