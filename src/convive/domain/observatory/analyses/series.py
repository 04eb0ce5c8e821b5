"""Did the level change, is the newest month high, is there a season?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.domain.observatory import sayings, sayings_late
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.monthly import Monthly
from convive.domain.observatory.expected import Expected
from convive.domain.observatory.rules import is_certain
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.kernel.periods import Period
from convive.stats import alarm, change_points, rates, seasonality

LEAST = 24  # months without a break
FEWEST = 20  # records in such a part
LEVEL = 0.05
FEW = 5  # a p that about so few of the drawn series reach is worked out from ten times as many


@dataclass(frozen=True)
class Options:
    """draws : series drawn for each test. alpha : probability of a false alarm of one month."""

    draws: int = 999
    alpha: float = 0.01
    level: float = 0.95
    seed: int = 0


def answer(series: Monthly, options: Options) -> Answer:
    """Changes of level between the breaks of a series, its season, its newest month.

    Months that still grow are left out of all three. Season and newest month are those of the last
    part: where it is too short to be looked at, there are none. Raises Refused where no part of the
    series that no break divides has two years.
    """
    parts = _firm(series).stretches()
    long = [part for part in parts if np.isfinite(part.counts).sum() >= LEAST]
    if long and not any(np.nansum(part.counts) >= FEWEST for part in long):
        raise Refused.at(
            series.name,
            _("There are fewer than %(n)s records: no level can be told.")
            % {"n": words.number(FEWEST)},
            _("Ask for a wider place, or for more offences together."),
        )
    long = [part for part in long if np.nansum(part.counts) >= FEWEST]
    if not long:
        raise Refused.at(
            series.name,
            _("No two years of months stand together without a break or a gap."),
            _("Give a longer period."),
        )
    changes, newest, p = [], long[-1], []
    is_last = newest is parts[-1]
    expected: dict[date, float] = {}
    for part in long:
        found = _changes(part, options)
        p.append(found.p)
        expected |= dict(zip(part.months, found.expected.tolist(), strict=True))
        changes += [_change(part, one) for one in found.changes]
    season = _season(newest, options) if is_last else None
    high = _alarm(newest, options) if is_last else None
    of_newest = [one for one in changes if one["period"] >= f"{newest.months[0]:%Y-%m}"]
    lower, upper = rates.poisson_interval(np.nan_to_num(series.counts))
    return Answer(
        lambda: _sentence(series.name, long, changes, high, is_last=is_last),
        {
            "months": [
                {
                    "period": f"{month:%Y-%m}",
                    "n": _whole(n),
                    "lower": None if np.isnan(n) else float(low),
                    "upper": None if np.isnan(n) else float(top),
                    "expected": expected.get(month),
                    "provisional": month > series.firm,
                    "late": _late(series.foretold.get(month)),
                }
                for month, n, low, top in zip(
                    series.months, series.counts, lower, upper, strict=True
                )
            ],
            "changes": changes,
            "p": min(1.0, len(p) * min(p)),
            "newest": {
                "from": f"{newest.months[0]:%Y-%m}",
                "to": f"{newest.months[-1]:%Y-%m}",
                "is_last": is_last,
                "p": min(1.0, len(p) * (of_newest[-1]["p"] if of_newest else p[-1])),
            },
            "season": season,
            "alarm": high,
            "breaks": [
                {"on": str(each.on), "text": each.text, "texts": dict(each.texts)}
                for each in series.breaks
            ],
        },
        lambda: _caveats(series, parts, season),
        {
            "series": series.name,
            "period": str(series.period),
            "per_person": all(part.person_years is not None for part in long),
            "draws": options.draws,
            "alpha": options.alpha,
            "level": options.level,
            "seed": options.seed,
        },
    )


def _firm(series: Monthly) -> Monthly:
    """The months that no longer grow."""
    kept = sum(month <= series.firm for month in series.months)
    people = series.person_years
    return replace(
        series,
        months=series.months[:kept],
        counts=series.counts[:kept],
        person_years=None if people is None else people[:kept],
        counted_by=series.counted_by[:kept],
    )


def _changes(part: Monthly, options: Options) -> change_points.Changes:
    """A p that is small is worked out from more draws: of 999 none is below 0.001, too coarse to be
    told from chance once it is one of a hundred tests."""

    def drawn(draws: int) -> change_points.Changes:
        return change_points.find(
            part.counts, part.person_years, draws=draws, level=options.level, seed=options.seed
        )

    found = drawn(options.draws)
    if any(one.p * options.draws <= FEW for one in found.changes):
        return drawn(10 * options.draws)
    return found


def _change(part: Monthly, one: change_points.Change) -> dict[str, Any]:
    return {
        "period": f"{part.months[one.at]:%Y-%m}",
        "from": f"{part.months[one.first]:%Y-%m}",
        "to": f"{part.months[one.last]:%Y-%m}",
        "ratio": one.ratio,
        "lower": one.lower,
        "upper": one.upper,
        "before": one.before,
        "after": one.after,
        "p": one.p,
    }


def _season(part: Monthly, options: Options) -> dict[str, Any] | None:
    """The season of the newest part; None where it is too short to tell."""
    if len(part.months) < 36:
        return None
    try:
        found = seasonality.season(
            part.counts, part.person_years, first=part.months[0].month, level=options.level,
            seed=options.seed,
        )  # fmt: skip
    except ValueError:  # a month of the year that is never known
        return None
    return {
        "p": found.p,
        "peak": int(found.peak) % 12 + 1,
        "ratio": found.ratio,
        "lower": found.ratio_lower,
        "upper": found.ratio_upper,
        "factors": found.factors.tolist(),
    }


def _alarm(part: Monthly, options: Options) -> dict[str, Any] | None:
    """The newest month beside the years before it; None where there are too few."""
    if len(part.months) < 36 or np.isnan(part.counts[-1]):
        return None
    try:
        found = alarm.newest(part.counts, part.person_years, alpha=options.alpha)
    except ValueError:
        return None
    return {
        "period": f"{part.months[-1]:%Y-%m}",
        "observed": int(found.observed[0]),
        "expected": float(found.expected[0]),
        "bound": float(found.bound[0]),
        "p": float(found.p[0]),
        "alarm": bool(found.alarm[0]),
    }


def _late(found: Expected | None) -> dict[str, Any] | None:
    """What a month that still grows will come to."""
    if found is None:
        return None
    return {"estimate": found.estimate, "lower": found.lower, "upper": found.upper}


def _whole(n: float) -> int | None:
    return None if np.isnan(n) else int(n)


def _month(text: str) -> str:
    return words.period(Period.parse(text))


def _looked_at(long: list[Monthly]) -> str:
    """The months of the parts that were looked at; what hangs together is told as one."""
    spans: list[Period] = []
    for part in long:
        follows = spans and spans[-1].end + timedelta(days=1) == part.period.start
        start = spans.pop().start if follows else part.period.start
        spans.append(Period(start, part.period.end))
    return "; ".join(map(words.period, spans))


def _sentence(
    name: str,
    long: list[Monthly],
    changes: list[dict[str, Any]],
    high: dict[str, Any] | None,
    *,
    is_last: bool,
) -> str:
    said = {"name": name, "period": _looked_at(long)}
    if changes:
        last = changes[-1]
        about = {
            "name": name,
            "month": _month(last["period"]),
            "first": _month(last["from"]),
            "last": _month(last["to"]),
            "change": words.change(last["ratio"], last["lower"], last["upper"]),
        }
        if is_certain(last):
            told = (
                _(
                    "%(name)s: the level changed about %(month)s (between %(first)s and %(last)s): "
                    "%(change)s."
                )
                % about
            )
        else:
            told = (
                _(
                    "%(name)s: something moved about %(month)s (between %(first)s and %(last)s), "
                    "but it is not certain which way: %(change)s."
                )
                % about
            )
        if len(changes) > 1:
            told += " " + ngettext(
                "%(n)s earlier change.", "%(n)s earlier changes.", len(changes) - 1
            ) % {"n": words.number(len(changes) - 1)}
        if not is_last:
            told += " " + _("Looked at: %(period)s.") % said
    else:
        told = (
            _(
                "%(name)s, %(period)s: no evidence of a change of level; what moved may be chance "
                "or season."
            )
            % said
        )
    if high and high["alarm"]:
        told += " " + _("%(month)s has %(n)s where at most %(bound)s are usual: look at it.") % {
            "month": _month(high["period"]),
            "n": words.number(high["observed"]),
            "bound": words.number(high["bound"]),
        }
    return told


def _caveats(series: Monthly, parts: list[Monthly], season: dict[str, Any] | None) -> list[str]:
    found = [_("Only what was reported is counted: reporting changes too.")]
    found += [
        _("From %(day)s it is another series, and is not compared across: %(why)s")
        % {"day": words.day(each.on), "why": each.said}
        for each in series.breaks
    ]
    if any(month > series.firm for month in series.months):
        found.append(
            _("Months after %(month)s still grow and were left out.")
            % {"month": words.month(series.firm.replace(day=1))}
        )
    if series.foretold:
        found.append(
            _("What they will come to once all is registered stands beside them. %(no_fall)s")
            % {"no_fall": sayings_late.no_fall()}
        )
    if series.unknown:
        said = {"months": sayings.months(series.unknown)}
        found.append(_("Not known, and taken as neither low nor zero: %(months)s.") % said)
    if series.person_years is None:
        found.append(_("Counts, not rates: the people of these months are not known."))
    elif any(part.person_years is None for part in parts):
        found.append(sayings.counted_anew())
    if season and season["p"] <= LEVEL:
        found.append(
            _("There is a season, highest in %(month)s; it is taken out.")
            % {"month": words.month_name(season["peak"], "long")}
        )
    if any(len(part.months) < LEAST for part in parts):
        found.append(
            _(
                "Parts shorter than two years between breaks were not looked at; where the last is "
                "one of them, the newest months are not judged."
            )
        )
    return found
