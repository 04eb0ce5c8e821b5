"""Brings the parts of a workbook into UTF-8, in whatever encoding they declare themselves.

XML may be written in any encoding that its first line names; the reader of workbooks takes it for
UTF-8 all the same, and would lose the file or its accents.
"""

from __future__ import annotations

import codecs
import io
import re
import shutil
import zipfile
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

_BLOCK = 1 << 20  # characters
_START = 200  # bytes in which the declaration stands
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_PARTS = (".xml", ".rels")


def in_utf8(path: Path, name: str, target: Path) -> Path:
    """A workbook with all its XML in UTF-8: this one where it is so already, else `target`.

    Raises BadInput where a part is not written as it says.
    """
    with zipfile.ZipFile(path) as parts:
        others = {
            part.filename: encoding
            for part in parts.infolist()
            if part.filename.lower().endswith(_PARTS) and (encoding := _encoding(parts, part))
        }
        if not others:
            return path
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
            for part in parts.infolist():
                with (
                    parts.open(part) as raw,
                    written.open(part.filename, "w", force_zip64=True) as out,
                ):
                    if part.filename in others:
                        _recode(raw, others[part.filename], out, name)
                    else:
                        shutil.copyfileobj(raw, out)
    return target


def _encoding(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    """The encoding of a part; nothing where it is UTF-8."""
    with parts.open(part) as stream:
        start = stream.read(_START)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    found = _DECLARED.match(start.removeprefix(codecs.BOM_UTF8))
    said = found[1].decode("ascii").lower() if found else "utf-8"
    return "" if said in ("utf-8", "utf8", "us-ascii", "ascii") else said


def _recode(raw: IO[bytes], encoding: str, out: IO[bytes], name: str) -> None:
    try:
        with io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
            block = _DECLARATION.sub("", text.read(_BLOCK), count=1)
            out.write(b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
            while block:
                out.write(block.encode())
                block = text.read(_BLOCK)
    except (UnicodeError, LookupError) as error:
        raise BadInput.at(
            name,
            _("The workbook says that it is written in %(encoding)s, and is not.")
            % {"encoding": encoding},
            _("Open it in a spreadsheet program and save it again as XLSX, or as CSV."),
        ) from error
