"""Counts and people of places, or of periods, that may be set side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory import measures, reading, sayings, scatter, strata
from convive.domain.observatory.analyses import monthly
from convive.domain.observatory.analyses.monthly import Monthly
from convive.domain.observatory.exposure import CountedBy
from convive.domain.observatory.rules import same_months_before
from convive.domain.programme.models import Place
from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Question
from convive.kernel.periods import Period

PLACE = ("place", "district", "unit", "distrito", "lugar", "unidad", "ubigeo", "programme")
COUNT = ("n", "count", "cantidad", "cases", "casos", "events")
PEOPLE = ("people", "population", "person_years", "poblacion", "población", "personas")
STRATA = ("sex", "sexo", "age", "age_band", "edad", "grupo_edad", "stratum", "estrato")


@dataclass(frozen=True)
class Counted:
    """Counts and person-years of places by stratum (sex and age), (places, strata).

    refs : the places as `SCHEME:CODE`; of periods, their codes; () where a file names them.
    left_out : places that could not be compared, each with the reason.
    scatter : how many times as much as by chance the months of each place vary, None where that is
        not known; () for counts of a file, which are taken as they are.
    unknown : (places,) events of no known stratum, taken to be spread as the others; None: none.
    how : whether people are compared as if they were alike, in words; None for a file.
    notes : what must be known of this comparison, one sentence each.
    """

    names: list[str]
    strata: list[str]
    counts: NDArray[np.float64]
    person_years: NDArray[np.float64]
    refs: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    notes: tuple[Callable[[], str], ...] = ()
    scatter: tuple[float | None, ...] = ()
    unknown: NDArray[np.float64] | None = None
    how: Callable[[], str] | None = None

    @property
    def events(self) -> NDArray[np.float64]:
        """(places,) all events, whatever is known of them."""
        known: NDArray[np.float64] = self.counts.sum(axis=1)
        return known if self.unknown is None else known + self.unknown

    @property
    def exposure(self) -> NDArray[np.float64]:
        """(places, strata) person-years that the events of known strata are beside: as large a part
        of all as these are of all events."""
        if self.unknown is None:
            return self.person_years
        part = self.counts.sum(axis=1) / np.maximum(self.events, 1.0)
        return self.person_years * np.where(self.events > 0, part, 1.0)[:, np.newaxis]

    @property
    def dispersion(self) -> NDArray[np.float64]:
        """(places,) `scatter`, nan where it is not known; 1 for counts of a file."""
        if not self.scatter:
            return np.ones(len(self.names))
        return np.array([np.nan if one is None else one for one in self.scatter])


def of_file(path: Path) -> Counted:
    """A table of one row for each place and stratum, with events and people.

    Raises BadInput where a column is not there, a number is empty, a place lacks a stratum or has
    two rows for one.
    """
    found = table.columns_of(path)
    place = table.find(found, "", PLACE, "place", _("the place"))
    count = table.find(found, "", COUNT, "n", _("how many events"))
    people = table.find(found, "", PEOPLE, "people", _("how many people, for a year"))
    given = [name for each in STRATA if (name := table.optional(found, "", (each,))) is not None]
    labels = [" · ".join(row) for row in zip(*(found[name] for name in given), strict=True)]
    stratum = np.array(labels or [""] * len(found[place]), dtype=object)
    names = list(dict.fromkeys(found[place]))
    strata = sorted(set(stratum))
    counts = np.full((len(names), len(strata)), np.nan)
    years = counts.copy()
    n, m = table.numbers(found, count, path.name), table.numbers(found, people, path.name)
    for row, (where, which) in enumerate(zip(found[place], stratum, strict=True)):
        at, here = (names.index(where), strata.index(which)), f"{where} {which}".strip()
        for name, numbers in ((count, n), (people, m)):
            if np.isnan(numbers[row]):
                raise BadInput.at(
                    _("%(file)s, column %(column)s, row %(row)s")
                    % {"file": path.name, "column": name, "row": row + 1},
                    _("%(place)s has no number here. Empty is not zero.") % {"place": here},
                    _("Write 0 where nothing happened, or leave the place out."),
                )
        if not np.isnan(counts[at]):
            raise BadInput.at(
                here,
                _("This place has two rows for one sex and age."),
                _("Add them up: events of all periods, and people times years."),
            )
        counts[at], years[at] = n[row], m[row]
    if np.isnan(counts).any():
        a, b = np.argwhere(np.isnan(counts))[0]
        raise BadInput.at(
            f"{names[a]}, {strata[b]}",
            _("This place has no row for this sex and age."),
            _("Give every place the same strata; write 0 where nothing happened."),
        )
    return Counted(names, strata, counts, years)


def of_source(source: str, places: Sequence[str], period: Period, offence: str = "") -> Counted:
    """Places as a source counts them in a period, per person; by sex and age where both are known.

    Raises Refused where a break lies within the period, months are missing, or the people of a
    place are not known.
    """
    found = [_whole(monthly.of_source(source, place, period, offence)) for place in places]
    vary = [_scatter(source, ref, period, offence) for ref in places]
    asked = _asked(source, places, found[0].period, offence)
    return by_sex_and_age(_counted(found, places, vary), asked)


def beside(
    source: str, place: str, others: Sequence[Place], period: Period, offence: str = ""
) -> Counted:
    """A place, and whichever of the others the source counts apart in the same months.

    Raises Refused where the place itself cannot be compared, or none of the others can.
    """
    found = [_whole(monthly.of_source(source, place, period, offence))]
    refs, left_out = [place], []
    for other in others:
        try:
            found.append(_whole(monthly.of_source(source, other.ref, period, offence)))
            refs.append(other.ref)
        except Refused as refused:
            left_out.append((other.name, refused.problems[0].why))
    if len(found) < 2:
        raise Refused.at(
            found[0].name,
            _("No other district can be compared with it in these months: %(why)s")
            % {"why": " ".join(f"{name}: {why}" for name, why in left_out)},
            _("Choose other months or other districts."),
        )
    vary = [_scatter(source, ref, period, offence) for ref in refs]
    asked = _asked(source, refs, found[0].period, offence)
    return replace(by_sex_and_age(_counted(found, refs, vary), asked), left_out=tuple(left_out))


def of_periods(source: str, place: str, period: Period, offence: str = "") -> Counted:
    """The same place in a period and in the same months before.

    Raises Refused where a break lies between, or the months still grow: that is no fall.
    """
    baseline = same_months_before(period)
    (asked,) = _asked(source, [place], period, offence)
    measures.comparable(asked, baseline)
    months = [monthly.of_source(source, place, each, offence) for each in (period, baseline)]
    if months[0].months[-1] > months[0].firm:
        raise Refused.at(
            words.period(period),
            _("Its last months still grow, and would look like a fall."),
            _("Choose months up to %(month)s.") % {"month": words.month(months[0].firm)},
        )
    found = [_whole(each) for each in months]
    people = measures.comparable_people(asked, baseline, asked.census())
    given = _counted(found, [period.code, baseline.code], [scatter.of_place(asked)] * 2)
    given = replace(given, names=[period.code, baseline.code], how=_same_people)
    if people is None:
        same = np.repeat(given.person_years[:1], 2, axis=0)
        return replace(given, person_years=same, notes=(sayings.counted_anew,))
    return given


def _whole(found: Monthly) -> Monthly:
    """Months that can be added up. Raises Refused."""
    if found.breaks:
        cut = found.breaks[0].on
        sides = [(found.period.start, cut - timedelta(days=1)), (cut, found.period.end)]
        said = " / ".join(f"{first:%Y-%m} – {last:%Y-%m}" for first, last in sides)
        raise Refused.at(
            f"{found.name}, {words.day(cut)}",
            found.breaks[0].text,
            _("Compare within one side of the break: %(sides)s.") % {"sides": said},
        )
    if np.isnan(found.counts).any():
        raise Refused.at(found.name, _("The source does not cover all these months."))
    if found.person_years is None:
        raise Refused.at(found.name, _("The people of these months are not known."))
    return found


def by_sex_and_age(given: Counted, asked: Sequence[reading.Asked]) -> Counted:
    """The same records and people by sex and age; as they are where these are not told apart.

    asked : the question about each place, in the order of `given`.
    """
    found = strata.of_places(asked)
    if not isinstance(found, strata.Strata):
        return replace(given, how=partial(_as_they_are, found))
    return replace(
        given,
        strata=found.names,
        counts=found.counts,
        person_years=given.person_years * found.shares,
        unknown=found.unknown,
        how=found.said,
        notes=(*given.notes, *found.notes),
    )


def _asked(source: str, refs: Sequence[str], period: Period, offence: str) -> list[reading.Asked]:
    where = {"source": source} | ({"category": offence} if offence else {})
    return [reading.read(Question(period, ref, where)) for ref in refs]


def _scatter(source: str, place: str, period: Period, offence: str) -> float | None:
    (asked,) = _asked(source, [place], period, offence)
    return scatter.of_place(asked)


def _counted(
    found: Sequence[Monthly], refs: Sequence[str], vary: Sequence[float | None]
) -> Counted:
    years = [
        [0.0 if each.person_years is None else float(each.person_years.sum())] for each in found
    ]
    counts = [[float(each.counts.sum())] for each in found]
    names = [each.name for each in found]
    by = CountedBy().union(*(each.counts_of_people() for each in found))
    notes: list[Callable[[], str]] = []
    if len(by) > 1:
        notes.append(partial(sayings.different_counts, by))
    if found[0].months[-1] > found[0].firm:
        notes.append(_still_growing)
    return Counted(
        names,
        [""],
        np.array(counts),
        np.array(years),
        tuple(refs),
        notes=tuple(notes),
        scatter=tuple(vary),
    )


def _as_they_are(why: Callable[[], str]) -> str:
    return _("Not standardised by sex and age: people are compared as they are. %(why)s") % {
        "why": why()
    }


def _same_people() -> str:
    return _("Not standardised: it is the same place, and its people are taken as the same.")


def _still_growing() -> str:
    return _("The last months still grow, and not equally fast in every place.")
