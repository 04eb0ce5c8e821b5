"""Turns a template and its words into a PDF that a screen reader can follow (PDF/UA-1).

typst checks the standard as it writes: a drawing without its alternative text, a heading out of
order or a document without title or language makes no file. Nothing of the machine enters the
file: its fonts are typst's own and its date is the document's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any


class NotAccessible(Exception):
    """The document breaks the accessibility standard: a fault of its builder, never of data."""


def pdf(template: Path, data: Mapping[str, Any], made_on: date) -> bytes:
    """The PDF of a template, which reads `data` as JSON from its input `document`.

    The same data give the same bytes. Raises NotAccessible where typst finds that the result
    would break PDF/UA-1.
    """
    import typst  # takes long, and few processes make paper

    try:
        made: bytes = typst.compile(
            template,
            root=template.parent,
            sys_inputs={"document": json.dumps(data, ensure_ascii=False)},
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=datetime(made_on.year, made_on.month, made_on.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise NotAccessible(str(error)) from error
    return made
