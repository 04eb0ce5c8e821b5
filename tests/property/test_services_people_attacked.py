"""What is told of the people of services, attacked by an independent linear program: everything
that can be asked at once, with all that a reader knows of how it is tied."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from convive.domain.services.counting import ANY, Counts, counts

ASKED = {"sex": ("F", "M", "X"), "age_band": ("0-17", "18-29", "30+"), "district": ("d1", "d2")}
ONCE = ("sex", "age_band")
SERVICES = {"art": 5, "work": 5, "law": 10}
ROWS = (ANY, *SERVICES)


@st.composite
def visits(draw: st.DrawFn) -> list[tuple[int, str, dict[str, str]]]:
    """Groups of people alike, who came to one service or to several, in one district or two."""
    kind = st.tuples(
        st.sampled_from(("F", "F", "M", "X", "")),
        st.sampled_from((*ASKED["age_band"], "")),
        st.sets(
            st.sampled_from(tuple(product(SERVICES, ASKED["district"]))), min_size=1, max_size=3
        ),
        st.one_of(st.integers(1, 4), st.integers(5, 30)),
    )
    found, person = [], 0
    for sex, band, places, size in draw(st.lists(kind, min_size=1, max_size=8)):
        for _ in range(size):
            person += 1
            for service, district in sorted(places):
                levels = {"sex": sex, "age_band": band, "district": district}
                found.append((person, service, levels))
    return found


def truth(who: list[tuple[int, str, dict[str, str]]]) -> dict[tuple[str, str, str], int]:
    """How many there are, of whatever can be asked: counted here anew."""
    return {
        (row, way, level): len(
            {
                person
                for person, service, levels in who
                if row in (ANY, service) and (way == ANY or levels[way] == level)
            }
        )
        for row in ROWS
        for way, level in [(ANY, ANY), *((w, each) for w in ASKED for each in ASKED[w])]
    }


def least(key: tuple[str, str, str], who: list[tuple[int, str, dict[str, str]]]) -> int:
    """The threshold of a number: of any service, the highest of those that stand in it."""
    row, way, level = key
    if row != ANY:
        return SERVICES[row]
    inside = {each for _p, each, levels in who if way == ANY or levels[way] == level}
    return max((SERVICES[each] for each in inside), default=5)


def left_over(who: list[tuple[int, str, dict[str, str]]]) -> list[tuple[str, str, str]]:
    """What no table tells: where nobody is left over, a reader is taken to know it."""
    return [
        (row, way, ANY)
        for row in ROWS
        for way in ONCE
        if any(row in (ANY, service) and levels[way] == ANY for _p, service, levels in who)
    ]


def bounds(
    told: dict[tuple[str, str, str], int | None], who: list[tuple[int, str, dict[str, str]]]
) -> dict[tuple[str, str, str], float]:
    """How wide each number that is not told stays, for whoever has all the others."""
    names = [*told, *left_over(who)]
    at = {name: i for i, name in enumerate(names)}
    equal, under = [], []

    def row(more: list[tuple[str, str, str]], less: tuple[str, str, str]) -> np.ndarray:
        made = np.zeros(len(names))
        for name in more:
            made[at[name]] += 1
        made[at[less]] -= 1
        return made

    for each in ROWS:
        for way in ASKED:
            parts = [name for name in names if name[:2] == (each, way)]
            if way in ONCE:
                equal.append(row(parts, (each, ANY, ANY)))
            else:
                under.append(-row(parts, (each, ANY, ANY)))
                under += [row([part], (each, ANY, ANY)) for part in parts]
    for name in [one for one in names if one[0] == ANY]:
        parts = [each for service in SERVICES if (each := (service, *name[1:])) in at]
        under.append(-row(parts, name))
        under += [row([part], name) for part in parts]
    box = [(0, None) if told.get(name) is None else (told[name],) * 2 for name in names]
    wide = {}
    for name, value in told.items():
        if value is None:
            ends = []
            for sign in (1, -1):
                aim = np.zeros(len(names))
                aim[at[name]] = sign
                found = linprog(
                    aim, np.array(under), np.zeros(len(under)), np.array(equal),
                    np.zeros(len(equal)), box,
                )  # fmt: skip
                assert found.status in {0, 3}, found.message
                ends.append(math.inf if found.status == 3 else sign * found.fun)
            wide[name] = ends[1] - ends[0]
    return wide


def asked(made: Counts, who: list[tuple[int, str, dict[str, str]]]) -> dict:
    return {key: made.told(*key) for key in truth(who)}


@settings(deadline=None, max_examples=60)
@given(visits())
def test_no_hidden_number_can_be_worked_out(who):
    true = truth(who)
    told = asked(counts(who, SERVICES, ONCE, ASKED), who)
    for key, value in told.items():
        assert value in (None, true[key])
        if 0 < true[key] < least(key, who):
            assert value is None, key
    for key, width in bounds(told, who).items():
        assert width >= least(key, who) - 1 - 1e-6, (key, told)


def test_the_attack_finds_what_a_table_by_itself_gives_away():
    """Twelve women and three men, and fifteen in all: each table by itself would tell two of it."""
    who = [
        (n, "art", {"sex": "F" if n < 12 else "M", "age_band": "30+", "district": "d1"})
        for n in range(15)
    ]
    true = truth(who)
    naive = {key: None if 0 < value < 5 else value for key, value in true.items()}
    assert bounds(naive, who)["art", "sex", "M"] < 4
    told = asked(counts(who, SERVICES, ONCE, ASKED), who)
    assert min(bounds(told, who).values()) >= 4
    assert told["art", ANY, ANY] == told[ANY, ANY, ANY] == 15


@pytest.mark.parametrize("size", [5, 12, 60])
def test_what_hides_nothing_small_is_told_whole(size):
    who = [
        (n, "art", {"sex": "FM"[n % 2], "age_band": "30+", "district": "d1"})
        for n in range(2 * size)
    ]
    assert asked(counts(who, SERVICES, ONCE, ASKED), who) == truth(who)
