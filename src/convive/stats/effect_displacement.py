"""Displacement: did it only move next door, or did the neighbours gain as well?

Three areas are counted before and after: the target, a buffer around it, and a control that touches
neither. The weighted displacement quotient (Bowers and Johnson 2003) says what share of the success
was lost to the buffer (below 0) or came on top of it (above 0); the weighted displacement
difference (Wheeler and Ratcliffe 2018) sums both in events.

Limits: counts are taken as Poisson, so bursts need a `dispersion` above 1. The control must be of
like size and trend. The quotient divides by the success: without a clear success it says nothing,
and its interval is then without end.

References
----------
Bowers KJ, Johnson SD (2003). Measuring the geographical displacement and diffusion of benefit
effects of crime prevention activity. Journal of Quantitative Criminology 19: 275–301.
Wheeler AP, Ratcliffe JH (2018). A simple weighted displacement difference test to evaluate place
based crime interventions. Crime Science 7: 11.
Fieller EC (1954). Some problems in interval estimation. JRSS B 16: 175–185.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy import special

Pair = Sequence[float]


@dataclass(frozen=True)
class Displacement:
    """What happened in the target and next to it, against the control.

    wdq : (D₁/C₁ − D₀/C₀) / (T₁/C₁ − T₀/C₀); nan where control or buffer count nothing, or
        where nothing changed
    wdq_lower, wdq_upper : its Fieller interval; −inf and inf where the success is not clear
    success, moved : the quotient's denominator (below 0: it fell) and numerator (above 0: it moved)
    wdd, wdd_se, wdd_lower, wdd_upper, z, p : target and buffer together, in events; p is two-sided
    local, local_se : the target alone; nearby, nearby_se : the buffer alone
    """

    wdq: float
    wdq_lower: float
    wdq_upper: float
    success: float
    moved: float
    wdd: float
    wdd_se: float
    wdd_lower: float
    wdd_upper: float
    z: float
    p: float
    local: float
    local_se: float
    nearby: float
    nearby_se: float
    level: float


def displacement(
    target: Pair,
    buffer: Pair,
    control: Pair,
    buffer_control: Pair | None = None,
    *,
    periods: Pair = (1, 1),
    areas: Pair = (1, 1, 1, 1),
    dispersion: float = 1.0,
    level: float = 0.95,
) -> Displacement:
    """Quotient and difference from counts before and after.

    WDD = ΔT − ΔC + ΔD − ΔC_D, each Δ being after − before, every count divided by its period and
    its area; its variance is φ times the sum of the counts, each divided by the square of the same.

    Parameters
    ----------
    target, buffer, control : (before, after) events in the target T, the buffer D and the control C
    buffer_control : (before, after) events in a control C_D of the buffer's own; by default
        `control` serves both, and the variance knows that it is used twice
    periods : length of the time before and after: the difference is then per unit of time
    areas : size of target, buffer, control and the buffer's control (its own, or what the control
        is to the buffer): the difference is then per unit of size
    dispersion : φ, variance over mean of the counts; 1 for Poisson
    level : confidence, between 0 and 1

    Returns
    -------
    Displacement

    Raises
    ------
    ValueError
        A count that is negative or not whole; a period, area or dispersion that is not above 0; a
        level that is no probability.

    Notes
    -----
    The normal approximation is poor below about five events a count. The quotient takes counts as
    they are and the first control, as published: lengths of periods cancel, sizes do not. Its
    interval is Fieller's, with variances of the ratios to C by the delta method,
    Var(D/C) ≈ φ(D/C² + D²/C³) and Cov(D/C, T/C) ≈ φ·DT/C³.
    """
    pairs = [_pair(target, "target"), _pair(buffer, "buffer"), _pair(control, "control")]
    shared = buffer_control is None
    pairs.append(pairs[2] if buffer_control is None else _pair(buffer_control, "buffer_control"))
    times, sizes = _above(periods, 2, "periods"), _above(areas, 4, "areas")
    (phi,) = _above([dispersion], 1, "dispersion")
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    reach = float(special.ndtri((1 + level) / 2))
    change, var = [], []
    for (before, after), size in zip(pairs, sizes, strict=True):
        pre, post = times[0] * size, times[1] * size
        change.append(after / post - before / pre)
        var.append(phi * (after / post**2 + before / pre**2))
    local, nearby = change[0] - change[2], change[1] - change[3]
    local_var, nearby_var = var[0] + var[2], var[1] + var[3]
    both_var = local_var + nearby_var + (2 * math.sqrt(var[2] * var[3]) if shared else 0.0)
    se = math.sqrt(both_var)
    z = (local + nearby) / se if se else 0.0
    moved, success, ends = _quotient(pairs[0], pairs[1], pairs[2], phi, reach)
    return Displacement(
        wdq=moved / success if success else math.nan,
        wdq_lower=ends[0],
        wdq_upper=ends[1],
        success=success,
        moved=moved,
        wdd=local + nearby,
        wdd_se=se,
        wdd_lower=local + nearby - reach * se,
        wdd_upper=local + nearby + reach * se,
        z=z,
        p=float(2 * special.ndtr(-abs(z))),
        local=local,
        local_se=math.sqrt(local_var),
        nearby=nearby,
        nearby_se=math.sqrt(nearby_var),
        level=level,
    )


def _quotient(
    target: tuple[float, float],
    buffer: tuple[float, float],
    control: tuple[float, float],
    phi: float,
    reach: float,
) -> tuple[float, float, tuple[float, float]]:
    """Numerator, denominator and Fieller's interval of their quotient."""
    endless = (-math.inf, math.inf)
    if not (control[0] and control[1] and sum(buffer)):
        return math.nan, math.nan, endless
    sums = [0.0, 0.0, 0.0]
    for t, d, c in zip(target, buffer, control, strict=True):
        sums[0] += phi * (d / c**2 + d**2 / c**3)
        sums[1] += phi * (t / c**2 + t**2 / c**3)
        sums[2] += phi * d * t / c**3
    moved = buffer[1] / control[1] - buffer[0] / control[0]
    success = target[1] / control[1] - target[0] / control[0]
    square = success**2 - reach**2 * sums[1]
    cross = moved * success - reach**2 * sums[2]
    rest = moved**2 - reach**2 * sums[0]
    if square <= 0:
        return moved, success, endless
    half = math.sqrt(max(cross**2 - square * rest, 0.0))
    return moved, success, ((cross - half) / square, (cross + half) / square)


def _pair(values: Pair, name: str) -> tuple[float, float]:
    given = tuple(float(v) for v in values)
    if len(given) != 2 or not all(math.isfinite(v) and v >= 0 and v == int(v) for v in given):
        raise ValueError(f"{name}: give two whole numbers of events, before and after")
    return given[0], given[1]


def _above(values: Pair, n: int, name: str) -> list[float]:
    given = [float(v) for v in values]
    if len(given) != n or not all(math.isfinite(v) and v > 0 for v in given):
        raise ValueError(f"{name}: give {n} number{'s' if n > 1 else ''} above 0")
    return given
