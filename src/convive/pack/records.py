"""What the files of a pack hold, as plain records.

Each field says itself how its key is read, so that the reader, the list of known keys and the test
of docs/pack.md have one source. Names of fields are the names of keys.
"""

# ruff: noqa: RUF009  (`key` is dataclasses.field with a reader: it makes no shared value)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from typing import Any

from convive.domain.committees.vocabulary import Kind, Post
from convive.domain.plans.definitions import DIMENSIONS, DISAGGREGATIONS, STRATEGIES
from convive.domain.plans.vocabulary import Aggregation, Cross, Level, Unit
from convive.domain.programme.models import Organisation as Body
from convive.domain.programme.models import Place as Ground
from convive.domain.services.vocabulary import ResourceKind
from convive.pack import values

SEXES = ("total", "female", "male")
CHANNELS = ("emergency", "anonymous", "public", "protection")


@dataclass(frozen=True)
class Spot:
    """Where something stands: a file, a line, and the line of each of its keys."""

    file: str
    line: int
    keys: Mapping[str, int] = field(default_factory=dict)

    def at(self, key: str = "") -> str:
        """`plan.toml:12`: the line of this key where it has one of its own."""
        return f"{self.file}:{self.keys.get(key, self.line)}"


def key(read: values.Read, *, default: Any = MISSING) -> Any:
    """A key of a file: how it is read, and what stands for it where it is absent."""
    about = {"read": read, "required": default is MISSING}
    if default == {}:
        return field(default_factory=dict, metadata=about)
    return field(default=default, metadata=about)


def keys_of(kind: type[Record]) -> dict[str, Field[Any]]:
    """The keys that a record of this kind may have, in the order of its fields."""
    return {item.name: item for item in fields(kind) if "read" in item.metadata}


@dataclass(frozen=True, kw_only=True)
class Record:
    spot: Spot


@dataclass(frozen=True, kw_only=True)
class Programme(Record):
    code: str = key(values.slug)
    title_es: str = key(values.at_most(300))
    title_en: str = key(values.at_most(300))
    short_es: str = key(values.at_most(120))
    short_en: str = key(values.at_most(120))
    purpose_es: str = key(values.text)
    purpose_en: str = key(values.text)
    start: date = key(values.day)
    end: date = key(values.day)
    zone: str = key(values.at_most(64))
    country: str = key(values.text)
    population_sources: tuple[str, ...] = key(values.texts)


@dataclass(frozen=True, kw_only=True)
class Emergency(Record):
    """A number to call in danger, the first one first."""

    number: str = key(values.text)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Retention(Record):
    """For how many days a class of data is kept."""

    what: str = key(values.slug)
    days: int = key(values.whole)


@dataclass(frozen=True, kw_only=True)
class Scheme(Record):
    """A list of place codes that somebody keeps."""

    code: str = key(values.at_most(20))
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    digits: tuple[int, ...] = key(values.wholes, default=())
    pattern: str = key(values.pattern, default="")


@dataclass(frozen=True, kw_only=True)
class Edition(Record):
    """One drawing of the map, and the days on which it holds."""

    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    valid_from: date = key(values.day)
    valid_to: date | None = key(values.day, default=None)
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Composition(Record):
    """In `edition`, what `older` called `whole` is made of `parts`."""

    edition: str = key(values.slug)
    older: str = key(values.slug)
    whole: str = key(values.reference)
    parts: tuple[str, ...] = key(values.texts)


@dataclass(frozen=True, kw_only=True)
class Place(Record):
    """A feature of places.geojson; `outline` is its geometry, or None."""

    scheme: str = key(values.at_most(20))
    code: str = key(values.at_most(20))
    level: str = key(values.one_of(*Ground.Level.values))
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    parent: str = key(values.reference, default="")
    valid_from: date | None = key(values.day, default=None)
    valid_to: date | None = key(values.day, default=None)
    in_programme: bool = key(values.yes_no, default=False)
    schematic: bool = key(values.yes_no, default=True)
    other_codes: Mapping[str, str] = key(values.pairs, default={})
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")
    outline: dict[str, Any] | None = None

    @property
    def ref(self) -> str:
        return f"{self.scheme}:{self.code}"


@dataclass(frozen=True, kw_only=True)
class Population(Record):
    place: str = key(values.reference)
    year: int = key(values.whole)
    sex: str = key(values.one_of(*SEXES))
    age_band: str = key(values.at_most(20))
    value: int = key(values.whole)
    source: str = key(values.at_most(120))
    edition: str = key(values.slug)


@dataclass(frozen=True, kw_only=True)
class Organisation(Record):
    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    acronym_es: str = key(values.at_most(40), default="")
    acronym_en: str = key(values.at_most(40), default="")
    kind: str = key(values.one_of(*Body.Kind.values))
    part_es: str = key(values.text)
    part_en: str = key(values.text)
    lead: bool = key(values.yes_no, default=False)
    funder: bool = key(values.yes_no, default=False)
    valid_from: date = key(values.day)
    valid_to: date | None = key(values.day, default=None)


@dataclass(frozen=True, kw_only=True)
class Plan(Record):
    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    district: str = key(values.reference, default="")
    start: date = key(values.day)
    end: date = key(values.day)
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Objective(Record):
    """One thing to be reached. Its code is used once in the whole pack."""

    plan: str = key(values.slug)
    code: str = key(values.at_most(20))
    level: str = key(values.one_of(*Level.values))
    parent: str = key(values.text, default="")
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    lead: str = key(values.slug, default="")
    dimensions: tuple[str, ...] = key(values.some_of(*DIMENSIONS), default=())
    strategy: str = key(values.one_of(*STRATEGIES), default="")


@dataclass(frozen=True, kw_only=True)
class Indicator(Record):
    """A row of indicators.csv that defines an indicator."""

    code: str = key(values.slug)
    objective: str = key(values.text)
    version: int = key(values.whole)
    valid_from: date = key(values.day)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    definition_es: str = key(values.text)
    definition_en: str = key(values.text)
    unit: str = key(values.one_of(*Unit.values))
    numerator_es: str = key(values.text)
    numerator_en: str = key(values.text)
    denominator_es: str = key(values.text, default="")
    denominator_en: str = key(values.text, default="")
    ascending: bool = key(values.yes_no)
    across_periods: str = key(values.one_of(*Aggregation.values))
    across_places: str = key(values.one_of(*Aggregation.values))
    disaggregation: str = key(values.one_of(*Cross.values), default="none")
    categories: tuple[str, ...] = key(values.some_of(*DISAGGREGATIONS), default=())
    measure: str = key(values.at_most(80), default="")
    filters: Mapping[str, str] = key(values.pairs, default={})
    standard: str = key(values.at_most(60), default="")
    source: str = key(values.at_most(200))


@dataclass(frozen=True, kw_only=True)
class Target(Record):
    """The target columns of a row of indicators.csv; `indicator` is the row's code."""

    indicator: str
    target: float = key(values.number)
    due: date = key(values.day)
    target_place: str = key(values.reference, default="")
    combination: str = key(values.at_most(80), default="total")
    baseline: float | None = key(values.number, default=None)
    baseline_on: date | None = key(values.day, default=None)
    target_note_es: str = key(values.text, default="")
    target_note_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Service(Record):
    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    objective: str = key(values.text)
    dimensions: tuple[str, ...] = key(values.some_of(*DIMENSIONS))
    strategy: str = key(values.one_of(*STRATEGIES))
    resource: str = key(values.one_of(*ResourceKind.values), default="")
    sensitive: bool = key(values.yes_no, default=False)
    neutral_name_es: str = key(values.at_most(300), default="")
    neutral_name_en: str = key(values.at_most(300), default="")


@dataclass(frozen=True, kw_only=True)
class Income(Record):
    """A band of what somebody earns in a month, in whole units of the country's money."""

    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    least: int = key(values.whole)


@dataclass(frozen=True, kw_only=True)
class Resource(Record):
    """A place or line that helps, as anybody reads it."""

    code: str = key(values.slug)
    kind: str = key(values.one_of(*ResourceKind.values))
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    offers_es: str = key(values.at_most(300))
    offers_en: str = key(values.at_most(300))
    district: str = key(values.reference, default="")
    address: str = key(values.at_most(200), default="")
    phone: str = key(values.at_most(40), default="")
    hours: tuple[str, ...] = key(values.spans, default=())
    cost_es: str = key(values.at_most(120), default="")
    cost_en: str = key(values.at_most(120), default="")
    age_from: int | None = key(values.whole, default=None)
    age_to: int | None = key(values.whole, default=None)
    for_women: bool = key(values.yes_no, default=False)
    sensitive: bool = key(values.yes_no, default=False)
    sample: bool = key(values.yes_no, default=False)
    source: str = key(values.at_most(200))


@dataclass(frozen=True, kw_only=True)
class Holiday(Record):
    """A day on which places are closed: `12-25` each year, or `2026-04-03`."""

    code: str = key(values.slug)
    day: str = key(values.holiday)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))


@dataclass(frozen=True, kw_only=True)
class Category(Record):
    """What a concern is about, by which channel it comes in, and who answers it."""

    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    channel: str = key(values.one_of(*CHANNELS))
    pin: bool = key(values.yes_no)
    sensitive: bool = key(values.yes_no, default=False)
    handled_by: tuple[str, ...] = key(values.texts)
    help_es: str = key(values.text)
    help_en: str = key(values.text)


@dataclass(frozen=True, kw_only=True)
class Committee(Record):
    """A body in which institutions decide together. It has one of the two rules of quorum."""

    code: str = key(values.slug)
    kind: str = key(values.one_of(*Kind.values))
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    organisation: str = key(values.slug)
    district: str = key(values.reference, default="")
    legal_es: str = key(values.text, default="")
    legal_en: str = key(values.text, default="")
    quorum_number: int | None = key(values.whole, default=None)
    quorum_percent: int | None = key(values.whole, default=None)
    valid_from: date = key(values.day)
    valid_to: date | None = key(values.day, default=None)
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Seat(Record):
    """A seat of a body in a committee, named for the post that sits in it, never for a person."""

    committee: str = key(values.slug)
    code: str = key(values.slug)
    organisation: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    post: str = key(values.one_of(*Post.values), default="member")
    votes: bool = key(values.yes_no, default=True)
    valid_from: date = key(values.day)
    valid_to: date | None = key(values.day, default=None)


@dataclass(frozen=True, kw_only=True)
class Privacy(Record):
    """What an organisation says of the personal data it holds: an office, never a person."""

    organisation: str = key(values.slug)
    contact: str = key(values.at_most(200))
    officer_es: str = key(values.at_most(300), default="")
    officer_en: str = key(values.at_most(300), default="")
    purposes_es: str = key(values.text, default="")
    purposes_en: str = key(values.text, default="")
    legal_basis_es: str = key(values.text, default="")
    legal_basis_en: str = key(values.text, default="")
    retention_es: str = key(values.text, default="")
    retention_en: str = key(values.text, default="")


@dataclass(frozen=True, kw_only=True)
class Thresholds(Record):
    """Below how many people or cases a cell is not told."""

    default: int = key(values.whole)
    sensitive: int = key(values.whole)
    girls_from: int = key(values.whole, default=10)
    girls_to: int = key(values.whole, default=29)


@dataclass(frozen=True, kw_only=True)
class Rule(Record):
    """A local rule with its dates, such as the share of an activity that must be executed."""

    code: str = key(values.slug)
    name_es: str = key(values.at_most(300))
    name_en: str = key(values.at_most(300))
    value: float = key(values.number)
    valid_from: date = key(values.day)
    valid_to: date | None = key(values.day, default=None)
    source: str = key(values.text)
    note_es: str = key(values.text, default="")
    note_en: str = key(values.text, default="")
