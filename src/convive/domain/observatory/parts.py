"""The parts of a place's profile: plain data from which the page and the PDF are made alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from convive.domain.observatory.analyses.compare import Row as Compared
from convive.domain.observatory.expected import Expected
from convive.domain.observatory.rules import Direction
from convive.kernel.figures import Figure, MarkKind
from convive.kernel.periods import Period


@dataclass(frozen=True)
class Hidden:
    """What may be said of a count that this reader does not get to see: its range, ends included.

    None means that no end is known, or none is told.
    """

    lower: int | None = None
    upper: int | None = None


@dataclass(frozen=True)
class Headline:
    """One figure card. `origin` answers "where from?" as terms with their texts.

    threshold : of a figure of another source than the profile's: a smaller n is not told outside.
    """

    title: str
    figure: Figure
    period: Period
    digits: int
    origin: tuple[tuple[str, str], ...]
    source: str
    threshold: int = 0


@dataclass(frozen=True)
class MonthPoint:
    """One month of the series, with the exact Poisson interval of its count.

    value, lower, upper : None where the source does not cover the month, or it is hidden.
    in_province : the province's own count, for which the reference stands.
    reference : the province's count, scaled to the people of this place; None where unknown.
    reference_of : whose people scaled it (source and edition): the line breaks where this changes.
    expected : of a provisional month, what it will come to; None where unknown, or it is hidden.
    """

    month: date
    value: int | None
    lower: float | None
    upper: float | None
    provisional: bool
    reference: float | None = None
    reference_of: str = ""
    in_province: int | None = None
    hidden: Hidden | None = None
    expected: Expected | None = None


@dataclass(frozen=True)
class Break:
    """A day on which the boundary or the method of the series changed: the line stops there.

    name : what it is called, beside what kind it is. is_crossed : the map changed and the source
        still counts as before, so that the line goes on.
    """

    on: date
    kind: MarkKind
    label: str
    text: str
    name: str = ""
    is_crossed: bool = False


@dataclass(frozen=True)
class GridCell:
    """One month of the grid. `rank` is its class, 1 (fewest) to 5, or None where it has none."""

    month: date
    value: int | None
    rank: int | None
    provisional: bool
    hidden: Hidden | None = None


@dataclass(frozen=True)
class GridRow:
    """One year of the grid: twelve cells, None outside the period."""

    year: int
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True)
class Class:
    """One class of a map or grid: its rank from 1 and its range, ends included."""

    rank: int
    lower: float
    upper: float


@dataclass(frozen=True)
class OffenceRow:
    """How many of one category, with the exact Poisson interval.

    threshold : counts below it are not told outside the house.
    """

    category: str
    name: str
    iccs: str
    value: int | None
    lower: float | None
    upper: float | None
    threshold: int
    hidden: Hidden | None = None


@dataclass(frozen=True)
class ChangeRow:
    """One place's change against the same months a year earlier.

    ratio, lower, upper : later over earlier; None where it is refused, missing or hidden.
    by_rate : whether rates were compared; where not, counts were.
    figure : the same as `observatory.change` answers, or None where it was refused.
    verdict : what may be said of it, in words.
    refusal : the reason, where it was.
    """

    ref: str
    name: str
    is_here: bool
    before: int | None
    after: int | None
    ratio: float | None
    lower: float | None
    upper: float | None
    direction: Direction
    by_rate: bool
    figure: Figure | None
    refusal: str = ""
    is_hidden: bool = False
    verdict: str = ""


@dataclass(frozen=True)
class MapRow:
    """One district of the province, with its rate per 100,000.

    shared_with : the district within which the source still counts this one; the value is shared.
    person_years : what n is divided by. smoothed : the rate drawn towards that of all rows, with
        its ends; None where too few are known.
    """

    ref: str
    name: str
    is_here: bool
    in_programme: bool
    outline: dict[str, Any] | None
    n: int | None
    rate: float | None
    lower: float | None
    upper: float | None
    rank: int | None
    shared_with: str = ""
    note: str = ""
    hidden: Hidden | None = None
    person_years: float | None = None
    smoothed: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class PeerRow:
    """One district beside the profile's own, in the recent months.

    found : rates, ratio and what may be said of them. hidden : where its count is not told.
    varies : how many times as much as by chance its months vary; None where that is not known, and
        then no direction is told.
    """

    found: Compared
    is_here: bool
    varies: float | None = 1.0
    hidden: Hidden | None = None


@dataclass(frozen=True)
class SourceUsed:
    """A source behind the profile: enough to ask for the same data again."""

    code: str
    title: str
    publisher: str
    as_of: date | None
    coverage: Period | None
    edition: str
    batches: tuple[str, ...]
    is_sample: bool


@dataclass(frozen=True)
class PlaceProfile:
    """All that one place's page and diagnosis show of one source, in the active language.

    period : the months of the series and of the grid.
    recent : the last twelve of them that no longer grow: figures, offences, map and change.
    baseline : the same months before, against which the change is taken.
    counted : what is counted, as a title: "Complaints of violence against women".
    threshold : counts of this source below it are not told outside the house.
    is_mapped : False where the source counts only offences that are never drawn on a map.
    peers : this district, and the programme's others that the source counts apart in the recent
        months; empty where none can be compared. peers_said : that in words. peers_how : whether
        they are standardised by sex and age, in words. peers_unsure : of which of them too little
        is known to tell a difference.
    lead : one or two sentences: what it means, and whether it may be chance.
    no_band : why provisional months have no estimate, where they have none.
    """

    ref: str
    name: str
    level: str
    province: str
    period: Period
    recent: Period
    baseline: Period
    source: str
    counted: str
    unit: str
    lead: str
    headlines: tuple[Headline, ...]
    series: tuple[MonthPoint, ...]
    breaks: tuple[Break, ...]
    reference_name: str
    grid: tuple[GridRow, ...]
    grid_classes: tuple[Class, ...]
    offences: tuple[OffenceRow, ...]
    changes: tuple[ChangeRow, ...]
    peers: tuple[PeerRow, ...]
    peers_said: str
    map_rows: tuple[MapRow, ...]
    map_classes: tuple[Class, ...]
    map_note: str
    is_mapped: bool
    caveats: tuple[str, ...]
    sources: tuple[SourceUsed, ...]
    origin: tuple[tuple[str, str], ...]
    changes_origin: tuple[tuple[str, str], ...]
    threshold: int
    is_sample: bool
    as_of: date | None
    no_band: str = ""
    peers_how: str = ""
    peers_unsure: str = ""
