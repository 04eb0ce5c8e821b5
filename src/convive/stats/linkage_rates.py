"""Rates by several strata at once, each leaning on all together as far as it is thin.

The rate of a cell is the overall rate times one factor for each way of dividing the people:

    r = r₀ · ∏ θ_f[level],   θ = (events + κ_f) / (expected + κ_f)

so that a level with few expected events stays near 1. κ_f is set by how much the levels differ
beyond chance: the gamma–Poisson form of partial pooling. Source: Clayton D, Kaldor J (1987),
Empirical Bayes estimates of age-standardized relative risks, Biometrics 43: 671–681.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

_ROUNDS = 8
_WEAK, _STRONG = 2.0, 1e6
_MOST = 0.6  # no rate above this: what misses so much is no linkage


@dataclass(frozen=True)
class Cells:
    """Combinations of levels that occur. of : (n,) the cell of each record. level : (cells,
    factors) its level of each factor.
    """

    of: Longs
    level: Longs

    def __len__(self) -> int:
        return len(self.level)

    def sums(self, values: Floats) -> Floats:
        """(cells,) values of the records of each cell added up."""
        return np.bincount(self.of, values, len(self.level)).astype(np.float64)


def cells(factors: Sequence[Longs]) -> Cells:
    """The cells of records that are divided in these ways; `factors` are (n,) levels each."""
    level, of = np.unique(np.stack(factors, axis=1), axis=0, return_inverse=True)
    return Cells(of.reshape(-1).astype(np.int64), level.astype(np.int64))


def strengths(events: Floats, exposure: Floats, level: Longs) -> Floats:
    """κ of each factor: how many expected events weigh as much as all levels together.

    By moments: Var θ = Σ ((O − E)² − E) / Σ E², κ = 1 / Var θ.
    """
    found = np.full(level.shape[1], _STRONG)
    total = exposure.sum()
    if total <= 0 or events.sum() <= 0:
        return found
    expected = exposure * events.sum() / total
    for f in range(level.shape[1]):
        seen = np.bincount(level[:, f], events)
        due = np.bincount(level[:, f], expected)
        spread = ((seen - due) ** 2 - due).sum() / max((due**2).sum(), 1e-12)
        found[f] = np.clip(1 / max(spread, 1 / _STRONG), _WEAK, _STRONG)
    return found


def pooled(
    events: Floats,
    exposure: Floats,
    level: Longs,
    overall: Floats,
    kappa: Floats,
    most: float = _MOST,
) -> Floats:
    """Rates of every cell.

    Parameters
    ----------
    events, exposure : (draws, cells). level : (cells, factors). overall : (draws,) the rate of all
        together. kappa : (factors,) as `strengths` gives it.

    Returns
    -------
    rates : (draws, cells), from 0 to `most`
    """
    theta = [np.ones((len(events), int(level[:, f].max(initial=0)) + 1)) for f in range(len(kappa))]
    rate = np.repeat(overall[:, None], level.shape[0], axis=1)
    for _round in range(_ROUNDS):
        for f, strength in enumerate(kappa):
            if strength >= _STRONG:
                continue
            is_level = np.eye(theta[f].shape[1])[level[:, f]]
            mine = theta[f][:, level[:, f]]
            due = (exposure * rate / mine) @ is_level
            theta[f] = (events @ is_level + strength) / (due + strength)
            rate = rate / mine * theta[f][:, level[:, f]]
        # The factors divide the events anew and must not add any
        due_all = (exposure * rate).sum(axis=1)
        scale = np.divide(
            (exposure.sum(axis=1) * overall), due_all, out=np.ones(len(rate)), where=due_all > 0
        )
        rate = rate * scale[:, None]
    found: Floats = np.clip(rate, 0, most)
    return found
