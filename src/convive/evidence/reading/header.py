"""Finds the header of a file, and in it the columns that a source's mapping names."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from convive.evidence.mapping import Column, SourceSpec
from convive.evidence.reading.months import month_columns, months_in_columns
from convive.kernel.errors import BadInput

_SEARCHED = 30  # titles and notes above a header take fewer lines than this
_BELOW = 5  # rows below a header that tell what it is


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it binds.

    names : the header as it is written. lines : lines of text down to its end.
    bound : field or, in a wide survey, `question:<code>` -> index of its column.
    """

    names: tuple[str, ...]
    lines: int
    bound: Mapping[str, int]


# Each record of a file with the number of lines down to its end
Records = Iterable[tuple[int, list[str]]]
# Finds the header among the first records; the text says where, for a fault
Finder = Callable[[Records, str], Header]


def find_header(records: Records, spec: SourceSpec, file_name: str) -> Header:
    """The first record that names every column of the mapping.

    Raises BadInput that lists what is missing, beside the record that comes nearest.
    """
    wanted = _wanted(spec)
    nearest: tuple[int, list[str], list[str]] | None = None
    first = spec.file.header_row
    candidates = list(_candidates(records, first or _SEARCHED))
    for number, line, record in candidates:
        if first and number < first:
            continue
        names = [plain(name) for name in record]
        bound = {key: _index(names, column) for key, column in wanted.items()}
        missing = [
            " / ".join(column.names)
            for key, column in wanted.items()
            if bound[key] is None and not column.optional
        ]
        if not missing:
            _single(record, names, wanted, file_name)
            return Header(
                tuple(record), line, {key: i for key, i in bound.items() if i is not None}
            )
        hits = sum(index is not None for index in bound.values())
        if nearest is None or hits > nearest[0]:
            nearest = (hits, record, missing)
    months = _months(record for _number, _line, record in candidates)
    if months:
        raise months_in_columns(file_name, months)
    _hits, record, missing = nearest or (0, [], [" / ".join(c.names) for c in wanted.values()])
    raise BadInput.at(
        file_name,
        _("Its header lacks the columns of %(source)s: %(missing)s. It reads: %(header)s.")
        % {
            "source": spec.code,
            "missing": ", ".join(dict.fromkeys(missing)),
            "header": _shortened(record),
        },
        _(
            "Check that this is a file of that source. Where the source has renamed its columns, "
            "add the new names to its file in the pack's sources/."
        ),
    )


def guess_header(records: Records, file_name: str) -> Header:
    """The header of a file of which nothing is known: the first record after which the next ones
    have as many fields, with a text of its own in most of them. A head that stands over several
    columns is joined with the names below it.

    Raises BadInput where no record looks like a header.
    """
    first = list(itertools.islice(records, _SEARCHED + 1 + _BELOW))
    widths = [_filled(record) for _line, record in first[:_SEARCHED]]
    for number, (line, record) in enumerate(first[:_SEARCHED]):
        rows = [row for _line, row in first[number + 1 : number + 2 + _BELOW]]
        joined = _joined(record, rows)
        if joined is not None and _is_header(joined, max(widths), rows[1:]):
            return Header(_named(joined), first[number + 1][0], {})
        if _is_header(record, max(widths), rows):
            return Header(_named(record), line, {})
    months = _months(record for _line, record in first[:_SEARCHED])
    if months:
        raise months_in_columns(file_name, months)
    raise BadInput.at(
        file_name,
        _("No header was found in its first %(count)s rows.") % {"count": _SEARCHED},
        _("Write the name of each column in one row above the values."),
    )


def _months(records: Iterable[list[str]]) -> list[str]:
    """The months that stand as columns in one of the records; nothing where none does so."""
    return next((found for record in records if (found := month_columns(record))), [])


def _candidates(records: Records, most: int) -> Iterator[tuple[int, int, list[str]]]:
    """Each of the first records that may be the header, with its number and the lines down to its
    end; one that stands over several columns also as it reads with the record below it.
    """
    first = list(itertools.islice(records, most + 1 + _BELOW))
    for number, (line, record) in enumerate(first[:most], 1):
        yield number, line, list(_named(record))
        joined = _joined(record, [row for _line, row in first[number : number + 1 + _BELOW]])
        if joined is not None:
            yield number, first[number][0], list(_named(joined))


def _is_header(record: list[str], widest: int, below: list[list[str]]) -> bool:
    width = _filled(record)
    texts = {name.strip() for name in record if _is_name(name)}
    is_wide = width >= 0.7 * widest
    return is_wide and len(texts) >= 0.7 * width > 0 and (len(record) > 1 or not below)


def _joined(record: list[str], below: list[list[str]]) -> list[str] | None:
    """A record whose heads stand over several columns, joined with the names in the row below it:
    HECHO over FECHA and HORA gives HECHO FECHA and HECHO HORA. None where it is no such pair.

    A row of values is told apart by three things: it fills columns that have a name of their own
    and are no head of others, values of its come again below it, or the next rows leave the same
    columns blank.
    """
    if not below:
        return None
    names, *rows = [[cell.strip() for cell in row] for row in below]
    heads = [cell.strip() for cell in record]
    width = max(len(heads), len(names))
    heads, names, *rows = [row + [""] * (width - len(row)) for row in (heads, names, *rows)]
    said = [name for name in names if name]
    if len(said) < 2 or not all(_is_name(name) for name in said) or _filled(heads) < 2:
        return None
    found, head, fills = [], "", 0
    for index, (above, name) in enumerate(zip(heads, names, strict=True)):
        if above:
            head = above if name else ""
            stands_over = index + 1 < width and not heads[index + 1] and bool(names[index + 1])
            if name and not stands_over:
                return None
        elif name and head:
            fills += 1
        found.append(f"{head} {name}".strip() if name else above)
    own = [index for index, name in enumerate(names) if heads[index] and not name]
    if not fills or not (own or len(set(said)) < len(said)):
        return None
    if any(row[index] == name for row in rows for index, name in enumerate(names) if name):
        return None
    filled = [bool(row[index]) for row in rows if any(row) for index in own]
    return found if sum(filled) >= 0.5 * len(filled) else None


def _named(record: Iterable[str]) -> tuple[str, ...]:
    """The names of the columns; one without a name is called by its letter, so that it can be
    bound: column C.
    """
    return tuple(
        name if name.strip() else f"column {_letter(index)}" for index, name in enumerate(record)
    )


def _letter(index: int) -> str:
    """As workbooks count columns: A, B, … Z, AA."""
    text = ""
    while index >= 0:
        text, index = chr(ord("A") + index % 26) + text, index // 26 - 1
    return text


def _filled(record: list[str]) -> int:
    return sum(bool(name.strip()) for name in record)


def _is_name(text: str) -> bool:
    """A text with a letter that is no sentence."""
    return any(letter.isalpha() for letter in text) and len(text) <= 100


def _wanted(spec: SourceSpec) -> dict[str, Column]:
    return {key: column for key, column in spec.every_column().items() if column.names}


def _index(names: list[str], column: Column) -> int | None:
    for name in column.names:
        if plain(name) in names:
            return names.index(plain(name))
    return None


def _single(
    record: list[str], names: list[str], wanted: Mapping[str, Column], file_name: str
) -> None:
    """Refuse a header in which a mapped name stands twice: either column could be meant."""
    for column in wanted.values():
        index = _index(names, column)
        if index is not None and names.count(names[index]) > 1:
            raise BadInput.at(
                file_name,
                _("The column “%(name)s” stands twice in its header.") % {"name": record[index]},
                _("Rename or remove the one that is not meant."),
            )


def plain(name: str) -> str:
    """The name of a column without regard to case and blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def _shortened(record: list[str]) -> str:
    names = [name.strip()[:40] for name in record[:12]]
    more = len(record) - len(names)
    return ", ".join(names) + (_(" and %(count)s more") % {"count": more} if more else "")
