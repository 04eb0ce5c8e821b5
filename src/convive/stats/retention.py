"""How many of those who began are still there after a time, when not all are seen to the end.

The estimator of Kaplan and Meier: whoever is lost from sight, finishes, or has begun too lately is
censored: counted among those who could have left as long as they were seen, never as somebody who
left. Limit: whoever is lost must be as likely to leave as the others who are still there. Where
people who are about to leave are those who are lost, true retention is lower than what is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Retention:
    """Shares that stay, as steps.

    times : the times at which somebody left, ascending, in the unit of `durations`.
    at_risk, left : how many were there just before, and how many left then.
    share : of those who began, how many stay beyond each time (0 to 1).
    error : standard error of `share` (Greenwood).
    lower, upper : pointwise interval.
    people : how many there were. longest : until when somebody was seen.
    """

    times: Floats
    at_risk: NDArray[np.int64]
    left: NDArray[np.int64]
    share: Floats
    error: Floats
    lower: Floats
    upper: Floats
    people: int
    longest: float
    _spells: Floats
    _level: float

    def at(self, time: float) -> tuple[float, float, float] | None:
        """Share that stays beyond `time` with its interval; None beyond what was observed."""
        if time > self.longest:
            return None
        step = int(np.searchsorted(self.times, time, side="right")) - 1
        if step < 0:
            seen = int((self._spells >= time).sum())
            return 1.0, _none_left(seen, self._level), 1.0
        return float(self.share[step]), float(self.lower[step]), float(self.upper[step])


def kaplan_meier(durations: ArrayLike, left: ArrayLike, level: float = 0.95) -> Retention:
    """Retention from how long each person was seen and whether they then left.

    S(t) = Π over times u ≤ t at which somebody left of (1 − d_u / n_u), with d_u who left and n_u
    who were there just before (whoever is censored at u is still there). Greenwood's variance:
    Var S(t) = S(t)² σ² with σ² = Σ d_u / (n_u (n_u − d_u)). The interval is worked out for
    log(−log S), so that it lies within 0 and 1: S ^ exp(± z · σ / log S). Where nobody left yet,
    the lower end is exact: ((1 − level) / 2) ^ (1 / n) for the n who were seen so long. Where
    nobody is left, it is 0, and the upper end that of the step before.

    Parameters
    ----------
    durations : array of people
        How long each was seen since they began, 0 or more; any unit.
    left : array of people, bool
        Whether they left then; else they are censored.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Retention

    Raises
    ------
    ValueError
        There is nobody, the arrays differ in shape, or a duration is negative or not a number.

    References
    ----------
    Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete observations. Journal of the
    American Statistical Association 53: 457–481.
    Greenwood M (1926). The natural duration of cancer. Reports on Public Health 33: 1–26.
    Kalbfleisch JD, Prentice RL (1980). The Statistical Analysis of Failure Time Data. Wiley: 14–15.

    Examples
    --------
    >>> kaplan_meier([10, 20, 30, 40], [True, False, True, False]).share.tolist()
    [0.75, 0.375]
    """
    spells = np.asarray(durations, dtype=np.float64)
    event = np.asarray(left, dtype=bool)
    if spells.ndim != 1 or spells.shape != event.shape:
        raise ValueError("one duration and one word for each person")
    if spells.size == 0:
        raise ValueError("there is nobody")
    if not np.isfinite(spells).all() or (spells < 0).any():
        raise ValueError("a duration is a number of 0 or more")
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    times, gone = np.unique(spells[event], return_counts=True)
    there = np.array([(spells >= time).sum() for time in times], dtype=np.int64)
    share = np.cumprod(1 - gone / there, dtype=np.float64)
    share[there == gone] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.cumsum(gone / (there * (there - gone)))
        error = np.where(share > 0, share * np.sqrt(total), 0.0)
        spread = float(scipy.special.ndtri((1 + level) / 2)) * np.sqrt(total) / np.log(share)
        lower = np.where(share > 0, share ** np.exp(-spread), 0.0)
        upper = np.where(share > 0, share ** np.exp(spread), np.nan)
    for step in np.flatnonzero(share == 0):
        upper[step] = upper[step - 1] if step else 1 - _none_left(int(there[step]), level)
    return Retention(
        times, there, gone.astype(np.int64), share, error, lower, upper,
        int(spells.size), float(spells.max()), spells, level,
    )  # fmt: skip


def _none_left(seen: int, level: float) -> float:
    """Lower end of a share of which nothing was lost: exact, by Clopper and Pearson."""
    return float(((1 - level) / 2) ** (1 / seen))
