"""The corrected count against slow, obvious references."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import linkage_count, linkage_known, linkage_rates
from convive.stats.linkage_known import UNKNOWN, Records

small = settings(max_examples=60, deadline=None)


@st.composite
def linked(draw) -> Records:
    """People with up to five records, some with an identifier, linked well or badly by tokens."""
    rows = []
    for person in range(draw(st.integers(1, 12))):
        lists = draw(st.lists(st.integers(0, 4), min_size=1, max_size=5, unique=True))
        for of_list in lists:
            has = draw(st.booleans())
            apart = draw(st.sampled_from([0, 0, 0, 1, 2]))
            rows.append((of_list, person if has else UNKNOWN, person, 3 * person + apart))
    merged = draw(st.lists(st.integers(0, 35), max_size=6))
    arrays = np.array(rows, dtype=np.int64).T
    by_tokens = arrays[3].copy()
    for label in merged:  # people taken for others
        by_tokens[by_tokens == label] = 3 * (label // 6)
    return Records(arrays[0], arrays[1], arrays[2], by_tokens, {"sex": arrays[0] % 2}, 5)


@small
@given(linked())
def test_how_each_record_hangs_on_its_group(records):
    stand = linkage_known.standing(records)
    for i in range(len(records)):
        others = [j for j in range(len(records)) if j != i and records.group[j] == records.group[i]]
        tied = records.known[i] != UNKNOWN and any(
            records.known[j] == records.known[i] for j in others
        )
        assert stand.size[i] == len(others) + 1
        assert stand.tied[i] == tied
        assert stand.open[i] == (bool(others) and not tied)
        met = any(records.by_tokens[j] == records.by_tokens[i] for j in others)
        assert stand.alone[i] == (bool(others) and not met)
        assert stand.weight[i] == (0.5 if len(others) == 1 else 1)


@small
@given(linked())
def test_what_tokens_alone_would_have_made_of_people_with_an_identifier(records):
    pieces, people = defaultdict(set), defaultdict(set)
    for known, label in zip(records.known, records.by_tokens, strict=True):
        if known != UNKNOWN:
            pieces[known].add(label)
            people[label].add(known)
    told = linkage_known.tell(records)
    assert told.matches == int((records.known != UNKNOWN).sum()) - len(pieces)
    assert told.missed == sum(len(each) - 1 for each in pieces.values())
    assert told.invented == sum(len(each) - 1 for each in people.values())
    found = linkage_known.conflicts(records)
    assert found.mistakes.sum() == told.invented
    assert {int(records.by_tokens[i]) for i in found.record} == {
        label for label, each in people.items() if len(each) > 1
    }
    assert ((found.chance > 0) & (found.chance <= 1)).all()


@small
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 40), st.floats(0, 0.5)),
        min_size=1,
        max_size=20,
    )
)
def test_pooled_rates_are_those_of_the_formula(rows):
    cells = linkage_rates.cells([np.array([row[f] for row in rows]) for f in (0, 1)])
    exposure = cells.sums(np.array([float(row[2]) for row in rows]))
    events = cells.sums(np.array([np.floor(row[2] * row[3]) for row in rows]))
    overall, kappa = events.sum() / exposure.sum(), [4.0, 9.0]
    rate = [overall] * len(cells)
    theta = [[1.0] * 3, [1.0] * 3]
    for _round in range(8):
        for f in (0, 1):
            old = list(theta[f])
            for level in range(3):
                mine = [c for c in range(len(cells)) if cells.level[c, f] == level]
                due = sum(exposure[c] * rate[c] / old[level] for c in mine)
                seen = sum(events[c] for c in mine)
                theta[f][level] = (seen + kappa[f]) / (due + kappa[f])
            for c in range(len(cells)):
                level = cells.level[c, f]
                rate[c] = rate[c] / old[level] * theta[f][level]
        due = sum(exposure[c] * rate[c] for c in range(len(cells)))
        if due > 0:
            rate = [each * events.sum() / due for each in rate]
    found = linkage_rates.pooled(
        events[None], exposure[None], cells.level, np.array([overall]), np.array(kappa)
    )
    assert found[0] == pytest.approx(np.clip(rate, 0, 0.6))


@small
@given(linked())
def test_levels_add_up_and_nothing_is_impossible(records):
    by = records.group % 3
    found = linkage_count.count(
        records.of_list, records.known, records.group, records.by_tokens,
        strata=records.strata, by={"third": by, "all": np.zeros_like(by)}, draws=50,
    )  # fmt: skip
    assert found.by["all"][0] == found.linked
    assert found.linked.lower <= found.linked.estimate <= found.linked.upper <= len(records)
    free = True
    for level, each in enumerate(found.by["third"]):
        mine = records.of_list[by == level]
        longest = int(np.bincount(mine).max(initial=0))
        assert longest <= each.lower <= each.estimate <= each.upper <= len(mine)
        free &= longest < each.estimate < len(mine) or not len(mine)
    if free:  # no level stands at one of its ends
        plain = len(np.unique(records.group)) - found.missed + found.invented
        assert sum(each.estimate for each in found.by["third"]) == pytest.approx(plain)
    assert (found.overlap >= 0).all()
    assert found.overlap == pytest.approx(found.overlap.T)


@small
@given(linked())
def test_everybody_with_an_identifier_leaves_nothing_to_estimate(records):
    found = linkage_count.count(
        records.of_list, records.group, records.group, records.by_tokens, draws=50
    )
    assert found.missed == 0
    assert found.linked.estimate == pytest.approx(found.groups, abs=1)
