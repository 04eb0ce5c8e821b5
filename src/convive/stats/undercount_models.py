"""Which log-linear models are tried, how they are weighed, and what they say together.

References
----------
Buckland ST, Burnham KP, Augustin NH (1997). Model selection: an integral part of inference.
Biometrics 53: 603–618.
Darroch JN, Fienberg SE, Glonek GFV, Junker BW (1993). A three-sample multiple-recapture approach to
census population estimation with heterogeneous catchability. JASA 88: 1137–1148.
Hook EB, Regal RR (1997). Validity of methods for model selection, weighting for model uncertainty,
and small sample adjustment in capture–recapture estimation. Am J Epidemiol 145: 1138–1144.
Madigan D, Raftery AE (1994). Model selection and accounting for model uncertainty in graphical
models using Occam's window. JASA 89: 1535–1546.
Madigan D, York JC (1997). Bayesian methods for estimation of the size of a closed population.
Biometrika 84: 19–31.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Literal

import numpy as np
from scipy import special

from convive.stats import undercount_fits as fits
from convive.stats import undercount_tables as tables
from convive.stats.undercount_tables import Flags, Floats, Lists, Longs, Term

Heterogeneity = Literal["darroch", "poisson", "gamma"]
Voice = tuple[Floats, Floats, Floats, Floats]  # base, centre, deviation, weight
Sample = Literal["histories", "people"]
WINDOW = 1e-3  # weight, beside the best model's, below which a model is left out


@dataclass(frozen=True)
class Candidates:
    """Models to be tried, as columns of one design.

    use : (M, columns).
    terms : the terms of each model above its lists.
    heterogeneous : (M,) whether it has the column of heterogeneity.
    """

    design: fits.Frame
    use: Flags
    terms: tuple[tuple[Term, ...], ...]
    heterogeneous: Flags

    def only(self, which: Longs) -> Candidates:
        return Candidates(
            self.design,
            self.use[which],
            tuple(self.terms[i] for i in which),
            self.heterogeneous[which],
        )


@dataclass(frozen=True)
class Weighed:
    """What the models that have an estimate say; best first.

    candidates : those models.
    log_hidden, variance, deviance, bic, weight : one of each for a model; the weights add up to 1.
    parameters : coefficients of each.
    pull : (models, terms) coefficient of each term, that of heterogeneity added to those of pairs.
    without_maximum, not_told : how many models were left out for want of a maximum, or because the
        histories that are left do not tell their coefficients.
    """

    candidates: Candidates
    log_hidden: Floats
    variance: Floats
    deviance: Floats
    parameters: Longs
    bic: Floats
    weight: Floats
    pull: Floats
    without_maximum: int
    not_told: int


def shape(lists: int, kind: Heterogeneity) -> Floats:
    """(2^K − 1,): the column by which people differ in how easily any list holds them.

    With k the lists of a history: k² / 2 (Darroch), 2^k − 1 (Poisson of parameter 2),
    log 3.5 − log(3.5 + k) (gamma of parameter 3.5), as in Rivest and Baillargeon (2007).
    """
    k = tables.sizes(lists).astype(np.float64)
    if kind == "darroch":
        return k**2 / 2
    return 2**k - 1 if kind == "poisson" else np.log(3.5) - np.log(3.5 + k)


@cache
def candidates(lists: int, order: int, heterogeneity: bool) -> Candidates:
    """All hierarchical models with every list and terms up to `order`.

    Hierarchical: with a term of three lists come its three pairs. With `heterogeneity`, each model
    of pairs alone comes once more with Darroch's column; not so the one of all pairs, whose columns
    that one is a sum of.
    """
    design = fits.frame(lists, order, shape(lists, "darroch") if heterogeneity else None)
    pairs = tables.terms(lists, min(order, 2))
    models: list[tuple[Term, ...]] = []
    for bits in range(1 << len(pairs)):
        chosen = tuple(pair for i, pair in enumerate(pairs) if bits >> i & 1)
        models.extend(_grown(chosen, lists, order))
    plain = len(models)
    if heterogeneity:
        models += [
            m for m in models if (len(m) < len(pairs) or order == 1) and all(len(t) == 2 for t in m)
        ]
    extra = np.arange(len(models)) >= plain
    use = design.uses(models, extra if heterogeneity else None)
    use.setflags(write=False)
    return Candidates(design, use, tuple(models), extra)


def _grown(pairs: tuple[Term, ...], lists: int, order: int) -> list[tuple[Term, ...]]:
    """A model of pairs, and those that add terms of three lists to it."""
    if order < 3:
        return [pairs]
    open_to = [t for t in combinations(range(lists), 3) if set(combinations(t, 2)) <= set(pairs)]
    return [
        pairs + tuple(t for i, t in enumerate(open_to) if bits >> i & 1)
        for bits in range(1 << len(open_to))
    ]


def penalty(table: Lists, sample: Sample) -> float:
    """What a coefficient costs: log n, n being the histories (2^K − 1) or the people observed."""
    return float(np.log(len(table.cells) if sample == "histories" else max(table.observed, 2.0)))


def weigh(
    table: Lists, of: Candidates, sample: Sample = "histories", check: bool = True
) -> Weighed | None:
    """Fit the candidates and weigh them by BIC.

    BIC = deviance + p · log n; a model's weight is proportional to exp(−BIC / 2), which
    approximates its posterior probability where all are as likely beforehand. Models with less than
    a thousandth of the best one's weight are left out (Occam's window).

    sample : what n counts. "histories" takes each count as one observation of the regression;
        "people", as is usual, asks for more evidence before a tie between lists is believed.

    check : ask of each doubtful model whether its maximum exists. Without it all of them are left
        out.

    Returns
    -------
    Weighed, or None where no model has an estimate.
    """
    fitted = fits.fit(table, of.design, of.use)
    # compared with the saturated model; counts that were corrected need not be whole
    bic = fitted.deviance + fitted.parameters * penalty(table, sample)
    good = fitted.standing == fits.Standing.GOOD
    doubtful = fitted.standing == fits.Standing.DOUBTFUL
    if not check:
        doubtful[:] = False
    told = np.isfinite(bic) & np.isfinite(fitted.log_hidden)
    usable = good & told & np.isfinite(fitted.variance)
    limit = -2 * np.log(WINDOW)
    best, chosen, missing = np.inf, [], 0
    for m in np.argsort(np.where(told & (usable | doubtful), bic, np.inf), kind="stable"):
        if not (told[m] and (usable[m] or doubtful[m])) or bic[m] > best + limit:
            break
        if doubtful[m] and not (
            np.isfinite(fitted.variance[m]) and fits.exists(table, of.design, of.use[m])
        ):
            missing += 1
            continue
        best = min(best, float(bic[m]))
        chosen.append(m)
    if not chosen:
        return None
    kept = np.array(chosen)
    weight = np.exp(-(bic[kept] - best) / 2)
    return Weighed(
        candidates=of.only(kept),
        log_hidden=fitted.log_hidden[kept],
        variance=fitted.variance[kept],
        deviance=fitted.deviance[kept],
        parameters=fitted.parameters[kept],
        bic=bic[kept],
        weight=weight / weight.sum(),
        pull=_pull(of.design, fitted.beta[kept], of.heterogeneous[kept]),
        without_maximum=missing,
        not_told=int((fitted.standing == fits.Standing.NOT_TOLD).sum()),
    )


def _pull(design: fits.Frame, beta: Floats, heterogeneous: Flags) -> Floats:
    first = 1 + design.lists
    own = beta[:, first : first + len(design.terms)]
    pull = np.where(np.isnan(own), 0.0, own)
    pairs = np.array([len(t) == 2 for t in design.terms], dtype=np.bool_)
    pull[np.ix_(heterogeneous, pairs)] += beta[heterogeneous, -1:]
    return np.asarray(pull)


def spread(log_hidden: Floats, variance: Floats) -> Floats:
    """Standard deviation of the logarithm of the hidden number about its estimate.

    s² = var(β₀) + log(1 + 1 / exp(β₀)): how well β₀ is known, and how a Poisson number of that mean
    varies.
    """
    return np.sqrt(variance + np.log1p(np.exp(-log_hidden)))


def quantiles(
    at: Floats, base: Floats, centre: Floats, deviation: Floats, weight: Floats
) -> Floats:
    """Quantiles of a mixture of base + exp(normal): where its distribution function is `at`."""
    share = weight / weight.sum()
    low = np.full(len(at), float(base.min()))
    high = np.full(len(at), float((base + np.exp(np.minimum(centre + 12 * deviation, 300))).max()))
    for _ in range(200):
        middle = np.where(low > 0, np.sqrt(np.maximum(low, 1e-12) * high), (low + high) / 2)
        above = middle[:, None] - base
        with np.errstate(divide="ignore"):
            log_above = np.log(np.maximum(above, 0.0))
        below = special.ndtr((log_above - centre) / deviation) @ share
        low, high = np.where(below < at, middle, low), np.where(below < at, high, middle)
        if (high - low <= 1e-9 * high).all():
            break
    middle = (low + high) / 2
    return np.asarray(middle, dtype=np.float64)
