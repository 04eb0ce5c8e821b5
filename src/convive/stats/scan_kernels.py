"""The inner loops of the space-time scan: statistic, bound, growth of the zones.

A *window* is a zone (a centre and its nearest places) during a run of intervals. It holds c cases
where μ were expected, of C in all; its statistic is

    LLR(c, μ) = c·ln(c/μ) + (C − c)·ln((C − c)/(C − μ)),  c > μ.

Most windows are far below the best one found so far, B. They are left out without a logarithm:

- LLR is C times a Kullback–Leibler divergence, convex in (c, μ) together. Hence the count that
  reaches B, creq(μ), is concave in μ: every chord lies below it, and a window whose count is below
  the chord is below B. It must never be rounded up *or down*: a floor is not concave.
- With the chord α + β·μ, prefix counts P and prefix expectations E along time, and Q = P − β·E, a
  window [s, s + d) can pass only if Q[s + d] − Q[s] ≥ α. Durations go in groups {1}, {2}, {3, 4},
  {5 … 8} …: one sliding maximum and one chord for each group.
- Zones of one centre are nested. The counts of a larger zone against the expectation of the
  smallest bound all zones between them: if nothing passes, they are all skipped, and the next step
  is twice as wide; else half as wide. Only a zone that stands alone is worked out in full.

Counts are kept as 32-bit floats, exact up to 2²⁴ cases; what they lose in Q is given to the bound
as slack, which grows with the counts. Statistics themselves are worked out in 64 bits.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from convive.stats.kernels import kernel
from convive.stats.scan_draws import drawn, prefix_rows, shuffled

Single = NDArray[np.float32]
Double = NDArray[np.float64]
Short = NDArray[np.int32]
Long = NDArray[np.int64]

KNOTS = 96  # of the table of creq
ROUNDING = 2.0**-22  # of a difference of two 32-bit floats, with a margin


@kernel
def llr(c: float, mu: float, total: float) -> float:
    """Log likelihood ratio of c cases where mu were expected, of `total`."""
    if c <= 0.0:
        return total * math.log(total / (total - mu))
    value = c * math.log(c / mu)
    if c < total:
        value += (total - c) * math.log((total - c) / (total - mu))
    return value


@kernel
def needed(mu: float, total: float, bound: float) -> float:
    """creq: the real number of cases above mu at which LLR reaches `bound`, from below.

    Where even all cases do not reach it, `total`: still concave, still a lower bound.
    """
    if mu <= 1e-300:
        return 0.0
    if mu >= total or total * math.log(total / mu) <= bound:
        return total
    low, high = mu, total
    c = min(mu + math.sqrt(2.0 * mu * bound) + bound / 3.0, 0.5 * (mu + total))
    for _ in range(100):
        beyond = llr(c, mu, total) - bound
        if beyond >= 0.0:
            high = c
        else:
            low = c
        if high - low <= 1e-9 * high:
            break
        slope = math.log(c / mu) - math.log((total - c) / (total - mu))
        step = beyond / slope if slope > 0.0 else 0.0
        if abs(step) <= 1e-10 * c:  # at the root: close the bracket around it
            low = max(low, c * (1.0 - 1e-9))
            break
        c -= step
        if c <= low or c >= high:
            c = 0.5 * (low + high)
    return low * (1.0 - 1e-9)


@kernel
def tabulate(most: float, total: float, bound: float, knot: Double, value: Double) -> None:
    """creq at KNOTS + 1 expectations from 0 to `most`, denser towards 0.

    Between its knots a concave function lies above the straight line, so the table is a lower
    bound everywhere.
    """
    for k in range(KNOTS + 1):
        part = k / KNOTS
        knot[k] = most * part * part * part * part
        value[k] = needed(knot[k], total, bound)


@kernel
def at_least(mu: float, most: float, knot: Double, value: Double) -> float:
    """The tabulated lower bound of creq at mu."""
    mu = min(mu, most)
    k = min(int(math.sqrt(math.sqrt(mu / most)) * KNOTS), KNOTS - 1)
    while k > 0 and knot[k] > mu:
        k -= 1
    rise = (value[k + 1] - value[k]) / (knot[k + 1] - knot[k])
    return float(value[k] + (mu - knot[k]) * rise)


@kernel
def add_row(total: Single, rows: Single, p: int) -> None:
    row = rows[p]
    for t in range(len(row)):
        total[t] += row[t]


@kernel
def take_row(total: Single, rows: Single, p: int) -> None:
    row = rows[p]
    for t in range(len(row)):
        total[t] -= row[t]


@kernel
def slide(source: Single, target: Single, step: int, n: int) -> None:
    """target[t] = max(source[t], source[t + step]) for n values."""
    ahead = source[step:]
    for t in range(n):
        a, b = source[t], ahead[t]
        target[t] = a if a > b else b


@kernel
def passes(
    held: Single, due: Single, slope: float, alpha: float, d1: int, d2: int, starts: int,
    one: Single, two: Single, three: Single,
) -> int:  # fmt: skip
    """How many starts have a duration from d1 to d2 with Q[s + d] − Q[s] ≥ alpha; Q = P − slope·E.

    `one`, `two`, `three` are room for Q and its sliding maxima; beyond the columns of `held`
    they hold numbers so low that no window there passes.
    """
    beta, needs = np.float32(slope), np.float32(alpha)
    width = len(held)
    hits = np.int32(0)
    n = min(starts, width - d1)
    if d1 == d2:
        later, later_due = held[d1:], due[d1:]
        for s in range(n):
            excess = (later[s] - held[s]) - beta * (later_due[s] - due[s])
            hits = np.int32(hits + np.int32(excess >= needs))  # 32 bits: 8 at once
        return int(hits)
    for t in range(width):
        one[t] = held[t] - beta * due[t]
    wide, best = 1, one
    while 2 * wide < d2 - d1 + 1:
        goal = two if wide % 3 == 1 else three  # 1, 2, 4, 8 …: the two buffers in turn
        slide(best, goal, wide, width)
        best = goal
        wide *= 2
    left, right = best[d1:], best[d2 - wide + 1 :]
    for s in range(n):
        a, b = left[s], right[s]
        excess = (a if a > b else b) - one[s]
        hits = np.int32(hits + np.int32(excess >= needs))
    return int(hits)


@kernel
def scan_centre(
    near: Short, weight: Double, rows: Single, tide: Single, measure: Single, exact: Double,
    shortest: Double, longest: Double, groups: Long, starts: int, least: int, total: float,
    most: float, best: float, state: Double, knot: Double, value: Double,
    held: Single, due: Single, one: Single, two: Single, three: Single, found: Double,
) -> float:  # fmt: skip
    """The best statistic above `best` among the zones of one centre, else `best`.

    near : (k,) places in the order in which they enter the zones.
    weight : (k,) expected cases, over all time, of each zone.
    rows : (places, columns) prefix counts.
    tide : (columns,) prefix counts of all places together, where the expectation of a window is
        (expected in zone)·(cases in window)/C; empty otherwise.
    measure, exact : (places, columns) prefix expectations in 32 and 64 bits, where it is not so.
    shortest, longest : (groups,) least and most of `tide` in a window, or (k, groups) of the
        expectation in the windows of each zone.
    groups : (groups, 2) least and most duration.
    state : bound for which the table stands, renewed with it.
    found : zone (its place in `near`), start, duration, cases, expectation of the best.
    """
    separable = len(tide) > 0
    zones, width, n_groups = len(near), rows.shape[1], len(groups)
    held[:] = np.float32(0)
    due[:] = np.float32(0)
    in_counts = in_measure = done = 0
    step, last = 4, 0  # the group that passed last is asked first
    while done < zones:
        if best > state[0] * 1.02 + 0.02:
            state[0] = best
            tabulate(most, total, best, knot, value)
        goal = min(done + step, zones)
        while in_counts < goal:
            add_row(held, rows, near[in_counts])
            in_counts += 1
        while in_counts > goal:
            in_counts -= 1
            take_row(held, rows, near[in_counts])
        if separable:
            scale = weight[done] / total
        else:
            scale = 1.0
            while in_measure <= done:
                add_row(due, measure, near[in_measure])
                in_measure += 1
        expected = tide if separable else due
        alone, hit = goal == done + 1, False
        begin = last
        for turn in range(n_groups):
            g = (begin + turn) % n_groups
            low = shortest[0, g] * scale if separable else shortest[done, g]
            high = longest[0, g] * scale if separable else longest[done, g]
            if high <= 0.0:
                continue
            start = at_least(low, most, knot, value)
            beta = 0.0
            if high > low * (1.0 + 1e-9):
                beta = (at_least(high, most, knot, value) - start) / (high - low)
            slope = beta * scale
            lost = held[width - 1] + slope * expected[width - 1] * (8.0 + in_measure)
            alpha = start - beta * low - ROUNDING * lost - 1e-7
            if passes(held, expected, slope, alpha, groups[g, 0], groups[g, 1], starts, one, two, three) == 0:  # fmt: skip  # noqa: E501
                continue
            hit, last = True, g
            if not alone:
                break
            for s in range(min(starts, width - groups[g, 0])):
                for d in range(groups[g, 0], min(groups[g, 1], width - 1 - s) + 1):
                    c = np.float64(held[s + d] - held[s])
                    if c < least:
                        continue
                    if separable:
                        mu = weight[done] * np.float64(tide[s + d] - tide[s]) / total
                    else:
                        if c - slope * np.float64(due[s + d] - due[s]) < alpha:
                            continue
                        mu = 0.0
                        for j in range(done + 1):
                            mu += exact[near[j], s + d] - exact[near[j], s]
                    # LLR ≤ C·χ²: most windows need no logarithm
                    far = c - mu
                    if far <= 0.0 or far * far * total < best * mu * (total - mu) * (1.0 - 1e-9):
                        continue
                    ratio = llr(c, mu, total)
                    if ratio > best or (
                        ratio == best
                        and found[0] == done
                        and (s < found[1] or (s == found[1] and d < found[2]))
                    ):
                        best = ratio
                        found[0], found[1], found[2] = done, s, d
                        found[3], found[4] = c, mu
        if not hit:
            done = goal
            step = min(2 * step, zones)
        elif alone:
            done = goal
        else:
            step = max(1, (goal - done) // 2)
    return best


@kernel
def scan_replicas(
    place: Short, column: Short, share: Double, other: Short, intervals: int, alive: bool,
    seed: Any, numbers: Long,
    first: Long, near: Short, weight: Double, places: int, columns: int,
    tide: Single, measure: Single, exact: Double, shortest: Double, longest: Double,
    groups: Long, starts: int, least: int, total: float, most: float, maxima: Double,
) -> None:  # fmt: skip
    """Into `maxima`: the largest statistic of each replica in `numbers`.

    Without an alias table (`share` empty) the places of the cases are shuffled over their columns;
    with one, each case falls into a cell (place, interval) anew.
    """
    rows = np.empty((places, columns), np.float32)
    held, due = np.empty(columns, np.float32), np.empty(columns, np.float32)
    room = columns + groups[-1, 1] + 1
    one, two = np.full(room, np.float32(-1e30)), np.full(room, np.float32(-1e30))
    three = np.full(room, np.float32(-1e30))
    knot, value = np.empty(KNOTS + 1), np.empty(KNOTS + 1)
    state, found = np.empty(1), np.empty(5)
    where, when = np.empty(len(place), np.int32), column.copy()
    for i in range(len(numbers)):
        if len(share) == 0:
            shuffled(place, seed, numbers[i], where)
        else:
            drawn(share, other, seed, numbers[i], where)
            for j in range(len(where)):
                t = where[j] % intervals
                when[j] = intervals - 1 - t if alive else t
                where[j] //= intervals
        prefix_rows(where, when, rows)
        best, state[0] = 0.0, -1.0
        for centre in range(len(first) - 1):
            a, b = first[centre], first[centre + 1]
            if a == b:
                continue
            found[0] = -1
            low, high = (shortest, longest) if len(tide) > 0 else (shortest[a:b], longest[a:b])
            best = scan_centre(
                near[a:b], weight[a:b], rows, tide, measure, exact, low, high, groups, starts,
                least, total, most, best, state, knot, value, held, due, one, two, three, found,
            )  # fmt: skip
        maxima[i] = best


@kernel
def scan_observed(
    place: Short, column: Short, floor: float,
    first: Long, near: Short, weight: Double, places: int, columns: int,
    tide: Single, measure: Single, exact: Double, shortest: Double, longest: Double,
    groups: Long, starts: int, least: int, total: float, most: float, best: Double, found: Double,
) -> None:  # fmt: skip
    """Into `best` (centres,) and `found` (centres, 5): the best window above `floor` of each."""
    rows = np.empty((places, columns), np.float32)
    held, due = np.empty(columns, np.float32), np.empty(columns, np.float32)
    room = columns + groups[-1, 1] + 1
    one, two = np.full(room, np.float32(-1e30)), np.full(room, np.float32(-1e30))
    three = np.full(room, np.float32(-1e30))
    knot, value, state = np.empty(KNOTS + 1), np.empty(KNOTS + 1), np.empty(1)
    prefix_rows(place, column, rows)
    state[0] = -1.0
    for centre in range(len(first) - 1):
        a, b = first[centre], first[centre + 1]
        found[centre, 0], best[centre] = -1, floor
        if a == b:
            continue
        if state[0] > floor:
            state[0] = -1.0
        low, high = (shortest, longest) if len(tide) > 0 else (shortest[a:b], longest[a:b])
        best[centre] = scan_centre(
            near[a:b], weight[a:b], rows, tide, measure, exact, low, high, groups, starts,
            least, total, most, floor, state, knot, value, held, due, one, two, three,
            found[centre],
        )  # fmt: skip


@kernel
def spread(
    first: Long, near: Short, measure: Double, groups: Long, starts: int,
    shortest: Double, longest: Double,
) -> None:  # fmt: skip
    """Into (zones, groups): least and most expectation in the windows of each zone."""
    width = measure.shape[1]
    due = np.zeros(width)
    for centre in range(len(first) - 1):
        due[:] = 0.0
        for z in range(first[centre], first[centre + 1]):
            for t in range(width):
                due[t] += measure[near[z], t]
            for g in range(len(groups)):
                low, high = np.inf, 0.0
                for s in range(min(starts, width - groups[g, 0])):
                    low = min(low, due[s + groups[g, 0]] - due[s])
                    high = max(high, due[min(s + groups[g, 1], width - 1)] - due[s])
                shortest[z, g], longest[z, g] = low, high
