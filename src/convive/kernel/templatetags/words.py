"""Numbers, dates and figures on pages, written as `convive.kernel.words` writes them."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import Any, Literal
from zlib import crc32

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from convive.charts.interval import Interval, interval_scale, scale_for
from convive.kernel import words
from convive.kernel.figures import Figure, Mark, MarkKind, Status
from convive.kernel.periods import Period

register = template.Library()

_DRAWN: dict[Status, Literal["ok", "provisional", "suppressed"]] = {
    Status.OK: "ok",
    Status.PROVISIONAL: "provisional",
    Status.SUPPRESSED: "suppressed",
}

register.filter("number", words.number)
register.filter("percent", words.percent)
register.filter("signed_percent", words.signed_percent)
register.filter("day", words.day)
register.filter("month", words.month)
register.filter("long_month", words.long_month)
register.filter("month_name", words.month_name)
register.filter("moment", words.moment)
register.filter("period", words.period)


@register.simple_tag
def interval(lower: float | None, upper: float | None, digits: int = 0) -> str:
    """`35,8 a 41,6`."""
    return words.interval(lower, upper, digits)


@register.simple_tag
def figure_card(
    figure: Figure,
    title: str,
    *,
    digits: int | None = None,
    period: Period | None = None,
    says: str = "",
    origin: Iterable[tuple[str, Any]] = (),
    ends: tuple[float, float] | None = None,
    heading: int = 3,
    url: str = "",
) -> SafeString:
    """A figure as a card: value, unit, interval, dates, marks and "where from?".

    digits : decimals of the value; by default none for whole numbers, else one.
    period : what it covers.
    says : one sentence under it that claims no more than the interval allows.
    origin : pairs of term and text for "where from?"; by default method, source, date and marks.
    ends : the ends of the interval's scale; cards that stand side by side share theirs.
    heading : the level of the title, 2 to 4.
    url : makes the title a link.
    """
    return render_to_string(
        "kernel/figure_card.html",
        {
            "figure": figure,
            "title": title,
            "tag": mark_safe(f"h{heading}"),  # noqa: S308
            "value": _value(figure, digits),
            "unit": "" if figure.unit == "%" else figure.unit,
            "missing": _missing(figure),
            "range": _range(figure, digits),
            "scale": _scale(figure, title, digits, ends),
            "dates": _dates(figure, period),
            "says": says,
            "marks": [mark for mark in figure.marks if mark.kind is not MarkKind.SAMPLE],
            "origin": list(origin) or where_from_rows(figure),
            "url": url,
        },
    )


def where_from_rows(figure: Figure) -> list[tuple[str, str]]:
    """What "where from?" says of a figure, as pairs of term and text."""
    rows = [(_("Method"), figure.method), (_("Source"), figure.source)]
    if figure.as_of:
        rows.append((_("Received up to"), words.day(figure.as_of)))
    if figure.n is not None and figure.status is not Status.SUPPRESSED:
        rows.append((_("Records"), words.number(figure.n)))
    rows += [(_kind(mark), _dated(mark)) for mark in figure.marks]
    return rows


def _value(figure: Figure, digits: int | None) -> str:
    if figure.value is None:
        return ""
    if figure.unit == "%":
        return words.percent(figure.value / 100, digits or 0)
    return words.number(figure.value, _digits(figure, digits))


def _digits(figure: Figure, digits: int | None) -> int:
    if digits is not None:
        return digits
    return 0 if figure.value is None or float(figure.value).is_integer() else 1


def _missing(figure: Figure) -> str:
    """What stands in the place of a value that cannot be shown. Never blank, never zero."""
    return {
        Status.MISSING: words.no_value(),
        Status.SUPPRESSED: _("few cases, hidden"),
        Status.UNDEFINED: _("cannot be computed"),
    }.get(figure.status, words.no_value())


def _range(figure: Figure, digits: int | None) -> str:
    if figure.status is Status.SUPPRESSED and figure.upper is not None:
        return words.interval(figure.lower or 0, figure.upper)
    if figure.value is None:
        return ""
    if figure.lower is None or figure.upper is None:
        return _("no published margin of error")
    if figure.unit == "%" and isfinite(figure.upper):
        said = _("between %(lower)s and %(upper)s") % {
            "lower": words.percent(figure.lower / 100, digits or 0),
            "upper": words.percent(figure.upper / 100, digits or 0),
        }
    else:
        said = words.between(figure.lower, figure.upper, _digits(figure, digits))
    return f"{said} ({words.percent(0.95)})"


def _scale(figure: Figure, title: str, digits: int | None, ends: tuple[float, float] | None) -> str:
    """The interval on its scale, hidden from screen readers: the line below says the same."""
    lower, upper = figure.lower, figure.upper
    if lower is None or upper is None or figure.status in (Status.MISSING, Status.UNDEFINED):
        return ""
    known = [x for x in (lower, figure.value, upper) if x is not None and isfinite(x)]
    start, end = ends or _ends(known)
    if not end > start:
        return ""

    def written(x: float) -> str:
        if figure.unit == "%":
            return words.percent(x / 100)
        return words.number(x, 0 if float(x).is_integer() else _digits(figure, digits))

    drawn = Interval(
        start=start,
        end=end,
        start_text=written(start),
        end_text=written(end),
        value=figure.value,
        lower=lower,
        upper=upper,
        status=_DRAWN[figure.status],
    )
    key = f"fig-{crc32(repr((title, figure)).encode()):x}"
    return mark_safe(interval_scale(drawn, key=key))  # noqa: S308


def _ends(known: list[float]) -> tuple[float, float]:
    """Round ends of a scale: from 0, or alike on both sides of it where something is negative."""
    furthest = scale_for(0, max(abs(x) for x in known))[1]
    return (-furthest if min(known) < 0 else 0.0), furthest


def _dates(figure: Figure, period: Period | None) -> str:
    """`ene–may 2016 · corte 6 jul 2016`."""
    parts = [words.period(period)] if period else []
    if figure.as_of:
        parts.append(_("received up to %(day)s") % {"day": words.day(figure.as_of)})
    return " · ".join(parts)


def _kind(mark: Mark) -> str:
    return {
        MarkKind.BOUNDARY: _("Change of boundary"),
        MarkKind.METHOD: _("Change of method"),
        MarkKind.PROVISIONAL: _("Provisional"),
        MarkKind.SAMPLE: _("Sample"),
        MarkKind.NOTE: _("Note"),
    }[mark.kind]


def _dated(mark: Mark) -> str:
    return f"{words.day(mark.on)}: {mark.text}" if mark.on else mark.text
