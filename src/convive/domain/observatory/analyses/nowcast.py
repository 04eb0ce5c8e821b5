"""What will the newest months come to, once everything is registered?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.monthly import months_of
from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.stats import nowcast as method
from convive.stats.nowcast_releases import Releases, from_rows

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
            found[release].astype(str).astype("datetime64[M]"),
            groups=_groups(units),
        )
    except ValueError as error:
        raise BadInput.at(path.name, str(error), _("Correct the table.")) from None


def answer(releases: Releases, place: str, name: str, options: Options) -> Answer:
    """The newest months of one place, or of all places whose codes begin with `place`.

    name : what the place is called in the sentence; everything for an empty place.
    Raises BadInput for a place that is not there, Refused where a source corrects downwards.
    """
    try:
        found = method.nowcast(
            releases,
            as_of=options.as_of or None,
            horizon=options.horizon,
            months=options.months,
            level=options.level,
        )
    except ValueError as error:
        raise Refused.at(
            options.as_of or "releases", str(error), _("See docs/methods/nowcast.md.")
        ) from None
    labels = found.units.astype(str)
    inside = np.flatnonzero(np.char.startswith(labels, place))
    if not len(inside):
        raise BadInput.at(
            place,
            _("No release names this place."),
            _("Give a code as the releases write it, or the beginning of several."),
        )
    is_one = len(inside) == 1 and labels[inside[0]] == place
    if is_one:
        rows = {
            key: np.asarray(getattr(found, key))[inside[0]]
            for key in ("published", "estimate", "lower", "upper")
        }
    else:
        sums = method.aggregate(found, np.where(np.isin(np.arange(len(labels)), inside), "in", ""))
        at = int(np.flatnonzero(sums.labels == "in")[0])
        rows = {
            key: np.asarray(getattr(sums, key))[at]
            for key in ("published", "estimate", "lower", "upper")
        }
    months = [
        {
            "period": str(month),
            "published": int(rows["published"][i]),
            "estimate": float(rows["estimate"][i]),
            "lower": float(rows["lower"][i]),
            "upper": float(rows["upper"][i]),
            "lag": int(found.lag[i]),
        }
        for i, month in enumerate(found.months)
    ]
    return Answer(
        lambda: _sentence(name or _("All places"), months, options.level),
        {"place": place, "places": len(inside), "months": months},
        lambda: _caveats(is_one),
        {
            "as_of": str(found.as_of),
            "horizon": options.horizon,
            "months": options.months,
            "level": options.level,
            "releases": [str(each) for each in releases.releases],
        },
    )


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
    found = [_("A month that still grows is no fall: compare it only by its band.")]
    if not is_one:
        found.append(_("A sum of places is made of their means, not of their medians."))
    found.append(_("What is never registered is not foretold."))
    return found
