"""What a source cannot support, and the refusal of whatever needs more."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.evidence.mapping import SourceSpec
from convive.kernel.errors import Refused

Text = str | Promise


class Need(StrEnum):
    """What a question needs of a source."""

    RECORDS = "records"  # events that can be counted, not estimates
    MONTH = "month"
    DAY = "day"
    DAY_PART = "day_part"
    HOUR = "hour"
    TREND = "trend"  # every record, so that numbers can be compared over time
    POSITION = "position"  # finer than a district
    EXACT_POSITION = "exact_position"  # where it happened, not a point nearby
    MARGIN = "margin"


def lacks(spec: SourceSpec) -> dict[Need, Text]:
    """What the source cannot support, each with the reason."""
    found: dict[Need, Text] = {}
    columns, limits = set(spec.columns), spec.limits
    if spec.shape == "microdata":
        found[Need.RECORDS] = gettext_lazy("Answers of a survey are not records of events.")
        return found
    if spec.shape == "survey":
        found[Need.RECORDS] = gettext_lazy("A survey publishes estimates, not records.")
        if not {"lower", "upper", "se"} & columns:
            found[Need.MARGIN] = gettext_lazy("It has no published margin of error.")
        return found
    dated = bool({"date", "datetime", "from", "day"} & columns)
    has_day = dated and not limits.month_only
    if not dated and not {"month", "period"} & columns:
        for need in (Need.MONTH, Need.DAY, Need.DAY_PART, Need.HOUR):
            found[need] = gettext_lazy("Only the year is known.")
    elif not has_day:
        for need in (Need.DAY, Need.DAY_PART, Need.HOUR):
            found[need] = gettext_lazy("Only the month is known.")
    elif not {"datetime", "time", "hour", "from"} & columns:
        found[Need.HOUR] = (
            gettext_lazy("Only the part of the day is known, no clock time.")
            if "part" in columns
            else gettext_lazy("Only the day is known, no clock time.")
        )
        if "part" not in columns:
            found[Need.DAY_PART] = gettext_lazy("Only the day is known, no part of it.")
    if limits.capped_export:
        found[Need.TREND] = gettext_lazy(
            "Its export stops at a number of rows, so a rise or fall may come from the cap."
        )
    if limits.no_small_area:
        found[Need.POSITION] = gettext_lazy(
            "It is never shown finer than a district: a point on a map would be somebody's door."
        )
    elif not {"x", "y"} <= columns:
        found[Need.POSITION] = gettext_lazy("It has no positions.")
    if Need.POSITION in found:
        found[Need.EXACT_POSITION] = found[Need.POSITION]
    elif limits.snapped_points:
        found[Need.EXACT_POSITION] = gettext_lazy(
            "Its points were moved to anchor points nearby, so distances between them mean nothing."
        )
    return found


def cautions(spec: SourceSpec) -> list[str]:
    """What a reader should know although nothing is refused for it."""
    found = []
    if spec.limits.late_months:
        found.append(
            _("Its latest months (%(months)s) are too low at first: records still come in.")
            % {"months": spec.limits.late_months}
        )
    editions = list(dict.fromkeys(span.edition for span in spec.editions))
    if editions:
        found.append(
            _("It counts within the boundaries of %(editions)s.")
            % {"editions": ", ".join(editions)}
        )
    return found


def require(spec: SourceSpec, *needs: Need) -> None:
    """Raise Refused with the source's reason where it cannot support one of the needs."""
    reasons = lacks(spec)
    for need in needs:
        if need in reasons:
            raise Refused.at(
                spec.code,
                reasons[need],
                _("Ask for what it does support, or use another source."),
            )
