"""What an indicator's definition and its targets must satisfy, whoever writes them: pack or page.

Pure: no database, no clock. A fault names the key at which it stands, as the pack writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from django.utils.translation import gettext as _

from convive.domain.plans.rules import dimensions, is_directed
from convive.domain.plans.vocabulary import Aggregation, Unit
from convive.kernel.figures import measures

# By what an indicator can be broken down
DISAGGREGATIONS = ("age_band", "disability", "offence", "organisation", "sex")
# Of human security
DIMENSIONS = (
    "economic",
    "food",
    "health",
    "environmental",
    "personal",
    "community",
    "political",
)
STRATEGIES = ("protection", "empowerment", "both")


@dataclass(frozen=True)
class Fault:
    """One thing that does not fit: under which key, why, and what to do."""

    key: str
    why: str
    remedy: str


@dataclass(frozen=True)
class Aim:
    """A target as the rules see it."""

    value: float
    due: date
    baseline: float | None
    baseline_on: date | None
    combination: str


@dataclass(frozen=True)
class Definition:
    """A definition as the rules see it. `has_denominator`: whether its words are there."""

    unit: str
    ascending: bool
    across_periods: str
    across_places: str
    has_denominator: bool
    disaggregation: str
    categories: Sequence[str]
    measure: str
    filters: Mapping[str, str]

    def faults(self) -> Iterator[Fault]:
        yield from self._aggregation()
        yield from self._measure()
        if (self.disaggregation == "none") != (not self.categories):
            yield Fault(
                "categories",
                _("Disaggregation and categories do not fit together."),
                _("Name the categories, or write none and leave them out."),
            )

    def _aggregation(self) -> Iterator[Fault]:
        """Percentages and rates are made anew from summed numerators and denominators, or not."""
        if self.unit != Unit.NUMBER:
            for key in ("across_periods", "across_places"):
                rule = getattr(self, key)
                allowed = {Aggregation.RATIO, Aggregation.NONE}
                if key == "across_periods":
                    allowed.add(Aggregation.LATEST)
                if rule not in allowed:
                    yield Fault(
                        key,
                        _("%(key)s: a %(unit)s is never combined by “%(rule)s”.")
                        % {"key": key, "unit": self.unit, "rule": rule},
                        _("Write ratio: summed numerators by summed denominators. Or write none."),
                    )
        elif self.across_places == Aggregation.LATEST:
            yield Fault(
                "across_places",
                _("across_places: places have no order in time, so none of them is the latest."),
                _("Write sum, max, avg, ratio or none."),
            )
        ratio = Aggregation.RATIO in (self.across_periods, self.across_places)
        if (ratio or self.unit != Unit.NUMBER) and not self.has_denominator:
            yield Fault(
                "denominator_es",
                _("A %(unit)s needs a denominator.") % {"unit": self.unit},
                _("Write denominator_es and denominator_en."),
            )

    def _measure(self) -> Iterator[Fault]:
        if not self.measure:
            if self.filters:
                yield Fault(
                    "filters",
                    _("Filters stand without a measure."),
                    _("Name the measure, or leave the filters out."),
                )
            return
        known = measures()
        if self.measure not in known:
            yield Fault(
                "measure",
                _("There is no measure “%(name)s”.") % {"name": self.measure},
                suggest(self.measure, known),
            )
            return
        accepted = known[self.measure].filters
        for name in self.filters:
            if name not in accepted:
                yield Fault(
                    "filters",
                    _("The measure %(measure)s does not know the filter “%(name)s”.")
                    % {"measure": self.measure, "name": name},
                    suggest(name, accepted),
                )


def faults_of_aim(aim: Aim) -> Iterator[Fault]:
    """What is wrong with a target by itself."""
    if (aim.baseline is None) != (aim.baseline_on is None):
        yield Fault(
            "baseline",
            _("A baseline and its date stand together or not at all."),
            _("Write baseline and baseline_on, or leave both out."),
        )
    if aim.baseline is not None and aim.baseline == aim.value:
        yield Fault(
            "target",
            _("The target equals the baseline: progress would have no meaning."),
            _("Correct one of the two, or leave the target out."),
        )
    if aim.baseline_on and aim.baseline_on >= aim.due:
        yield Fault(
            "baseline_on",
            _("The baseline is not before the day the target is due."),
            _("Correct baseline_on or due."),
        )


def faults_of_fit(
    aim: Aim, *, unit: str, ascending: bool, categories: Sequence[str], start: date | None
) -> Iterator[Fault]:
    """How a target must fit its indicator: direction, range, cell, and the day plans begin."""
    if (
        aim.baseline is not None
        and aim.baseline != aim.value
        and not is_directed(baseline=aim.baseline, target=aim.value, ascending=ascending)
    ):
        yield Fault(
            "ascending",
            _("The target moves against the direction in which the indicator gets better."),
            _("Correct ascending, the baseline or the target."),
        )
    if unit == Unit.PERCENTAGE and not 0 <= aim.value <= 100:
        yield Fault(
            "target",
            _("A percentage lies between 0 and 100."),
            _("Correct the target or the unit."),
        )
    if not _is_cell(aim.combination, categories):
        yield Fault(
            "combination",
            _("“%(code)s” is not a cell of this indicator.") % {"code": aim.combination},
            _("Write category=value by the alphabet, such as age_band=15-17;sex=female."),
        )
    if start and aim.due < start:
        yield Fault(
            "due",
            _("The target is due before any plan begins."),
            _("Correct due, or the dates of the plan."),
        )


def _is_cell(combination: str, categories: Sequence[str]) -> bool:
    try:
        return set(dimensions(combination)) <= set(categories)
    except ValueError:
        return False


def suggest(word: str, known: Iterable[object]) -> str:
    """The remedy for a word that nobody knows: the nearest known one, else all of them."""
    names = sorted(str(name) for name in known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return _("Did you mean “%(near)s”?") % {"near": near[0]}
    if not names:
        return _("Nothing of this kind is declared yet: declare it first.")
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return _("Choose one of: %(names)s.") % {"names": shown}
