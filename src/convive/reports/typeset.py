"""Turns a document into the bytes of a PDF that a screen reader can follow (PDF/UA-1).

typst checks the standard as it writes: a chart without its alternative text, a heading out of order
or a document without title or language makes no file. Nothing of the machine enters the file: its
fonts are typst's own and its date is the document's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import typst

from convive.reports.document import Document

PAPER = Path(__file__).resolve().parent / "paper"


class NotAccessible(Exception):
    """The document breaks the accessibility standard: a fault of its builder, never of data."""


def typeset(document: Document, template: Path = PAPER / "report.typ") -> bytes:
    """The PDF of a document. The same document gives the same bytes.

    Raises NotAccessible where typst finds that the result would break PDF/UA-1.
    """
    made = datetime(document.made_on.year, document.made_on.month, document.made_on.day, tzinfo=UTC)
    try:
        pdf: bytes = typst.compile(
            template,
            root=template.parent,
            sys_inputs={"document": json.dumps(document.as_data(), ensure_ascii=False)},
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=made,
        )
    except typst.TypstError as error:
        raise NotAccessible(str(error)) from error
    return pdf
