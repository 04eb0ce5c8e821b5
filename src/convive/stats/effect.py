"""Did it work? Difference-in-differences, synthetic control, synthetic difference-in-differences.

A panel holds units (districts, markets) by periods (months). Some units are treated from one period
on; the others tell what would have happened to them. The three methods differ in who is compared:

- "did": all controls alike, all pre-periods alike.
- "sc": controls weighted so that they lie on the treated series before (Abadie and others 2010), on
  outcomes alone.
- "sdid": controls weighted so that they run *parallel* to it before, pre-periods weighted so that
  they are like the post-periods (Arkhangelsky and others 2021).

How sure: other units are taken as if they had been treated (placebo), the treated ones now among
their controls, and the same is asked of them. What they do not show by chance is an effect.

Limits: whatever else happened to the treated units alone, at the same time, is taken for the
effect. With one treated unit and n controls no p is below 1 / (n + 1): fewer than 19 controls never
give p ≤ 0.05. The placebo test takes the treated units for a draw from the same population as the
controls; where they were chosen for a peak, they fall back by themselves. An effect is a difference
in the unit of y: where it is rather a share, or units differ in size, give logarithms.

References
----------
Abadie A, Diamond A, Hainmueller J (2010). Synthetic control methods for comparative case studies.
Journal of the American Statistical Association 105: 493–505.
Abadie A (2021). Using synthetic controls. Journal of Economic Literature 59: 391–425.
Arkhangelsky D, Athey S, Hirshberg DA, Imbens GW, Wager S (2021). Synthetic
difference-in-differences. American Economic Review 111: 4088–4118.
Firpo S, Possebom V (2018). Synthetic control method: inference, sensitivity analysis and confidence
sets. Journal of Causal Inference 6(2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import effect_panel as panels
from convive.stats.effect_displacement import Displacement, displacement
from convive.stats.effect_placebo import placebo_interval, placebo_p

Floats = NDArray[np.float64]
Method = panels.Method
Statistic = Literal["scaled", "plain"]


@dataclass(frozen=True)
class PreTrend:
    """The same method, asked for an effect before there was one.

    estimate : effect found in the last pre-periods, fitted on those before them (backdating)
    statistic : |estimate| / rmspe of that fit, or |estimate|, as asked for
    p : its placebo p; small means that the units already drifted apart: do not trust the effect
    rmspe : root of the mean squared gap over all pre-periods, in the unit of y; for "did" and
        "sdid" about the mean gap
    held_out : pre-periods that were taken as if treated; 0 where there are too few (nan above)
    """

    estimate: float
    statistic: float
    p: float
    rmspe: float
    held_out: int


@dataclass(frozen=True)
class Effect:
    """Mean effect on the treated units in the treated periods, in the unit of y.

    estimate : mean gap over the treated periods
    lower, upper : constant effects that the placebo test does not reject at 1 − level; infinite
        where it rejects none, as with too few placebos
    p : (1 + placebos with a statistic at least as large) / (1 + placebos)
    se : standard deviation of the placebo estimates, the estimated effect taken from the treated
        units among their controls (near to algorithm 4 of Arkhangelsky and others, which leaves
        these out)
    unit_weights : (units,), 0 for treated and buffer; time_weights : (pre-periods,), 0 for "sc"
    counterfactual, gap : (periods,) mean of the treated units without the effect, and what lies
        between it and what was
    statistic, placebo_statistics, placebo_estimates : of the treated units and of each placebo
    pre_trend : whether there was an effect before there could be one
    displacement : what happened next door; None without a buffer, or where y holds no counts
    """

    method: Method
    estimate: float
    lower: float
    upper: float
    level: float
    p: float
    se: float
    unit_weights: Floats
    time_weights: Floats
    counterfactual: Floats
    gap: Floats
    statistic: float
    placebo_statistics: Floats
    placebo_estimates: Floats
    pre_trend: PreTrend
    displacement: Displacement | None

    @property
    def relative(self) -> float:
        """Estimate as a share of what would have been, −0.3 for three tenths less."""
        expected = float(self.counterfactual[len(self.time_weights) :].mean())
        return self.estimate / expected if expected else float("nan")


def estimate(
    y: ArrayLike,
    treated: ArrayLike,
    first: int,
    *,
    method: Method = "sdid",
    buffer: ArrayLike | None = None,
    statistic: Statistic = "scaled",
    placebos: int = 999,
    held_out: int | None = None,
    level: float = 0.95,
    steps: int | None = None,
    seed: int = 0,
) -> Effect:
    """Effect of what began in period `first` on the treated units.

    With ω the weights of the controls and λ those of the T₀ pre-periods, the gap of period t is
    g(t) = mean of the treated y(t) − Σ ωᵢ yᵢ(t), and the estimate is
    mean of g over the treated periods − Σ λ(t) g(t).

    - did: ω = 1/N₀, λ = 1/T₀.
    - sc: ω ≥ 0, Σω = 1, minimising Σ g(t)² over the pre-periods; λ = 0.
    - sdid: ω ≥ 0, Σω = 1, minimising Σ (g(t) − ω₀)² + ζ²T₀‖ω‖², ζ = (N₁T₁)^¼ σ, where σ is the
      standard deviation of the controls' changes from period to period; λ ≥ 0, Σλ = 1, minimising
      Σ (λ₀ + Σ λ(t) yᵢ(t) − mean of yᵢ after)² + (10⁻⁶σ)²N₀‖λ‖² over the controls i.

    Weights are exact: see `effect_weights`.

    Parameters
    ----------
    y : (units, periods) counts, rates or logarithms; no value may miss
    treated : places of the treated units, or one yes or no for each unit; all from the same period
    first : place of the first treated period, counted from 0
    method : "did", "sc" or "sdid"
    buffer : units next to the treated ones, given as `treated` is
        They are no controls. Where y holds counts, `displacement` is worked out with them, in
        events a period, against all controls scaled to as many units.
    statistic : "scaled" or "plain"
        What is compared with the placebos: |estimate| / rmspe before, so that a unit that is hard
        to follow needs a larger effect; or |estimate|. The first is safe where units differ in size
        or noise; the second may be stronger where all are alike.
    placebos : the largest number of them
        All other groups as large as the treated one, or so many drawn by chance.
    held_out : pre-periods that the check of the pre-trend takes as treated; by default the same
        share of them as the treated periods are of all. 0: no check
    level : confidence, between 0 and 1
    steps : None for the optimum. A number: weights of the units by so many steps of Frank and
        Wolfe's method, to reproduce figures of the R package synthdid (10,000)
    seed : of the placebos drawn by chance

    Returns
    -------
    Effect

    Raises
    ------
    ValueError
        A value that misses; no treated unit; fewer than 2 (did, sc) or 3 (sdid) pre-periods; fewer
        than 2 controls; a choice that is none.

    Notes
    -----
    A placebo is treated in every step as the treated group is: all other units, the treated ones
    too, may be its controls (as Abadie and others 2010 do). Where units are exchangeable without an
    effect, P(p ≤ α) ≤ α holds exactly, whatever the series are over time.

    The interval holds the constant effects τ for which the same test, asked of y less τ in treated
    units and periods, has p above 1 − level (Firpo and Possebom 2018): those about the estimate, up
    to the first rejected on each side. It leaves out 0 exactly when p ≤ 1 − level. ω depends on
    pre-periods alone, so not on τ; that λ of a placebo with treated controls does is left aside.
    An effect that is a share, on y that is a count, is not constant: the interval is then for its
    mean, and logarithms serve better.
    """
    if level <= 0 or level >= 1 or np.isnan(level):
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    if statistic not in ("scaled", "plain"):
        raise ValueError('statistic: choose "scaled" or "plain"')
    if placebos < 1 or seed < 0:
        raise ValueError(
            "placebos, seed: give a number of placebos above 0 and a seed of 0 or more"
        )
    if steps is not None and steps < 1:
        raise ValueError("steps: give a number above 0, or None for the optimum")
    of = panels.panel(y, treated, first, buffer, method)
    near = None if buffer is None else panels.units_of(buffer, len(of.y), "buffer")
    share = (of.y.shape[1] - of.first) / of.y.shape[1]
    held = max(1, int(of.first * share)) if held_out is None else held_out
    if held_out is None and of.first - held < panels.FEWEST_BEFORE[method]:
        held = 0
    if held < 0 or (held and of.first - held < panels.FEWEST_BEFORE[method]):
        raise ValueError(
            f"held_out: give 0 to {of.first - panels.FEWEST_BEFORE[method]}, so that enough "
            "pre-periods are left to fit on"
        )
    drawn = panels.placebo_groups(of, placebos, seed)
    own = of.treated[None, :]
    fitted = panels.fit(of, own, method, steps or 0)
    others = panels.fit(of, drawn, method, steps or 0)
    scales = _scales(of.y, fitted, others, statistic)
    found = float(fitted.estimate[0])
    value, compared = _statistics(fitted, others, scales)
    lower, upper = placebo_interval(
        found, others.estimate, others.carried, scales[1] / scales[0], level
    )
    trend = PreTrend(np.nan, np.nan, np.nan, float(fitted.rmspe[0]), 0)
    if held:
        early = of.before(held)
        backdated = panels.fit(early, own, method, steps or 0)
        theirs = panels.fit(early, drawn, method, steps or 0)
        sooner, usual = _statistics(
            backdated, theirs, _scales(early.y, backdated, theirs, statistic)
        )
        trend = PreTrend(
            float(backdated.estimate[0]), sooner, placebo_p(sooner, usual), trend.rmspe, held
        )
    return Effect(
        method=method,
        estimate=found,
        lower=lower,
        upper=upper,
        level=level,
        p=placebo_p(value, compared),
        se=float((others.estimate - found * others.carried).std()),
        unit_weights=fitted.units[0],
        time_weights=fitted.times[0],
        counterfactual=of.y[of.treated].mean(axis=0) - fitted.gaps[0],
        gap=fitted.gaps[0],
        statistic=value,
        placebo_statistics=compared,
        placebo_estimates=others.estimate,
        pre_trend=trend,
        displacement=None if near is None else _next_door(of, near, level),
    )


def _scales(
    y: Floats, own: panels.Fits, others: panels.Fits, statistic: Statistic
) -> tuple[float, Floats]:
    """What the estimate of the treated group, and that of each placebo, is divided by."""
    if statistic == "plain":
        return 1.0, np.ones(len(others.estimate))
    least = max(1e-9 * float(np.ptp(y)), 1e-300)
    return max(float(own.rmspe[0]), least), np.maximum(others.rmspe, least)


def _statistics(
    own: panels.Fits, others: panels.Fits, scales: tuple[float, Floats]
) -> tuple[float, Floats]:
    return abs(float(own.estimate[0])) / scales[0], np.abs(others.estimate) / scales[1]


def next_door(
    y: ArrayLike,
    treated: ArrayLike,
    first: int,
    buffer: ArrayLike,
    *,
    level: float = 0.95,
) -> Displacement | None:
    """What happened next door, of a panel of counts, whatever the effect itself was asked of.

    Parameters are those of `estimate`. None where y holds no counts, or `buffer` no unit.

    Raises
    ------
    ValueError
        As `estimate` does.
    """
    of = panels.panel(y, treated, first, buffer, "did")
    return _next_door(of, panels.units_of(buffer, len(of.y), "buffer"), level)


def _next_door(of: panels.Panel, near: panels.Longs, level: float) -> Displacement | None:
    if (of.y < 0).any() or (of.y != np.floor(of.y)).any() or not len(near):
        return None

    def counts(units: panels.Longs) -> tuple[float, float]:
        here = of.y[units]
        return float(here[:, : of.first].sum()), float(here[:, of.first :].sum())

    controls = len(of.controls)
    return displacement(
        counts(of.treated),
        counts(near),
        counts(of.controls),
        periods=(of.first, of.y.shape[1] - of.first),
        areas=(1, 1, controls / len(of.treated), controls / len(near)),
        level=level,
    )
