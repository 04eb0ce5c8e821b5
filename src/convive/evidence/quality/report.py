"""The quality report of a batch or of a source: each check with its figure, verdict and remedy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from convive.domain.programme import queries as programme
from convive.evidence import queries, records
from convive.evidence.holding import pieces
from convive.evidence.iccs.offences import NEVER_FINER
from convive.evidence.models import Batch, Offence
from convive.evidence.quality import words
from convive.evidence.quality.numbers import Numbers
from convive.evidence.quality.rules import LIMITS, Stat, Verdict, none, verdict
from convive.evidence.records import Held, Selection
from convive.evidence.register import entries as register
from convive.evidence.releases import pieces_of
from convive.evidence.spec import from_json
from convive.kernel.periods import Period

_POINTS_SHOWN = 3
_DECIMALS = 3  # of degrees: which station it is, and no door


@dataclass(frozen=True)
class SinkPoint:
    """Where many records stand, in degrees rounded to about 110 metres, and the share of them."""

    lon: float
    lat: float
    share: float


@dataclass(frozen=True)
class Check:
    """One line of a report.

    figure : as a person reads it, empty where the check does not apply.
    value : in the unit of its limit; None where it does not apply, or may not be told exactly.
    says : what was found, or why the check does not apply. remedy : what to do; empty if nothing.
    """

    name: str
    about: str
    title: str
    figure: str
    value: float | None
    unit: str
    verdict: Verdict
    says: str
    remedy: str
    points: tuple[SinkPoint, ...] = ()

    @property
    def verdict_name(self) -> str:
        return str(words.VERDICTS[self.verdict])

    def as_json(self) -> dict[str, Any]:
        return {
            "check": self.name,
            "about": self.about,
            "value": self.value,
            "unit": self.unit,
            "figure": self.figure,
            "verdict": self.verdict.value,
            "says": self.says,
            "remedy": self.remedy,
            "points": [[p.lon, p.lat, round(p.share, 4)] for p in self.points],
        }


@dataclass(frozen=True)
class Report:
    """What is known of the quality of one batch, or of all that counts of one source.

    source : its code. batch : number of the batch, or None.
    period : the days that it covers. rows : records it holds; of a source, those that count.
    """

    source: str
    batch: str | None
    period: Period | None
    rows: int
    checks: tuple[Check, ...]

    @property
    def faults(self) -> list[Check]:
        """The checks that are bad, then those that want a look."""
        return [*self._of(Verdict.BAD), *self._of(Verdict.LOOK)]

    @property
    def good(self) -> list[Check]:
        return self._of(Verdict.GOOD)

    @property
    def others(self) -> list[Check]:
        """The checks that do not apply."""
        return self._of(Verdict.NONE)

    def _of(self, verdict: Verdict) -> list[Check]:
        return [check for check in self.checks if check.verdict is verdict]

    @property
    def tally(self) -> Counter[str]:
        """Verdict -> how many checks."""
        return Counter(check.verdict.value for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "batch": self.batch,
            "first_day": self.period.start if self.period else None,
            "last_day": self.period.end if self.period else None,
            "rows": self.rows,
            "tally": dict(sorted(self.tally.items())),
            "checks": [check.as_json() for check in self.checks],
        }


def of_batch(batch: Batch) -> Report:
    """The report of one batch, whether it counts or not."""
    offences = _offences(batch.source.code)
    return _report(Held(from_json(batch.spec), pieces_of(batch), offences), [], batch)


def of_source(code: str) -> Report:
    """The report of all that counts of a source, and of when its next file is expected."""
    row = queries.source_row(code)
    held = Held(from_json(row.spec), pieces(row), _offences(code))
    return _report(held, [_overdue(register.entry(row, programme.today()).expected)])


def _offences(code: str) -> list[Offence]:
    return list(queries.offences(code).values())


def _overdue(expected: register.Expected) -> Stat:
    if expected.due is None:
        return none("overdue", "no_rhythm")
    more = {"last": expected.last, "due": expected.due}
    return Stat("overdue", expected.overdue, more=more)


def _report(held: Held, more: list[Stat], batch: Batch | None = None) -> Report:
    numbers = Numbers(held)
    order = list(LIMITS)
    stats = sorted([*numbers.stats(), *more], key=lambda stat: order.index(stat.check))
    return Report(
        source=held.spec.code,
        batch=batch.pk if batch else None,
        period=numbers.period,
        rows=batch.accepted if batch else numbers.records,
        checks=tuple(_check(stat, held) for stat in stats),
    )


def _check(stat: Stat, held: Held) -> Check:
    found = verdict(stat)
    below = _below(stat) if _is_sensitive(held) else None
    figure = words.shown(stat, below)
    return Check(
        name=stat.check,
        about=stat.about,
        title=words.title(stat),
        figure=figure,
        value=None if below is not None else stat.value,
        unit=LIMITS[stat.check].unit,
        verdict=found,
        says=words.says(stat, figure),
        remedy=words.remedy(stat, found),
        points=_where(stat, held) if stat.check == "sink" and stat.value else (),
    )


def _is_sensitive(held: Held) -> bool:
    flags = {flag for offence in held.offences for flag in offence.flags}
    return held.spec.limits.no_small_area or bool(flags & NEVER_FINER)


def _below(stat: Stat) -> float | None:
    """The share below which it lies, where it would tell a small count."""
    least = programme.threshold(sensitive=True)
    if stat.k is None or not stat.n or not 0 < stat.k < least:
        return None
    return min(1.0, least / stat.n)


def _where(stat: Stat, held: Held) -> tuple[SinkPoint, ...]:
    """The points that hold most, of offences that may be shown; never of a sensitive source."""
    days = [piece.days for piece in held.pieces if piece.days]
    if held.spec.limits.no_small_area or not stat.n or not days:
        return ()
    period = Period(min(one.start for one in days), max(one.end for one in days))
    found = records.ask(
        held,
        Selection(held.spec.code, period),
        f"round(any_value(lon), {_DECIMALS}), round(any_value(lat), {_DECIMALS}), count(*) AS held",
        group="x, y",
        where="lon IS NOT NULL AND is_listed AND NOT no_small_area",
    )
    most = sorted((row for row in found if row[2] >= stat.more["least"]), key=lambda r: -r[2])
    return tuple(SinkPoint(x, y, n / stat.n) for x, y, n in most[:_POINTS_SHOWN])
