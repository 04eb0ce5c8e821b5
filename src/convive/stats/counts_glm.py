"""Log-linear regression of counts that vary more than a Poisson count: the quasi-Poisson fit.

Seasonality, change points and the alarm rule all stand on it. The mean is μ = exp(offset + Xβ) and
the variance φμ with one dispersion φ for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FLOOR = 1e-10  # a mean is never less: where all counts of a column are 0, β runs off to −∞


@dataclass(frozen=True)
class Fit:
    """A fitted quasi-Poisson regression of n counts on k columns.

    beta : (k,) coefficients on the log scale.
    mean : (n,) fitted means.
    inverse : (k, k) (XᵀWX)⁻¹ with W = weight · mean; times φ it is the covariance of `beta`.
    deviance : 2 Σ ω [y log(y / μ) − (y − μ)].
    pearson : Σ ω (y − μ)² / μ.
    df : rows of weight above 0, less k.
    """

    beta: Floats
    mean: Floats
    inverse: Floats
    deviance: float
    pearson: float
    df: int

    @property
    def dispersion(self) -> float:
        """φ = pearson / df, and never below 1; nan without degrees of freedom."""
        return max(1.0, self.pearson / self.df) if self.df > 0 else float("nan")


def fit(counts: Floats, columns: Floats, exposure: Floats, weights: Floats | None = None) -> Fit:
    """Maximum likelihood of the log-linear Poisson mean by iterated weighted least squares.

    Parameters
    ----------
    counts : (n,) 0 or more
    columns : (n, k), with a column of ones
    exposure : (n,) above 0
        Whatever the count is proportional to.
    weights : (n,) 0 or more
        Prior weights, 1 by default.

    Raises
    ------
    ValueError
        No count is above 0: every rate is 0 and nothing can be fitted. Columns depend on each
        other.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd ed. Chapman and Hall.
    """
    trust = np.ones(len(counts)) if weights is None else weights
    if not (trust * counts).sum() > 0:
        raise ValueError("counts: all are 0; there is no level to compare anything with")
    offset = np.log(exposure)
    mean = np.maximum(counts, 0.5 * (trust * counts).sum() / trust.sum()).astype(np.float64)
    beta = np.zeros(columns.shape[1])
    if np.linalg.matrix_rank(columns * np.sqrt(trust)[:, None]) < columns.shape[1]:
        raise ValueError("columns: they depend on each other; the series is too short for them")
    last = np.inf
    for _ in range(60):
        w = trust * mean
        response = np.log(mean) - offset + (counts - mean) / mean
        gram, lean = columns.T @ (columns * w[:, None]), columns.T @ (w * response)
        size = np.sqrt(np.diag(gram))
        beta = np.linalg.solve(gram / np.outer(size, size), lean / size) / size
        mean = np.exp(np.clip(offset + columns @ beta, np.log(_FLOOR), 600))
        now = deviance(counts, mean, trust)
        if abs(last - now) <= 1e-10 * (abs(now) + 1e-3):
            break
        last = now
    gram = columns.T @ (columns * (trust * mean)[:, None])
    size = np.sqrt(np.diag(gram))
    return Fit(
        beta=beta,
        mean=mean,
        inverse=np.linalg.inv(gram / np.outer(size, size)) / np.outer(size, size),
        deviance=deviance(counts, mean, trust),
        pearson=float((trust * (counts - mean) ** 2 / mean).sum()),
        df=int((trust > 0).sum()) - columns.shape[1],
    )


def deviance(counts: Floats, mean: Floats, weights: Floats) -> float:
    """2 Σ ω [y log(y / μ) − (y − μ)], with 0 log 0 = 0."""
    logs = np.log(np.where(counts > 0, counts, 1) / np.where(counts > 0, mean, 1))
    return float(2 * (weights * (counts * logs - (counts - mean))).sum())


def harmonics(month: ArrayLike, number: int, period: int = 12) -> Floats:
    """Columns cos(2πkm/period), sin(2πkm/period) for k = 1 to `number`: (n, 2 · number).

    The last sine of an even period is 0 at every whole month and is left out.
    """
    angle = 2 * np.pi * np.asarray(month, dtype=np.float64)[:, None] / period
    parts = []
    for k in range(1, number + 1):
        parts.append(np.cos(k * angle))
        if 2 * k != period:
            parts.append(np.sin(k * angle))
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(angle), 0))


def series(
    counts: ArrayLike, exposure: ArrayLike | None, missing: bool = True
) -> tuple[Floats, Floats]:
    """Counts and exposures as arrays of one length; what cannot be a series is refused.

    With `missing`, nan stands for a month that is not known.
    """
    y = np.array(counts, dtype=np.float64)
    if y.ndim != 1:
        raise ValueError("counts: give one for each month, in the order of time")
    known = y[~np.isnan(y)] if missing else y
    if not (np.isfinite(known) & (known >= 0) & (known == np.floor(known))).all():
        raise ValueError(
            "counts: give whole numbers, 0 or more" + (", and nan for a month not known" * missing)
        )
    people = np.ones(len(y)) if exposure is None else np.array(exposure, dtype=np.float64)
    if people.ndim == 0:
        people = np.full(len(y), float(people))
    if people.shape != y.shape:
        raise ValueError("exposure: give one for each month")
    if not (np.isfinite(people) & (people > 0)).all():
        raise ValueError("exposure: give person-years above 0 for every month")
    return y, people
