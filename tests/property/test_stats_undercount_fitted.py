"""The compiled fit and the linkage give what a plain optimiser and a count of cases give."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from convive.stats import undercount_fits as fits
from convive.stats import undercount_linkage as linkage
from convive.stats import undercount_models as models
from convive.stats import undercount_tables as tables


@st.composite
def questions(draw):
    lists = draw(st.integers(2, 5))
    cells = draw(
        st.lists(st.integers(0, 60), min_size=2**lists - 1, max_size=2**lists - 1)
        if draw(st.booleans())
        else st.lists(st.integers(1, 4000), min_size=2**lists - 1, max_size=2**lists - 1)
    )
    order = min(lists - 1, 3)
    terms = draw(st.sets(st.sampled_from(tables.terms(lists, order)))) if order > 1 else set()
    return np.array(cells, float), tuple(t for t in terms if len(t) == 2 or pairs(t) <= terms)


def pairs(term):
    return set(combinations(term, 2))


def plainly(cells, lists, terms):
    """Coefficients where the likelihood is largest, and the inverse of its curvature there."""
    rows = []
    for h in range(1, 2**lists):
        on = [h >> i & 1 for i in range(lists)]
        rows.append([1, *on, *(int(all(on[i] for i in t)) for t in terms)])
    x = np.array(rows, float)

    def loss(beta):
        mean = np.exp(np.minimum(x @ beta, 50))
        return (mean - cells * (x @ beta)).sum() / cells.sum()

    def slope(beta):
        return x.T @ (np.exp(np.minimum(x @ beta, 50)) - cells) / cells.sum()

    start = np.append(np.log(cells.mean() + 1), np.zeros(x.shape[1] - 1))
    best = minimize(loss, start, jac=slope, method="BFGS", options={"gtol": 1e-10, "maxiter": 5000})
    mean = np.exp(x @ best.x)
    fitted = 2 * (
        np.where(cells > 0, cells * np.log(np.maximum(cells, 1) / mean), 0) - cells + mean
    )
    return best.x, np.linalg.inv(x.T @ (mean[:, None] * x)), fitted.sum()


@settings(max_examples=150, deadline=None)
@given(questions())
def test_a_fit_is_that_of_a_plain_optimiser(question):
    cells, terms = question
    lists = len(cells).bit_length()
    table = tables.Lists(cells)
    assume(all(table.on_each > 0) and all(table.on_all(t) > 0 for t in terms))
    design = fits.frame(lists, max((len(t) for t in terms), default=1))
    use = design.uses([terms])
    assume(fits.exists(table, design, use[0]))
    fitted = fits.fit(table, design, use)
    assert fitted.standing[0] != fits.Standing.NOT_TOLD
    beta, covariance, deviance = plainly(cells, lists, terms)
    assert fitted.log_hidden[0] == pytest.approx(beta[0], rel=1e-3, abs=1e-3)
    assert fitted.variance[0] == pytest.approx(covariance[0, 0], rel=5e-3)
    assert fitted.deviance[0] == pytest.approx(deviance, rel=1e-4, abs=1e-4)
    # at the maximum the margins of the fit are those of the counts
    mean = np.exp(design.columns[:, use[0]] @ fitted.beta[0, use[0]])
    margins = design.columns[:, use[0]].T @ (mean - cells)
    assert np.abs(margins).max() < 1e-6 * cells.sum()


@settings(max_examples=60, deadline=None)
@given(questions())
def test_a_fit_without_a_maximum_is_never_called_good(question):
    cells, terms = question
    lists = len(cells).bit_length()
    table = tables.Lists(cells)
    assume(cells.sum() > 0)
    design = fits.frame(lists, max((len(t) for t in terms), default=1))
    use = design.uses([terms])
    fitted = fits.fit(table, design, use)
    if fitted.standing[0] == fits.Standing.GOOD:
        assert fits.exists(table, design, use[0])


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 4), st.floats(0, 0.6), st.sampled_from(["pair", "record"]), st.integers(0, 2**32)
)
def test_pieces_are_those_of_all_ways_to_miss(lists, missed, by, seed):
    random = np.random.default_rng(seed)
    rate = np.full((lists, lists), missed)
    if by == "pair":
        rate = random.uniform(0, 0.6, (lists, lists))
        rate = np.triu(rate, 1) + np.triu(rate, 1).T
    rates = linkage.central(linkage.LinkageError(missed=rate * (1 - np.eye(lists)), by=by), lists)
    got = linkage.pieces(lists, rates)
    for s in range(1, 2**lists):
        held = [i for i in range(lists) if s >> i & 1]
        assert got[:, s - 1] == pytest.approx(counted(held, lists, rates), abs=1e-12)


def counted(held, lists, rates):
    """Expected pieces by going through every way in which the matches may be missed."""
    found = np.zeros(2**lists - 1)
    edges = list(combinations(held, 2))
    if rates.by == "record":
        lost = 1 - np.sqrt(1 - rates.missed[0, 1])
        for away in product((False, True), repeat=len(held)):
            p = np.prod([lost if gone else 1 - lost for gone in away])
            rest = sum(1 << i for i, gone in zip(held, away, strict=True) if not gone)
            for block in [rest, *(1 << i for i, gone in zip(held, away, strict=True) if gone)]:
                if block:
                    found[block - 1] += p
        return found
    for missed in product((False, True), repeat=len(edges)):
        p, group = 1.0, {i: {i} for i in held}
        for (i, j), gone in zip(edges, missed, strict=True):
            p *= rates.missed[i, j] if gone else 1 - rates.missed[i, j]
            if not gone:
                joined = group[i] | group[j]
                for k in joined:
                    group[k] = joined
        for block in {frozenset(g) for g in group.values()}:
            found[sum(1 << i for i in block) - 1] += p
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.floats(0, 0.3), st.floats(0, 0.05), st.integers(0, 2**32))
def test_a_correction_undoes_what_linkage_does(lists, missed, false, seed):
    truth = np.random.default_rng(seed).integers(50, 500, 2**lists - 1).astype(float)
    rates = linkage.central(linkage.LinkageError(missed=missed, false=false), lists)
    linked = linkage.linked(tables.Lists(truth), rates)
    assert linkage.corrected(linked, rates) == pytest.approx(truth, rel=1e-5, abs=1e-3)
    # records are neither lost nor made
    assert linked.on_each == pytest.approx(tables.Lists(truth).on_each)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 8), st.floats(0.02, 1.5)), min_size=1, max_size=6))
def test_quantiles_are_those_of_a_large_sample(parts):
    centre, deviation = (np.array(part) for part in zip(*parts, strict=True))
    weight = np.arange(1.0, len(parts) + 1)
    at = np.array([0.025, 0.5, 0.975])
    got = models.quantiles(at, np.full(len(parts), 100.0), centre, deviation, weight)
    random = np.random.default_rng(0)
    which = random.choice(len(parts), 200_000, p=weight / weight.sum())
    drawn = 100 + np.exp(random.normal(centre[which], deviation[which]))
    below = [(drawn <= x).mean() for x in got]
    assert below == pytest.approx(at, abs=0.006)
