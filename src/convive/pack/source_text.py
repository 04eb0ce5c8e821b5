"""One source of evidence as the text of its `sources/<code>.toml`."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from convive.evidence.mapping import SourceSpec
from convive.evidence.spec import read_source
from convive.pack import toml_text

_HEAD = "# Written by Convive. docs/evidence.md explains every key.\n"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_BARE = SourceSpec(code="", name_es="", name_en="", shape="counts", kind="police").as_json()
_NEEDED = ("code", "name_es", "name_en", "shape", "kind")


def source_text(code: str, spec: Mapping[str, Any]) -> str:
    """spec : as the source keeps it, without its code.

    What a source says anyhow is left out, as long as the reader then reads the same.
    """
    whole = {"code": code, **spec}
    short = _HEAD + toml_text.document(_shortened(whole))
    return short if _reads_as(code, short) == whole else _HEAD + toml_text.document(whole)


def _reads_as(code: str, text: str) -> dict[str, Any] | None:
    """What the reader of the evidence makes of a text; None where it finds a fault."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{code}.toml"
        path.write_text(text, encoding="utf-8")
        found, problems = read_source(path)
    return None if found is None or problems else found.as_json()


def _shortened(whole: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, part in whole.items():
        if name in _NEEDED:
            found[name] = part
        elif name == "columns" and isinstance(part, Mapping):
            found[name] = {field: _column(column) for field, column in part.items()}
        elif part != _BARE.get(name) and (short := _without_defaults(part, _BARE.get(name))):
            found[name] = short
    return found


def _without_defaults(part: Any, default: Any) -> Any:
    """A part without what is empty or as it would be anyhow; days as TOML writes them."""
    if isinstance(part, Mapping):
        usual = default if isinstance(default, Mapping) else {}
        return {
            name: _without_defaults(item, None)
            for name, item in part.items()
            if item not in (None, "", [], {}) and not (name in usual and usual[name] == item)
        }
    if isinstance(part, list | tuple):
        return [_without_defaults(item, None) for item in part]
    if isinstance(part, str) and _DAY.fullmatch(part):
        return date.fromisoformat(part)
    return part


def _column(column: Any) -> Any:
    """`date = "FECHA"` where a field is one column and nothing more is said of it."""
    if isinstance(column, Mapping) and set(column) == {"columns"}:
        names = column["columns"]
        return names[0] if len(names) == 1 else list(names)
    return column
