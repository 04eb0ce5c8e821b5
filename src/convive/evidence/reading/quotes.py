"""Finds quotation marks that stand alone: such a mark takes in the lines below it, and their rows
would be lost in one cell without a word.

A cell may hold several lines: it opens with a mark and closes with one, before a separator or the
end of a line. So a cell of several lines is taken for a mistake where it does not close like that;
or where more than half of the lines of its row (empty ones do not count) are whole rows if the
marks that open in one line and close in another mean nothing; or any of them, where the row that
they make has not as many cells as the header. In a table of one column every line is a whole row.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from django.utils.translation import gettext as _

from convive.kernel.errors import Problem

_TOLD = 5
_AGAIN = re.compile('" +"')


@dataclass(frozen=True)
class LoneMark:
    """A mark that is not closed in its cell. first, last : the lines that it takes in."""

    first: int
    last: int

    def problem(self, where: str = "") -> Problem:
        """where : by default the line."""
        return Problem(
            where or _("line %(line)s") % {"line": self.first},
            _("A quotation mark is not closed: it takes in lines %(first)s to %(last)s.")
            % {"first": self.first, "last": self.last},
            _(
                "Delete the mark, or close it at the end of its cell. Where one text does have "
                "several lines, write it in one."
            ),
        )


def lone_marks(lines: Iterable[str], separator: str, width: int) -> list[LoneMark]:
    """The first marks that stand alone.

    lines : from the first of the file on, also those above the header, which such a mark makes
    hard to find. width : cells of the header.
    """
    return list(islice(_found(lines, separator, width), _TOLD))


def _found(lines: Iterable[str], separator: str, width: int) -> Iterator[LoneMark]:
    held: list[str] = []
    source = _held(lines, held)
    reader = csv.reader(source, delimiter=separator)
    line = 1  # on which the record begins
    while True:
        try:
            record = next(reader, None)
        except csv.Error:  # the cell is too long for a cell; what goes on in one line is no matter
            record = [""]
            if len(held) > 1:
                while (more := next(source, "")) and more.count('"') % 2 == 0:
                    pass
                yield LoneMark(line, line + len(held) - 1)
        else:
            if _is_suspect(held) and is_stray(held, separator, width):
                yield LoneMark(line, line + len(held) - 1)
        if record is None:
            return
        line += len(held)
        held.clear()


def is_stray(lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether a record of these lines is several rows that a lone mark joined."""
    try:
        record = next(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return True
    if len(lines) == 1:
        return False
    whole = _whole(separator)
    filled = [text for line in lines if (text := line.rstrip("\r\n")).strip()]
    rows = sum(whole.sub("", text).count(separator) == width - 1 for text in filled)
    return 2 * rows > len(filled) or (rows > 0 and len(record) != width)


def _is_suspect(lines: Sequence[str]) -> bool:
    """A record of several lines; or one in which a mark follows a closed one after blanks: DuckDB
    takes it for a cell that goes on."""
    return len(lines) > 1 or any(_AGAIN.search(line) for line in lines if '" ' in line)


@cache
def _whole(separator: str) -> re.Pattern[str]:
    """A cell between marks that opens and closes in one line."""
    sep = re.escape(separator)
    return re.compile(rf'(?:^|(?<={sep}))"(?:[^"]|"")*+"(?={sep}|$)')


def _held(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    for line in lines:
        held.append(line)
        yield line
