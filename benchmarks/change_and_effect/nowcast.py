"""Late registration: how far off, how sure and how fast, on releases that are already history.

`rows()` gives one row for each goal, in the form of the other benchmarks. Each release of the real
series is looked at as if it were the newest, and what it leads to is held against every later
release: `origins` and `figures` work for any source.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy import stats

from convive.stats.nowcast import Nowcast, Totals, aggregate, nowcast
from convive.stats.nowcast_releases import Releases, from_rows

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
VIOLENCE = "peru_violence/mininter_vaw/releases_2025-01_to_2025-08.parquet"
SIZES = ((0, 1), (1, 3), (3, 10), (10, 30), (30, 100), (100, np.inf))
MONTHS = 24


@dataclass(frozen=True)
class Origin:
    """A nowcast of a past release, and what a later one said.

    truth : (U, T) counts of the later release, for the months of the nowcast.
    size : (U,) mean published count of the last twelve months.
    """

    place: int
    later: int
    nowcast: Nowcast
    truth: np.ndarray
    size: np.ndarray


def violence(data: Path = SHARED) -> Releases:
    """Complaints of violence against women, by district, of six releases."""
    month, unit, count, release = (
        duckdb.sql(
            "SELECT printf('%04d-%02d', anio, mes) AS month, ubigeo, cantidad, vintage "
            f"FROM '{data / VIOLENCE}'"
        )
        .fetchnumpy()
        .values()
    )
    unit = np.asarray(unit, dtype=str)
    return from_rows(
        np.asarray(month, dtype="datetime64[M]"),
        unit,
        count,
        np.asarray(release, dtype="datetime64[M]"),
        groups={"region": unit.astype("U2"), "province": unit.astype("U4")},
    )


def origins(source: Releases, later: str = "all") -> list[Origin]:
    """Every release with one before it, held against "all" later ones, the "next" or the "last"."""
    found = []
    releases = len(source.releases)
    for r in range(1, releases - 1):
        until = {"all": range(r + 1, releases), "next": [r + 1], "last": [releases - 1]}[later]
        for s in until:
            horizon = int((source.releases[s] - source.releases[r]).astype(int))
            made = nowcast(source, as_of=source.releases[r], horizon=horizon, months=MONTHS)
            at = np.searchsorted(source.months, made.months)
            size = made.published[:, -12:].mean(axis=1)
            found.append(Origin(r, s, made, source.counts[s][:, at], size))
    return found


def figures(found: list[Origin]) -> dict[str, float]:
    """Errors of the estimate over those of the published figure, coverage, width and bias."""
    estimate, published, mean, truth, lower, upper = (
        np.concatenate([column(one)[:, ::-1] for one in found])
        for column in (
            lambda o: o.nowcast.estimate, lambda o: o.nowcast.published, lambda o: o.nowcast.mean,
            lambda o: o.truth, lambda o: o.nowcast.lower, lambda o: o.nowcast.upper,
        )
    )  # fmt: skip
    size = np.concatenate([one.size for one in found])
    error, naive = np.abs(estimate - truth), np.abs(published - truth)
    inside = (lower <= truth) & (truth <= upper)

    def ratio(lags: slice, units: Any = slice(None)) -> float:
        return float(error[units, lags].sum() / max(naive[units, lags].sum(), 1))

    busy = size >= 10
    squares = (((x - truth)[:, :4] ** 2).sum() for x in (estimate, published))
    answer = {
        "ratio newest": ratio(slice(0, 1)),
        "ratio newest, ≥ 10": ratio(slice(0, 1), busy),
        "ratio one back": ratio(slice(1, 2)),
        "ratio two to three back": ratio(slice(2, 4)),
        "ratio worst size class": max(
            ratio(slice(0, 4), (size >= low) & (size < high)) for low, high in SIZES
        ),
        "rmse last four": float(np.sqrt(next(squares) / next(squares))),
        "bias newest": float(
            abs((mean - truth)[:, 0].sum()) / abs((published - truth)[:, 0].sum())
        ),
        "coverage newest, ≥ 10": float(inside[busy, 0].mean()),
        "coverage last four, ≥ 10": float(inside[busy, :4].mean()),
        "width newest": float((upper - lower)[:, 0].mean()),
    }
    for group in found[0].nowcast.groups:
        held, told, counts, many = (
            np.concatenate(column) for column in zip(*(_sums(o, group) for o in found), strict=True)
        )
        answer[f"coverage newest, {group}"] = float(held[:, 0].mean())
        answer[f"coverage last four, {group}"] = float(held[:, :4].mean())
        year, wide = held[:, :12], counts[:, :12] >= 3
        answer[f"coverage last twelve, {group}"] = float(year.mean())
        answer[f"coverage last twelve, {group}, ≥ 10"] = float(year[many >= 10].mean())
        answer[f"last twelve, {group}: by its own distribution"] = float(told[:, :12].mean())
        answer[f"last twelve, {group}: of three counts or more"] = float(year[wide].mean())
        answer[f"last twelve, {group}: share of one count"] = float((counts[:, :12] == 1).mean())
    return answer


def _sums(one: Origin, group: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the sums of a group, newest month first (G, T): whether the interval held what came, how
    likely that was by the distribution it is made of, and how many whole counts it is long; and
    (G,) the mean published count of the last twelve months."""
    total: Totals = aggregate(one.nowcast, group)
    of = np.searchsorted(total.labels, one.nowcast.groups[group])
    truth = np.zeros_like(total.mean)
    np.add.at(truth, of, one.truth)
    held = (total.lower <= truth) & (truth <= total.upper)
    late = np.maximum(total.mean - total.published, 1e-12)
    variance = np.maximum(total.variance, late * (1 + 1e-6))
    count = stats.nbinom(late**2 / (variance - late), late / variance)
    below, up_to = total.lower - total.published - 1, total.upper - total.published
    told = count.cdf(up_to) - count.cdf(below)
    many = total.published[:, -12:].mean(axis=1)
    return held[:, ::-1], told[:, ::-1], (up_to - below)[:, ::-1], many


GOALS: dict[str, tuple[str, Callable[[float], bool]]] = {
    "ratio newest": ("≤ 0.55", lambda x: x <= 0.55),
    "ratio newest, ≥ 10": ("≤ 0.45", lambda x: x <= 0.45),
    "ratio one back": ("≤ 0.80", lambda x: x <= 0.80),
    "ratio two to three back": ("≤ 0.95", lambda x: x <= 0.95),
    "ratio worst size class": ("≤ 1.02", lambda x: x <= 1.02),
    "rmse last four": ("≤ 0.5", lambda x: x <= 0.5),
    "bias newest": ("≤ 1/3", lambda x: x <= 1 / 3),
    "coverage newest, ≥ 10": ("92–98 %", lambda x: 0.92 <= x <= 0.98),
    "coverage last four, ≥ 10": ("92–98 %", lambda x: 0.92 <= x <= 0.98),
    "width newest": ("≤ 3.5", lambda x: x <= 3.5),
    "coverage newest, region": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage last four, region": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage last twelve, region": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage newest, province": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage last four, province": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage last twelve, province": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
    "coverage last twelve, province, ≥ 10": ("92–97 %", lambda x: 0.92 <= x <= 0.97),
}
# No goals: whole counts hold more than 95 % where few are expected, and these tell how much.
BESIDE = tuple(
    f"last twelve, province: {what}"
    for what in ("by its own distribution", "share of one count", "of three counts or more")
)


def rows(data: Path = SHARED) -> list[dict[str, Any]]:
    """The time of the whole country, and each goal beside what was reached."""
    if not (data / VIOLENCE).is_file():
        return []
    source = violence(data)
    begin = time.perf_counter()
    nowcast(source, months=MONTHS)
    seconds = time.perf_counter() - begin
    found = [
        _row(f"Nowcast, {len(source.units):,} districts, {MONTHS} months", seconds, "≤ 20 s", "")
    ]
    reached = {later: figures(origins(source, later)) for later in ("all", "last", "next")}
    for name, (goal, met) in GOALS.items():
        told = ", ".join(
            f"{value[name]:.3f} ({later}{'' if met(value[name]) else ', not met'})"
            for later, value in reached.items()
        )
        found.append(_row(f"Nowcast, {name}", seconds, goal, told))
    for name in BESIDE:
        told = ", ".join(f"{value[name]:.3f} ({later})" for later, value in reached.items())
        found.append(_row(f"Nowcast, {name}", seconds, "", told))
    return found


def _row(job: str, seconds: float, goal: str, note: str) -> dict[str, Any]:
    return {
        "job": job, "ours_s": seconds, "peer": "", "peer_s": None, "peer_recorded": False,
        "ratio": None, "goal": goal, "note": note,
    }  # fmt: skip


if __name__ == "__main__":
    for row in rows():
        print(
            f"{row['job']:56}{row['goal']:>9}  {row['note'] or format(row['ours_s'], '.2f') + ' s'}"
        )
