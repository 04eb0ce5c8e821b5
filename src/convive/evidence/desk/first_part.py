"""The first part of a large text, so that a page need not wait until all of it has been read.

A person has to see how a file is understood; the worker reads it whole, and so does the receipt.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from convive.evidence.reading.files import check_unpacked, is_text, opener
from convive.kernel.home import Home

MOST_BYTES = 10_000_000  # some 100,000 rows of a register
_LONGEST = 1_000_000  # bytes of a row: further back no end of one is looked for
_WIDE = {codecs.BOM_UTF16_LE: b"\n\x00", codecs.BOM_UTF16_BE: b"\x00\n"}


@contextmanager
def first_part(path: Path, home: Home, most: int = 0) -> Iterator[tuple[Path, bool]]:
    """The file, or the first part of it under the same name; and whether it is the whole.

    most : bytes to read, unpacked; 0 means MOST_BYTES.

    Workbooks, JSON and Parquet cannot be cut: they are given whole. So is a file that cannot be
    read, for whoever reads it to say why. Raises BadInput for a packed one of those that would
    unpack to more than a page waits for.
    """
    most = most or MOST_BYTES
    try:
        content = _start(path, most)
    except (OSError, EOFError, zlib.error):
        content = b""
    if len(content) <= most or not is_text(content):
        if len(content) > most:
            check_unpacked(path)
        yield path, True
        return
    with home.scratch() as folder:
        part = folder / path.name
        part.write_bytes(_whole_rows(content))
        yield part, False


def _start(path: Path, most: int) -> bytes:
    stream: IO[bytes]
    with opener(path)() as stream:
        return stream.read(most + 1)


def _whole_rows(content: bytes) -> bytes:
    """Up to the last end of a row. An end between quotation marks stands within a value."""
    end, step = b"\n", 1
    for mark, wide in _WIDE.items():
        if content.startswith(mark):
            end, step = wide, 2
    if b"\n" not in content[-_LONGEST:]:
        end = b"\r"  # texts of old systems
    marks, last, at = content.count(b'"'), 0, len(content)
    while (found := content.rfind(end, max(0, len(content) - _LONGEST), at)) > 0:
        marks -= content.count(b'"', found, at)
        at = found
        if found % step:
            continue
        last = last or found
        if marks % 2 == 0:
            return content[: found + len(end)]
    return content[: last + len(end)] if last else content
