"""Do places differ, were their people alike?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory.analyses import monthly
from convive.domain.observatory.analyses.answers import Answer
from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.stats import compare as method
from convive.stats import fdr, rates

PLACE = ("place", "district", "unit", "distrito", "lugar", "unidad", "ubigeo", "programme")
COUNT = ("n", "count", "cantidad", "cases", "casos", "events")
PEOPLE = ("people", "population", "person_years", "poblacion", "población", "personas")
STRATA = ("sex", "sexo", "age", "age_band", "edad", "grupo_edad", "stratum", "estrato")
PER = 100_000
LEVEL = 0.05


@dataclass(frozen=True)
class Counted:
    """Counts and person-years of places by stratum (sex and age), (places, strata)."""

    names: list[str]
    strata: list[str]
    counts: NDArray[np.float64]
    person_years: NDArray[np.float64]


@dataclass(frozen=True)
class Options:
    """against : the place that the others are compared with; the first by default."""

    against: str = ""
    level: float = 0.95


def of_file(path: Path) -> Counted:
    """A table of one row for each place and stratum, with events and people.

    Raises BadInput where a column is not there, or a place lacks a stratum.
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
        at = names.index(where), strata.index(which)
        counts[at] = np.nansum([counts[at], n[row]])
        years[at] = np.nansum([years[at], m[row]])
    if np.isnan(counts).any():
        a, b = np.argwhere(np.isnan(counts))[0]
        raise BadInput.at(
            f"{names[a]}, {strata[b]}",
            _("This place has no row for this sex and age."),
            _("Give every place the same strata; write 0 where nothing happened."),
        )
    return Counted(names, strata, counts, years)


def of_source(source: str, places: Sequence[str], period: Period, offence: str = "") -> Counted:
    """Places as a source counts them in a period, per person; one stratum.

    Raises Refused where a break lies within the period, months are missing, or the people of a
    place are not known.
    """
    found = [monthly.of_source(source, place, period, offence) for place in places]
    years = []
    for each in found:
        if each.breaks:
            raise Refused.at(
                f"{each.name}, {words.day(each.breaks[0].on)}",
                each.breaks[0].text,
                _("Compare within one side of the break."),
            )
        if np.isnan(each.counts).any():
            raise Refused.at(each.name, _("The source does not cover all these months."))
        if each.person_years is None:
            raise Refused.at(each.name, _("The people of these months are not known."))
        years.append([float(each.person_years.sum())])
    counts = [[float(each.counts.sum())] for each in found]
    return Counted([each.name for each in found], [""], np.array(counts), np.array(years))


def answer(given: Counted, options: Options) -> Answer:
    """Rates of every place as if their people were alike, each beside one of them.

    The standard is the people of all places together. p is corrected for all comparisons.
    """
    if len(given.names) < 2:
        raise BadInput.at("place", _("There is one place only."), _("Give two or more."))
    against = options.against or given.names[0]
    if against not in given.names:
        raise BadInput.at(against, _("There is no such place."), _("Write it as the table does."))
    at = given.names.index(against)
    standard = given.person_years.sum(axis=0)
    try:
        found = method.direct(
            given.counts, given.person_years, standard, per=PER, level=options.level
        )
        ratio = method.ratio_of_direct(
            given.counts, given.person_years, given.counts[at], given.person_years[at], standard,
            level=options.level,
        )  # fmt: skip
    except ValueError as error:
        raise BadInput.at("people", str(error), _("Correct the table.")) from None
    others = [i for i in range(len(given.names)) if i != at]
    p = np.array([_p(given, i, at) for i in others])
    q = dict(zip(others, fdr.adjust(p).tolist(), strict=True))
    rows = [
        {
            "place": name,
            "n": int(given.counts[i].sum()),
            "crude": float(found.crude[i]),
            "rate": float(found.rate[i]),
            "lower": float(found.lower[i]),
            "upper": float(found.upper[i]),
            "ratio": None if i == at else float(ratio.ratio[i]),
            "ratio_lower": None if i == at else float(ratio.lower[i]),
            "ratio_upper": None if i == at else float(ratio.upper[i]),
            "q": q.get(i),
        }
        for i, name in enumerate(given.names)
    ]
    return Answer(
        lambda: _sentence(rows, against),
        {"places": rows, "per": PER, "standardised": len(given.strata) > 1},
        lambda: _caveats(given),
        {"against": against, "strata": list(given.strata), "level": options.level},
    )


def _p(given: Counted, i: int, at: int) -> float:
    """Exact, of the two counts, if each stratum had one rate in both places."""
    two = [at, i]
    years, counts = given.person_years[two], given.counts[two]
    by_stratum = counts.sum(axis=0) / np.maximum(years.sum(axis=0), 1e-9)
    expected = years @ by_stratum
    if not expected.min() > 0:
        expected = years.sum(axis=1)
    there, here = (int(n) for n in counts.sum(axis=1))
    return rates.compare_counts(there, here, *expected.tolist()).p


def _sentence(rows: list[dict[str, Any]], against: str) -> str:
    differ = [row for row in rows if row["q"] is not None and _differs(row)]
    if not differ:
        return _("No evidence that any of these places differs from %(place)s.") % {
            "place": against
        }
    told = "; ".join(
        f"{row['place']} {words.change(row['ratio'], row['ratio_lower'], row['ratio_upper'])}"
        for row in differ
    )
    rest = len(rows) - 1 - len(differ)
    said = _("Beside %(place)s: %(places)s.") % {"place": against, "places": told}
    if rest:
        said += " " + _("Of the others there is no evidence of a difference.")
    return said


def _differs(row: dict[str, Any]) -> bool:
    outside = row["ratio_lower"] > 1 or row["ratio_upper"] < 1
    return bool(outside and row["q"] <= LEVEL)


def _caveats(given: Counted) -> list[str]:
    found = [_("Places differ in how much is reported, not only in how much happens.")]
    if len(given.strata) > 1:
        found.append(_("Rates are those of people of the same sex and age in every place."))
    else:
        found.append(_("Sex and age are not known here: unlike people are compared as they are."))
    return found
