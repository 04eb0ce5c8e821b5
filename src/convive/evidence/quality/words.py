"""The sentences of a quality report: what was found, why a check does not apply, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from convive.evidence.quality.rules import LIMITS, Stat, Verdict
from convive.kernel import words

Text = str | Promise

_MOST_LISTED = 6

TITLES: Mapping[str, Text] = {
    "rejected": gettext_lazy("Rejected rows"),
    "blank": gettext_lazy("Left blank"),
    "unlisted": gettext_lazy("Offences without a class"),
    "months_missing": gettext_lazy("Months without records"),
    "capped": gettext_lazy("Export cut off"),
    "delay": gettext_lazy("Delay until registration"),
    "overdue": gettext_lazy("Next file"),
    "after_registration": gettext_lazy("Happened after registration"),
    "no_place": gettext_lazy("Without a place"),
    "no_position": gettext_lazy("Without a position"),
    "outside": gettext_lazy("Outside its district"),
    "sink": gettext_lazy("Sink points"),
    "shared": gettext_lazy("Shared positions"),
    "round_position": gettext_lazy("Round coordinates"),
    "midnight": gettext_lazy("Midnight"),
    "full_hour": gettext_lazy("Full hours"),
    "first_of_month": gettext_lazy("First of the month"),
    "first_of_year": gettext_lazy("First of the year"),
    "repeated": gettext_lazy("Repeated records"),
    "same": gettext_lazy("Records alike"),
    "changes": gettext_lazy("Changes of method or boundary"),
}

FIELDS: Mapping[str, Text] = {
    "victim_sex": gettext_lazy("sex of the victim"),
    "age_band": gettext_lazy("age of the victim"),
    "weapon": gettext_lazy("weapon"),
    "attempted": gettext_lazy("attempted or completed"),
    "registered": gettext_lazy("day of registration"),
    "time": gettext_lazy("time of the day"),
    "margin": gettext_lazy("margin of error"),
}

VERDICTS: Mapping[Verdict, Text] = {
    Verdict.GOOD: gettext_lazy("good"),
    Verdict.LOOK: gettext_lazy("look"),
    Verdict.BAD: gettext_lazy("bad"),
    Verdict.NONE: gettext_lazy("does not apply"),
}

BECAUSE: Mapping[str, Text] = {
    "few": gettext_lazy("There are too few records to judge by."),
    "nothing": gettext_lazy("Nothing of it counts."),
    "no_records": gettext_lazy("It holds estimates or answers, not records of events."),
    "no_such_field": gettext_lazy("It records nothing that could be left blank."),
    "no_month": gettext_lazy("It knows years alone."),
    "no_day": gettext_lazy("It does not know the day."),
    "no_clock": gettext_lazy("It records no clock time."),
    "no_new_year": gettext_lazy("Its period holds no first of January."),
    "no_registration": gettext_lazy("It does not say when a record was registered."),
    "no_places": gettext_lazy("It names no districts."),
    "no_positions": gettext_lazy("It has no positions."),
    "no_outlines": gettext_lazy("The pack draws none of its districts."),
    "no_incidents": gettext_lazy("Its rows are counts, not single events."),
    "coarse": gettext_lazy("Its days or positions are too coarse: many records are alike."),
    "no_rhythm": gettext_lazy("Nobody has said how often it comes."),
}

# What to do where a check wants a look or is bad
REMEDIES: Mapping[str, Text] = {
    "rejected": gettext_lazy("Download the rejected rows, have them mended and send them again."),
    "blank": gettext_lazy(
        "Say how many are unknown wherever you show numbers by it; ask the source to fill it in."
    ),
    "unlisted": gettext_lazy(
        "Give each offence its class, so that it is counted where it belongs."
    ),
    "months_missing": gettext_lazy(
        "Ask the source whether nothing happened or nothing was sent. Draw no line across the gap."
    ),
    "capped": gettext_lazy(
        "Ask for the export again in smaller parts. Do not read a rise or fall from it."
    ),
    "delay": gettext_lazy(
        "Mark the latest months as provisional: set “late_months” of the source."
    ),
    "overdue": gettext_lazy("Ask the office that gives it for the next file."),
    "after_registration": gettext_lazy(
        "Ask the source which of the two dates is right; day and month may be swapped."
    ),
    "no_place": gettext_lazy("Say beside every district how many records have no place."),
    "no_position": gettext_lazy(
        "Say beside every map how many records are not on it; ask where they are likely to lie."
    ),
    "outside": gettext_lazy(
        "Check the system of coordinates and the codes; until then trust the code, not the point."
    ),
    "sink": gettext_lazy(
        "Leave these points out of hot spots: most are a station or a default position."
    ),
    "shared": gettext_lazy("Count by cell or district. Distances between such points mean little."),
    "round_position": gettext_lazy("Count by cells no finer than the rounding."),
    "midnight": gettext_lazy("Leave 00:00 out of charts by hour: often it means “not known”."),
    "full_hour": gettext_lazy("Count by hour or part of the day, never by minute."),
    "first_of_month": gettext_lazy(
        "Count by month, not by day: the first often means “this month”."
    ),
    "first_of_year": gettext_lazy(
        "Leave 1 January out of charts by day: often it means “this year”."
    ),
    "repeated": gettext_lazy("Ask the source whether they are records sent twice."),
    "same": gettext_lazy(
        "Look at some of them: several victims of one event, or one record under two numbers?"
    ),
    "changes": gettext_lazy("Do not compare across these days without saying so."),
}


def title(stat: Stat) -> str:
    about = FIELDS.get(stat.about)
    return f"{TITLES[stat.check]}: {about}" if about else str(TITLES[stat.check])


def shown(stat: Stat, below: float | None) -> str:
    """The figure as a person reads it. below : what it is below, where it may not be told."""
    if below is not None:
        return _("below %(share)s") % {"share": words.percent(below, 1)}
    if stat.value is None:
        return ""
    unit = LIMITS[stat.check].unit
    if unit == "share":
        return words.percent(stat.value, 1 if stat.value else 0)
    if unit == "times":
        return _("× %(ratio)s") % {"ratio": words.number(stat.value, 1)}
    if stat.check == "capped":
        return _("yes") if stat.value else _("no")
    number = int(stat.value)
    return _days(number) if unit == "days" else words.number(number)


def says(stat: Stat, figure: str) -> str:
    """One sentence on what was found."""
    if stat.because:
        return str(BECAUSE[stat.because])
    told = _SAYS.get(stat.check)
    return told(stat, figure) if told else str(_PLAIN[stat.check]) % {"share": figure}


def remedy(stat: Stat, found: Verdict) -> str:
    """What to do; nothing where nothing is to be done."""
    if found in (Verdict.GOOD, Verdict.NONE):
        return ""
    if stat.declared:
        return _("Nothing: the source says so itself, and what needs more is refused.")
    return str(REMEDIES[stat.check])


_PLAIN: Mapping[str, Text] = {
    "rejected": gettext_lazy("%(share)s of the rows of its files could not be taken."),
    "blank": gettext_lazy("%(share)s of the records do not say it."),
    "unlisted": gettext_lazy("%(share)s of the records are of offences that nobody has classed."),
    "after_registration": gettext_lazy(
        "%(share)s of the records say that they happened after they were registered."
    ),
    "no_place": gettext_lazy("%(share)s of the records name no place."),
    "no_position": gettext_lazy("%(share)s of the records have no position."),
    "outside": gettext_lazy(
        "%(share)s of the positions lie outside the district that their record names."
    ),
    "shared": gettext_lazy("%(share)s of the positions are those of another record too."),
    "round_position": gettext_lazy("%(share)s of the positions are rounded to 100 metres or more."),
    "midnight": gettext_lazy(
        "%(share)s of the clock times are 00:00 beyond what is usual at night."
    ),
    "full_hour": gettext_lazy("%(share)s of the clock times are full hours."),
    "repeated": gettext_lazy("%(share)s of the rows repeat a record that stands above them."),
    "same": gettext_lazy("%(share)s of the records are like another in all but the identifier."),
}


def _months_missing(stat: Stat, _figure: str) -> str:
    months: list[date] = stat.more["months"]
    if not months:
        return _("Every month from the first to the last has records.")
    listed = ", ".join(words.month(month) for month in months[:_MOST_LISTED])
    more = len(months) - _MOST_LISTED
    if more > 0:
        listed = _("%(names)s and %(n)s more") % {"names": listed, "n": words.number(more)}
    return _("No record of: %(months)s.") % {"months": listed}


def _capped(stat: Stat, _figure: str) -> str:
    if rows := stat.more["rows"]:
        return _("A file has exactly %(n)s rows, as exports that were cut off have.") % {
            "n": words.number(rows)
        }
    if stat.declared:
        return _("The source says that its export stops at a number of rows.")
    return _("No file has the number of rows at which exports are cut off.")


def _days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": words.number(number)}


def _delay(stat: Stat, figure: str) -> str:
    return _(
        "Half of the records were registered within %(half)s, nine in ten within %(most)s."
    ) % {
        "half": _days(stat.more["median"]),
        "most": figure,
    }


def _overdue(stat: Stat, _figure: str) -> str:
    facts = {key: words.day(stat.more[key]) for key in ("last", "due")}
    if stat.value:
        return _("The last file came on %(last)s; the next was expected by %(due)s.") % facts
    return _("The last file came on %(last)s; the next is expected by %(due)s.") % facts


def _sink(stat: Stat, figure: str) -> str:
    number = stat.more["points"]
    if not number:
        return _("No point holds far more records than the others.")
    return ngettext(
        "%(n)s point holds %(share)s of the positions, far more than the others.",
        "%(n)s points hold %(share)s of the positions, far more than the others.",
        number,
    ) % {"n": words.number(number), "share": figure}


def _times(stat: Stat, _figure: str) -> str:
    facts = {"ratio": words.number(stat.value or 0, 1)}
    if stat.check == "first_of_month":
        return _("The first of a month has %(ratio)s times as many records as other days.") % facts
    return _("1 January has %(ratio)s times as many records as other days.") % facts


def _changes(stat: Stat, _figure: str) -> str:
    told: Mapping[date, Any] = stat.more["on"]
    if not told:
        return _("None is known within its period.")
    return " ".join(f"{words.day(day)}: {text}" for day, text in told.items())


_SAYS = {
    "months_missing": _months_missing,
    "capped": _capped,
    "delay": _delay,
    "overdue": _overdue,
    "sink": _sink,
    "first_of_month": _times,
    "first_of_year": _times,
    "changes": _changes,
}
