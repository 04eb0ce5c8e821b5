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
    low = scipy.stats.nbinom.ppf((1 - level) / 2, size, share)
    below = scipy.stats.nbinom.cdf(low - 1, size, share)
    high = scipy.stats.nbinom.ppf(np.minimum(level + below, 1 - 1e-12), size, share)
    middle = scipy.stats.nbinom.ppf(0.5, size, share)
    for end, values in zip(ends, (low, middle, high), strict=True):
        end[some] = values
    return ends[0], ends[1], ends[2]
