"""Small tables that are typed in: their cells, whose they are, and the file that they become."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries
from convive.evidence.desk import uploads
from convive.evidence.mapping import Column, EditionSpan, FileForm, PlaceCodes, SourceSpec
from convive.evidence.models import KeyedTable, Source, Upload
from convive.kernel import words
from convive.kernel.errors import BadInput

State = KeyedTable.State
MOST_CELLS = 600  # what one form of a browser carries, and more than anybody types without slips
MOST_COUNT = 9_999_999
_COLUMNS = ("place", "year", "month", "category", "n")


@dataclass(frozen=True)
class Axis:
    """What a table is about: each cell is one place, one month, one offence."""

    places: Sequence[str]
    months: Sequence[str]
    categories: Sequence[str]

    @property
    def cells(self) -> int:
        return len(self.places) * len(self.months) * len(self.categories)

    def names(self) -> Iterator[str]:
        """`place-month-category` by their positions, for every cell."""
        for m in range(len(self.months)):
            for c in range(len(self.categories)):
                for p in range(len(self.places)):
                    yield cell(p, m, c)


def cell(place: int, month: int, category: int) -> str:
    return f"{place}-{month}-{category}"


def axis_of(found: KeyedTable) -> Axis:
    return Axis(found.places, found.months, found.categories)


def months_between(first: date, last: date) -> list[str]:
    """`2024-01`, `2024-02`, … both ends included."""
    found, year, month = [], first.year, first.month
    while (year, month) <= (last.year, last.month):
        found.append(f"{year}-{month:02}")
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return found


# Whose it is


def table(number: int) -> KeyedTable | None:
    return _rows().filter(pk=number).first()


def scope_of(found: KeyedTable) -> Scope:
    return Scope(organisation=found.organisation.code if found.organisation else None)


def may_open(who: Actor, found: KeyedTable) -> bool:
    """As for an upload: whoever typed it, colleagues, and who serves the whole programme."""
    return may(who, Permission.IMPORT_EVIDENCE, scope_of(found)) and (
        who.id == found.entered_by
        or found.organisation is not None
        or uploads.serves_all(who, Permission.IMPORT_EVIDENCE)
    )


def may_decide(who: Actor, found: KeyedTable) -> bool:
    """Nobody confirms a table of which they typed any number, or that they passed on as theirs."""
    return found.state == State.WAITING and not typed(who, found) and may_open(who, found)


def typed(who: Actor, found: KeyedTable) -> bool:
    """Any number of it, whoever changed it since; or it came to them from somebody who left."""
    return who.id == found.entered_by or who.id in found.typists


def may_type(who: Actor, found: KeyedTable) -> bool:
    return found.state in (State.ENTERED, State.RETURNED) and may_open(who, found)


def visible_to(who: Actor) -> list[KeyedTable]:
    """The tables that are not in yet and that this person may open, the latest first."""
    rows = _rows().exclude(upload__state=Upload.State.DONE)
    return [row for row in rows if may_open(who, row)]


def typed_by(account: str) -> QuerySet[KeyedTable]:
    """What this actor typed in and has to go on with."""
    return _rows().filter(entered_by=account, state__in=[State.ENTERED, State.RETURNED])


def sources_for(who: Actor) -> list[Source]:
    """The sources of counts for which somebody may type in a table."""
    return [row for row in uploads.sources_for(who) if row.shape == "counts"]


def known_categories(source: Source) -> list[str]:
    """What the source calls offences, as far as somebody classed them."""
    spec = SourceSpec.from_json(source.spec)
    column = spec.columns.get("category")
    if column is not None and column.constant is not None:
        return [column.constant]
    found = queries.offences(source.code).values()
    return [row.category for row in found if row.source_code == source.code]


def _rows() -> QuerySet[KeyedTable]:
    return KeyedTable.objects.select_related("source", "source__owner", "organisation", "upload")


# Its places


def place_choices() -> list[tuple[str, str]]:
    """The districts of the programme, by reference and name."""
    return [(row.ref, row.name) for row in programme.districts().order_by("name_es")]


def names_of_places(refs: Sequence[str]) -> list[str]:
    found = {row.ref: row.name for row in Place.objects.all()}
    return [str(found.get(ref, ref)) for ref in refs]


def code_in(ref: str, scheme: str) -> str:
    """The code of a place in a scheme. Raises BadInput where it has none there."""
    own, _colon, code = ref.partition(":")
    if own == scheme:
        return code
    found = str(programme.place(ref).other_codes.get(scheme, ""))
    if not found:
        raise BadInput.at(
            ref,
            _("This place has no code in the scheme of the source."),
            _("Choose another place or another source."),
        )
    return found


# What it becomes


def keyed_spec(known: SourceSpec) -> SourceSpec:
    """How the file of a keyed table is read: its own columns, the source's places and limits."""
    return SourceSpec.from_json(
        replace(
            known,
            columns={name: Column(names=(name,)) for name in _COLUMNS},
            file=FileForm(),
            cells="unique",
            cut_off="last_period",
        ).as_json()
    )


def source_spec(
    *, code: str, name_es: str, name_en: str, kind: str, owner: str, scheme: str, digits: int,
    edition: str, zone: str,
) -> SourceSpec:  # fmt: skip
    """A new source of counts that is typed in. What a table does not say is unknown, not zero."""
    return SourceSpec.from_json(
        SourceSpec(
            code=code,
            name_es=name_es,
            name_en=name_en,
            shape="counts",
            kind=kind,
            owner=owner,
            zone=zone,
            releases="add",
            place=PlaceCodes(scheme=scheme, digits=digits, extent=digits),
            columns={name: Column(names=(name,)) for name in _COLUMNS},
            editions=(EditionSpan(edition),),
        ).as_json()
    )


def as_csv(found: KeyedTable, scheme: str) -> bytes:
    """The cells that are known, one line each. The same table gives the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for p, ref in enumerate(found.places):
        code = code_in(ref, scheme)
        for m, month in enumerate(found.months):
            for c, category in enumerate(found.categories):
                n = found.cells.get(cell(p, m, c))
                if n is not None:
                    writer.writerow([code, int(month[:4]), int(month[5:]), category, n])
    return out.getvalue().encode()


# What its pages show


@dataclass(frozen=True)
class Block:
    """One month of a table: rows of offences, columns of places, and what they add up to.

    rows : name of the offence, then for each place whatever `fill` gives for the key of its cell.
    totals : by place; None where a cell of the column is not known.
    """

    month: str
    places: list[str]
    rows: list[tuple[str, list[Any]]]
    totals: list[int | None]


def blocks(axis: Axis, cells: Mapping[str, int], fill: Any) -> list[Block]:
    """The table, month by month. fill : called with key, place, month and offence in words."""
    places = names_of_places(axis.places)
    found = []
    for m, month in enumerate(axis.months):
        said = words.long_month(date(int(month[:4]), int(month[5:]), 1))
        rows = [
            (
                category,
                [
                    fill(cell(p, m, c), f"{category}, {place}, {said}")
                    for p, place in enumerate(places)
                ],
            )
            for c, category in enumerate(axis.categories)
        ]
        totals = [_total(cells, p, m, len(axis.categories)) for p in range(len(places))]
        found.append(Block(said, places, rows, totals))
    return found


def _total(cells: Mapping[str, int], p: int, m: int, categories: int) -> int | None:
    column = [cells.get(cell(p, m, c)) for c in range(categories)]
    known = [n for n in column if n is not None]
    return sum(known) if len(known) == categories else None
