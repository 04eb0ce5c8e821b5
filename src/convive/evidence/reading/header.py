"""Finds the header of a file, and in it the columns that a source's mapping names."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from convive.evidence.mapping import Column, SourceSpec
from convive.kernel.errors import BadInput

_SEARCHED = 30  # titles and notes above a header take fewer lines than this


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
    for number, (line, record) in enumerate(itertools.islice(records, first or _SEARCHED), 1):
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
    have as many fields, with a text of its own in most of them.

    Raises BadInput where no record looks like a header.
    """
    first = [(line, record) for line, record in itertools.islice(records, _SEARCHED)]
    widths = [_filled(record) for _line, record in first]
    for number, (line, record) in enumerate(first):
        texts = {name.strip() for name in record if _is_name(name)}
        below = widths[number + 1 : number + 6]
        wide = widths[number] >= 0.7 * max(widths)
        if wide and len(texts) >= 0.7 * widths[number] > 0 and (len(record) > 1 or not below):
            return Header(tuple(record), line, {})
    raise BadInput.at(
        file_name,
        _("No header was found in its first %(count)s rows.") % {"count": _SEARCHED},
        _("Write the name of each column in one row above the values."),
    )


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
