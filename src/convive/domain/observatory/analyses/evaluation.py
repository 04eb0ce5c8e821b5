"""The result of a design: its places in its months, compared as it says and no other way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory import evaluation_pool as pools
from convive.domain.observatory.analyses import effect, evaluation_words
from convive.domain.observatory.analyses.answers import Answer, Progress
from convive.domain.observatory.analyses.effect_refusals import refused
from convive.domain.observatory.evaluation_tables import threshold_of
from convive.domain.observatory.models import Design, Round
from convive.domain.observatory.models_evaluations import Scale
from convive.evidence import queries as evidence
from convive.kernel.errors import Refused
from convive.stats import effect as method
from convive.stats import effect_dose

Floats = NDArray[np.float64]
LEVEL = 0.95
SEED = 0
PLACEBOS = 999
DOMINATES = 0.5  # weight of a place from which on the drawing would tell its own months


def answer(design: Design, rounds: Sequence[Round], progress: Progress) -> Answer:
    """Work out a design on the evidence of today.

    rounds : what came back of the sheets of the finding that led to it.

    Raises Refused where months are missing, break or still grow, and where the comparison cannot
    carry the question.
    """
    counts = _counts(design, progress)
    months = [f"{month.start:%Y-%m}" for month in design.period.months()]
    first = months.index(f"{design.first:%Y-%m}")
    is_share = design.scale == Scale.SHARE
    values = np.log1p(counts) if is_share else counts
    treated = list(range(len(design.treated)))
    buffer = list(range(len(treated), len(treated) + len(design.buffer)))
    panel = effect.PanelTable(design.places, months, values, treated, buffer, first)
    options = effect.Options(design.method, 0, PLACEBOS, LEVEL, SEED)
    found = effect.answer(panel, options)
    numbers = dict(found.numbers)
    gap = values[treated].mean(axis=0) - np.array(list(numbers.pop("counterfactual").values()))
    numbers["months"] = _months(design, counts, gap, numbers["weights"]["units"])
    numbers["displacement"] = _displacement(counts, treated, first, buffer)
    numbers["dose"] = _dose(design, rounds, values, months)
    numbers["scale"] = design.scale
    numbers["compared"] = len(design.pool)
    if is_share:
        for name in ("estimate", "lower", "upper"):
            numbers[name] = float(np.expm1(numbers[name]))
        numbers["relative"] = numbers["estimate"]
    return Answer(
        lambda: evaluation_words.sentence(_names(design), design.first, numbers),
        numbers,
        lambda: evaluation_words.caveats(numbers),
        {
            "source": design.source,
            "offence": design.offence,
            "period": design.period.code,
            "placebos": options.placebos,
            "level": LEVEL,
            "seed": SEED,
            "evaluation": design.evaluation_id,
            "version": design.version,
            "seal": design.seal,
        },
    )


def _names(design: Design) -> str:
    names = pools.names_of(design.treated)
    return ", ".join(names[ref] for ref in design.treated)


def _counts(design: Design, progress: Progress) -> Floats:
    """Incidents of each place in each month, in the order of `Design.places`."""
    view = evidence.source(design.source)
    names = pools.names_of(design.places)
    rows = []
    for n, ref in enumerate(design.places):
        series = pools.months_of(view, ref, design.period, design.offence)
        pools.require_whole(series, ref, names[ref], None)
        if series.firm < design.until and ref in design.treated:
            raise Refused.at(ref, _("Its last months are not there yet, or still grow."))
        rows.append(series.counts)
        progress(0.8 * (n + 1) / len(names))
    return np.vstack(rows)


def _months(
    design: Design, counts: Floats, gap: Floats, weights: dict[str, float]
) -> list[dict[str, Any]]:
    """Observed and expected incidents of all treated places together, month by month.

    In shares, the expected are those of which the observed are exp(gap) times as many, one added
    to each place as its logarithm was taken.
    hides : whether `expected` tells a small count of one place, which outweighs all others.
    """
    n = len(design.treated)
    observed = counts[:n].sum(axis=0)
    expected = observed - n * gap
    if design.scale == Scale.SHARE:
        expected = (observed + n) / np.exp(gap) - n
    heavy = [ref for ref in design.pool if weights.get(ref, 0.0) >= DOMINATES]
    threshold = threshold_of(design)
    hides = np.zeros(len(observed), dtype=bool)
    for ref in heavy:
        own = counts[design.places.index(ref)]
        hides |= (own > 0) & (own < threshold)
    periods = [f"{month.start:%Y-%m}" for month in design.period.months()]
    return [
        {
            "period": period,
            "observed": int(seen),
            "expected": max(0.0, float(would)),
            "hides": bool(hidden),
        }
        for period, seen, would, hidden in zip(periods, observed, expected, hides, strict=True)
    ]


def _displacement(
    counts: Floats, treated: list[int], first: int, buffer: list[int]
) -> dict[str, float] | None:
    if not buffer:
        return None
    try:
        moved = method.next_door(counts, treated, first, buffer, level=LEVEL)
    except ValueError as error:
        raise refused("effect", error) from None
    return None if moved is None else effect.moved_as_numbers(moved)


def _dose(
    design: Design, rounds: Sequence[Round], values: Floats, months: list[str]
) -> dict[str, Any] | None:
    """What was done of what was promised, by month, and what a whole dose did.

    Sheets speak of the one place of their finding: where it was done in others too, nobody knows
    how much was done there, and no effect of the dose is told.
    """
    if not rounds:
        return None
    at = [months.index(f"{row.day:%Y-%m}") for row in rounds]
    did = [row.was_done for row in rounds]
    units = len(design.treated) + len(design.pool)
    told = effect_dose.doses([0] * len(rounds), at, np.array(did), units=units, periods=len(months))
    by_month = [
        {"period": months[t], "done": int(told.done[0, t]), "told": int(told.planned[0, t])}
        for t in sorted(set(at))
    ]
    found: dict[str, Any] = {"done": sum(did), "told": len(did), "months": by_month, "effect": None}
    finding = design.evaluation.finding
    place = finding.analysis.place if finding is not None else None
    if place is None or design.treated != [place.ref]:
        return found
    compared = [0, *range(len(design.treated) + len(design.buffer), len(values))]
    try:
        whole = effect_dose.dose_effect(
            values[compared], told.share, permutations=PLACEBOS, level=LEVEL, seed=SEED
        )
    except ValueError:
        return found  # nothing was done, or too few places: the rounds are told all the same
    numbers = {"estimate": whole.estimate, "lower": whole.lower, "upper": whole.upper}
    if design.scale == Scale.SHARE:
        numbers = {name: float(np.expm1(value)) for name, value in numbers.items()}
    found["effect"] = {**numbers, "p": whole.p}
    return found
