"""Turns a document into the bytes of a PDF: the one layout of all reports, set by kernel.paper."""

from __future__ import annotations

from pathlib import Path

from convive.kernel import paper
from convive.reports.document import Document

PAPER = Path(__file__).resolve().parent / "paper"


def typeset(document: Document, template: Path = PAPER / "report.typ") -> bytes:
    """The PDF of a document. The same document gives the same bytes.

    Raises paper.NotAccessible where the result would break PDF/UA-1.
    """
    return paper.pdf(template, document.as_data(), document.made_on)
