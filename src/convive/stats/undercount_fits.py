"""Poisson log-linear models of capture histories, many at once.

log μ(h) = β₀ + Σ β_t over the terms t whose lists all hold h; the count of history h is Poisson of
mean μ(h). Put h = 0 and exp(β₀) is the number of people on no list, under the model. A loop that is
compiled fits each model by Newton's method (the same as iteratively reweighted least squares, the
link being canonical).

A zero where lists overlap can leave a model without an estimate. What is done then is what Chan,
Silverman and Vincent (2021) do: where no one is on all lists of a term, its coefficient is taken as
−∞ and the histories that it governs are left out, their counts being certain (extended maximum
likelihood). Of what is left it is asked whether the design has full rank (else the model cannot be
told) and whether some positive means have the observed margins (else there is no maximum; Fienberg
and Rinaldo 2012).

References
----------
Fienberg SE (1972). The multiple recapture census for closed populations and incomplete 2^k
contingency tables. Biometrika 59: 591–603.
Fienberg SE, Rinaldo A (2012). Maximum likelihood estimation in log-linear models. The Annals of
Statistics 40: 996–1023.
Chan L, Silverman BW, Vincent K (2021). Multiple systems estimation for sparse capture data:
inferential challenges when there are nonoverlapping lists. JASA 116: 1297–1306.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from convive.stats import undercount_tables as tables
from convive.stats.kernels import kernel
from convive.stats.undercount_tables import Flags, Floats, Lists, Term

_POSITIVE = 1e-9  # share of the observed people below which the least mean of a solution is zero


_AT_ONCE = 2_048  # models for one thread


class Standing(IntEnum):
    """Whether a model has an estimate."""

    GOOD = 0
    DOUBTFUL = 1  # a coefficient is known to within ten at best, or it did not converge
    NOT_TOLD = 2  # the design has not full rank on the histories that are left


@dataclass(frozen=True)
class Fits:
    """One entry for each of M models.

    log_hidden : β₀, the logarithm of the people on no list.
    variance : of log_hidden, by the inverse of the information.
    deviance : 2 Σ (n log(n / μ) − n + μ) over the histories.
    parameters : coefficients, those taken as −∞ included.
    standing : one of `Standing`.
    beta : (M, columns) coefficients; nan where a column is not in the model, −inf where taken so.
    """

    log_hidden: Floats
    variance: Floats
    deviance: Floats
    parameters: NDArray[np.int64]
    standing: NDArray[np.int64]
    beta: Floats


@dataclass(frozen=True)
class Frame:
    """The columns of a design, and which of them can be estimated from a table.

    columns : (2^K − 1, 1 + K + terms + extra) intercept, lists, terms, extra columns.
    terms : sets of lists of the columns after the first 1 + K.
    """

    columns: Floats
    terms: tuple[Term, ...]
    lists: int

    def uses(self, models: Sequence[Sequence[Term]], extra: ArrayLike | None = None) -> Flags:
        """(M, columns): which columns each model has; intercept and lists are in all."""
        place = {t: 1 + self.lists + i for i, t in enumerate(self.terms)}
        use = np.zeros((len(models), self.columns.shape[1]), dtype=np.bool_)
        use[:, : 1 + self.lists] = True
        for m, model in enumerate(models):
            for term in model:
                use[m, place[term]] = True
        if extra is not None:
            use[:, -1] = extra
        return use


def frame(lists: int, order: int, extra: Floats | None = None) -> Frame:
    """The design of K lists with all terms up to `order`, and at most one extra column."""
    interactions = tables.terms(lists, order)
    parts = [np.ones((2**lists - 1, 1)), tables.members(lists).astype(np.float64)]
    if interactions:
        held = [tables.holds(lists, t) for t in interactions]
        parts.append(np.stack(held, axis=1).astype(np.float64))
    if extra is not None:
        parts.append(extra[:, None])
    return Frame(np.ascontiguousarray(np.hstack(parts)), interactions, lists)


def fit(table: Lists, design: Frame, use: Flags, cells: Flags | None = None) -> Fits:
    """Fit every model of `use` to the table.

    Parameters
    ----------
    table : counts of 0 or more; they need not be whole.
    design : columns.
    use : (M, columns) which of them each model has.
    cells : (2^K − 1,) histories that count; all of them unless given.

    Returns
    -------
    Fits
    """
    kept, rows = _reduced(table, design, use, cells)
    many, width = use.shape
    log_hidden, variance, deviance = np.full((3, many), np.nan)
    standing = np.zeros(many, dtype=np.int64)
    beta = np.full((many, width), np.nan)

    def part(models: slice) -> None:
        _newton(
            table.cells, design.columns, kept[models], rows[models], log_hidden[models],
            variance[models], deviance[models], standing[models], beta[models],
        )  # fmt: skip

    parts = [slice(first, first + _AT_ONCE) for first in range(0, many, _AT_ONCE)]
    if len(parts) == 1:
        part(parts[0])
    else:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(part, parts))
    beta[use & ~kept] = -np.inf
    return Fits(log_hidden, variance, deviance, use.sum(axis=1), standing, beta)


def exists(table: Lists, design: Frame, use: Flags, cells: Flags | None = None) -> bool:
    """Whether the maximum of one model exists: some positive means have the observed margins.

    The linear program of Fienberg and Rinaldo: the largest s for which means of at least s in every
    history that is left have the same sufficient statistics as the counts. There is a maximum of
    the likelihood if and only if s > 0.
    """
    kept, rows = _reduced(table, design, use[None], cells)
    columns = design.columns[rows[0]][:, kept[0]]
    margins = columns.T @ table.cells[rows[0]]
    n = len(columns)
    scale = max(float(table.cells.sum()), 1.0)
    solved = linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.hstack([-np.eye(n), np.ones((n, 1))]),
        b_ub=np.zeros(n),
        A_eq=np.hstack([columns.T, np.zeros((columns.shape[1], 1))]),
        b_eq=margins / scale,
        bounds=[(0, None)] * n + [(None, 1.0)],
    )
    return solved.x is not None and solved.status == 0 and float(solved.x[-1]) > _POSITIVE


def _reduced(table: Lists, design: Frame, use: Flags, cells: Flags | None) -> tuple[Flags, Flags]:
    """Columns and histories that are left once the terms without anybody are taken as −∞."""
    first = 1 + design.lists
    last = first + len(design.terms)
    empty = np.zeros(use.shape[1], dtype=np.bool_)
    counted = table.cells if cells is None else np.where(cells, table.cells, 0.0)
    empty[first:last] = design.columns[:, first:last].T @ counted <= 0
    gone = use & empty
    governs = (design.columns > 0).astype(np.float64)
    rows = gone.astype(np.float64) @ governs.T == 0
    if cells is not None:
        rows &= cells
    return use & ~empty, rows


@kernel
def _newton(
    counts: Floats,
    columns: Floats,
    use: Flags,
    rows: Flags,
    log_hidden: Floats,
    variance: Floats,
    deviance: Floats,
    standing: NDArray[np.int64],
    beta: Floats,
) -> None:
    """Fit each model; `log_hidden` and what follows it are filled in."""
    n_cells, width = columns.shape
    people = counts.sum()
    tolerance = max(1e-9, 1e-12 * people)
    x = np.empty((n_cells, width))
    y = np.empty(n_cells)
    mean = np.empty(n_cells)
    eta = np.empty(n_cells)
    hessian = np.empty((width, width))
    gradient = np.empty(width)
    step = np.empty(width)
    b = np.empty(width)
    for m in range(use.shape[0]):
        p, n = 0, 0
        for c in range(n_cells):
            if rows[m, c]:
                y[n] = counts[c]
                p = 0
                for j in range(width):
                    if use[m, j]:
                        x[n, p] = columns[c, j]
                        p += 1
                n += 1
        if n < p:
            standing[m] = 2
            continue
        # begin with a weighted regression of the logarithms, then take Newton's steps
        done = False
        for j in range(p):
            b[j] = 0.0
        for turn in range(80):
            for j in range(p):
                gradient[j] = 0.0
                for k in range(j + 1):
                    hessian[j, k] = 0.0
            for c in range(n):
                if turn == 0:
                    mean[c] = y[c] + 0.5
                    residual = mean[c] * np.log(mean[c])
                else:
                    mean[c] = np.exp(eta[c])
                    residual = y[c] - mean[c]
                for j in range(p):
                    if x[c, j] != 0.0:
                        weight = x[c, j] * mean[c]
                        gradient[j] += x[c, j] * residual
                        for k in range(j + 1):
                            hessian[j, k] += weight * x[c, k]
            if turn > 0:
                largest = 0.0
                for j in range(p):
                    largest = max(largest, abs(gradient[j]))
                if largest < tolerance:
                    done = True
            # Cholesky in place, the lower half
            least = np.inf
            for j in range(p):
                pivot = hessian[j, j]
                scale = pivot
                for k in range(j):
                    pivot -= hessian[j, k] * hessian[j, k]
                if not pivot > 1e-10 * scale:
                    standing[m] = 2 if turn == 0 else 1
                    break
                least = min(least, pivot)
                pivot = np.sqrt(pivot)
                hessian[j, j] = pivot
                for i in range(j + 1, p):
                    s = hessian[i, j]
                    for k in range(j):
                        s -= hessian[i, k] * hessian[j, k]
                    hessian[i, j] = s / pivot
            if standing[m] != 0:
                break
            if done:
                break
            _solve(hessian, gradient, step, p)
            widest = 0.0
            for c in range(n):
                move = 0.0
                for j in range(p):
                    move += x[c, j] * step[j]
                mean[c] = move
                widest = max(widest, abs(move))
            shrink = 1.0 if turn == 0 or widest <= 3.0 else 3.0 / widest
            for j in range(p):
                b[j] += shrink * step[j]
            for c in range(n):
                eta[c] = (0.0 if turn == 0 else eta[c]) + shrink * mean[c]
        if standing[m] == 2:
            continue
        fitted = 0.0
        for c in range(n):
            mean[c] = np.exp(eta[c])
            fitted += mean[c] - y[c]
            if y[c] > 0:
                fitted += y[c] * np.log(y[c] / mean[c])
        # a pivot is what is known of one coefficient beside those before it. Where the maximum is
        # missing, all that is known of some coefficient comes from means on their way to zero.
        if not done or least < 1e-2:
            standing[m] = 1
        deviance[m] = 2.0 * max(fitted, 0.0)
        log_hidden[m] = b[0]
        if done:
            for j in range(p):
                gradient[j] = 1.0 if j == 0 else 0.0
            _solve(hessian, gradient, step, p)
            variance[m] = step[0]
        p = 0
        for j in range(width):
            if use[m, j]:
                beta[m, j] = b[p]
                p += 1


@kernel
def _solve(lower: Floats, right: Floats, out: Floats, p: int) -> None:
    """Solve L Lᵀ out = right."""
    for i in range(p):
        s = right[i]
        for k in range(i):
            s -= lower[i, k] * out[k]
        out[i] = s / lower[i, i]
    for i in range(p - 1, -1, -1):
        s = out[i]
        for k in range(i + 1, p):
            s -= lower[k, i] * out[k]
        out[i] = s / lower[i, i]
