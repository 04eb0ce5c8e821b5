"""What will the newest months come to, once everything is registered?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory import expected, queries, sayings_late
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.monthly import months_of
from convive.domain.programme.models import Place
from convive.evidence import columns as table
from convive.evidence import late
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.stats import nowcast as method
from convive.stats.nowcast_releases import Releases, Unfit, from_rows

UNIT = ("ubigeo", "place", "district", "unit", "distrito", "unidad", "code")
COUNT = ("cantidad", "n", "count", "cases", "value", "casos")
RELEASE = ("vintage", "release", "entrega", "as_of", "version")


@dataclass(frozen=True)
class Options:
    """as_of : last month of the release to start from; the newest by default.

    horizon : months until the release that is foretold; the longest known delay by default.
    months : how many of the newest. level : of the interval.
    """

    as_of: str = ""
    horizon: int | None = None
    months: int = 24
    level: float = 0.95


def releases_of_file(path: Path) -> Releases:
    """Releases from one table with a row for each release, month and place.

    Raises BadInput where the columns are not there or hold something else.
    """
    found = table.columns_of(path)
    unit = table.find(found, "", UNIT, "place", _("the code of the place"))
    count = table.find(found, "", COUNT, "n", _("how many cases"))
    release = table.find(found, "", RELEASE, "release", _("the last month of the release"))
    units = found[unit]
    try:
        return from_rows(
            months_of(found, path.name),
            units.astype(str),
            table.numbers(found, count, path.name),
            found[release].astype(str),
            groups=_groups(units),
        )
    except Unfit as unfit:
        why, what = sayings_late.why_not(unfit.reason), sayings_late.what_to_do(unfit.reason)
        raise BadInput.at(path.name, why, what) from None


def releases_of_source(source: str, offence: str = "") -> Releases:
    """Releases as they were imported: of every place, and of one category or of all.

    Raises BadInput for an unknown source, Refused where it does not count by month or holds no two
    releases.
    """
    view = evidence.source(source)
    if view.coverage is None:
        raise Refused.at(source, _("Nothing has been imported from this source yet."))
    try:
        return late.releases(source, offence)
    except Unfit as unfit:
        raise _refused(source, unfit) from None


def within(releases: Releases, places: Iterable[Place]) -> list[int]:
    """The units of imported releases that lie in these places, in whatever scheme."""
    return expected.inside(releases.units, [ref for each in places for ref in queries.refs(each)])


def beginning(releases: Releases, code: str) -> list[int]:
    """The units of a file whose codes begin with this one; all for none."""
    return [i for i, unit in enumerate(releases.units.astype(str)) if unit.startswith(code)]


def answer(
    releases: Releases, units: Sequence[int], place: str, name: str, options: Options
) -> Answer:
    """The newest months of one of the units, or of the sum of several.

    place : what was asked for. name : what it is called in the sentence; empty for everything.
    Raises BadInput where there is no unit, Refused where a source corrects downwards.
    """
    if not units:
        raise BadInput.at(
            place,
            _("No release names this place."),
            _("Give a code as the releases write it, or the beginning of several."),
        )
    try:
        found = method.nowcast(
            releases,
            as_of=options.as_of or None,
            horizon=options.horizon,
            months=options.months,
            level=options.level,
        )
    except Unfit as unfit:
        raise _refused(options.as_of or _("releases"), unfit) from None
    months = [
        {
            "period": f"{month:%Y-%m}",
            "published": one.published,
            "estimate": one.estimate,
            "lower": one.lower,
            "upper": one.upper,
            "lag": one.lag,
        }
        for month, one in expected.of_units(found, units).items()
    ]
    return Answer(
        lambda: _sentence(name or _("All places"), months, options.level),
        {"place": place, "places": len(units), "months": months},
        lambda: _caveats(len(units) == 1),
        {
            "as_of": str(found.as_of),
            "horizon": options.horizon,
            "months": options.months,
            "level": options.level,
            "releases": [str(each) for each in releases.releases],
        },
    )


def _refused(where: str, unfit: Unfit) -> Refused:
    why, what = sayings_late.why_not(unfit.reason), sayings_late.what_to_do(unfit.reason)
    return Refused.at(where, why, what)


def _groups(units: table.Texts) -> dict[str, NDArray[np.str_]]:
    """Department and province, where codes are those of INEI: two digits and four of six."""
    texts = units.astype(str)
    if not (np.char.isdigit(texts) & (np.char.str_len(texts) == 6)).all():
        return {}
    return {"department": texts.astype("<U2"), "province": texts.astype("<U4")}


def _sentence(name: str, months: list[dict[str, object]], level: float) -> str:
    newest = months[-1]
    period = Period.parse(str(newest["period"]))
    told = {
        "place": name,
        "month": words.period(period),
        "published": words.number(newest["published"]),  # type: ignore[arg-type]
        "estimate": words.number(round(float(newest["estimate"]))),  # type: ignore[arg-type]
        "lower": words.number(newest["lower"]),  # type: ignore[arg-type]
        "upper": words.number(newest["upper"]),  # type: ignore[arg-type]
        "level": words.percent(level),
    }
    return (
        _(
            "%(place)s, %(month)s: %(published)s are registered so far; %(estimate)s are to be "
            "expected (%(level)s: %(lower)s to %(upper)s)."
        )
        % told
    )


def _caveats(is_one: bool) -> list[str]:
    found = [sayings_late.no_fall()]
    if not is_one:
        found.append(_("A sum of places is made of their means, not of their medians."))
    found.append(_("What is never registered is not foretold."))
    return found
