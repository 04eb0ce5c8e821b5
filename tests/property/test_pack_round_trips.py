"""Whatever a pack drops or renames: applying again changes nothing, and all of it comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from convive.domain.programme.queries import SYSTEM
from convive.pack import records
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.contents import Pack
from convive.pack.diff import What, diff
from convive.pack.present import present
from packs import PACK

SIZES = {kind: len(found) for kind, found in check(PACK).found.items()}
# Of these nothing else in the pack refers to a record
DROPPABLE = (records.Service, records.Category, records.Population, records.Target)
NAMED = (records.Organisation, records.Place, records.Objective, records.Indicator, records.Service)


@st.composite
def edits(draw: Any) -> tuple[dict[type, set[int]], dict[type, dict[int, str]]]:
    """Which records to leave out, and which to rename, by kind and place in the file."""
    gone, named = {}, {}
    for kind in DROPPABLE:
        indexes = st.integers(0, SIZES[kind] - 1)
        gone[kind] = draw(st.sets(indexes, max_size=6))
    for kind in NAMED:
        indexes = st.integers(0, SIZES[kind] - 1)
        names = st.text(
            st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40
        )
        named[kind] = draw(st.dictionaries(indexes, names, max_size=3))
    return gone, named


def edited(gone: dict[type, set[int]], named: dict[type, dict[int, str]]) -> Pack:
    pack = check(PACK)
    for kind, names in named.items():
        for index, name in names.items():
            pack.found[kind][index] = replace(pack.found[kind][index], name_es=name)
    for kind, indexes in gone.items():
        pack.found[kind] = [r for i, r in enumerate(pack.found[kind]) if i not in indexes]
    return pack


def keys(states: dict[str, dict[Any, Any]]) -> set[tuple[str, Any]]:
    return {(kind, key) for kind, rows in states.items() for key in rows}


@pytest.mark.django_db
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits())
def test_a_pack_may_drop_and_rename_and_return_to_what_it_was(change: Any):
    apply(check(PACK), by=SYSTEM)
    before = present()
    pack = edited(*change)

    changes = apply(pack, by=SYSTEM)
    assert diff(pack) == []
    assert apply(pack, by=SYSTEM) == []
    assert keys(present()) == keys(before)  # nothing is deleted
    dropped = sum(len(indexes) for indexes in change[0].values())
    assert sum(c.what is What.RETIRE for c in changes) == dropped

    apply(check(PACK), by=SYSTEM)
    assert present() == before
