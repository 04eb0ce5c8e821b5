"""The inner parts of `change_points`: optimal segments, and the search for one or two more.

The search is a score test. With the means μ of the present model, its columns X, weights W = μ and
working response z, every candidate step h is made orthogonal to X under W (h̃), and
S = (h̃ᵀW z)² / (h̃ᵀW h̃) is by how much the step lowers Pearson's statistic. Simulated series are
searched with the same matrix, as if the present model had been fitted to each of them anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ROOM = 4_000_000  # numbers held at a time


def best_segments(counts: Floats, expected: Floats, changes: int, shortest: int) -> Longs:
    """Places of the `changes` change points that maximise the Poisson likelihood.

    A segment with Y = Σ counts and M = Σ expected has log-likelihood Y log(Y / M) + what is the
    same for all. Dynamic programming over the ends of segments: exact, in n² · changes steps.

    Returns
    -------
    (changes,) rising; a segment begins at each
    """
    n = len(counts)
    y = np.concatenate([[0.0], np.cumsum(counts)])
    m = np.concatenate([[0.0], np.cumsum(expected)])

    def gain(first: Longs | int, end: Longs | int) -> Floats:
        inside, due = y[end] - y[first], m[end] - m[first]
        some = inside > 0
        ratio = np.where(some, inside, 1.0) / np.where(some, due, 1.0)
        return np.array(inside * np.log(ratio), dtype=np.float64)

    ends = np.arange(n + 1)
    best = np.where(ends >= shortest, gain(0, ends), -np.inf)
    came = np.zeros((changes + 1, n + 1), dtype=np.int64)
    for k in range(1, changes + 1):
        after = np.full(n + 1, -np.inf)
        for end in range((k + 1) * shortest, n + 1):
            starts = ends[k * shortest : end - shortest + 1]
            value = best[starts] + gain(starts, end)
            place = int(value.argmax())
            after[end], came[k, end] = value[place], starts[place]
        best = after
    if not np.isfinite(best[n]):
        raise ValueError("changes: the series is too short for so many segments")
    found, end = [], n
    for k in range(changes, 0, -1):
        end = int(came[k, end])
        found.append(end)
    return np.array(found[::-1], dtype=np.int64)


def segment_columns(n: int, changes: Longs) -> Floats:
    """One column of 0 and 1 for each segment: (n, changes + 1)."""
    label = np.searchsorted(changes, np.arange(n), side="right")
    apart: Floats = (label[:, None] == np.arange(len(changes) + 1)).astype(np.float64)
    return apart


def candidates(n: int, changes: Longs, shortest: int) -> Longs:
    """Places at which one more change leaves no segment shorter than `shortest`."""
    bounds = np.concatenate([[0], changes, [n]])
    places = np.arange(n)
    right = np.searchsorted(bounds, places, side="right")
    inside = right < len(bounds)
    right = np.minimum(right, len(bounds) - 1)
    room = (places - bounds[right - 1] >= shortest) & (bounds[right] - places >= shortest)
    able: Longs = places[room & inside].astype(np.int64)
    return able


@dataclass(frozen=True)
class Search:
    """What the search needs of one present model; see `prepare`."""

    root: Floats  # (n,) √W
    basis: Floats  # (n, k) orthonormal basis of √W X
    steps: Floats  # (c, n) orthogonal to the basis
    gram: Floats  # (c, c)
    first: Longs  # pairs of candidates that may come together
    second: Longs
    places: Longs
    trend: Floats  # (n,) orthogonal to the basis, of length 1; zeros where it is in it
    df: int


@dataclass(frozen=True)
class Score:
    """What a search found, for each series: arrays of length m.

    total : Pearson's statistic of the present model.
    one, two : by how much the best one and the best two more changes lower it.
    trend : by how much a straight trend lowers it.
    lag : lag-one correlation of what the best changes (two, where pairs were searched) leave.
    """

    total: Floats
    one: Floats
    two: Floats
    trend: Floats
    lag: Floats


def prepare(mean: Floats, columns: Floats, changes: Longs, shortest: int, pairs: bool) -> Search:
    n = len(mean)
    root = np.sqrt(mean)
    basis, _ = np.linalg.qr(columns * root[:, None])
    places = candidates(n, changes, shortest)
    raw: Floats = np.where(np.arange(n) >= places[:, None], root, 0.0)
    steps = _apart(raw, basis)
    keep = (steps**2).sum(axis=1) > 1e-9 * (raw**2).sum(axis=1)
    places, steps = places[keep], steps[keep]
    first, second = np.triu_indices(len(places), 1) if pairs else (np.zeros(0, int),) * 2
    far = places[second] - places[first] >= shortest
    line: Floats = (np.arange(n, dtype=np.float64) - n / 2) * root
    trend = _apart(line[None], basis)[0]
    length = np.sqrt((trend**2).sum())
    return Search(
        root=root,
        basis=basis,
        steps=steps,
        gram=steps @ steps.T,
        first=first[far].astype(np.int64),
        second=second[far].astype(np.int64),
        places=places,
        trend=trend / length if length > 1e-9 else np.zeros(n),
        df=n - columns.shape[1],
    )


def scores(search: Search, working: Floats) -> Score:
    """Search m series, given as working responses (m, n), for one and for two more changes."""
    scaled = _apart(working * search.root, search.basis)
    lean = scaled @ search.steps.T
    own = np.diag(search.gram)
    value = lean**2 / own
    best = value.argmax(axis=1)
    rows = np.arange(len(working))
    one = value[rows, best]
    two = one.copy()
    u, v = lean[rows, best] / own[best], np.zeros(len(working))
    left, right = best.copy(), best.copy()
    a, b = search.first, search.second
    cross = search.gram[a, b]
    whole = own[a] * own[b] - cross**2
    sound = whole > 1e-9 * own[a] * own[b]
    a, b, cross, whole = a[sound], b[sound], cross[sound], whole[sound]
    part = max(1, _ROOM // max(1, len(a)))
    for at in range(0, len(working) if len(a) else 0, part):
        some = slice(at, at + part)
        x, y = lean[some][:, a], lean[some][:, b]
        gain = (x * x * own[b] - 2 * x * y * cross + y * y * own[a]) / whole
        top = gain.argmax(axis=1)
        here = np.arange(len(top))
        two[some] = np.maximum(one[some], gain[here, top])
        x, y = x[here, top], y[here, top]
        u[some] = (x * own[b[top]] - y * cross[top]) / whole[top]
        v[some] = (y * own[a[top]] - x * cross[top]) / whole[top]
        left[some], right[some] = a[top], b[top]
    rest = scaled - u[:, None] * search.steps[left] - v[:, None] * search.steps[right]
    squares = np.maximum((rest**2).sum(axis=1), 1e-12)
    return Score(
        total=(scaled**2).sum(axis=1),
        one=one,
        two=two,
        trend=(scaled @ search.trend) ** 2,
        lag=(rest[:, 1:] * rest[:, :-1]).sum(axis=1) / squares,
    )


def nature(
    search: Search, found: Score, mean: Floats, pairs: bool, rng: np.random.Generator
) -> tuple[float, float]:
    """Dispersion φ and lag-one correlation ρ of a series, once its changes are taken out.

    Taking the best changes out takes chance out with them. By how much is seen on 199 drawn series
    of the raw φ and ρ, and is put back (one step of indirect inference). `found` is of one series.
    """
    gain = found.two if pairs else found.one
    df = search.df - (2 if pairs else 1)
    phi = max(1.0, float((found.total - gain)[0]) / df)
    rho = min(max(float(found.lag[0]), 0.0), 0.8)
    drawn = scores(search, draw(mean, phi, rho, 199, rng) / mean - 1)
    again = np.maximum(1.0, (drawn.total - (drawn.two if pairs else drawn.one)) / df).mean()
    lag = float(found.lag[0]) + rho - float(drawn.lag.mean())
    return max(1.0, phi * phi / float(again)), min(max(lag, 0.0), 0.8)


def _apart(rows: Floats, basis: Floats) -> Floats:
    return np.asarray(rows - (rows @ basis) @ basis.T, dtype=np.float64)


def excess(counts: Floats, mean: Floats, columns: Floats) -> tuple[float, float]:
    """Dispersion φ and lag-one correlation ρ of Pearson residuals, both freed of the fit's bias.

    Fitted residuals M e have variance Σ M_tt and lag-one product Σ M_t,t−1 even where e is white;
    φ = Σ r² / tr M, ρ = Σ r_t r_t−1 / Σ r² − Σ M_t,t−1 / tr M. φ is never below 1, ρ never below 0.
    """
    root = np.sqrt(mean)
    basis, _ = np.linalg.qr(columns * root[:, None])
    residual = (counts - mean) / root
    hat = basis @ basis.T
    free = len(mean) - columns.shape[1]
    squares = float((residual**2).sum())
    if free <= 0 or squares <= 1e-9 * free:  # nothing is left but what rounding leaves
        return 1.0, 0.0
    white = -float(np.diag(hat, 1).sum()) / free
    rho = float((residual[1:] * residual[:-1]).sum()) / squares - white
    return max(1.0, squares / free), min(max(rho, 0.0), 0.9)


def draw(mean: Floats, phi: float, rho: float, series: int, rng: np.random.Generator) -> Floats:
    """(series, n) counts of these means, of variance about φμ, correlated from month to month.

    A Poisson count whose mean is multiplied by g = exp(σx − σ²/2), x a stationary autoregression of
    order one: Var g = (φ − 1) / mean of μ, and its correlation is such that the counts' is ρ.
    """
    n = len(mean)
    spread = (phi - 1) / mean.mean()
    if spread <= 1e-9:
        return rng.poisson(mean, (series, n)).astype(np.float64)
    sigma2 = np.log1p(spread)
    lag = min(0.95, np.log1p(spread * min(0.99, rho * phi / (phi - 1))) / sigma2)
    x = rng.standard_normal((series, n))
    for t in range(1, n):
        x[:, t] = lag * x[:, t - 1] + np.sqrt(1 - lag * lag) * x[:, t]
    drawn: Floats = rng.poisson(mean * np.exp(np.sqrt(sigma2) * x - sigma2 / 2)).astype(np.float64)
    return drawn
