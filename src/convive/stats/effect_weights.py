"""Weights on the simplex: the nearest point of a convex hull, exactly, by an active set.

Synthetic control and synthetic difference-in-differences both ask for weights w ≥ 0, Σw = 1, with

    minimise ‖Σ wᵢ xᵢ − x‖² + η‖w‖².

Since Σw = 1 the distance is ‖Σ wᵢ (xᵢ − x)‖² = wᵀDw, where D is the table of inner products of the
xᵢ − x: the point of least norm in a polytope (Wolfe 1976). A set of support S grows by the point
that lowers the norm most, the minimum over the affine hull of S is solved for, and what becomes
negative leaves. The answer is the optimum up to rounding, after a number of steps about as large as
the support; it is no iteration that creeps towards it.

Tables of inner products of all units are made once; each placebo takes its own D from them.

References
----------
Wolfe P (1976). Finding the nearest point in a polytope. Mathematical Programming 11: 128–149.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

FLOOR = 1e-9  # of the largest squared length: the least ridge
SLACK = 1e-13  # of the largest squared length: gains below it are rounding


@kernel
def nearest(table: Floats, ridge: float, w: Floats) -> int:
    """Weights of least wᵀ(D + ridge·I)w on the simplex into `w`; steps taken, −1 if cut short.

    On a support, w is proportional to (D + ridge·I + c·11ᵀ)⁻¹1, whatever c ≥ 0: c makes the table
    regular where x lies in the affine hull of the support. L is its Cholesky factor, lead = L⁻¹1.
    The ridge is at least FLOOR of the largest squared length: where the target lies in the hull,
    many weights are optimal, and these are those of least ‖w‖.
    """
    n = len(w)
    support = np.empty(n, dtype=np.int64)
    inside = np.zeros(n, dtype=np.bool_)
    factor = np.empty((n, n))
    lead = np.empty(n)
    fresh = np.empty(n)
    slope = np.empty(n)
    largest, first = 0.0, 0
    for i in range(n):
        w[i] = 0.0
        largest = max(largest, table[i, i])
        if table[i, i] < table[first, first]:
            first = i
    if largest + ridge <= 0.0:  # every point is the target
        w[:] = 1.0 / n
        return 0
    ridge = max(ridge, FLOOR * largest)
    lift = largest if largest > 0.0 else ridge
    slack = SLACK * largest
    support[0] = first
    inside[first] = True
    w[first] = 1.0
    k = 1
    _extend(table, ridge, lift, support, 0, factor, lead)
    for step in range(20 * n + 100):
        value = 0.0
        for j in range(n):
            slope[j] = ridge * w[j]
        for s in range(k):
            i = support[s]
            weight = w[i]
            row = table[i]
            for j in range(n):
                slope[j] += weight * row[j]
        for s in range(k):
            value += w[support[s]] * slope[support[s]]
        best, enter = value - slack, -1
        for j in range(n):
            if not inside[j] and slope[j] < best:
                best, enter = slope[j], j
        if enter < 0:
            return step
        support[k] = enter
        if not _extend(table, ridge, lift, support, k, factor, lead):
            return step  # as far as the numbers can tell, the point is in the hull of the support
        inside[enter] = True
        k += 1
        while True:
            total = 0.0
            for s in range(k - 1, -1, -1):  # solve Lᵀ·fresh = lead
                left = lead[s]
                for r in range(s + 1, k):
                    left -= factor[r, s] * fresh[r]
                fresh[s] = left / factor[s, s]
                total += fresh[s]
            share, leave = 1.0, -1
            for s in range(k):
                fresh[s] /= total
                if fresh[s] <= 0.0:
                    old = w[support[s]]
                    part = old / (old - fresh[s]) if old > fresh[s] else 0.0
                    if part < share or leave < 0:
                        share, leave = part, s
            for s in range(k):
                i = support[s]
                w[i] += share * (fresh[s] - w[i])
            if leave < 0:
                break
            w[support[leave]] = 0.0
            inside[support[leave]] = False
            k -= 1
            for s in range(leave, k):
                support[s] = support[s + 1]
            for s in range(leave, k):
                _extend(table, ridge, lift, support, s, factor, lead)
    return -1


@kernel
def _extend(
    table: Floats, ridge: float, lift: float, support: Longs, k: int, factor: Floats, lead: Floats
) -> bool:
    """Row k of the Cholesky factor, for the point that stands at place k of the support."""
    i = support[k]
    square = table[i, i] + ridge + lift
    ahead = 1.0
    left = square
    for s in range(k):
        value = table[i, support[s]] + lift
        for r in range(s):
            value -= factor[k, r] * factor[s, r]
        value /= factor[s, s]
        factor[k, s] = value
        left -= value * value
        ahead -= value * lead[s]
    if left <= 1e-14 * square:
        return False
    factor[k, k] = math.sqrt(left)
    lead[k] = ahead / factor[k, k]
    return True


@kernel
def product(a: Floats, b: Floats) -> Floats:
    """Matrix product on one thread: for matrices this small, more of them cost more."""
    out = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        row = out[i]
        for k in range(a.shape[1]):
            share = a[i, k]
            if share != 0.0:
                other = b[k]
                for j in range(b.shape[1]):
                    row[j] += share * other[j]
    return out


@kernel
def unit_weights(
    inner: Floats,
    controls: Longs,
    groups: Longs,
    ridge: Floats,
    periods: int,
    noise: Floats,
    steps: int,
) -> Floats:
    """Weights of the controls for the mean of each group; the group itself is no control.

    inner : (units, units) inner products of their pre-period series
    controls : those that may have weight
    ridge, noise : (groups,)
    groups : (groups, size) units that are treated, or are taken as if they were
    steps : 0 for the optimum, else as many steps of `frank_wolfe`, which needs periods and noise
    """
    units, size = len(inner), groups.shape[1]
    out = np.zeros((len(groups), units))
    for b in range(len(groups)):
        rest = _without(controls, groups[b])
        n = len(rest)
        cross, own = np.zeros(n), 0.0
        for g in groups[b]:
            for h in groups[b]:
                own += inner[g, h] / (size * size)
            for s in range(n):
                cross[s] += inner[g, rest[s]] / size
        table = np.empty((n, n))
        for s in range(n):
            for r in range(n):
                table[s, r] = inner[rest[s], rest[r]] - cross[s] - cross[r] + own
        w = np.empty(n)
        if steps > 0:
            w = frank_wolfe(table, ridge[b], periods, noise[b], steps)
        elif nearest(table, ridge[b], w) < 0:
            w[:] = np.nan
        for s in range(n):
            out[b, rest[s]] = w[s]
    return out


@kernel
def time_weights(series: Floats, controls: Longs, groups: Longs, ridge: Floats) -> Floats:
    """Weights of the pre-periods for the mean of those after, among the controls of each group.

    series : (units, pre + 1) outcomes; the last column is the mean of the post-periods. Each column
        is taken from its mean over the controls: that is the intercept of the regression.
    """
    periods = series.shape[1] - 1
    out = np.empty((len(groups), periods))
    for b in range(len(groups)):
        rest = _without(controls, groups[b])
        n = len(rest)
        apart = np.empty((n, periods))  # from the target, from the mean
        for p in range(periods):
            mean = 0.0
            for s in range(n):
                apart[s, p] = series[rest[s], p] - series[rest[s], periods]
                mean += apart[s, p] / n
            for s in range(n):
                apart[s, p] -= mean
        table = product(np.ascontiguousarray(apart.T), apart)
        w = np.empty(periods)
        if nearest(table, ridge[b] * n, w) < 0:
            w[:] = np.nan
        out[b] = w
    return out


@kernel
def _without(controls: Longs, group: Longs) -> Longs:
    rest = np.empty(len(controls), dtype=np.int64)
    n = 0
    for i in controls:
        left = True
        for g in group:
            if g == i:
                left = False
        if left:
            rest[n] = i
            n += 1
    return rest[:n]


@kernel
def frank_wolfe(table: Floats, ridge: float, periods: int, noise: float, steps: int) -> Floats:
    """Weights that Frank and Wolfe's method has after so many steps, as R's synthdid goes.

    A hundred steps from equal weights; those of at most a quarter of the largest are dropped; up to
    `steps` more, until a step gains less than (10⁻⁵·noise)². It is here to reproduce what was
    published with it: where the hull is flat it is far from the optimum after 10,000 steps.
    """
    n = len(table)
    w = np.full(n, 1.0 / n)
    _walk(table, ridge, periods, noise, 100, w)
    most = w.max()
    for i in range(n):
        if w[i] <= most / 4:
            w[i] = 0.0
    w /= w.sum()
    _walk(table, ridge, periods, noise, steps, w)
    return w


@kernel
def _walk(table: Floats, ridge: float, periods: int, noise: float, steps: int, w: Floats) -> None:
    n = len(w)
    slope = product(table, w.reshape(-1, 1))[:, 0].copy()
    before = np.inf
    for step in range(steps):
        enter, value, norm = 0, 0.0, 0.0
        for i in range(n):
            value += w[i] * slope[i]
            norm += w[i] * w[i]
            if slope[i] + ridge * w[i] < slope[enter] + ridge * w[enter]:
                enter = i
        total = (value + ridge * norm) / periods
        if step >= 2 and before - total <= (1e-5 * noise) ** 2:
            return
        before = total
        # along d = e − w, with e the unit vector of what enters
        down = value + ridge * norm - slope[enter] - ridge * w[enter]
        bend = table[enter, enter] - 2 * slope[enter] + value
        bend += ridge * (1 - 2 * w[enter] + norm)
        if bend <= 0.0:
            return
        share = min(1.0, max(0.0, down / bend))
        for i in range(n):
            slope[i] += share * (table[i, enter] - slope[i])
            w[i] -= share * w[i]
        w[enter] += share
