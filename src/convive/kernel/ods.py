"""Texts as an OpenDocument spreadsheet (ODS), written row by row.

The libraries that write ODS build the whole tree first and take a minute for three thousand rows; a
register has nine thousand. What is needed of the format is small: texts in cells.

Source: OASIS OpenDocument 1.3, parts 2 (packages) and 3 (schema).
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_DAY = (2000, 1, 1, 0, 0, 0)  # no clock in the file: the same rows give the same bytes
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)
_BEGIN = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-content xmlns:office="{_OASIS}:office:1.0" '
    f'xmlns:table="{_OASIS}:table:1.0" xmlns:text="{_OASIS}:text:1.0" office:version="1.3">'
    "<office:body><office:spreadsheet>"
)
_END = "</office:spreadsheet></office:body></office:document-content>"


def workbook(sheets: Mapping[str, Sequence[Sequence[str]]]) -> bytes:
    """A spreadsheet of texts: sheet -> rows. No text is a formula, a number or a link."""
    out = io.BytesIO()
    with ZipFile(out, "w") as package:
        package.writestr(ZipInfo("mimetype", _DAY), MEDIA_TYPE, ZIP_STORED)  # first, and plain
        package.writestr(ZipInfo("META-INF/manifest.xml", _DAY), _MANIFEST, ZIP_DEFLATED)
        entry = ZipInfo("content.xml", _DAY)
        entry.compress_type = ZIP_DEFLATED
        with package.open(entry, "w") as content:
            content.write(_BEGIN.encode())
            for name, rows in sheets.items():
                content.write(f"<table:table table:name={quoteattr(name)}>".encode())
                for row in rows:
                    content.write(_row(row).encode())
                content.write(b"</table:table>")
            content.write(_END.encode())
    return out.getvalue()


def _row(row: Sequence[str]) -> str:
    return f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>"


def _cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    said = _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    lines = "".join(f"<text:p>{_spaced(line)}</text:p>" for line in re.split("\r\n?|\n", said))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _spaced(line: str) -> str:
    """Several blanks in a row, and those at the ends, are written out: XML folds them."""
    blanks = re.sub(
        "^ +| +$| {2,}", lambda found: f'<text:s text:c="{len(found[0])}"/>', escape(line)
    )
    return blanks.replace("\t", "<text:tab/>")
