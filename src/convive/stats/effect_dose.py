"""Dose: where more was done, did more change?

Sheets say of each planned action whether it was done. Counted by unit and period they are a dose d,
and the question is what one unit of it does to the outcome y, units and periods held apart:

    y(i, t) = a(i) + b(t) + β·d(i, t) + error,

by least squares with a weight for each unit. The test deals the paths of doses out anew among the
units: each unit keeps its outcomes, each path stays whole.

Limits: β is the same everywhere and at once; what works with a delay needs d shifted. If dose goes
where things get worse, or where people are keen, β holds that too: the test asks only whether doses
and outcomes go together, and is exact where any unit might as well have had any path of its
stratum.
Where effects differ between units or build up over time, β is a weighted mean of them, and weights
may be negative (Goodman-Bacon 2021).

References
----------
Frisch R, Waugh FV (1933). Partial time regressions as compared with individual trends. Econometrica
1: 387–401.
DiCiccio CJ, Romano JP (2017). Robust permutation tests for correlation and regression coefficients.
Journal of the American Statistical Association 112: 1211–1220.
Goodman-Bacon A (2021). Difference-in-differences with variation in treatment timing. Journal of
Econometrics 225: 254–277.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

BATCH = 64  # permutations at a time


@dataclass(frozen=True)
class Doses:
    """Sheets by unit and period; both tables are (units, periods).

    done : sheets that say it was done; planned : all sheets
    """

    done: Floats
    planned: Floats

    @property
    def share(self) -> Floats:
        """Done of planned; 0 where nothing was planned."""
        none = np.zeros_like(self.done)
        return np.divide(self.done, self.planned, out=none, where=self.planned > 0)


@dataclass(frozen=True)
class DoseEffect:
    """What one unit of dose does to y.

    estimate : β, in units of y for each unit of dose
    se : from the units' sums of scores (clustered by unit)
    lower, upper : every β that the permutation test does not reject at 1 − level, between the first
        on each side that it does
    p : (1 + permutations with |β / se| at least as large) / (1 + permutations)
    total : β · Σ d, what the whole dose did, in units of y
    """

    estimate: float
    se: float
    lower: float
    upper: float
    level: float
    p: float
    total: float
    permutations: int


def doses(
    unit: ArrayLike, period: ArrayLike, done: ArrayLike, *, units: int, periods: int
) -> Doses:
    """Counts sheets into a dose by unit and period.

    Parameters
    ----------
    unit, period : (sheets,) places, from 0
    done : (sheets,) yes or no
    units, periods : how many there are
        A unit without any sheet has dose 0: that is right only if every action has its sheet.

    Raises
    ------
    ValueError
        Unequal lengths; a place that is none; something other than yes or no.
    """
    where, when, answer = np.asarray(unit), np.asarray(period), np.asarray(done)
    if where.ndim != 1 or where.shape != when.shape or where.shape != answer.shape:
        raise ValueError("unit, period and done: give one of each for every sheet")
    if units < 1 or periods < 1:
        raise ValueError("units, periods: give numbers above 0")
    for values, most, name in ((where, units, "unit"), (when, periods, "period")):
        if values.size and (
            values.dtype.kind not in "iu" or values.min() < 0 or values.max() >= most
        ):
            raise ValueError(f"{name}: give places from 0 to {most - 1}")
    if answer.size and not np.isin(answer, (0, 1)).all():
        raise ValueError("done: give yes or no for every sheet; leave out sheets that do not say")
    cell = where.astype(np.int64) * periods + when.astype(np.int64)
    planned = np.bincount(cell, minlength=units * periods)
    yes = np.bincount(cell[answer.astype(np.bool_)], minlength=units * periods)
    shape = (units, periods)
    return Doses(yes.reshape(shape).astype(np.float64), planned.reshape(shape).astype(np.float64))


def dose_effect(
    y: ArrayLike,
    dose: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    permutations: int = 999,
    level: float = 0.95,
    seed: int = 0,
) -> DoseEffect:
    """Effect of a unit of dose, with unit and period effects taken out.

    With w the weights and x̃ = x − mean over the unit − w-mean over the period + both,
    β = Σ w d̃ ỹ / Σ w d̃² and se² = Σᵢ (Σₜ wᵢ d̃ᵢₜ eᵢₜ)² / (Σ w d̃²)², e = ỹ − β d̃.

    Parameters
    ----------
    y : (units, periods) outcomes: counts, rates or logarithms
    dose : (units, periods) what was done, 0 or more; no value may miss
    weights : (units,) above 0, such as people; 1 by default
    strata : (units,) of any kind of label: paths of doses change places within a stratum only
    permutations : 1 or more
    level : confidence, between 0 and 1
    seed : the same seed gives the same answer

    Returns
    -------
    DoseEffect

    Raises
    ------
    ValueError
        Tables of unlike shape; a value that misses; fewer than 3 units or 2 periods; a dose below
        0, or one that units and periods explain altogether; a weight that is not above 0.

    Notes
    -----
    The interval inverts the test: for a candidate b, y − b·d is tested for no effect, with
    the same permutations. It has no end where even candidates 10⁶ standard errors away are not
    rejected, as with fewer permutations than 1 / (1 − level), or few units.
    """
    outcome, given = _table(y, "y"), _table(dose, "dose")
    if outcome.shape != given.shape:
        raise ValueError("y, dose: give tables of one shape, units by periods")
    units, periods = outcome.shape
    if units < 3 or periods < 2:
        raise ValueError("y: give at least 3 units and 2 periods")
    if given.min() < 0:
        raise ValueError("dose: give 0 or more")
    if permutations < 1 or seed < 0:
        raise ValueError("permutations, seed: give a number above 0 and a seed of 0 or more")
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    w = np.ones(units) if weights is None else np.array(weights, dtype=np.float64)
    if w.shape != (units,) or not (np.isfinite(w) & (w > 0)).all():
        raise ValueError("weights: give a number above 0 for every unit")
    w = w / w.mean()
    labels = np.zeros(units, dtype=np.int64)
    if strata is not None:
        if np.shape(strata) != (units,):
            raise ValueError("strata: give a label for every unit")
        labels = np.unique(np.asarray(strata), return_inverse=True)[1].reshape(-1)
    plain = _residuals(given[None], w)[0]
    bend = float((w[:, None] * plain**2).sum())
    if bend <= 1e-12 * float((w[:, None] * given**2).sum()):
        raise ValueError(
            "dose: units and periods explain it altogether, so that it has no effect of its own"
        )
    left = _residuals(outcome[None], w)[0]
    beta = float((w[:, None] * plain * left).sum() / bend)
    rest = left - beta * plain
    se = float(np.sqrt(((w * (plain * rest).sum(axis=1)) ** 2).sum()) / bend)
    turned = _permuted(left, plain, given, w, labels, permutations, seed)
    tiny = 1e-9 * float(np.abs(left).max())

    def p(candidate: float) -> float:
        off = abs(beta - candidate)
        own = 0.0 if off * np.sqrt(bend) <= tiny else np.inf if se == 0 else off / se
        return _p(own, _statistics(turned, candidate))

    return DoseEffect(
        estimate=beta,
        se=se,
        lower=_end(p, beta, -(se or abs(beta) or 1.0), 1 - level),
        upper=_end(p, beta, se or abs(beta) or 1.0, 1 - level),
        level=level,
        p=p(0.0),
        total=beta * float(given.sum()),
        permutations=permutations,
    )


@dataclass(frozen=True)
class _Turned:
    """Regressions of y − c·d on permuted doses, for any c: one value for each permutation.

    The coefficient is a − c·b, and its squared error (pp − 2c·pq + c²·qq) / v².
    """

    a: Floats
    b: Floats
    pp: Floats
    pq: Floats
    qq: Floats
    v: Floats


def _table(values: ArrayLike, name: str) -> Floats:
    given = np.array(values, dtype=np.float64)
    if given.ndim != 2:
        raise ValueError(f"{name}: give a table of units (rows) by periods (columns)")
    if not np.isfinite(given).all():
        unit = int((~np.isfinite(given)).any(axis=1).argmax())
        raise ValueError(f"{name}: unit {unit} misses a value; leave it out or cut the period")
    return given


def _residuals(x: Floats, w: Floats) -> Floats:
    """Each of several tables without its unit means and its weighted period means."""
    apart = x - x.mean(axis=2, keepdims=True)
    by_period = np.einsum("i,bit->bt", w, apart) / w.sum()
    return np.asarray(apart - by_period[:, None, :])


def _permuted(
    left: Floats,
    plain: Floats,
    dose: Floats,
    w: Floats,
    labels: Longs,
    permutations: int,
    seed: int,
) -> _Turned:
    draw = np.random.default_rng(seed)
    order = np.argsort(labels, kind="stable")
    found = np.empty((6, permutations))
    for at in range(0, permutations, BATCH):
        n = min(BATCH, permutations - at)
        dealt = np.empty((n, len(w)), dtype=np.int64)
        keys = draw.random((n, len(w)))
        for row, key in zip(dealt, keys, strict=True):
            row[order] = np.lexsort((key, labels))
        turned = _residuals(dose[dealt], w)
        weighted = turned * w[:, None]
        square = np.einsum("bit,bit->bi", weighted, turned)
        with_y = np.einsum("bit,it->bi", weighted, left)
        with_d = np.einsum("bit,it->bi", weighted, plain)
        v = np.maximum(square.sum(axis=1), 1e-300)
        a, b = with_y.sum(axis=1) / v, with_d.sum(axis=1) / v
        p, q = with_y - a[:, None] * square, with_d - b[:, None] * square
        found[:, at : at + n] = a, b, (p**2).sum(1), (p * q).sum(1), (q**2).sum(1), v
    return _Turned(*found)


def _statistics(of: _Turned, candidate: float) -> Floats:
    value = np.abs(of.a - candidate * of.b)
    scale = of.pp + candidate**2 * of.qq
    error = scale - 2 * candidate * of.pq
    error = np.sqrt(np.where(error > 1e-12 * scale, error, 0.0)) / of.v
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(value > 0, value / error, 0.0))


def _p(own: float, others: Floats) -> float:
    return float((1 + (others >= own * (1 - 1e-9)).sum()) / (1 + len(others)))


def _end(p: Callable[[float], float], beta: float, step: float, alpha: float) -> float:
    """The first candidate from β on, in the direction of `step`, that the test rejects."""
    kept, at = beta, beta + step
    for _ in range(20):
        if p(at) <= alpha:
            break
        kept, step = at, 2 * step
        at = beta + step
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(40):
        middle = (kept + at) / 2
        kept, at = (kept, middle) if p(middle) <= alpha else (middle, at)
    return at
