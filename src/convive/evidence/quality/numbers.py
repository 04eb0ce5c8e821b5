"""Measures what a quality report tells, in sets: a handful of statements over the Parquet files.

Every number is compared with a slow, obvious one in `tests/property`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.utils.functional import cached_property

from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import engine, queries, records
from convive.evidence.models import Batch
from convive.evidence.quality.rules import (
    FEW,
    LIMITS,
    Stat,
    excess,
    looks_capped,
    none,
    ratio,
    share,
    shared,
    sinks,
    times_usual,
)
from convive.evidence.reading.crs import DEGREES, same_system
from convive.evidence.reading.fields import literal
from convive.evidence.records import Held
from convive.evidence.releases import batches_of
from convive.evidence.support import Need, lacks
from convive.kernel.periods import Period

# A point this far outside its district's outline (degrees) may still be a matter of how it is
# drawn: about 220 m, and about 1.1 km where the pack says that the drawing is schematic
_NEAR, _NEAR_SCHEMATIC = 0.002, 0.01
# Decimals of a degree from which on a position is no longer round: three are about 110 m
_ROUND_DEGREES, _ROUND_METRES = 1000.0, 0.01
_WHO = ("victim_sex", "age_band", "weapon", "attempted")
_CHANGES = ("boundary", "method")


class Numbers:
    """The numbers of one batch, or of all that counts of one source."""

    def __init__(self, held: Held) -> None:
        self.held, self.spec = held, held.spec
        self.lacks = lacks(held.spec)
        days = [piece.days for piece in held.pieces if piece.days]
        self.period = (
            Period(min(one.start for one in days), max(one.end for one in days)) if days else None
        )

    @property
    def records(self) -> int:
        """How many count: events, estimates or answers; of counts, their sum."""
        if self.period is None:
            return 0
        if self.spec.shape in ("counts", "incidents"):
            return self._whole["n"]
        return sum(piece.rows for piece in self.held.pieces)

    def stats(self) -> list[Stat]:
        """One for each check, in the order of `LIMITS`; `blank` once for each field."""
        found = [*self._files(), *self._changes()]
        if self.spec.shape not in ("counts", "incidents"):
            found += [*self._margins()]
        elif self.period is not None and self._whole["n"]:
            found += [
                *self._complete(),
                *self._delay(),
                *self._places(),
                *self._points(),
                *self._clock(),
                *self._days(),
                *self._alike(),
            ]
        told = {stat.check for stat in found}
        because = "no_records" if self.spec.is_survey else "nothing"
        found += [none(name, because) for name in LIMITS if name not in told | {"overdue"}]
        order = list(LIMITS)
        return sorted(found, key=lambda stat: order.index(stat.check))

    # Of the files

    @property
    def _batches(self) -> list[Batch]:
        return batches_of(self.held.pieces)

    def _files(self) -> Iterable[Stat]:
        batches = self._batches
        read = sum(batch.read for batch in batches)
        yield share("rejected", sum(batch.rejected for batch in batches), read)
        yield share("repeated", sum(batch.notes.get("repeated", 0) for batch in batches), read)
        capped = [batch.read for batch in batches if looks_capped(batch.read)]
        declared = self.spec.limits.capped_export
        value = 2 if capped else int(declared)
        yield Stat("capped", value, declared=declared, more={"rows": max(capped, default=0)})

    def _changes(self) -> Iterable[Stat]:
        if self.period is None:
            return
        marks = [m for m in self.spec.marks if m.kind in _CHANGES and m.on in self.period]
        told = {mark.on: mark.text for mark in marks}
        for span in self.spec.editions:
            if span.first and span.first in self.period and span.first > self.period.start:
                told.setdefault(span.first, span.edition)
        yield Stat("changes", len(told), more={"on": dict(sorted(told.items()))})

    def _margins(self) -> Iterable[Stat]:
        """Estimates of a survey that come without their margin."""
        if self.spec.shape != "survey" or self.period is None:
            return
        bare = "lower IS NULL AND upper IS NULL AND se IS NULL"
        k, n = self._ask(f"count(*) FILTER ({bare}), count(*)")
        yield share("blank", k, n, about="margin") if n else none("blank", "nothing")

    # Of the records

    @cached_property
    def _rows(self) -> str:
        assert self.period is not None
        return records.rows_of(self.held, self.period)

    def _ask(self, columns: str, where: str = "true") -> tuple[Any, ...]:
        return engine.query(f"SELECT {columns} FROM ({self._rows}) WHERE {where}")[0]

    @cached_property
    def _whole(self) -> dict[str, int]:
        """Everything that one pass over the records can count, by name."""
        counts = {
            "n": "true",
            "no_place": "place IS NULL",
            "no_position": "x IS NULL",
            "no_registered": "registered IS NULL",
            "after": "day > registered",
            "no_time": "precision NOT IN ('clock', 'part', 'interval')",
            "on_days": "day = last_day",
            "first_of_month": "day = last_day AND day(day) = 1",
            "second_to_28th": "day = last_day AND day(day) BETWEEN 2 AND 28",
            "first_of_year": "day = last_day AND day(day) = 1 AND month(day) = 1",
            "round": self._is_round(),
            "unlisted": self._is_unlisted(),
            "no_victim_sex": "coalesce(victim_sex, 'unknown') = 'unknown'",
            **{f"no_{name}": f"{name} IS NULL" for name in _WHO[1:]},
        }
        columns = ", ".join(
            f"coalesce(sum(n) FILTER ({condition}), 0)::BIGINT" for condition in counts.values()
        )
        return dict(zip(counts, self._ask(columns), strict=True))

    def _is_unlisted(self) -> str:
        known = ", ".join(map(literal, sorted(queries.known_categories(self.spec.code))))
        return f"upper(category) NOT IN ({known})" if known else "true"

    def _is_round(self) -> str:
        step = _ROUND_DEGREES if same_system(self.spec.crs, DEGREES) else _ROUND_METRES
        return " AND ".join(f"abs({c} * {step} - round({c} * {step})) < 1e-6" for c in "xy")

    def _complete(self) -> Iterable[Stat]:
        n = self._whole["n"]
        wanted = [name for name in _WHO if self._tells(name)]
        for name in wanted:
            yield share("blank", self._whole[f"no_{name}"], n, about=name)
        if self._tells("registered"):
            yield share("blank", self._whole["no_registered"], n, about="registered")
        if self.spec.shape == "incidents" and Need.DAY_PART not in self.lacks:
            yield share("blank", self._whole["no_time"], n, about="time")
        elif not wanted and not self._tells("registered"):
            yield none("blank", "no_such_field")
        yield share("unlisted", self._whole["unlisted"], n)
        yield self._months()

    def _tells(self, name: str) -> bool:
        """Whether the source has the field, and an empty one means that it was left out."""
        column = self.spec.columns.get(name)
        return column is not None and column.otherwise != "" and column.constant is None

    def _months(self) -> Stat:
        if Need.MONTH in self.lacks:
            return none("months_missing", "no_month")
        assert self.period is not None
        rows = f"SELECT DISTINCT date_trunc('month', day)::DATE FROM ({self._rows})"
        there = {month for (month,) in engine.query(rows)}
        gone = [one.start for one in self.period.months() if one.start not in there]
        return Stat("months_missing", len(gone), more={"months": gone})

    def _delay(self) -> Iterable[Stat]:
        if self.spec.shape != "incidents" or not self._tells("registered"):
            yield none("delay", "no_registration")
            yield none("after_registration", "no_registration")
            return
        known = self._whole["n"] - self._whole["no_registered"]
        yield share("after_registration", self._whole["after"], known)
        n, ends = self._ask(
            "count(*), quantile_disc(registered - day, [0.5, 0.9])", "registered >= day"
        )
        if n < FEW:
            yield none("delay", "few")
        else:
            yield Stat("delay", ends[1], n=n, more={"median": ends[0]})

    # Where

    def _places(self) -> Iterable[Stat]:
        n = self._whole["n"]
        yield (
            share("no_place", self._whole["no_place"], n)
            if "place" in self.spec.columns
            else none("no_place", "no_places")
        )
        yield (
            share("no_position", self._whole["no_position"], n)
            if self._has_points
            else none("no_position", "no_positions")
        )
        yield self._outside()

    @property
    def _has_points(self) -> bool:
        return self.spec.shape == "incidents" and {"x", "y"} <= set(self.spec.columns)

    def _outside(self) -> Stat:
        if not self._has_points:
            return none("outside", "no_positions")
        if "place" not in self.spec.columns:
            return none("outside", "no_places")
        outlines = _outlines()
        listed = ", ".join(map(literal, outlines))
        found = engine.arrays(
            f"SELECT list_position([{listed}]::VARCHAR[], place) AS at, lon, lat, count(*) AS n "
            f"FROM ({self._rows}) WHERE lon IS NOT NULL AND place IN ({listed or 'NULL'}) "
            "GROUP BY ALL"
        )
        total = int(found["n"].sum())
        if not total:
            return none("outside", "no_outlines")
        return share("outside", _outside(found, list(outlines.values())), total)

    def _points(self) -> Iterable[Stat]:
        names = ("sink", "shared", "round_position")
        if not self._has_points:
            yield from (none(name, "no_positions") for name in names)
            return
        n = self._whole["n"] - self._whole["no_position"]
        rows = (
            f"SELECT held, count(*) FROM (SELECT count(*) AS held FROM ({self._rows}) "
            "WHERE x IS NOT NULL GROUP BY x, y) GROUP BY held"
        )
        points = dict(engine.query(rows))
        found = sinks(points)
        yield share("sink", found.records, n, more={"points": found.points, "least": found.least})
        yield share("shared", shared(points), n, declared=self.spec.limits.snapped_points)
        yield share("round_position", self._whole["round"], n)

    # When

    def _clock(self) -> Iterable[Stat]:
        if self.spec.shape != "incidents" or Need.HOUR in self.lacks:
            yield from (none(name, "no_clock") for name in ("midnight", "full_hour"))
            return
        zone = literal(self.spec.zone)
        rows = (
            "SELECT hour, count(*) FILTER (moment = hour * 3600), "
            "count(*) FILTER (moment % 3600 < 60), count(*) FROM ("
            f"SELECT hour, epoch(timezone({zone}, timezone('UTC', starts))::TIME) AS moment "
            f"FROM ({self._rows}) WHERE precision = 'clock') GROUP BY hour"
        )
        hours = {hour: rest for hour, *rest in engine.query(rows)}
        sharp = [hours.get(hour, (0, 0, 0))[0] for hour in range(24)]
        n = sum(rest[2] for rest in hours.values())
        if n < FEW:
            yield from (none(name, "few") for name in ("midnight", "full_hour"))
            return
        yield Stat("midnight", excess(sharp[0], (sharp[23], sharp[1])) / n, k=sharp[0], n=n)
        yield share("full_hour", sum(rest[1] for rest in hours.values()), n)

    def _days(self) -> Iterable[Stat]:
        counted = self._whole
        if Need.DAY in self.lacks or counted["on_days"] < FEW:
            because = "no_day" if Need.DAY in self.lacks else "few"
            yield from (none(name, because) for name in ("first_of_month", "first_of_year"))
            return
        assert self.period is not None
        times = times_usual(counted["first_of_month"], 1, counted["second_to_28th"], 27)
        yield ratio("first_of_month", times, "few")
        years = sum(date(year, 1, 1) in self.period for year in self.period.years())
        rest = counted["on_days"] - counted["first_of_year"]
        times = times_usual(counted["first_of_year"], years, rest, self.period.days - years)
        yield ratio("first_of_year", times, "few" if years else "no_new_year")

    # Once

    def _alike(self) -> Iterable[Stat]:
        """Records that are like another in all but the identifier, where fine detail parts them."""
        if self.spec.shape != "incidents":
            yield none("same", "no_incidents")
            return
        is_fine = self._has_points and not self.spec.limits.snapped_points
        if Need.DAY in self.lacks or not (is_fine or Need.HOUR not in self.lacks):
            yield none("same", "coarse")
            return
        where = "x IS NOT NULL" if is_fine else "precision = 'clock'"
        key = "starts, ends, place, x, y, category, part, victim_sex, age_band, weapon, attempted"
        distinct, n = self._ask(f"count(DISTINCT hash({key})), count(*)", where)
        yield share("same", n - distinct, n)


def _outlines() -> dict[str, tuple[dict[str, Any], bool]]:
    """Reference, in every scheme -> outline of a district, and whether it is schematic."""
    found: dict[str, tuple[dict[str, Any], bool]] = {}
    for place in programme.places().filter(level=Place.Level.DISTRICT):
        others = (f"{scheme}:{code}" for scheme, code in place.other_codes.items())
        for ref in (place.ref, *others):
            if place.outline:
                found[ref] = place.outline, place.outline_is_schematic
    return found


def _outside(found: dict[str, Any], outlines: Sequence[tuple[dict[str, Any], bool]]) -> int:
    """How many records lie outside the outline of their district and not near it."""
    import shapely
    from shapely.geometry import shape

    outside = 0
    for number in np.unique(found["at"]):
        outline, is_schematic = outlines[int(number) - 1]
        area = shape(outline).buffer(_NEAR_SCHEMATIC if is_schematic else _NEAR)
        here = found["at"] == number
        inside = shapely.contains_xy(area, found["lon"][here], found["lat"][here])
        outside += int(found["n"][here][~inside].sum())
    return outside
