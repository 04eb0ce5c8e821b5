"""How wide a kernel to take: rules that read a bandwidth off the data, in metres.

Every rule finds a gaussian bandwidth; for the quartic kernel it is widened by 2.779, the ratio of
the two kernels' canonical bandwidths in the plane ((R / μ₂²)^(1/6), with R = ∫K² and μ₂ the
variance along an axis: gaussian 1 / 4π and 1, quartic 9 / 5π and 1/8), so that both smooth alike.

Limits: a rule serves a picture, not a decision; the back-test shows which bandwidth would have
served (`backtest`). Least-squares cross-validation is unbiased and unsteady. Events snapped to the
same points pull both cross-validations towards the narrowest candidate: see `at_limit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats.density import Kernel

Floats = NDArray[np.float64]
Rule = Literal["robust", "least-squares", "likelihood"]

QUARTIC = (9 / (5 * pi) * 64 / (1 / (4 * pi))) ** (1 / 6)  # 2.779
_NODES = 256  # along the longer side
_FLOOR = 1e-12  # of a kernel's peak: what an event further than 7.4 h from all others counts as


@dataclass(frozen=True)
class Bandwidth:
    """A bandwidth and where it comes from.

    metres : for the kernel asked for.
    rule, kernel : as asked for.
    candidates, scores : (m,) what cross-validation tried, in metres for that kernel, and how each
        scored (higher is better); empty for "robust".
    at_limit : whether the best candidate is the first or the last: then the data name none.
    """

    metres: float
    rule: Rule
    kernel: Kernel
    candidates: Floats
    scores: Floats
    at_limit: bool


def robust(x: ArrayLike, y: ArrayLike, kernel: Kernel = "quartic") -> Bandwidth:
    """Rule of thumb for the plane, with a measure of spread that far-off events do not stretch.

    h = n^(−1/6) · √(σ_x σ_y), σ the smaller of standard deviation and interquartile range / 1.349
    along each axis (the standard deviation where half of the events share one value). In the plane
    Scott's and Silverman's factors are the same. Best for one round cloud; too wide for a city of
    several centres.

    Parameters
    ----------
    x, y : (n,) in metres, n at least 2, not all on one line along an axis

    References
    ----------
    Silverman BW (1986). Density Estimation for Statistics and Data Analysis; §3.4.2 and §4.3.2.
    Scott DW (1992). Multivariate Density Estimation. Wiley; §6.3.
    """
    east, north = _points(x, y)
    h = len(east) ** (-1 / 6) * np.sqrt(_spread(east) * _spread(north))
    return Bandwidth(float(h) * _wider(kernel), "robust", kernel, np.empty(0), np.empty(0), False)


def cross_validated(
    x: ArrayLike,
    y: ArrayLike,
    rule: Literal["least-squares", "likelihood"] = "likelihood",
    kernel: Kernel = "quartic",
    candidates: ArrayLike | None = None,
) -> Bandwidth:
    """The candidate under which each event is best foretold by the others.

    With f the density of all n events over n and f₋ᵢ that without event i, the score is
    least-squares: −(∫ f² − 2 / n · Σ f₋ᵢ(xᵢ)); likelihood: Σ log f₋ᵢ(xᵢ), where a lone event counts
    as one at 7.4 h from another, so that it alone cannot widen the kernel without bound.
    Events are first put on the nearest of 256 nodes along the longer side; a candidate is at least
    two of their distances wide.

    Parameters
    ----------
    x, y : (n,) in metres, as `robust`
    candidates : (m,) metres above 0, for the kernel asked for
        By default 24 from a tenth to twice the robust rule.

    Raises
    ------
    ValueError
        As `robust`; an unknown rule; no candidate is as wide as two nodes' distance.

    References
    ----------
    Bowman AW (1984). An alternative method of cross-validation for the smoothing of density
    estimates. Biometrika 71: 353–360.
    Silverman BW (1986), as above; §3.4.3 and §3.4.4.
    """
    east, north = _points(x, y)
    if rule not in ("least-squares", "likelihood"):
        raise ValueError('rule: choose "least-squares" or "likelihood"')
    if candidates is None:
        tried = robust(east, north, "gaussian").metres * np.geomspace(0.1, 2, 24)
    else:
        tried = np.sort(np.asarray(candidates, dtype=np.float64).ravel()) / _wider(kernel)
        if not (np.isfinite(tried) & (tried > 0)).all():
            raise ValueError("candidates: give metres above 0")
    step = max(np.ptp(east), np.ptp(north)) / (_NODES - 1)
    tried = tried[tried >= 2 * step]
    if not len(tried):
        raise ValueError(
            f"candidates: the events reach so far that bandwidths below {2 * step:.0f} m (gaussian)"
            " cannot be told apart; give wider ones, or a smaller place"
        )
    column = np.rint((east - east.min()) / step).astype(int)
    row = np.rint((north - north.min()) / step).astype(int)
    counts = np.zeros((row.max() + 1, column.max() + 1))
    np.add.at(counts, (row, column), 1.0)
    score = _least_squares if rule == "least-squares" else _likelihood
    scores = np.array([score(counts, h / step) for h in tried])
    best = int(np.argmax(scores))
    return Bandwidth(
        float(tried[best]) * _wider(kernel),
        rule,
        kernel,
        tried * _wider(kernel),
        scores,
        best in (0, len(tried) - 1),
    )


def _least_squares(counts: Floats, h: float) -> float:
    n = counts.sum()
    itself = 1 / (2 * pi * h**2)
    square = (counts * _smooth(counts, np.sqrt(2.0) * h)).sum() / n**2
    others = ((counts * _smooth(counts, h)).sum() - n * itself) / (n * (n - 1))
    return float(2 * others - square)


def _likelihood(counts: Floats, h: float) -> float:
    n = counts.sum()
    held = counts > 0
    itself = 1 / (2 * pi * h**2)
    others = np.maximum(_smooth(counts, h)[held] - itself, _FLOOR * itself) / (n - 1)
    return float((counts[held] * np.log(others)).sum())


def _smooth(counts: Floats, h: float) -> Floats:
    """Sum of gaussian kernels, in events per square step, at every node."""
    rows, columns = (_bell(size, h) for size in counts.shape)
    smooth: Floats = rows @ counts @ columns
    return smooth


def _bell(size: int, h: float) -> Floats:
    far = np.subtract.outer(np.arange(size), np.arange(size)) / h
    bell: Floats = np.exp(-0.5 * far**2) / (h * np.sqrt(2 * pi))
    return bell


def _spread(values: Floats) -> float:
    deviation = float(values.std(ddof=1))
    quartiles = np.percentile(values, [25, 75])
    middle = float(quartiles[1] - quartiles[0]) / 1.349
    return min(deviation, middle) if middle > 0 else deviation


def _wider(kernel: Kernel) -> float:
    if kernel not in ("quartic", "gaussian"):
        raise ValueError('kernel: choose "quartic" or "gaussian"')
    return QUARTIC if kernel == "quartic" else 1.0


def _points(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if east.ndim != 1 or east.shape != north.shape or len(east) < 2:
        raise ValueError("x, y: give the places of two events or more, in metres")
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise ValueError("x, y: give finite numbers, in metres")
    if np.ptp(east) == 0 or np.ptp(north) == 0:
        raise ValueError("x, y: all events lie on one line along an axis: no bandwidth fits them")
    return east, north
