"""The tables of docs/methods/reach-count.md are run."""

from __future__ import annotations

import numpy as np
from test_methods import Row, agrees, rows_of

from convive.stats import linkage_count


@rows_of("reach_missed")
def test_what_was_missed(row: Row):
    known, missed, others = (int(row[name]) for name in ("known", "missed", "others"))
    person = np.repeat(np.arange(known + others), 2)
    has = person < known
    tokens = person.copy()
    tokens[1 : 2 * missed : 2] += 1_000_000  # the second record of each that tokens miss
    found = linkage_count.count(
        np.tile([0, 1], known + others), np.where(has, person, -1), person, tokens, draws=50
    )
    assert agrees(row["M̂"], found.missed)
    assert found.kind == ("corrected" if known >= linkage_count.LEAST_KNOWN else "model range")


@rows_of("reach_refusers")
def test_what_refusers_add(row: Row):
    people, records = int(row["people"]), int(row["records"])
    person = np.concatenate([np.arange(people), np.arange(records - people)])
    found = linkage_count.count(
        np.repeat([0, 1], [people, records - people]), person, person, person,
        refused=[int(row["refused"]), 0], draws=50,
    )  # fmt: skip
    assert agrees(row["added"], found.people.estimate - found.linked.estimate)
    assert found.people.upper - found.linked.upper == int(row["refused"])
