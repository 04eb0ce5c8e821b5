"""Sex and age on both sides: of whom the records tell, and of the people they are divided by.

Records of a year are seldom beside people by sex and age of that very year. So the people of a
place are those that every rate has, and only their shares come from a count by sex and age: of
one source, one year and the boundaries of the records, for all places compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory import queries
from convive.domain.observatory.ages import is_whole, joined, read
from convive.domain.observatory.exposure import Census
from convive.domain.observatory.reading import Asked
from convive.domain.programme.models import Population
from convive.evidence.victims import Victims, by_victim
from convive.kernel import words

MOST_UNKNOWN = 0.1  # of the records of a place; more, and nobody knows who they were
SEXES = ("female", "male")
Words = Callable[[], str]
Stratum = tuple[str, str]
"""Sex and band of age; nothing where they are not told apart."""


@dataclass(frozen=True)
class Strata:
    """Records and people by sex, by age, or by both.

    names : what the strata are called. counts, shares : (places, strata), of the records and of the
    people. unknown : (places,) records of nobody's sex or age. notes : what must be known of it.
    """

    names: list[str]
    counts: NDArray[np.float64]
    shares: NDArray[np.float64]
    unknown: NDArray[np.float64]
    by_sex: bool
    by_age: bool
    notes: tuple[Words, ...] = ()

    def said(self) -> str:
        """Of whom the rates are."""
        if self.by_sex and self.by_age:
            return _("Rates are those of people of the same sex and age in every place.")
        if self.by_sex:
            return _(
                "Rates are those of people of the same sex in every place, whatever their age."
            )
        return _("Rates are those of people of the same age in every place, of whichever sex.")


@dataclass(frozen=True)
class _Shares:
    """people : of each place and stratum, by whose count, of which year."""

    people: Mapping[tuple[str, Stratum], int]
    source: str
    year: int


def of_places(asked: Sequence[Asked]) -> Strata | Words:
    """Sex and age of the same records in several places; or why they are not told apart.

    asked : the question about each place, of one source and one period.
    """
    columns = asked[0].source.spec.columns
    sex, age = "victim_sex" in columns, "age_band" in columns
    if not sex and not age:
        return _not_recorded
    found = [by_victim(each.selection()) for each in asked]
    why: Words = _not_recorded
    for by_sex, by_age in ((True, True), (False, True), (True, False)):
        if by_sex > sex or by_age > age:
            continue
        made = _made(asked, found, by_sex=by_sex, by_age=by_age)
        if isinstance(made, Strata):
            notes = made.notes
            if sex and age and not (by_sex and by_age):
                notes = (*notes, why)
            return replace(made, notes=notes)
        why = made
    return why


def _made(
    asked: Sequence[Asked], found: Sequence[list[Victims]], *, by_sex: bool, by_age: bool
) -> Strata | Words:
    told = [
        [one for one in each if (one.sex or not by_sex) and (one.band or not by_age)]
        for each in found
    ]
    counted = [sum(one.n for one in each) for each in found]
    known = [sum(one.n for one in each) for each in told]
    if any(n - k > MOST_UNKNOWN * n for n, k in zip(counted, known, strict=True)):
        return partial(_too_many_unknown, by_sex=by_sex, by_age=by_age)
    written = sorted({one.band for each in told for one in each}) if by_age else []
    if written and not read(written):
        return _bands_not_read
    shares = _shares(asked, by_sex=by_sex, by_age=by_age)
    if shares is None:
        return partial(_people_unknown, by_sex=by_sex, by_age=by_age)
    of_people, of_records = _bands(shares, written) if by_age else ({"": ""}, {})
    bands = list(dict.fromkeys(of_people.values()))
    if by_age and len(bands) < 2:
        return _bands_do_not_fit
    strata = [(sex, band) for sex in (SEXES if by_sex else ("",)) for band in bands]
    at = {stratum: i for i, stratum in enumerate(strata)}
    counts = np.zeros((len(asked), len(strata)))
    people = counts.copy()
    for i, (each, one) in enumerate(zip(asked, told, strict=True)):
        for victims in one:
            where = (victims.sex if by_sex else "", of_records.get(victims.band, ""))
            counts[i, at[where]] += victims.n
        ref = each.places[0].ref
        for (place, (sex, band)), n in shares.people.items():
            if place == ref:
                people[i, at[sex, of_people[band]]] += n
    if not (people > 0).all():
        return partial(_people_unknown, by_sex=by_sex, by_age=by_age)
    unknown = np.array([float(n - k) for n, k in zip(counted, known, strict=True)])
    notes: list[Words] = [partial(_shares_of, shares.source, shares.year)]
    if unknown.any():
        notes.append(_some_unknown)
    return Strata(
        [" · ".join(part for part in stratum if part) for stratum in strata],
        counts,
        people / people.sum(axis=1, keepdims=True),
        unknown,
        by_sex,
        by_age,
        tuple(notes),
    )


def _bands(shares: _Shares, written: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    known = dict.fromkeys(band for _place, (_sex, band) in shares.people)
    return joined(list(known), written)


def _shares(asked: Sequence[Asked], *, by_sex: bool, by_age: bool) -> _Shares | None:
    """People by sex and age of every place, as one source counted them in one year: the newest up
    to the end of the period, else the first after; of the preferred source that knows it."""
    places = [each.places[0] for each in asked]
    edition = asked[0].source.edition_on(asked[0].period.end) or ""
    sexes = SEXES if by_sex else (Population.TOTAL,)
    bands = queries.age_bands() if by_age else [Population.TOTAL]
    drawings = asked[0].drawings
    parts = {
        (sex, band): queries.census(places, drawings, sex=sex, age_band=band)
        for sex in sexes
        for band in bands
    }
    of_all = queries.census(places, drawings).sources
    years = sorted({key[1] for census in parts.values() for key in census.rows})
    until = asked[0].period.end.year
    for year in (*reversed([y for y in years if y <= until]), *(y for y in years if y > until)):
        sources = dict.fromkeys((*of_all, *(s for one in parts.values() for s in one.sources)))
        for source in sources:
            people = _of_source(parts, [place.ref for place in places], source, year, edition)
            if people:
                plain = {
                    (ref, (sex if by_sex else "", band if by_age else "")): n
                    for (ref, (sex, band)), n in people.items()
                }
                return _Shares(plain, source, year)
    return None


def _of_source(
    parts: Mapping[Stratum, Census], refs: Sequence[str], source: str, year: int, edition: str
) -> dict[tuple[str, Stratum], int]:
    """People of every place and stratum that this source knows; nothing where one place lacks one,
    where bands leave out or repeat an age, or where they were counted within several boundaries."""
    found: dict[tuple[str, Stratum], int] = {}
    by: set[str] = set()
    held: set[Stratum] = set()
    for stratum, census in parts.items():
        for ref in refs:
            one = replace(census, sources=(source,)).people(ref, year, edition)
            if one is not None:
                found[ref, stratum] = one.value
                by.add(one.edition)
                held.add(stratum)
    if len(by) != 1 or len(found) != len(refs) * len(held):
        return {}
    bands = {band for _sex, band in held}
    known = read(sorted(bands - {Population.TOTAL}))
    every = known is not None and (bands == {Population.TOTAL} or is_whole(known.values()))
    sexes = {sex for sex, _band in held}
    crossed = len(held) == len(bands) * len(sexes) and len(sexes) == len({s for s, _b in parts})
    return found if every and crossed else {}


def _by(*, by_sex: bool, by_age: bool) -> str:
    if by_sex and by_age:
        return _("sex and age")
    return _("sex") if by_sex else _("age")


def _not_recorded() -> str:
    return _("The source records neither sex nor age of those concerned.")


def _too_many_unknown(*, by_sex: bool, by_age: bool) -> str:
    return _("In one of these places more than %(share)s of the records lack %(what)s.") % {
        "share": words.percent(MOST_UNKNOWN),
        "what": _by(by_sex=by_sex, by_age=by_age),
    }


def _people_unknown(*, by_sex: bool, by_age: bool) -> str:
    return _(
        "The people of these places are not known by %(what)s, counted alike within the boundaries "
        "of the records."
    ) % {"what": _by(by_sex=by_sex, by_age=by_age)}


def _bands_not_read() -> str:
    return _("The source writes ages that are no bands of years, such as 15-17 or 30+.")


def _bands_do_not_fit() -> str:
    return _("The bands of age of the records and of the people have no limit in common.")


def _shares_of(source: str, year: int) -> str:
    return _("How many of each sex or age live there is taken from %(year)s: %(source)s.") % {
        "year": year,
        "source": source,
    }


def _some_unknown() -> str:
    return _("Records without a known sex or age are taken to be spread as the others.")
