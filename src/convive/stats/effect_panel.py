"""A panel of units and periods, and what one method says of each group taken as treated.

`effect` asks the same of the treated units and of every placebo, so it is asked here at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from convive.stats import effect_weights

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Method = Literal["did", "sc", "sdid"]

FEWEST_CONTROLS = 2
FEWEST_BEFORE = {"did": 2, "sc": 2, "sdid": 3}


@dataclass(frozen=True)
class Panel:
    """Outcomes with their division.

    y : (units, periods); treated, controls : places of units; first : first treated period.
    """

    y: Floats
    treated: Longs
    controls: Longs
    first: int

    @property
    def units(self) -> Longs:
        """Treated and controls."""
        return np.sort(np.concatenate([self.treated, self.controls]))

    def before(self, held_out: int) -> Panel:
        """The pre-periods alone, the last of them taken as if they were treated."""
        return Panel(
            np.ascontiguousarray(self.y[:, : self.first]),
            self.treated,
            self.controls,
            self.first - held_out,
        )


@dataclass(frozen=True)
class Fits:
    """One row for each group.

    estimate, rmspe : (groups,); units : (groups, units); times : (groups, pre-periods)
    gaps : (groups, periods) mean of the group − weighted controls − what lay between them before
    carried : (groups,) how much of an effect on the treated units is in the estimate: 1 for them,
        less than 0 for a group of which they are controls
    """

    estimate: Floats
    rmspe: Floats
    carried: Floats
    units: Floats
    times: Floats
    gaps: Floats


def panel(
    y: ArrayLike, treated: ArrayLike, first: int, left_out: ArrayLike | None, method: Method
) -> Panel:
    """The panel, or ValueError with what is wrong with it."""
    values = np.array(y, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError("y: give a table of units (rows) by periods (columns)")
    missing = ~np.isfinite(values)
    if missing.any():
        unit = int(missing.any(axis=1).argmax())
        raise ValueError(
            f"y: unit {unit} misses {int(missing[unit].sum())} of {values.shape[1]} periods, the "
            f"first at {int(missing[unit].argmax())}; leave the unit out or cut the period"
        )
    if method not in FEWEST_BEFORE:
        raise ValueError('method: choose "did", "sc" or "sdid"')
    units, periods = values.shape
    if not (first == int(first) and 0 < first < periods):
        raise ValueError(f"first: give the place of the first treated period, 1 to {periods - 1}")
    if first < FEWEST_BEFORE[method]:
        raise ValueError(
            f"first: there are {first} periods before it and {method} needs at least "
            f"{FEWEST_BEFORE[method]}"
        )
    inside = units_of(treated, units, "treated")
    if not len(inside):
        raise ValueError("treated: give at least one unit")
    apart = units_of([] if left_out is None else left_out, units, "buffer")
    if len(np.intersect1d(inside, apart)):
        raise ValueError("buffer: a unit is treated and in the buffer as well")
    controls = np.setdiff1d(np.arange(units), np.concatenate([inside, apart]))
    if len(controls) < FEWEST_CONTROLS:
        raise ValueError(
            f"controls: there are {len(controls)}, and at least {FEWEST_CONTROLS} are needed"
        )
    return Panel(np.ascontiguousarray(values), inside, controls.astype(np.int64), int(first))


def units_of(given: ArrayLike, units: int, name: str) -> Longs:
    """Places of units, from places or from one yes or no for each unit."""
    asked = np.asarray(given)
    if asked.dtype == np.bool_ and asked.shape == (units,):
        return np.flatnonzero(asked).astype(np.int64)
    asked = np.atleast_1d(asked)
    if asked.size == 0:
        return np.empty(0, dtype=np.int64)
    if asked.ndim != 1 or asked.dtype.kind not in "iu":
        raise ValueError(f"{name}: give places of units, or one yes or no for each unit")
    if asked.min() < 0 or asked.max() >= units or len(np.unique(asked)) < len(asked):
        raise ValueError(f"{name}: give each place once, from 0 to {units - 1}")
    return np.sort(asked).astype(np.int64)


def placebo_groups(of: Panel, most: int, seed: int) -> Longs:
    """Other groups as large as the treated one: all there are, or `most` by chance."""
    units, size = of.units, len(of.treated)
    if comb(len(units), size) <= most + 1:
        every = np.array(list(combinations(units.tolist(), size)), dtype=np.int64)
        return np.asarray(every[(every != of.treated).any(axis=1)])
    draw = np.random.default_rng(seed)
    if size == 1:
        return draw.choice(of.controls, size=(most, 1), replace=False)
    return np.array([np.sort(draw.choice(units, size, replace=False)) for _ in range(most)])


def fit(of: Panel, groups: Longs, method: Method, steps: int = 0) -> Fits:
    """What the method says of each group when all other units are its controls."""
    y, first = of.y, of.first
    before, after = y[:, :first], y[:, first:]
    means = y[groups].mean(axis=1)
    inside = np.zeros((len(groups), len(y)))
    np.put_along_axis(inside, groups, 1.0, axis=1)
    rest = np.zeros_like(inside)
    rest[:, of.units] = 1.0
    rest -= inside
    times = np.zeros((len(groups), first))
    if method == "did":
        held = rest / rest.sum(axis=1, keepdims=True)
        times += 1.0 / first
    else:
        sigma = _noise(before, rest)
        series, ridge = before, np.zeros(len(groups))
        if method == "sdid":
            series = before - before.mean(axis=1, keepdims=True)
            ridge = np.sqrt(groups.shape[1] * after.shape[1]) * sigma**2 * first
            columns = np.column_stack([before, after.mean(axis=1)])
            columns -= columns[of.units].mean(axis=0)
            times = effect_weights.time_weights(columns, of.units, groups, (1e-6 * sigma) ** 2)
        series = series - series[of.units].mean(axis=0)
        held = effect_weights.unit_weights(
            effect_weights.product(series, np.ascontiguousarray(series.T)),
            of.units,
            groups,
            ridge,
            first,
            sigma,
            steps,
        )
    if not np.isfinite(held).all() or not np.isfinite(times).all():
        raise ValueError("y: weights were not found; are the values of very unlike size?")
    apart = means - effect_weights.product(held, y)
    gaps = apart - (times * apart[:, :first]).sum(axis=1, keepdims=True)
    early = apart[:, :first]
    if method != "sc":
        early = early - early.mean(axis=1, keepdims=True)
    here = np.zeros(len(y))
    here[of.treated] = 1.0
    return Fits(
        estimate=gaps[:, first:].mean(axis=1),
        rmspe=np.sqrt((early**2).mean(axis=1)),
        carried=here[groups].mean(axis=1) - held @ here,
        units=held,
        times=times,
        gaps=gaps,
    )


def _noise(before: Floats, rest: Floats) -> Floats:
    """σ of each group: standard deviation of its controls' changes between pre-periods."""
    changes = np.diff(before, axis=1)
    changes = changes - changes.mean()
    n = rest.sum(axis=1) * changes.shape[1]
    mean = rest @ changes.sum(axis=1) / n
    square = rest @ (changes**2).sum(axis=1) - n * mean**2
    return np.asarray(np.sqrt(np.maximum(square, 0.0) / np.maximum(n - 1, 1.0)))
