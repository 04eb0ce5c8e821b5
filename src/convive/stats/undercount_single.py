"""One model at a time: two lists, Chao's bound, heterogeneity alone, a log-linear model of choice.

References
----------
Chapman DG (1951). Some properties of the hypergeometric distribution with applications to
zoological sample censuses. Univ. Calif. Publ. Stat. 1: 131–160.
Sadinle M (2009). Transformed logit confidence intervals for small populations in single capture–
recapture estimation. Communications in Statistics – Simulation and Computation 38: 1909–1924.
Chao A (1987). Estimating the population size for capture–recapture data with unequal catchability.
Biometrics 43: 783–791.
Rivest L-P, Baillargeon S (2007). Applications and extensions of Chao's moment estimator for the
size of a closed population. Biometrics 63: 999–1006.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from convive.stats import undercount_fits as fits
from convive.stats import undercount_models as models
from convive.stats import undercount_tables as tables
from convive.stats.undercount_answers import Bound, Model
from convive.stats.undercount_tables import Lists, Term


def two_lists(table: Lists, level: float = 0.95) -> tuple[float, Bound]:
    """Lincoln–Petersen and Chapman, with Sadinle's interval.

    With n₁ and n₂ people on the lists and m on both: Lincoln–Petersen n₁ n₂ / m; Chapman
    (n₁ + 1)(n₂ + 1) / (m + 1) − 1. The interval, with a = n₁ − m and b = n₂ − m, is
    n₁ + n₂ − m − ½ + (a + ½)(b + ½) / (m + ½) · exp(±z σ),
    σ² = 1 / (a + ½) + 1 / (b + ½) + 1 / (m + ½) + (m + ½) / ((a + ½)(b + ½)).

    Returns
    -------
    Lincoln–Petersen (inf where m is 0), and Chapman with the interval.

    Raises
    ------
    ValueError
        Not two lists.
    """
    if table.lists != 2:
        raise ValueError("table: give two lists")
    first, second = table.on_each
    both = table.on_all((0, 1))
    base, centre, deviation, _weight = two_voice(table)
    z = float(stats.norm.isf((1 - level) / 2))
    ends = base[0] + np.exp(centre[0] + np.array([-z, z]) * deviation[0])
    petersen = float(first * second / both) if both else float("inf")
    chapman = (first + 1) * (second + 1) / (both + 1) - 1
    lower = max(float(ends[0]), table.observed)
    return petersen, Bound(float(chapman), lower, float(ends[1]))


def chao(table: Lists, level: float = 0.95) -> Bound | None:
    """Chao's lower bound where lists differ in size and people in how easily they are listed.

    The model of independent lists fitted to those on one list and on two alone (Mth Chao of Rivest
    and Baillargeon 2007). For lists of one size it is n + (K − 1) / (2K) · f₁² / f₂, with f₁ and f₂
    people on exactly one list and on two. A bound from below where people differ or lists draw on
    the same people; not where lists exclude one another.

    Returns
    -------
    Bound with a one-sided lower end at `level`, or None where it cannot be fitted.

    Raises
    ------
    ValueError
        Fewer than three lists: their bound is Lincoln–Petersen itself.
    """
    if table.lists < 3:
        raise ValueError("table: give three lists or more")
    fitted = _one_fit(table, fits.frame(table.lists, 1), (), tables.sizes(table.lists) <= 2)
    if fitted is None:
        return None
    log_hidden, deviation = fitted
    z = float(stats.norm.isf(1 - level))
    return Bound(
        table.observed + float(np.exp(log_hidden)),
        table.observed + float(np.exp(log_hidden - z * deviation)),
        float("inf"),
    )


def heterogeneous(
    table: Lists,
    kind: models.Heterogeneity = "darroch",
    pairs: tuple[Term, ...] = (),
    level: float = 0.95,
) -> Bound | None:
    """A model in which people differ in how easily they are listed (Mth), with ties of `pairs`.

    The estimate depends on a shape that the lists do not tell: "poisson" gives less than
    "darroch", and "gamma" more. Told beside an estimate to show how much hangs on it.

    Returns
    -------
    Bound, or None where it cannot be fitted.
    """
    design = fits.frame(table.lists, 2, models.shape(table.lists, kind))
    fitted = _one_fit(table, design, pairs, None, extra=True)
    return None if fitted is None else _bound(table, *fitted, level)


def log_linear(table: Lists, terms: tuple[Term, ...] = (), level: float = 0.95) -> Model | None:
    """One log-linear model: all lists, and the terms that are given.

    Returns
    -------
    Model with weight 1, or None where it has no estimate (see `undercount_fits`).
    """
    design = fits.frame(table.lists, max((len(t) for t in terms), default=1))
    use = design.uses([terms])
    fitted = fits.fit(table, design, use)
    if not _stands(table, design, use, fitted, None):
        return None
    hidden = float(np.exp(fitted.log_hidden[0]))
    p = int(fitted.parameters[0])
    return Model(
        terms=terms,
        heterogeneity=False,
        hidden=hidden,
        se=float(np.sqrt(hidden + hidden**2 * fitted.variance[0])),
        deviance=float(fitted.deviance[0]),
        df=len(table.cells) - p,
        bic=float(fitted.deviance[0] + p * np.log(max(table.observed, 2.0))),
        weight=1.0,
    )


def two_voice(table: Lists) -> models.Voice:
    """Sadinle's interval as base, centre, deviation and weight of one log-normal."""
    both = table.on_all((0, 1)) + 0.5
    a, b = table.on_each + 0.5 - both + 0.5
    centre = np.log(a * b / both)
    deviation = np.sqrt(1 / a + 1 / b + 1 / both + both / (a * b))
    one = np.ones(1)
    return (table.observed - 0.5) * one, centre * one, deviation * one, one


def _one_fit(
    table: Lists,
    design: fits.Frame,
    terms: tuple[Term, ...],
    cells: tables.Flags | None,
    extra: bool = False,
) -> tuple[float, float] | None:
    use = design.uses([terms], [True] if extra else None)
    fitted = fits.fit(table, design, use, cells)
    if not _stands(table, design, use, fitted, cells):
        return None
    deviation = models.spread(fitted.log_hidden, fitted.variance)
    return float(fitted.log_hidden[0]), float(deviation[0])


def _stands(
    table: Lists,
    design: fits.Frame,
    use: tables.Flags,
    fitted: fits.Fits,
    cells: tables.Flags | None,
) -> bool:
    if fitted.standing[0] == fits.Standing.NOT_TOLD or not np.isfinite(fitted.variance[0]):
        return False
    return bool(
        fitted.standing[0] == fits.Standing.GOOD or fits.exists(table, design, use[0], cells)
    )


def _bound(table: Lists, log_hidden: float, deviation: float, level: float) -> Bound:
    z = float(stats.norm.isf((1 - level) / 2))
    ends = table.observed + np.exp(log_hidden + np.array([-z, 0.0, z]) * deviation)
    return Bound(float(ends[1]), float(ends[0]), float(ends[2]))
