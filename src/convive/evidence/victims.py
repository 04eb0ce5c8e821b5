"""Whom it happened to: records by the sex and the age of the victim."""

from __future__ import annotations

from typing import NamedTuple

from convive.evidence import queries, records
from convive.evidence.holding import held_of
from convive.evidence.queries import Need, Selection, require


class Victims(NamedTuple):
    """sex : `female`, `male` or nothing. band : as the source writes it, or nothing."""

    sex: str
    band: str
    n: int


def by_victim(sel: Selection) -> list[Victims]:
    """How many of each sex and band of age; what a source does not record is nothing."""
    row = queries.source_row(sel.source)
    held = held_of(row, list(queries.offences(sel.source).values()), sel.vintage)
    require(held.spec, Need.RECORDS)
    sex, band = "coalesce(nullif(victim_sex, 'unknown'), '')", "coalesce(age_band, '')"
    columns = f"{sex} AS sex, {band} AS band, sum(n)::BIGINT AS n"
    return [Victims(*found) for found in records.ask(held, sel, columns, "sex, band")]
