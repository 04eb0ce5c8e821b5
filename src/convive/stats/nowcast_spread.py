"""Quantiles of cases still to come, given their mean and variance."""

from __future__ import annotations

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner

from convive.stats.nowcast_releases import Floats

_NONE = 1e-6  # cases expected: where fewer are, none come


def quantiles(mean: Floats, variance: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Lower end, median and upper end of negative binomial counts.

    Size m² / (v − m) and probability m / v; where v ≤ m the count is a Poisson count. The lower end
    is the (1 − level) / 2 quantile. Below it lies less than that where counts are few, often
    nothing: the upper end is the quantile that leaves out the rest of 1 − level.
    """
    ends = [np.zeros_like(mean) for _ in range(3)]
    some = mean > _NONE
    m = mean[some]
    v = np.maximum(variance[some], m * (1 + 1e-6))
    size, share = m**2 / (v - m), m / v
    low = _quantile(np.full_like(size, (1 - level) / 2), size, share)
    below = _up_to(low - 1, size, share)
    high = _quantile(np.minimum(level + below, 1 - 1e-12), size, share)
    middle = _quantile(np.full_like(size, 0.5), size, share)
    for end, values in zip(ends, (low, middle, high), strict=True):
        end[some] = values
    return ends[0], ends[1], ends[2]


def _up_to(k: Floats, size: Floats, share: Floats) -> Floats:
    """How likely a negative binomial count is k or fewer."""
    return np.where(k < 0, 0.0, scipy.special.betainc(size, np.maximum(k, 0) + 1, share))


def _quantile(q: Floats, size: Floats, share: Floats) -> Floats:
    """The smallest count that is reached with probability q or more.

    `scipy.stats.nbinom.ppf` gives the same, but to load it takes a second.
    """
    k = np.ceil(scipy.special.nbdtrik(q, size, share))
    return np.where((k > 0) & (_up_to(k - 1, size, share) >= q), k - 1, k)
