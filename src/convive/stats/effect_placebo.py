"""What a placebo test says: its p, and the effects that it does not reject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROOM = 2**20  # comparisons held at a time
TIE = 1e-9  # statistics closer than this, relative, are ties; ties count


def placebo_p(value: float, compared: Floats) -> float:
    """(1 + statistics at least as large) / (1 + statistics)."""
    return float((1 + (compared >= value * (1 - TIE)).sum()) / (1 + len(compared)))


def placebo_interval(
    estimate: float, others: Floats, carried: Floats, scales: Floats, level: float
) -> tuple[float, float]:
    """The constant effects about the estimate that the placebo test does not reject.

    Were τ the effect, the treated units without it would show estimate − τ, and a placebo that
    carries the share c of it others − cτ. τ is kept where more than (1 − level) of them all have
    |others − cτ| / scale ≥ |estimate − τ|. The two sides are equal at no more than two τ for each
    placebo; between neighbours among those nothing changes, so that one look at each is exact.

    Parameters
    ----------
    estimate : of the treated units
    others, carried, scales : (placebos,) estimates; shares c; scales over that of the treated units
    level : confidence

    Returns
    -------
    lower, upper : the first rejected on each side, infinite where none is. What is kept need not be
        one piece: 0 is inside exactly when the test does not reject it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = np.concatenate(
            [
                (sign * estimate * scales - others) / (sign * scales - carried)
                for sign in (1.0, -1.0)
            ]
        )
    turns = np.unique(np.append(turns[np.isfinite(turns)], estimate))
    room = 1.0 + float(np.ptp(turns))
    inner = (turns[1:] + turns[:-1]) / 2
    looks = np.concatenate([[turns[0] - room], inner, [turns[-1] + room]])
    kept = np.concatenate(
        [
            _not_rejected(part, estimate, others, carried, scales, 1 - level)
            for part in np.array_split(looks, len(looks) * len(others) // ROOM + 1)
        ]
    )
    at = int(np.searchsorted(turns, estimate))  # looks[at] and looks[at + 1] lie at its sides
    below, above = ~kept[: at + 1][::-1], ~kept[at + 1 :]
    ends = np.concatenate([[-np.inf], turns, [np.inf]])
    lower = float(ends[at + 1 - int(below.argmax())]) if below.any() else -np.inf
    upper = float(ends[at + 1 + int(above.argmax())]) if above.any() else np.inf
    if placebo_p(abs(estimate), np.abs(others) / scales) > 1 - level + 1e-12:
        return min(lower, 0.0), max(upper, 0.0)
    return lower, upper


def _not_rejected(
    looks: Floats, estimate: float, others: Floats, carried: Floats, scales: Floats, alpha: float
) -> NDArray[np.bool_]:
    """Whether each effect has p above alpha."""
    own = np.abs(estimate - looks) * (1 - TIE)
    theirs = np.abs(others - looks[:, None] * carried) / scales
    beyond = (theirs >= own[:, None]).sum(axis=1)
    return np.asarray((1 + beyond) / (1 + len(others)) > alpha + 1e-12)
