"""Did what was done change anything, beyond what happened elsewhere?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.effect_refusals import refused
from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.stats import effect as method
from convive.stats.effect_displacement import Displacement

UNIT = ("unit", "place", "district", "state", "distrito", "lugar", "unidad", "ubigeo", "sector")
TIME = ("time", "period", "month", "year", "periodo", "mes", "anio", "año", "date")
VALUE = ("value", "outcome", "n", "count", "y", "cantidad", "valor", "casos")
TREATED = ("treated", "treatment", "tratado", "tratamiento")
LEVEL = 0.05
METHODS = ("sdid", "sc", "did")


@dataclass(frozen=True)
class PanelTable:
    """Outcomes of units in periods, and who was treated from when.

    values : (units, periods). treated, buffer : places in `units`. first : place in `periods`.
    """

    units: list[str]
    periods: list[str]
    values: NDArray[np.float64]
    treated: list[int]
    buffer: list[int]
    first: int


@dataclass(frozen=True)
class FileColumns:
    """Which columns are what; nothing: as they are called."""

    unit: str = ""
    time: str = ""
    value: str = ""
    treated: str = ""


@dataclass(frozen=True)
class Options:
    """method : sdid, sc or did. placebos : the largest number. level : of the interval.

    steps : of Frank and Wolfe's method for the weights of sc, as published figures were made
    (docs/methods/effect.md); 0 for the exact optimum.
    """

    method: str = "sdid"
    steps: int = 10_000
    placebos: int = 999
    level: float = 0.95
    seed: int = 0


@dataclass(frozen=True)
class Which:
    """Treated units, those next to them, and the first treated period, where no column says so."""

    treated: Sequence[str] = field(default_factory=tuple)
    buffer: Sequence[str] = field(default_factory=tuple)
    start: str = ""


def panel_of_file(path: Path, named: FileColumns, which: Which) -> PanelTable:
    """A panel from a table of one row for each unit and period.

    Raises BadInput where a column is not there, a unit lacks a period, or nobody was treated.
    """
    found = table.columns_of(path)
    unit = table.find(found, named.unit, UNIT, "--unit", _("the unit"))
    time = table.find(found, named.time, TIME, "--time", _("the period"))
    value = _value(found, named, {unit, time}, path)
    units = sorted(set(found[unit].tolist()))
    periods = sorted(set(found[time].tolist()), key=_in_order)
    row = np.array([units.index(each) for each in found[unit]])
    column = np.array([periods.index(each) for each in found[time]])
    values = np.full((len(units), len(periods)), np.nan)
    given = table.numbers(found, value, path.name)
    if len(set(zip(row.tolist(), column.tolist(), strict=True))) < len(row):
        raise BadInput.at(
            path.name,
            _("A unit has two rows for one period."),
            _("Give one row for each unit and period."),
        )
    values[row, column] = given
    if np.isnan(values).any():
        at_unit, at_time = np.argwhere(np.isnan(values))[0]
        raise BadInput.at(
            f"{units[at_unit]}, {periods[at_time]}",
            _("This unit has no value in this period."),
            _("Give every unit a value in every period, or leave the unit out."),
        )
    treated, first = _treated(found, named, which, units, periods, (row, column), path)
    return PanelTable(
        units, periods, values, treated, [_known(each, units) for each in which.buffer], first
    )


def answer(panel: PanelTable, options: Options) -> Answer:
    """The effect with its interval, by comparison with units that were not treated."""
    try:
        found = method.estimate(
            panel.values,
            panel.treated,
            panel.first,
            method=options.method,  # type: ignore[arg-type]
            buffer=panel.buffer or None,
            placebos=options.placebos,
            level=options.level,
            steps=(options.steps or None) if options.method == "sc" else None,
            seed=options.seed,
        )
    except ValueError as error:
        raise refused("effect", error) from None
    moved = found.displacement
    return Answer(
        lambda: _sentence(found, panel, options),
        {
            "estimate": found.estimate,
            "lower": found.lower,
            "upper": found.upper,
            "p": found.p,
            "relative": found.relative,
            "weights": {
                "units": _heavy(panel.units, found.unit_weights),
                "periods": _heavy(panel.periods, found.time_weights),
            },
            "pre_trend": {
                "estimate": found.pre_trend.estimate,
                "p": found.pre_trend.p,
                "rmspe": found.pre_trend.rmspe,
                "held_out": found.pre_trend.held_out,
            },
            "displacement": None if moved is None else moved_as_numbers(moved),
            "counterfactual": dict(zip(panel.periods, found.counterfactual.tolist(), strict=True)),
            "placebos": len(found.placebo_estimates),
        },
        lambda: _caveats(found),
        {
            "method": options.method,
            "treated": [panel.units[i] for i in panel.treated],
            "buffer": [panel.units[i] for i in panel.buffer],
            "start": panel.periods[panel.first],
            "units": len(panel.units),
            "periods": len(panel.periods),
            "placebos": options.placebos,
            "steps": options.steps,
            "level": options.level,
            "seed": options.seed,
        },
    )


def moved_as_numbers(moved: Displacement) -> dict[str, float]:
    return {
        "success": moved.success,
        "wdq": moved.wdq,
        "lower": moved.wdq_lower,
        "upper": moved.wdq_upper,
        "wdd": moved.wdd,
        "wdd_lower": moved.wdd_lower,
        "wdd_upper": moved.wdd_upper,
    }


def _in_order(period: str) -> tuple[float, str]:
    """Whole numbers by size, everything else by its letters: 2024-09 before 2024-10."""
    return (float(period), "") if period.isdigit() else (float("inf"), period)


def _value(found: dict[str, table.Texts], named: FileColumns, taken: set[str], path: Path) -> str:
    """The outcome: the column so called, else the only one that is left."""
    name = table.optional(found, named.value, VALUE)
    if name is not None:
        return name
    treated = table.optional(found, named.treated, TREATED)
    left = [each for each in found if each not in taken | {treated}]
    if named.value or len(left) != 1:
        return table.find(found, named.value, VALUE, "--value", _("the outcome"))
    return left[0]


def _treated(
    found: dict[str, table.Texts],
    named: FileColumns,
    which: Which,
    units: list[str],
    periods: list[str],
    at: tuple[NDArray[np.int64], NDArray[np.int64]],
    path: Path,
) -> tuple[list[int], int]:
    """Places of the treated units, and of the first period in which they are."""
    if which.treated or which.start:
        if not (which.treated and which.start):
            raise BadInput.at(
                "--treated-units",
                _("Treated units and the first treated period go together."),
                _("Give --treated-units and --start."),
            )
        if which.start not in periods:
            raise BadInput.at(
                which.start,
                _("There is no such period."),
                _("Give one of %(first)s to %(last)s.")
                % {"first": periods[0], "last": periods[-1]},
            )
        return [_known(each, units) for each in which.treated], periods.index(which.start)
    name = table.find(found, named.treated, TREATED, "--treated", _("whether it is treated"))
    is_treated = table.numbers(found, name, path.name) > 0
    row, column = at
    if not is_treated.any():
        raise BadInput.at(path.name, _("Nobody is treated."), _("Mark treated rows with 1."))
    starts = {int(u): int(column[is_treated & (row == u)].min()) for u in set(row[is_treated])}
    if len(set(starts.values())) > 1:
        raise BadInput.at(
            path.name,
            _("The units are treated from different periods."),
            _("Ask for each start on its own, with --treated-units and --start."),
        )
    return sorted(starts), next(iter(starts.values()))


def _known(name: str, units: list[str]) -> int:
    if name not in units:
        raise BadInput.at(name, _("There is no such unit."), _("Write it as the table does."))
    return units.index(name)


def _heavy(names: Sequence[str], weights: NDArray[np.float64]) -> dict[str, float]:
    """Weights that are not 0, the largest first."""
    order = np.argsort(-weights, kind="stable")
    return {names[i]: float(weights[i]) for i in order if weights[i] > 1e-6}


def _sentence(found: method.Effect, panel: PanelTable, options: Options) -> str:
    told: dict[str, Any] = {
        "start": panel.periods[panel.first],
        "estimate": words.number(found.estimate, 2),
        "interval": words.interval(found.lower, found.upper, 2),
        "level": words.percent(options.level),
        "p": words.number(found.p, 3),
    }
    if found.pre_trend.held_out and found.pre_trend.p <= LEVEL:
        return (
            _(
                "They drifted apart before %(start)s already: what changed after it cannot be "
                "put down to what was done."
            )
            % told
        )
    if found.p > LEVEL:
        return (
            _(
                "No evidence of an effect: %(estimate)s a period from %(start)s on (%(level)s: "
                "%(interval)s; p = %(p)s) may be chance."
            )
            % told
        )
    return (
        _(
            "From %(start)s on, %(estimate)s a period against what would have been (%(level)s: "
            "%(interval)s; p = %(p)s)."
        )
        % told
    )


def _caveats(found: method.Effect) -> list[str]:
    told = [_("The comparison holds only if nothing else happened to the treated units alone.")]
    fewest = len(found.placebo_estimates) + 1
    if fewest < 20:
        told.append(
            _("With %(n)s units to compare with, p is never below %(p)s: an effect can be missed.")
            % {"n": words.number(fewest - 1), "p": words.number(1 / fewest, 3)}
        )
    if not found.pre_trend.held_out:
        told.append(_("Too few periods before to see whether they ran alike."))
    return told
