"""What the newest months will come to once all is registered: one nowcast for a whole source.

It reads every place and release of the source and takes seconds, so it is made once for each state
of the evidence and kept in the home. The worker makes it after an import; else whoever asks first.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from convive.domain.observatory.queries import evidence_version
from convive.evidence import late
from convive.kernel.home import Home
from convive.stats import nowcast as method
from convive.stats.nowcast import Nowcast, Spread, Totals
from convive.stats.nowcast_releases import Labels, Reason, Unfit

MADE = "1"  # change it where the method changes: what was kept is then made anew
_ARRAYS = ("units", "months", "lag", "published", "estimate", "mean", "lower", "upper")
_SPREAD = ("late", "own", "places", "shared")


@dataclass(frozen=True)
class Expected:
    """One month: what is published, and what is to be expected with the 95 % interval.

    estimate : the median of one place, the mean of a sum of places.
    """

    published: int
    estimate: float
    lower: float
    upper: float
    lag: int


@dataclass(frozen=True)
class Foretold:
    """The newest months by their first days; none, and why, where nothing can be foretold."""

    months: Mapping[date, Expected]
    why_not: Reason | None = None


def of_places(source: str, refs: Sequence[str], category: str = "") -> Foretold:
    """What a source will say of a place, written in one or more schemes.

    category : only this one of the source. Refused where the source does not count by month.
    """
    found = _made(source, category)
    if isinstance(found, Reason):
        return Foretold({}, found)
    return Foretold(of_units(found, inside(found.units, refs)))


def inside(units: Labels, refs: Sequence[str]) -> list[int]:
    """Which of the units are one of these places or lie in one: codes of digits nest."""
    wider = tuple(ref for ref in refs if ref.rpartition(":")[2].isdigit())
    return [i for i, unit in enumerate(units.tolist()) if unit in refs or unit.startswith(wider)]


def of_units(found: Nowcast, units: Sequence[int]) -> dict[date, Expected]:
    """The months of one unit, or of the sum of several; none where there is no unit."""
    if not units:
        return {}
    rows: Nowcast | Totals = found
    at = units[0]
    if len(units) > 1:
        labels = np.zeros(len(found.units), dtype=np.int64)
        labels[list(units)] = 1
        rows, at = method.aggregate(found, labels), -1
    return {
        month.astype("datetime64[D]").item(): Expected(
            published=int(rows.published[at, i]),
            estimate=float(rows.estimate[at, i]),
            lower=float(rows.lower[at, i]),
            upper=float(rows.upper[at, i]),
            lag=int(found.lag[i]),
        )
        for i, month in enumerate(found.months)
    }


# What is kept


def is_made(source: str) -> bool:
    """Whether the source needs no work before its pages open."""
    return _path(settings.HOME, source, evidence_version(source)[0], "").exists()


def make(source: str) -> None:
    """Work it out and keep it, unless that was done."""
    _made(source, "")


def _made(source: str, category: str) -> Nowcast | Reason:
    home: Home = settings.HOME
    return _kept(_path(home, source, evidence_version(source)[0], category), source, category)


@lru_cache(maxsize=8)
def _kept(path: Path, source: str, category: str) -> Nowcast | Reason:
    if path.exists():
        return _read(path)
    try:
        found: Nowcast | Reason = method.nowcast(late.releases(source, category))
    except Unfit as unfit:
        found = unfit.reason
    _write(path, found)
    return found


def _path(home: Home, source: str, version: str, category: str) -> Path:
    asked = hashlib.sha256("\n".join([MADE, version, category]).encode()).hexdigest()
    return home.derived / "expected" / f"{source}.{version[:12]}.{asked[:24]}.npz"


def _write(path: Path, found: Nowcast | Reason) -> None:
    """Beside it and then in its place; what was made of older evidence goes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    with made.open("wb") as out:
        made.chmod(0o600)
        np.savez(out, allow_pickle=False, **_arrays(found))
    made.replace(path)
    source, version = path.name.split(".")[:2]
    for old in path.parent.glob(f"{source}.*.npz"):
        if old.name.split(".")[1] != version:
            old.unlink(missing_ok=True)


def _arrays(found: Nowcast | Reason) -> dict[str, np.ndarray]:
    if isinstance(found, Reason):
        return {"reason": np.array(found.value)}
    return {
        **{name: np.asarray(getattr(found, name)) for name in _ARRAYS},
        **{f"spread {name}": getattr(found.spread, name) for name in _SPREAD},
        "level": np.array(found.level),
        "as_of": np.array(found.as_of),
    }


def _read(path: Path) -> Nowcast | Reason:
    with np.load(path, allow_pickle=False) as held:
        if "reason" in held:
            return Reason(str(held["reason"]))
        return Nowcast(
            **{name: held[name] for name in _ARRAYS},
            level=float(held["level"]),
            horizon=None,
            as_of=held["as_of"][()],
            groups={},
            spread=Spread(**{name: held[f"spread {name}"] for name in _SPREAD}),
        )
