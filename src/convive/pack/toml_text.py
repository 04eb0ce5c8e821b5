"""Writes TOML as a person would: one key to a line, short tables inline, texts readable.

What it writes, the standard reader reads back as it was: texts, whole numbers, floats, true and
false, days, lists and tables. Keys without a value (None) are left out: TOML has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 96  # a list longer than this stands one item to a line


def keys(table: Mapping[str, Any]) -> str:
    """`name = value` for each key that has a value, each on a line of its own."""
    return "".join(
        f"{_key(name)} = {value(part)}\n" for name, part in table.items() if part is not None
    )


def rows(name: str, tables: Iterable[Mapping[str, Any]]) -> str:
    """`[[name]]` and its keys, for each table."""
    return "".join(f"\n[[{name}]]\n{keys(table)}" for table in tables)


def document(data: Mapping[str, Any]) -> str:
    """A whole document: plain keys first, then tables, then lists of tables.

    A table within a table has a header of its own; below that, tables stand inline.
    """
    plain = {name: part for name, part in data.items() if not _is_table(part)}
    text = keys(plain)
    for name, part in data.items():
        if isinstance(part, Mapping):
            text += _table(_key(name), part)
        elif _is_table(part):
            text += rows(_key(name), part)
    return text


def value(part: Any) -> str:
    """One value. Raises TypeError for what TOML cannot hold."""
    if isinstance(part, bool):
        return "true" if part else "false"
    if isinstance(part, str):
        return _text(part)
    if isinstance(part, int):
        return str(part)
    if isinstance(part, float):
        return number(part)
    if isinstance(part, date):
        return part.isoformat()
    if isinstance(part, Mapping):
        inner = ", ".join(
            f"{_key(name)} = {value(item)}" for name, item in part.items() if item is not None
        )
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(part, list | tuple):
        return _list([value(item) for item in part])
    raise TypeError(f"TOML holds no {type(part).__name__}")


def number(part: float) -> str:
    """A float without needless decimals: `0.75`, `7600`."""
    return str(int(part)) if part.is_integer() and abs(part) < 1e15 else repr(part)


def _table(header: str, table: Mapping[str, Any]) -> str:
    inner = {name: part for name, part in table.items() if isinstance(part, Mapping)}
    own = {name: part for name, part in table.items() if name not in inner}
    text = f"\n[{header}]\n{keys(own)}" if own or not inner else ""
    for name, part in inner.items():
        text += f"\n[{header}.{_key(name)}]\n{keys(part)}"
    return text


def _is_table(part: Any) -> bool:
    if isinstance(part, Mapping):
        return True
    return (
        isinstance(part, list | tuple)
        and bool(part)
        and all(isinstance(row, Mapping) for row in part)
    )


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    """A basic string: JSON's escapes are among TOML's, but for the character U+007F."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(items: list[str]) -> str:
    whole = f"[{', '.join(items)}]"
    if len(whole) <= _WIDTH:
        return whole
    return "[\n" + "".join(f"  {item},\n" for item in items) + "]"
