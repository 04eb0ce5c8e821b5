"""Writes a source's mapping as the file that a pack keeps of it: `sources/<code>.toml`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from convive.evidence.mapping import SourceSpec

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = ("on", "first", "last", "signed_on", "until")
_NEEDED = ("code", "name_es", "name_en", "kind", "shape")


def as_toml(spec: SourceSpec) -> str:
    """The spec as TOML that `spec.read_source` reads back. What is as usual is left out."""
    data, usual = spec.as_json(), SourceSpec("", "", "", "", "").as_json()
    kept = {k: v for k, v in data.items() if k in _NEEDED or v != usual.get(k)}
    for name in ("place", "file", "limits"):
        if name in kept:
            kept[name] = {k: v for k, v in kept[name].items() if v != usual[name].get(k)}
    flat = {k: v for k, v in kept.items() if not isinstance(v, Mapping) and not _is_rows(v)}
    lines = _pairs({**{k: flat.pop(k) for k in _NEEDED}, **flat})
    for name, value in kept.items():
        if isinstance(value, Mapping):
            lines += _table(name, value)
        elif _is_rows(value):
            for row in value:
                lines += ["", f"[[{name}]]", *_pairs(row)]
    return "\n".join(lines) + "\n"


def _table(name: str, table: Mapping[str, Any]) -> list[str]:
    rows = {key: value for key, value in table.items() if _is_rows(value)}
    columns = {key: _column(value) for key, value in table.items() if key not in rows}
    lines = ["", f"[{name}]", *_pairs(columns)]
    for key, value in rows.items():
        for row in value:
            lines += ["", f"[[{name}.{key}]]", *_pairs(row)]
    return lines


def _column(value: Any) -> Any:
    """A column that says no more than its name is written as that name."""
    if isinstance(value, Mapping) and list(value) == ["columns"]:
        names = value["columns"]
        return names[0] if len(names) == 1 else names
    return value


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [
        f"{_key(key)} = {_value(value, key)}"
        for key, value in table.items()
        if value is not None and not (key in ("first", "last") and not value)
    ]


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: Any, key: str = "") -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | date):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    if isinstance(value, Mapping):
        pairs = (f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(pairs) + " }"
    if key in _DAYS and _ISO.fullmatch(str(value)):
        return str(value)
    return _text(str(value))


def _text(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
