"""docs/pack.md explains every file of a pack and every key of it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from convive.kernel import retention
from convive.pack import records
from convive.pack.read import FILES, INDICATORS, PLACES, POPULATION, TOML_FILES
from convive.pack.records import Record, keys_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pack.md").read_text()
KINDS: dict[str, tuple[type[Record], ...]] = {
    **{name: tuple(tables.values()) for name, tables in TOML_FILES.items()},
    PLACES: (records.Place,),
    POPULATION: (records.Population,),
    INDICATORS: (records.Indicator, records.Target),
}


def section(name: str) -> str:
    found = re.search(rf"^## `{re.escape(name)}`\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, f"docs/pack.md has no section on {name}"
    return found[1]


def documented(name: str) -> list[str]:
    """The keys in the first column of the tables of a file's section."""
    rows = re.findall(r"^\| ([^|]+) \|", section(name), re.M)
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_a_pack_is_documented(name: str):
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("name", KINDS)
def test_every_key_is_documented_and_every_documented_key_exists(name: str):
    known = [key for kind in KINDS[name] for key in keys_of(kind)]
    assert sorted(documented(name)) == sorted(known)


def test_every_class_of_what_is_kept_for_a_while_is_named():
    told = re.search(r"^\| \*\*`what`\*\* \| the class: (.+) \|$", PAGE, re.M)
    assert told
    assert set(re.findall(r"`([^`]+)`", told[1])) == {each.name for each in retention.classes()}


@pytest.mark.parametrize("name", KINDS)
def test_the_keys_in_bold_are_those_that_must_be_there(name: str):
    rows = re.findall(r"^\| ([^|]+) \|", section(name), re.M)
    bold = [key for row in rows for key in re.findall(r"\*\*`([^`]+)`\*\*", row)]
    must = [
        key
        for kind in KINDS[name]
        for key, item in keys_of(kind).items()
        if item.metadata["required"]
    ]
    assert sorted(bold) == sorted(must)


@pytest.mark.parametrize("name", TOML_FILES)
def test_every_table_is_documented(name: str):
    for table in filter(None, TOML_FILES[name]):
        assert f"`[[{table}]]`" in section(name)


def test_the_words_that_a_key_may_have_are_documented():
    for words in (records.DIMENSIONS, records.STRATEGIES, records.CHANNELS):
        assert all(f"`{word}`" in PAGE for word in words)
