"""What a count is held against: targets of the plan that count different people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.domain.plans import queries as plans
from convive.domain.plans.models import Target
from convive.domain.plans.vocabulary import Unit
from convive.domain.programme import queries as programme
from convive.domain.reach.models import Run
from convive.kernel.errors import BadInput

EVERYBODY, YOUNG_WOMEN = "everybody", "young_women"
NAMES: dict[str, str | Promise] = {
    EVERYBODY: _("Everybody"),
    YOUNG_WOMEN: _("Girls and young women"),
}


def choices() -> list[tuple[str, str]]:
    """Indicators whose unit is a number and that have a target for the whole programme: those that
    counts of people compute, and those whose values are recorded by hand."""
    found = []
    place = programme.programme_place()
    for indicator in plans.measured_by("", "reach.people"):
        version = plans.latest_version(indicator)
        target = plans.target_of(indicator, place)
        if version.unit == Unit.NUMBER and target is not None:
            found.append((indicator.code, version.name))
    return found


def of_run(run: Run) -> list[tuple[str, Target]]:
    """The targets that a run is held against, each with whom it is of; none that was dropped."""
    found = []
    for each in run.targets:
        try:
            indicator = plans.indicator(each["indicator"])
        except BadInput:
            continue
        target = plans.target_of(indicator, programme.programme_place())
        if target is not None:
            found.append((str(each["of"]), target))
    return found
