"""Opens what somebody sent: text, workbook, JSON or Parquet, plain or gzip, whatever its encoding.

What it is says its content, not its name. Whatever comes in leaves as one file that DuckDB can
read, with its header found.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from convive.evidence.mapping import FileForm, SourceSpec
from convive.evidence.reading.bounds import MOST_BYTES, MOST_TEXT, too_large
from convive.evidence.reading.crs import same_system
from convive.evidence.reading.header import Finder, Header, Records, find_header
from convive.evidence.reading.json_rows import is_json, json_to_csv
from convive.evidence.reading.months import MonthsInColumns
from convive.evidence.reading.parquet_rows import parquet_header
from convive.evidence.reading.quotes import lone_marks
from convive.evidence.reading.sheets import sheet_to_csv
from convive.kernel.errors import BadInput, Problem

Progress = Callable[[str, int], None]

MOST_ON_A_PAGE = 1 << 30  # of a packed file, unpacked while somebody waits for a page
_BLOCK = 4 << 20
_SEPARATORS = (",", ";", "\t", "|")
# A CP1252 text is seldom valid UTF-8, so the order of these is the order of what they prove
_ENCODINGS = ("utf-8", "cp1252", "latin-1")
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HEAD = 1 << 20
_HEAD_ROWS = 100


@dataclass(frozen=True)
class Table:
    """A file as DuckDB will read it.

    form : csv, tsv, xlsx, ods, json, geojson or parquet.
    path : UTF-8 text with `separator`, whose records begin after `header.lines` lines; or Parquet.
    encoding : how the file was written, in words for the receipt.
    numbered : the last column holds the number of each record in the workbook or the list.
    damage : what is broken in the text itself; the file is refused for it, but read to the end
        first, so that everything wrong is told at once.
    crs : the system of coordinates that the file itself names, if it names one.
    """

    path: Path
    header: Header
    separator: str
    encoding: str
    form: str = "csv"
    numbered: bool = False
    damage: list[Problem] = field(default_factory=list)
    crs: str = ""


def digest(path: Path, on_progress: Progress) -> str:
    """SHA-256 of the file as it was given."""
    found, done = hashlib.sha256(), 0
    with _readable(path), path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
            done += len(block)
            on_progress("hash", done)
    return found.hexdigest()


def open_table(path: Path, spec: SourceSpec, folder: Path, on_progress: Progress) -> Table:
    """Bring the file into one form, below `folder`. Raises BadInput where that cannot be done."""

    def find(records: Records, where: str) -> Header:
        return find_header(records, spec, where)

    table = open_form(path, spec.file, find, folder, on_progress)
    if table.crs and not same_system(table.crs, spec.crs):
        raise BadInput.at(
            path.name,
            _("The file says that its coordinates are %(said)s, the source says %(declared)s.")
            % {"said": table.crs, "declared": spec.crs},
            _("Correct the “crs” of the source, or the file."),
        )
    return table


def open_form(
    path: Path, form: FileForm, find: Finder, folder: Path, on_progress: Progress
) -> Table:
    """As `open_table`, with a header that `find` knows."""
    with _readable(path):
        opened = opener(path)
        with opened() as stream:
            start = stream.read(8)
        target = folder / "rows.csv"
        if start.startswith(b"PAR1"):
            target = folder / "rows.parquet"
            _unpack(opened, target, path.name, MOST_TEXT)
            header = find([(0, parquet_header(target, folder, path.name))], path.name)
            return Table(target, header, "", "parquet", "parquet")
        if start.startswith(_WORKBOOKS):
            book = folder / "workbook"
            _unpack(opened, book, path.name, MOST_BYTES)
            kind, sheet, header = sheet_to_csv(book, path.name, form.sheet, find, target)
            return Table(target, header, ",", f"{kind} ({sheet})", kind, numbered=True)
        encoding, damage = _transcode(opened, target, form.encoding, path.name, on_progress)
        if is_json(target):
            text = target.rename(folder / "text.json")
            if damage:
                raise BadInput(damage)
            kind, header, crs = json_to_csv(text, path.name, form.sheet, find, target)
            return Table(target, header, ",", f"{kind} ({encoding})", kind, numbered=True, crs=crs)
        separator, header = _separator_and_header(target, form, find, path.name)
        kind = "tsv" if separator == "\t" else "csv"
        damage += _lone_marks(target, header, separator)
        return Table(target, header, separator, encoding, kind, damage=damage)


class _readable:  # noqa: N801 - reads as a phrase: with readable(path)
    """Turns what the system says of an unreadable file into what a person can do about it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, _trace: object) -> None:
        if isinstance(error, EOFError | gzip.BadGzipFile | zlib.error):
            raise BadInput.at(
                self.path.name,
                _("The gzip file is cut off or damaged."),
                _("Download it again."),
            ) from error
        if isinstance(error, OSError):
            raise BadInput.at(
                self.path.name,
                _("The file cannot be read: %(error)s.") % {"error": error.strerror or error},
                _("Check its name and whether you may read it."),
            ) from error


def is_text(start: bytes) -> bool:
    """Whether a file that begins like this is lines of text: no workbook, Parquet or JSON."""
    if start.startswith((*_WORKBOOKS, b"PAR1")):
        return False
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in (b"{", b"[")


def opener(path: Path) -> Callable[[], IO[bytes]]:
    """Opens the file as often as one likes, unpacked where it is packed."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return lambda: cast(IO[bytes], gzip.open(path, "rb") if packed else path.open("rb"))


def check_unpacked(path: Path, most: int = MOST_ON_A_PAGE) -> None:
    """Raise BadInput where a packed file would unpack to more than a page waits for.

    A larger one, which the command and the worker read, comes in by the command.
    """
    with _readable(path), opener(path)() as stream:
        if not isinstance(stream, gzip.GzipFile):
            return
        done = 0
        while block := stream.read(_BLOCK):
            done += len(block)
            if done > most:
                raise too_large(path.name)


def _unpack(opened: Callable[[], IO[bytes]], target: Path, name: str, most: int) -> None:
    """Copy what is in the file to `target`, where its reader finds it: `most` bytes at most."""
    done = 0
    with opened() as stream, target.open("wb") as out:
        while block := stream.read(_BLOCK):
            done += len(block)
            if done > most:
                raise too_large(name)
            out.write(block)


def _transcode(
    opened: Callable[[], IO[bytes]],
    target: Path,
    declared: str,
    name: str,
    on_progress: Progress,
) -> tuple[str, list[Problem]]:
    """Write the text as UTF-8 with plain newlines; return its encoding and what is broken in it."""
    with opened() as stream:
        start = stream.read(4)
    if not start:
        raise BadInput.at(name, _("The file is empty."), _("Check what was sent."))
    bom = next((mark for mark in _BOMS if start.startswith(mark)), b"")
    if declared:
        candidates: tuple[str, ...] = (declared,)
    elif bom and _BOMS[bom] != "utf-8":
        candidates = (_BOMS[bom],)
    else:
        candidates = _ENCODINGS
    for encoding in candidates:
        try:
            with opened() as stream:
                stream.read(len(bom))
                return _copy(stream, target, encoding, bool(declared), name, on_progress)
        except UnicodeDecodeError:
            continue
    raise BadInput.at(
        name,
        _("The file is not written in %(encoding)s.") % {"encoding": candidates[-1]},
        _("Save it as UTF-8, or correct “encoding” in the source's file of the pack."),
    )


def _copy(
    stream: IO[bytes],
    target: Path,
    encoding: str,
    declared: bool,
    name: str,
    on_progress: Progress,
) -> tuple[str, list[Problem]]:
    head, head_encoding, first = "", "", b""
    if not declared and not encoding.startswith("utf-16"):
        # Some exports write the header in another encoding than the rows
        first = stream.readline(_HEAD)
        if len(first) < _HEAD:  # a line that long is no header, and may end amid a letter
            head, head_encoding = _decode(first)
    damage: list[Problem] = []
    lines, done = 0, len(first) if head else 0
    first = b"" if head else first
    alone = done  # bytes of the header
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(), translate=True)
    with target.open("w", encoding="utf-8", newline="") as out:
        block = head.replace("\r\n", "\n").replace("\r", "\n")
        while True:
            clean = block.replace("\u00a0", " ")  # blanks of web pages, which nobody sees
            if "\0" in block:
                if not damage:
                    damage.append(_null_bytes(lines + block[: block.index("\0")].count("\n") + 1))
                clean = clean.replace("\0", " ")
            out.write(clean)
            lines += block.count("\n")
            raw = first or stream.read(_BLOCK)
            first = b""
            done += len(raw)
            if done > MOST_TEXT:
                raise too_large(name)
            on_progress("decode", done)
            block = decoder.decode(raw, final=not raw)
            if not raw and not block:
                break
    if head_encoding in ("", "ascii", encoding):
        return encoding, damage
    said = head_encoding if done == alone else f"{encoding} (header {head_encoding})"
    return said, damage


def _decode(line: bytes) -> tuple[str, str]:
    for encoding in ("ascii", *_ENCODINGS):
        try:
            return line.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise AssertionError("Latin-1 decodes every byte")


def _lone_marks(target: Path, header: Header, separator: str) -> list[Problem]:
    with target.open("rb") as file:
        if not any(b'"' in block for block in iter(lambda: file.read(_BLOCK), b"")):
            return []
    with target.open(encoding="utf-8", newline="") as text:
        found = lone_marks(text, separator, len(header.names))
    if header.lines > 1 and not found:
        # Rows that a mark joined may be taken for the header: they are as wide as those below
        with target.open(encoding="utf-8", newline="") as text:
            above = list(islice(text, header.lines))
            widths = Counter(line.count(separator) + 1 for line in islice(text, _HEAD_ROWS))
        for width, _times in widths.most_common(1):
            found = lone_marks(above, separator, width)
    return [each.problem() for each in found]


def _null_bytes(line: int) -> Problem:
    return Problem(
        _("line %(line)s") % {"line": line},
        _("It holds null bytes: remains of a database, not text."),
        _("Ask the owner of the source for a whole export; nothing in this one can be trusted."),
    )


def _separator_and_header(
    target: Path, form: FileForm, find: Finder, name: str
) -> tuple[str, Header]:
    """The separator under which the wanted columns stand in the header."""
    if form.separator:
        return form.separator, _header(target, form.separator, find, name)
    found: list[tuple[int, str, Header | BadInput]] = []  # with how much each of them says
    for separator in _SEPARATORS:
        try:
            header = _header(target, separator, find, name)
        except MonthsInColumns as error:  # says more than a header of a single column
            found.append((1, separator, error))
        except BadInput as error:
            found.append((0, separator, error))
        else:
            found.append((len(header.names), separator, header))
    _width, separator, best = max(
        found, key=lambda item: (item[0], isinstance(item[2], MonthsInColumns))
    )
    if isinstance(best, Header):
        return separator, best
    if isinstance(best, MonthsInColumns):
        raise best
    # None fits: tell it with the separator that the first lines use most
    with target.open(encoding="utf-8") as text:
        start = text.read(10_000)
    likely = max(_SEPARATORS, key=start.count)
    raise next(error for _n, s, error in found if s == likely and isinstance(error, BadInput))


def _header(target: Path, separator: str, find: Finder, name: str) -> Header:
    with target.open(encoding="utf-8", newline="") as text:
        return find(_records(text, separator), name)


def _records(text: IO[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of lines read so far."""
    reader = csv.reader(text, delimiter=separator)
    try:
        for record in reader:
            yield reader.line_num, record
    except csv.Error:  # an endless field: this separator is not the one, or the text is broken
        return
