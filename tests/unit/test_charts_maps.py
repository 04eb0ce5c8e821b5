"""Maps keep proportions; chosen, unsettled and unknown are told apart without colour."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from convive.charts import Area, cells, choropleth, locator, sketch


def square(lon: float, lat: float, side: float = 0.1) -> dict:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Polygon", "coordinates": [ring]}


def paths(text: str, role: str) -> list[str]:
    return [e.get("d") for e in ElementTree.fromstring(text).iter("path") if e.get("class") == role]


def size(d: str) -> tuple[float, float]:
    points = [tuple(map(float, p.split())) for p in re.findall(r"[\d.]+ [\d.]+", d)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) - min(xs), max(ys) - min(ys)


@pytest.mark.parametrize("lat, ratio", [(0.0, 1.0), (-8.1, 0.990), (60.0, 0.5)])
def test_a_degree_east_is_drawn_as_long_as_it_is_there(lat, ratio):
    drawing = choropleth([Area(square(-79, lat - 0.05), 3)], key="m", label="Map")
    width, height = size(paths(drawing, "hx3")[0])
    assert width / height == pytest.approx(ratio, abs=0.01)


def test_north_is_up_and_east_is_right():
    areas = [Area(square(-79, -8), 1), Area(square(-78.9, -7.9), 2)]
    drawing = choropleth(areas, key="m", label="Map")
    first = tuple(map(float, re.match(r"M([\d.]+) ([\d.]+)", paths(drawing, "hx1")[0]).groups()))
    second = tuple(map(float, re.match(r"M([\d.]+) ([\d.]+)", paths(drawing, "hx2")[0]).groups()))
    assert second[0] > first[0] and second[1] < first[1]


def test_every_class_has_its_shade_and_says_its_value():
    areas = [Area(square(-79 + n / 10, -8), n, f"District {n}: {n * 10}") for n in range(1, 6)]
    drawing = choropleth(areas, key="m", label="Map of robberies")
    assert all(len(paths(drawing, f"hx{n}")) == 1 for n in range(1, 6))
    assert "<title>District 3: 30</title>" in drawing


def test_missing_and_suppressed_are_hatched_differently():
    areas = [Area(square(-79, -8)), Area(square(-78.8, -8), 0, suppressed=True)]
    drawing = choropleth(areas, key="m", label="Map")
    assert drawing.count("url(#m-hatch)") == drawing.count("url(#m-supp)") == 1
    assert len(paths(drawing, "land")) == 2


def test_cells_lie_on_bare_ground_and_few_are_hatched():
    """The ground has no shade: a shade is a number."""
    ground = [Area(square(-79, -8, 0.5), title="District")]
    found = [Area(square(-79 + n / 10, -8), n) for n in (0, 1, 1, 5)]
    drawing = cells(ground, found, key="m", label="Map")
    assert len(paths(drawing, "land")) == len(paths(drawing, "edge")) == 1
    assert [len(paths(drawing, f"hx{n}")) for n in range(1, 6)] == [1, 0, 0, 0, 1]
    assert paths(drawing, "hx1")[0].count("M") == 2
    assert drawing.count("url(#m-supp)") == 1
    assert "None here." in cells([], [], key="m", label="Map", empty="None here.")
    with pytest.raises(ValueError, match="shades"):
        cells([], [Area(square(0, 0), 6)], key="m", label="Map")


def test_a_suppressed_district_never_shows_its_class():
    drawing = choropleth([Area(square(-79, -8), 5, suppressed=True)], key="m", label="Map")
    assert not paths(drawing, "hx5")


def test_an_unsettled_limit_is_dashed_and_the_chosen_district_stands_out():
    areas = [
        Area(square(-79, -8), 2, chosen=True),
        Area(square(-78.9, -8), 3, undetermined=True),
        Area(square(-78.8, -8), 4),
    ]
    drawing = choropleth(areas, key="m", label="Map")
    assert len(paths(drawing, "edge")) == 2
    assert len(paths(drawing, "edge-u")) == 1
    assert len(paths(drawing, "edge-c")) == len(paths(drawing, "edge-h")) == 1


def test_a_tall_map_stays_within_its_height():
    areas = [Area(square(-79, -8 - n / 10), 1) for n in range(30)]
    view = ElementTree.fromstring(choropleth(areas, key="m", label="Map")).get("viewBox")
    assert float(view.split()[3]) <= 420


def test_many_islands_and_holes_are_drawn():
    hole = square(-78.98, -7.98, 0.02)["coordinates"][0]
    outer = square(-79, -8)["coordinates"][0]
    islands = {
        "type": "MultiPolygon",
        "coordinates": [[outer, hole], square(-78.5, -8)["coordinates"]],
    }
    [d] = paths(choropleth([Area(islands, 1)], key="m", label="Map"), "hx1")
    assert d.count("M") == d.count("z") == 3


def test_what_is_not_a_polygon_or_a_shade_is_refused():
    with pytest.raises(ValueError, match="Point"):
        choropleth([Area({"type": "Point", "coordinates": [0, 0]})], key="m", label="Map")
    with pytest.raises(ValueError, match="shades"):
        choropleth([Area(square(0, 0), 6)], key="m", label="Map")


def test_without_districts_the_words_say_so():
    assert "No outline." in choropleth([], key="m", label="Map", empty="No outline.")
    assert locator([], key="l") == ""


def test_a_locator_fills_the_chosen_district_last():
    drawing = locator([Area(square(-79, -8), chosen=True), Area(square(-78.9, -8))], key="l")
    assert [e.get("class") for e in ElementTree.fromstring(drawing).iter("path")] == ["soil", "pt"]


def test_a_sketch_numbers_its_areas_on_their_ground():
    drawing = sketch(
        [Area(square(-79, -8, 1.0), title="El distrito")],
        [Area(square(-78.8, -7.8), title="Sector 1"), Area(square(-78.4, -7.4), title="Sector 2")],
        key="s",
        label="Dos sectores.",
    )
    assert drawing.index("El distrito") < drawing.index("Sector 1") < drawing.index("Sector 2")
    assert ">1</text>" in drawing and ">2</text>" in drawing
    assert drawing.count('class="edge-c"') == 2
    with pytest.raises(ValueError, match="one area"):
        sketch([], [], key="s", label="")
