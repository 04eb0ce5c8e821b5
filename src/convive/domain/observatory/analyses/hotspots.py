"""Where do incidents concentrate, and does that last?

Every way of naming hot spots is tried on the past first (`stats.backtest`), beside the simple one:
the same cells as last year. The answer says which is best here, or that none beats the simple one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses.answers import (
    Answer,
    Progress,
    caveats_of,
    enough,
    period_of,
    silent,
)
from convive.domain.observatory.analyses.cells import Cells, cells_over
from convive.evidence.events import Events
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.stats import backtest, bandwidth, density, gi_star, ranking

LEAST = 100
LEVEL = 0.05
SIMPLE = "last_year"
_PERMUTATIONS = 99_999


@dataclass(frozen=True)
class Options:
    """cells : `h3:9` or `grid:200`. area_share : of the cells that are marked in the back-test.

    bandwidth : metres, or `robust` or `cross-validated`. half_life : days, of the decayed density.
    step : days of a period of the back-test.
    """

    cells: str = "h3:9"
    area_share: float = 0.05
    bandwidth: str = "robust"
    half_life: float = 90.0
    step: int = 28
    seed: int = 0
    kernel: density.Kernel = "quartic"


def answer(
    events: Events,
    options: Options,
    *,
    outline: dict[str, Any] | None = None,
    progress: Progress = silent,
) -> Answer:
    """Cells with what each method says of them, and the back-test."""
    enough(events, LEAST)
    if not 0 < options.area_share < 1:
        raise BadInput.at(
            "--area-share", _("This is no share of the area."), _("Write for example 0.05.")
        )
    cells = cells_over(events, options.cells, outline)
    width = _bandwidth(events, cells, options)
    progress(0.1)
    tested = _tested(events, cells, width, options)
    progress(0.8)
    counts = np.bincount(cells.of_event[cells.of_event >= 0], minlength=len(cells))
    found = gi_star.gi_star(
        counts.astype(np.float64), cells.neighbours(), permutations=_PERMUTATIONS, seed=options.seed
    )
    dense = density.at(
        events.x, events.y, cells.x, cells.y, width, kernel=options.kernel,
        cell_area=float(cells.area.mean()),
    )  # fmt: skip
    hot = found.q_high <= LEVEL  # asked is where it is high: one side alone
    told = backtest.verdict(tested) if tested else None
    progress(1.0)
    return Answer(
        lambda: _sentence(cells, hot, counts, tested, told),
        {
            "cells": _rows(cells, counts, dense, found, hot),
            "backtest": [_result(one) for one in tested.results] if tested else [],
            "best": told.best if told else None,
            "beats_simple": told.beats if told else None,
            "bandwidth": width,
            "n": len(events),
        },
        lambda: [*caveats_of(events), *_caveats(cells, outline, tested, told)],
        {
            "period": str(period_of(events)),
            "cells": options.cells,
            "area_share": options.area_share,
            "bandwidth": options.bandwidth,
            "half_life": options.half_life,
            "step": options.step,
            "seed": options.seed,
            "crs": events.crs,
        },
    )


def _bandwidth(events: Events, cells: Cells, options: Options) -> float:
    """Metres; wide enough for cells of this size to carry the density (`stats.density.at`)."""
    if options.bandwidth == "robust":
        found = bandwidth.robust(events.x, events.y, options.kernel).metres
    elif options.bandwidth == "cross-validated":
        found = bandwidth.cross_validated(events.x, events.y, kernel=options.kernel).metres
    else:
        try:
            found = float(options.bandwidth)
        except ValueError:
            found = 0.0
        if not found > 0:
            raise BadInput.at(
                "--bandwidth",
                _("“%(text)s” is no bandwidth.") % {"text": options.bandwidth},
                _("Write metres, robust or cross-validated."),
            )
    return float(max(found, 2.5 * np.sqrt(cells.area.mean())))


def _tested(
    events: Events, cells: Cells, width: float, options: Options
) -> backtest.Backtest | None:
    """The methods on the second half of the period at least; None where it is too short."""
    day = (events.day - events.day[0]).astype(np.int64)
    last = int(day[-1]) + 1
    first = max(min(365, last // 2), options.step)
    edges = np.arange(first, last + 1, options.step)
    if len(edges) < 3:
        return None
    centres = ranking.Centres(cells.x, cells.y)
    methods = [
        ranking.counts(365, SIMPLE),
        ranking.counts(None, "counts"),
        ranking.kde(centres, width, kernel=options.kernel, days=365, name="kde"),
        ranking.kde(
            centres, width, kernel=options.kernel, half_life=options.half_life, name="kde_decayed"
        ),
        ranking.local_g(cells.neighbours(), 365, "gi_star"),
    ]
    return backtest.backtest(
        cells.of_event,
        day,
        edges,
        methods,
        cells=len(cells),
        area_share=options.area_share,
        seed=options.seed,
        x=events.x,
        y=events.y,
        area=cells.area,
    )


def method_name(code: str) -> str:
    """A method in words."""
    return {
        SIMPLE: _("the same cells as last year"),
        "counts": _("the cells of most incidents of all time"),
        "kde": _("density of the last year"),
        "kde_decayed": _("density in which what is old weighs less"),
        "gi_star": _("Gi* of the last year"),
    }[code]


def _rows(
    cells: Cells, counts: Any, dense: Any, found: gi_star.LocalG, hot: Any
) -> list[dict[str, Any]]:
    """The cells with incidents or that stand out, those of most incidents first."""
    kept = np.flatnonzero((counts > 0) | hot)
    order = kept[np.lexsort((kept, -found.z[kept]))]
    return [
        {
            "cell": cells.names[i],
            "lon": float(cells.lon[i]),
            "lat": float(cells.lat[i]),
            "n": int(counts[i]),
            "density_km2": float(dense[i] * 1e6),
            "gi_z": float(found.z[i]),
            "p": float(found.p_high[i]),
            "q": float(found.q_high[i]),
            "hot": bool(hot[i]),
        }
        for i in order
    ]


def _result(one: backtest.Result) -> dict[str, Any]:
    return {
        "method": one.method,
        "name": method_name(one.method),
        "area_share": one.area_share,
        "hits": one.hits,
        "n": one.n,
        "hit_rate": one.hit_rate,
        "pai": one.pai,
        "pei": one.pei,
        "lower": one.lower,
        "upper": one.upper,
    }


def _sentence(
    cells: Cells,
    hot: Any,
    counts: Any,
    tested: backtest.Backtest | None,
    told: backtest.Verdict | None,
) -> str:
    share = words.percent(float(hot.sum()) / len(cells), 1)
    if hot.any():
        begin = _(
            "%(n)s cells, %(share)s of the area, stand out beyond chance: %(part)s of the "
            "incidents lie there."
        ) % {
            "n": words.number(int(hot.sum())),
            "share": share,
            "part": words.percent(float(counts[hot].sum()) / counts.sum()),
        }
    else:
        begin = _("No cell stands out beyond chance.")
    if tested is None or told is None:
        return f"{begin} " + _("The period is too short to try on the past whether that lasts.")
    simple = tested.results[0]
    said = {
        "name": method_name(told.best),
        "area": words.percent(simple.area_share),
        "rate": words.percent(simple.hit_rate),
        "periods": words.number(len(tested.origins)),
    }
    if told.beats:
        return f"{begin} " + _("Tried on the past, this is best here: %(name)s.") % said
    if not told.enough:
        return f"{begin} " + _("Too few periods to tell one method from another.")
    return f"{begin} " + (
        _(
            "Tried on the past, no method beats the simple one: the same cells as last year hold "
            "%(rate)s of what followed, in %(area)s of the area."
        )
        % said
    )


def _caveats(
    cells: Cells,
    outline: dict[str, Any] | None,
    tested: backtest.Backtest | None,
    told: backtest.Verdict | None,
) -> list[str]:
    found = []
    if outside := int((cells.of_event < 0).sum()):
        found.append(
            _("Left out: %(n)s (%(why)s).")
            % {"n": words.number(outside), "why": _("outside the study area")}
        )
    if outline is None:
        found.append(
            _("The study area is the hull of the incidents; name a place for its outline.")
        )
    if tested is not None and told is not None and not told.enough:
        found.append(_("Fewer than ten periods were tried: their intervals are too short."))
    found.append(_("More is recorded where more patrols look: a hot spot can be one of looking."))
    return found
