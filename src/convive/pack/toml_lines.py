"""Finds the line of each table and key of a TOML text, which the standard reader does not tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_STRING_OR_COMMENT = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*",
    re.DOTALL,
)
_HEADER = re.compile(r"\s*(\[\[|\[)\s*([^\[\]]+?)\s*(?:\]\]|\])\s*$")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


@dataclass
class Table:
    """A table as it stands in the text: its first line, and the line of each of its keys."""

    line: int
    keys: dict[str, int] = field(default_factory=dict)


def locate(text: str) -> dict[tuple[str, int], Table]:
    """The tables of a valid TOML text, by name and by how many of that name came before.

    The keys before the first header belong to `("", 0)`. Keys of a sub-table `[a.b]` are found
    under `("a.b", n)`. Lines count from 1.
    """
    current = Table(1)
    tables = {("", 0): current}
    seen: dict[str, int] = {}
    depth = 0
    for line, content in enumerate(_skeleton(text).split("\n"), start=1):
        header = _HEADER.match(content) if depth == 0 else None
        if header:
            name = header[2].replace(" ", "")
            current = Table(line)
            tables[name, seen.get(name, 0)] = current
            seen[name] = seen.get(name, 0) + 1
            continue
        if depth == 0 and (found := _KEY.match(content)):
            current.keys.setdefault(found[1], line)
        depth += sum(content.count(sign) for sign in "[{")
        depth -= sum(content.count(sign) for sign in "]}")
    return tables


def _skeleton(text: str) -> str:
    """The text with its strings and comments blanked, so that brackets in them do not count."""
    return _STRING_OR_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
