"""docs/figures.md says what the measures are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convive.kernel.figures import Status, measures

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "figures.md").read_text()
OURS = {name: m for name, m in measures().items() if name.startswith("observatory.")}


def test_every_measure_is_in_the_table_and_no_other():
    assert set(re.findall(r"^\| `(observatory\.\w+)`", DOCS, re.M)) == set(OURS)


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_filter_is_explained(name: str):
    explained = set(re.findall(r"`([a-z_-]+)`", DOCS.split("| filter | takes |")[1].split("##")[0]))
    assert OURS[name].filters <= explained


def test_every_status_that_a_figure_may_have_is_explained():
    told = set(re.findall(r"^\| `(\w+)` \|", DOCS.split("## Status")[1].split("##")[0], re.M))
    assert told == {status.value for status in Status}
