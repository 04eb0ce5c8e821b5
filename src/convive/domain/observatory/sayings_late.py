"""What is said of late registration: what is to be expected, or why nothing can be."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from convive.domain.observatory.parts import MonthPoint
from convive.kernel import words
from convive.stats.nowcast_releases import Reason


def why_not(reason: Reason) -> str:
    """Why releases cannot be read, or carry no estimate."""
    return {
        Reason.TOO_FEW: _("There are fewer than two releases: how late records come is not seen."),
        Reason.TOO_EARLY: _("By that month there are fewer than two releases."),
        Reason.CORRECTED: _(
            "The source takes records away again between releases: what comes late cannot be told "
            "from what was corrected."
        ),
        Reason.EMPTY: _("There is no place of which all releases speak."),
        Reason.MONTH: _("A month is not written as one."),
        Reason.NOT_WHOLE: _("A number of cases is not a whole number, 0 or more."),
        Reason.AFTER_RELEASE: _("A row counts a month after the last month of its release."),
        Reason.TWICE: _("A release has two rows of one place and month."),
    }.get(reason, _("The releases do not fit together."))


def what_to_do(reason: Reason) -> str:
    """What whoever gave a file or asked of a source can do about it."""
    return {
        Reason.TOO_FEW: _("Add the next release when it comes out."),
        Reason.TOO_EARLY: _("Ask for a later month, or add earlier releases."),
        Reason.CORRECTED: _("Read the newest months as provisional, without an estimate."),
        Reason.MONTH: _("Write it as 2025-06."),
        Reason.TWICE: _("Add them up first."),
    }.get(reason, _("Correct the table."))


def no_band(reason: Reason) -> str:
    """That provisional months stand without an estimate, and why."""
    return _("The provisional months have no estimate. %(why)s") % {"why": why_not(reason)}


def expected(points: Iterable[MonthPoint]) -> str:
    """What the months that still grow will come to, for those that are told; empty for none."""
    told = [
        _("%(month)s %(estimate)s (%(range)s), of which %(published)s are registered so far")
        % {
            "month": words.month(point.month),
            "estimate": words.number(round(point.expected.estimate)),
            "range": words.interval(point.expected.lower, point.expected.upper),
            "published": words.number(point.expected.published),
        }
        for point in points
        if point.expected is not None
    ]
    if not told:
        return ""
    text = _("Expected once all is registered (95%%): %(months)s.") % {"months": "; ".join(told)}
    return f"{text} {no_fall()}"


def no_fall() -> str:
    return _("A month that still grows is no fall: compare it only by its band.")


def about_late(points: Iterable[MonthPoint], why: str) -> str:
    """What is expected; else why nothing is, where there are provisional months at all."""
    seen = list(points)
    return expected(seen) or (why if any(point.provisional for point in seen) else "")
