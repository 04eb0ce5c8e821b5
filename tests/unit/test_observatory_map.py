"""Cells of a map: what is counted in them, and what none of them gives away."""

from __future__ import annotations

import random
from collections import Counter

import h3
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon, shape

from convive.domain.observatory.exposure import Drawings, Split
from convive.domain.observatory.map_cells import FINE, USUAL, CellCount, count_in_cells, outline
from convive.domain.observatory.map_numbers import tell
from convive.domain.observatory.map_shapes import unsettled
from convive.domain.observatory.parts import MapRow
from convive.domain.programme.models import Place
from convive.evidence.positions import Spot

A, B = "PE-INEI:130105", "PE-INEI:130102"
OWN = {A: A, B: B, "PE-RENIEC:120111": A}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def spots(count=3000, seed=1, centres=6):
    """Incidents around a few corners of two districts."""
    chance = random.Random(seed)
    corners = [(chance.uniform(-79.1, -79.0), chance.uniform(-8.1, -8.0)) for _ in range(centres)]
    found = []
    for _ in range(count):
        lon, lat = chance.choice(corners)
        place = A if lat > -8.05 else B
        found.append(Spot(chance.gauss(lon, 0.01), chance.gauss(lat, 0.01), place, 1))
    return found


def row(ref, name, n):
    return MapRow(ref, name, False, True, None, n, None, None, None, None)


def counted(cells):
    return Counter({cell.cell: cell.n for cell in cells.found})


@pytest.mark.parametrize("wants_fine", [False, True])
def test_cells_are_counted_as_one_by_one(wants_fine):
    """Against the library itself, an incident at a time."""
    many = spots(count=20_000)
    found = count_in_cells(many, OWN, 5, wants_fine=wants_fine)
    resolution = FINE if wants_fine else USUAL
    slow = Counter(h3.latlng_to_cell(s.lat, s.lon, FINE) for s in many)
    if not wants_fine:
        # A cell of nine belongs to the one of eight that names it its child
        slow = Counter(h3.cell_to_parent(cell, USUAL) for cell in slow.elements())
    assert found.resolution == resolution
    assert counted(found) == slow


def test_positions_that_came_several_times_count_several_times():
    one = count_in_cells([Spot(-79.05, -8.05, A, 7)], OWN, 5)
    assert [(cell.n, cell.district, cell.parts) for cell in one.found] == [(7, A, {A: 7})]


def test_a_place_is_known_under_each_of_its_codes_and_others_are_left_out():
    found = count_in_cells(
        [
            Spot(-79.05, -8.05, "PE-RENIEC:120111", 3),
            Spot(-79.05, -8.05, A, 2),
            Spot(-79.05, -8.05, "PE-INEI:150101", 40),
        ],
        OWN,
        5,
    )
    assert [(cell.n, cell.parts) for cell in found.found] == [(5, {A: 5})]


def test_a_cell_counts_under_the_district_of_most_of_its_incidents():
    both = [Spot(-79.05, -8.05, A, 4), Spot(-79.05001, -8.05, B, 6)]
    (cell,) = count_in_cells(both, OWN, 5).found
    assert (cell.district, cell.n) == (B, 10)
    assert cell.parts == {A: 4, B: 6}


def test_smaller_cells_are_only_offered_where_they_would_tell_something():
    thin = count_in_cells(spots(count=120), OWN, 5, wants_fine=True)
    assert not thin.may_be_fine
    assert thin.resolution == USUAL
    thick = count_in_cells(spots(count=20_000), OWN, 5, wants_fine=True)
    assert thick.may_be_fine
    assert thick.is_fine


def test_one_position_with_too_many_incidents_is_told():
    sink = Spot(-79.05, -8.05, A, 300)
    assert count_in_cells([*spots(), sink], OWN, 5).sink == pytest.approx(300 / 3300)
    assert count_in_cells(spots(), OWN, 5).sink is None
    assert count_in_cells([Spot(-79.05, -8.05, A, 3)], OWN, 5).sink is None


def test_an_outline_is_a_hexagon_around_its_incidents():
    (cell,) = count_in_cells([Spot(-79.05, -8.05, A, 1)], OWN, 5).found
    ring = outline(cell.cell)
    assert len(ring) == 6
    assert Polygon(ring).contains(Point(-79.05, -8.05))


# What none of them gives away


def told(cells, totals, threshold=5):
    rows = [row(ref, name, totals[ref]) for ref, name in ((A, "La Esperanza"), (B, "El Porvenir"))]
    return tell(cells, rows, lambda ref: ref, threshold)


def cell_of(number, parts):
    name = h3.latlng_to_cell(-8.0 - number / 50, -79.0, USUAL)
    return CellCount(name, max(parts, key=parts.get), parts)


def test_small_cells_have_no_number_and_no_class():
    cells = [cell_of(i, {A: n}) for i, n in enumerate((30, 12, 4, 3, 2))]
    found = told(cells, {A: 200, B: 0})
    assert [(cell.n, cell.name) for cell in found.cells[:2]] == [
        (30, "La Esperanza · cell 1"),
        (12, "La Esperanza · cell 2"),
    ]
    assert [(cell.n, cell.rank, cell.name) for cell in found.cells[2:]] == [
        (None, 0, "La Esperanza")
    ] * 3


def test_a_single_small_cell_is_protected_from_its_district_number():
    """All incidents have a position: the district's number less the others would tell it."""
    cells = [cell_of(i, {A: n}) for i, n in enumerate((30, 12, 3))]
    found = told(cells, {A: 45, B: 0})
    assert [cell.n for cell in found.cells] == [30, None, None]
    unplaced = told(cells, {A: 145, B: 0})
    assert [cell.n for cell in unplaced.cells] == [30, 12, None]


def test_a_cell_that_its_district_gives_away_is_not_drawn():
    found = told([cell_of(0, {A: 2}), cell_of(1, {B: 9})], {A: 2, B: 9})
    assert [(cell.n, cell.name) for cell in found.cells] == [(9, "El Porvenir · cell 1")]


def test_the_order_of_hidden_cells_tells_nothing():
    cells = [cell_of(i, {A: n}) for i, n in enumerate((30, 4, 1, 3, 2))]
    hidden = [cell.cell for cell in told(cells, {A: 500, B: 0}).cells if cell.n is None]
    assert hidden == sorted(hidden)
    assert len(hidden) == 4


counts = st.lists(st.integers(1, 40), min_size=1, max_size=14)


@settings(max_examples=150, deadline=None)
@given(counts, counts, st.integers(0, 30), st.integers(0, 30))
def test_no_hidden_number_can_be_worked_out_from_the_districts(first, second, rest_a, rest_b):
    """The attacker knows both districts' numbers and every cell that is told."""
    cells = [cell_of(i, {A: n}) for i, n in enumerate(first)]
    cells += [cell_of(100 + i, {B: n}) for i, n in enumerate(second)]
    totals = {A: sum(first) + rest_a, B: sum(second) + rest_b}
    found = told(cells, totals)
    true = {cell.cell: cell.n for cell in cells}
    assert all(cell.n is None or cell.n >= 5 for cell in found.cells)
    for ref, rest in ((A, rest_a), (B, rest_b)):
        mine = [
            cell
            for cell in found.cells
            if ref in {c.district for c in cells if c.cell == cell.cell}
        ]
        hidden = [cell for cell in mine if cell.n is None]
        if not hidden:
            continue
        # Hidden cells are 1 or more, the rest is 0 or more, and together they are what is left
        left = totals[ref] - sum(cell.n for cell in mine if cell.n is not None)
        assert len(hidden) > 1 or rest
        # Each may be as much as is left by the others, which are 1 or more: 1 to 4 remain possible
        assert left - (len(hidden) - 1) >= 4
        # Nobody is told how many have no position, but a source may have none such
        if not rest:
            assert sum(true[cell.cell] for cell in hidden) == left


# Limits that are not settled


def place(code, west, east, schematic=True):
    ring = [[west, -8.1], [east, -8.1], [east, -8.0], [west, -8.0], [west, -8.1]]
    return Place(
        scheme="PE-INEI",
        code=code,
        outline={"type": "Polygon", "coordinates": [ring]},
        outline_is_schematic=schematic,
    )


def test_a_limit_that_only_one_edition_draws_is_not_settled():
    whole, part, other = (
        place("1", -79.0, -78.9),
        place("2", -78.9, -78.8),
        place("3", -78.8, -78.7),
    )
    drawings = Drawings((Split("old", "new", "PE-INEI:1", frozenset({"PE-INEI:1", "PE-INEI:2"})),))
    (line,) = unsettled([whole, part, other], drawings)
    assert shape(line).distance(LineString([(-78.9, -8.1), (-78.9, -8.0)])) == 0
    assert 0.09 < shape(line).length < 0.11
    surveyed = place("2", -78.9, -78.8, schematic=False)
    assert unsettled([whole, surveyed, other], drawings) == []
