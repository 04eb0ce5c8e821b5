"""What `alarm` needs of distributions: tails of counts, bounds, weights of past outbreaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]
Power = Literal["none", "1/2", "2/3"]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_TAILS = (np.arange(16) + 0.5) / 16


def outbreak_weights(residuals: ArrayLike, threshold: float) -> Floats:
    """γ, or γ s⁻² where a residual s is above the threshold; the weights' mean is 1."""
    s = np.asarray(residuals, dtype=np.float64)
    high = s > threshold
    weights = np.where(high, 1 / np.where(high, s, 1) ** 2, 1.0)
    return np.asarray(weights * (len(s) / weights.sum()), dtype=np.float64)


def power_bounds(
    mean: float, error: float, dispersion: float, alpha: float, power: Power = "2/3"
) -> tuple[float, float]:
    """Bounds of Farrington and others (1996): normal after a power of the count.

    τ = φ + error² / μ; with λ the power (1 for "none") and z the 1 − alpha quantile,
    μ · (1 ± λ z √(τ / μ))^(1 / λ), and 0 where the lower would be less.

    Parameters
    ----------
    mean, error : forecast and its standard error, in events
    alpha : probability beyond each bound
    """
    share = {"none": 1.0, "1/2": 0.5, "2/3": 2 / 3}.get(power)
    if share is None:
        raise ValueError('power: choose "none", "1/2" or "2/3"')
    if not (mean > 0 and error >= 0 and dispersion >= 1):
        raise ValueError("mean: give it above 0; error: 0 or more; dispersion: 1 or more")
    reach = share * float(special.ndtri(1 - alpha))
    reach *= np.sqrt((dispersion + error**2 / mean) / mean)
    return mean * max(0.0, 1 - reach) ** (1 / share), mean * (1 + reach) ** (1 / share)


def count_bounds(mean: float, dispersion: float, alpha: float) -> tuple[int, int]:
    """Quantiles alpha and 1 − alpha of a count of this mean and variance φ · mean.

    The rule of Noufaily and others (2013) when `mean` is the forecast, and that of Salmon and
    others (2016, "muan") when it is the 1 − alpha quantile of the forecast.
    """
    if not (mean > 0 and dispersion >= 1):
        raise ValueError("mean: give it above 0; dispersion: 1 or more")

    def above(k: Floats) -> Floats:
        return at_least(k, np.array(mean), np.array(dispersion))

    return int(smallest(above, 1 - alpha)), int(smallest(above, alpha))


def at_least(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """P(Y ≥ count), Y negative binomial of this mean and variance φ · mean; Poisson where φ is 1.

    With r = mean / (φ − 1) it is the incomplete beta function I of 1 − 1 / φ at (count, r).
    """
    k, mu, phi = (np.asarray(a, dtype=np.float64) for a in (count, mean, dispersion))
    more = phi > 1 + 1e-9
    r = mu / np.where(more, phi - 1, 1.0)
    some = np.maximum(k, 1)
    spread = special.betainc(some, r, 1 - 1 / np.where(more, phi, 2.0))
    return np.where(k < 1, 1.0, np.where(more, spread, special.gammainc(some, mu)))


def predictive(mean: float, error: float, phi: float, df: int) -> Callable[[Floats], Floats]:
    """P(Y ≥ count), averaged over what is not known: see `alarm.newest`.

    `error` is that of log mean at φ = `phi`, and grows with √φ. Gauss–Hermite nodes for log mean,
    middle quantiles of sixteen equal parts for φ.
    """
    spread = np.maximum(1.0, df * phi / special.chdtri(df, 1 - _TAILS))
    means = mean * np.exp(error * np.sqrt(spread / phi)[:, None] * _NODES)
    weight = np.broadcast_to(_WEIGHTS / len(spread), means.shape).ravel()
    flat, many = means.ravel(), np.repeat(spread, len(_NODES))

    def chance(count: Floats) -> Floats:
        return np.asarray(at_least(count[:, None], flat, many) @ weight, dtype=np.float64)

    return chance


def smallest(chance: Callable[[Floats], Floats], alpha: float) -> float:
    """Smallest count u with P(Y > u) ≤ alpha."""

    def beyond(u: int) -> bool:
        return float(np.ravel(chance(np.array([u + 1.0])))[0]) <= alpha

    low, high = -1, 1
    while not beyond(high):
        low, high = high, 2 * high
    while high - low > 1:
        half = (low + high) // 2
        low, high = (low, half) if beyond(half) else (half, high)
    return float(high)
