"""The line of each table and key is found in any TOML text, whatever its values hold."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from convive.pack.toml_lines import locate

NAMES = ("code", "name_es", "start", "parts")
VALUES = (
    "1",
    '"plain"',
    '"a # no comment and a [bracket"',
    "'literal ] = \\'",
    '"an escaped \\" quote ["',
    "2014-05-22 # a comment with [[table]] = x",
    '["one", # first [\n  "two = 2",\n]',
    '"""\n[[table]]\ncode = 3\n"""',
    "'''\ncode = [\n'''",
    "{ a = 1, b = [2, 3] }",
)
TABLE = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=4)


@given(root=TABLE, tables=st.lists(st.tuples(st.sampled_from(["edition", "scheme"]), TABLE)))
def test_every_key_is_found_on_its_line(root: Any, tables: Any):
    lines: list[str] = []
    expected: dict[tuple[str, int], dict[str, int]] = {}
    heads: dict[tuple[str, int], int] = {("", 0): 1}

    def write(place: tuple[str, int], table: dict[str, str]) -> None:
        expected[place] = {}
        for name, value in table.items():
            expected[place][name] = len(lines) + 1
            lines.extend(f"{name} = {value}".split("\n"))

    write(("", 0), root)
    for name, table in tables:
        place = (name, sum(found == name for found, _n in expected))
        lines.append("# a comment about [[nothing]]")
        lines.append(f"[[{name}]]")
        heads[place] = len(lines)
        write(place, table)
    text = "\n".join(lines)
    tomllib.loads(text)  # the texts made here are TOML
    found = locate(text)
    assert {place: table.keys for place, table in found.items()} == expected
    assert {place: table.line for place, table in found.items()} == heads
