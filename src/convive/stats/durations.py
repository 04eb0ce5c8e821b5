"""How long something takes: a quantile of waiting times, where some are still waiting.

To leave out whoever still waits would make a service that never answers look fast. They are
censored: known to take longer than they have waited (Kaplan–Meier).

References
----------
Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. JASA 53:457–481.
Brookmeyer R, Crowley J (1982). A confidence interval for the median survival time. Biometrics
38:29–41; here on the scale log(−log), as SAS PROC LIFETEST does by default.
Hahn GJ, Meeker WQ (1991). Statistical Intervals. Wiley; §5.2: intervals from order statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts load when they are first asked for: a command starts sooner
from numpy.typing import ArrayLike

from convive.stats.retention import kaplan_meier

_TOL = 1e-9  # a curve that is 0.5 but for rounding has reached one half


@dataclass(frozen=True)
class Duration:
    """A quantile of waiting times, in the unit of the times.

    value : by then, this share was over; None where that share was not reached yet.
    lower, upper : ends of the interval; None where so few tell no such end.
    n : how many, those still waiting among them. waiting : how many of them still wait.
    """

    value: float | None
    lower: float | None
    upper: float | None
    n: int
    waiting: int


def quantile(
    over: ArrayLike, waiting: ArrayLike = (), *, share: float = 0.5, level: float = 0.95
) -> Duration:
    """The time by which a share of all was over.

    Parameters
    ----------
    over : times of those that are over, ≥ 0. waiting : how long the others have waited.
    share : 0.5 for the median. level : of the interval.

    The interval is from order statistics (exact) where nobody waits any more, else from the
    Kaplan–Meier curve on the scale log(−log), with Greenwood's variance.

    Raises ValueError for a negative time, or a share or level outside (0, 1).
    """
    ended = np.sort(np.asarray(over, dtype=np.float64))
    open_ = np.asarray(waiting, dtype=np.float64)
    if not (0 < share < 1 and 0 < level < 1):
        raise ValueError("a share or level lies between 0 and 1")
    if np.any(ended < 0) or np.any(open_ < 0) or np.isnan(ended).any() or np.isnan(open_).any():
        raise ValueError("a waiting time is 0 or more")
    n = len(ended) + len(open_)
    if not len(ended):
        return Duration(None, None, None, n, len(open_))
    still = 1 - share + _TOL
    is_over = np.repeat([True, False], [len(ended), len(open_)])
    curve = kaplan_meier(np.concatenate([ended, open_]), is_over, level)
    value = _first(curve.times, curve.share <= still)
    if len(open_):  # where the band of the curve crosses the share; it ends where nobody waits
        lower = _first(curve.times, curve.lower <= still)
        upper = _first(curve.times, np.where(curve.share > 0, curve.upper, 0.0) <= still)
    else:
        lower, upper = _from_order(ended, share, level)
    return Duration(value, lower, upper, n, len(open_))


def _from_order(ended: np.ndarray, share: float, level: float) -> tuple[float | None, float | None]:
    """The order statistics between which the quantile lies at the level: binomial, exact.

    Each tail has at most half of what the level leaves; where so few tell no such end, none.
    """
    n, tail = len(ended), (1 - level) / 2
    below = scipy.special.bdtr(np.arange(n), n, share)  # P(at most k lie below the quantile)
    lowest = np.flatnonzero(below <= tail)  # X(k+1) > quantile this rarely
    highest = np.flatnonzero(below >= 1 - tail)
    lower = float(ended[lowest[-1]]) if len(lowest) else None
    upper = float(ended[highest[0]]) if len(highest) else None
    return lower, upper


def _first(times: np.ndarray, reached: np.ndarray) -> float | None:
    found = np.flatnonzero(reached)
    return float(times[found[0]]) if len(found) else None
