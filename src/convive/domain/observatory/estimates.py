"""What surveys say: a published value and its margin as they stand, or an estimate of ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import queries, sayings
from convive.domain.observatory.estimates_microdata import estimated
from convive.domain.observatory.reading import Asked, asked_of
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.mapping import Question as Asking
from convive.evidence.queries import Estimate, Selection, SourceView
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Figure, Mark, MarkKind, Status
from convive.kernel.periods import Period

_Z = 1.959964  # half-width of a 95 % interval, in standard errors


def published(asked: Asked) -> Figure:
    """The latest value within the period, for exactly the place asked for: as a survey published
    it, or estimated from its answers.

    Raises BadInput where the question is not one of the survey's, Refused for a source of records.
    """
    view = asked.source
    if view.shape == "microdata":
        return estimated(asked)
    if view.shape != "survey":
        raise Refused.at(
            view.code,
            _("This source holds records, not estimates of a survey."),
            _("Ask for observatory.count or observatory.rate."),
        )
    if len(asked.places) > 1:
        raise BadInput.at(
            asked.name,
            _("Percentages of several places make no percentage of them together."),
            _("Name one place."),
        )
    question = view.spec.question(asked.where.get("question", ""))
    if question is None:
        raise BadInput.at(
            "question",
            _("An estimate answers one question of the survey."),
            _("Write --where question=… with one of: %(names)s.")
            % {"names": ", ".join(question.code for question in view.spec.questions)},
        )
    found = [row for place in asked.places for row in _rows(view, place, asked.period, question)]
    if not found:
        return _missing(asked, question)
    return _figure(view, question, found[-1], asked.name, others=len(found) - 1)


def nearest(view: SourceView, place: Place, until: date) -> tuple[str, Figure, Period] | None:
    """The latest value up to a day: of the place, or of the nearest place above it.

    Returns the question with the name of the place it was asked in, the figure and its period.
    """
    if view.coverage is None or view.coverage.start > until:
        return None
    period = Period(view.coverage.start, until)
    if view.shape == "microdata":
        return _nearest_estimated(view, place, period)
    above: Place | None = place
    while above is not None:
        for question in view.spec.questions:
            if found := _rows(view, above, period, question):
                figure = _figure(view, question, found[-1], above.name)
                return f"{question.name} ({above.name})", figure, found[-1].period
        above = above.parent
    return None


def all_latest(view: SourceView, place: Place, period: Period) -> list[tuple[str, str, Estimate]]:
    """(question, name of the place, latest value) of every question that a survey can answer.

    Each for the place, or for the nearest place above it of which the survey tells anything.
    """
    above: Place | None = place
    while above is not None:
        found = (
            [(name, above.name, row) for name, row in _estimated(view, above, period)]
            if view.shape == "microdata"
            else [
                (question.name, above.name, rows[-1])
                for question in view.spec.questions
                if (rows := _rows(view, above, period, question))
            ]
        )
        if found:
            return found
        above = above.parent
    return []


def unit_of(view: SourceView, code: str) -> str:
    """The unit of a question's value; a share of answers is in percent."""
    question = view.spec.question(code)
    return question.unit if question else "percent"


def _estimated(view: SourceView, place: Place, period: Period) -> Iterator[tuple[str, Estimate]]:
    """Question and value, for every question of microdata that the sample here can answer."""
    for question in view.spec.survey.questions if view.spec.survey else ():
        figure = _estimate(view, place, period, question.code)
        if figure is not None and figure.value is not None:
            yield (
                question.name,
                Estimate(
                    place=place.ref,
                    period=period,
                    question=question.code,
                    value=figure.value,
                    lower=figure.lower,
                    upper=figure.upper,
                    se=None,
                    n=figure.n,
                    note="",
                ),
            )


def _estimate(view: SourceView, place: Place, period: Period, code: str) -> Figure | None:
    """The estimate here, or None where the sample cannot carry it."""
    where = {"question": code}
    try:
        return estimated(asked_of(view, (place,), place.name, period, where, queries.drawings()))
    except Refused:
        return None


def _nearest_estimated(
    view: SourceView, place: Place, period: Period
) -> tuple[str, Figure, Period] | None:
    """The first question that the sample can answer, for the place or the nearest above it."""
    above: Place | None = place
    while above is not None:
        for question in view.spec.survey.questions if view.spec.survey else ():
            figure = _estimate(view, above, period, question.code)
            if figure is not None and figure.value is not None:
                return f"{question.name} ({above.name})", figure, period
        above = above.parent
    return None


def _rows(view: SourceView, place: Place, period: Period, question: Asking) -> list[Estimate]:
    """What was published of this place itself, oldest first."""
    own = (place.ref, *queries.elsewhere(place))
    found = evidence.estimates(Selection(view.code, period, own, category=question.code))
    return sorted(found, key=lambda row: row.period)


def _figure(
    view: SourceView, question: Asking, row: Estimate, name: str, *, others: int = 0
) -> Figure:
    lower, upper, method = row.lower, row.upper, _("Value and 95% interval as published.")
    if lower is None and upper is None and row.se is not None:
        lower, upper = row.value - _Z * row.se, row.value + _Z * row.se
        method = _("Value as published; 95% interval from its published standard error.")
    elif lower is None or upper is None:
        method = _("Value as published; no published margin of error.")
    marks = [Mark(MarkKind.SAMPLE, sayings.sample())] if view.is_sample else []
    if others:
        text = _("The latest of %(n)s published values of the period.") % {"n": others + 1}
        marks.append(Mark(MarkKind.NOTE, text))
    unit = "%" if question.unit == "percent" else question.unit
    return Figure(
        value=row.value,
        unit=unit,
        method=f"{question.name}. {method}",
        source=sayings.source(view),
        lower=lower,
        upper=upper,
        n=row.n,
        as_of=view.as_of,
        marks=tuple(marks),
        words=_said(name, row, unit, lower, upper),
    )


def _said(name: str, row: Estimate, unit: str, lower: float | None, upper: float | None) -> str:
    percent = unit == "%"
    value = words.percent(row.value / 100, 1) if percent else words.number(row.value, 1)
    if lower is None or upper is None:
        ends = _("no published margin of error")
    else:
        said = (
            words.percent_interval(lower / 100, upper / 100, 1)
            if percent
            else words.interval(lower, upper, 1)
        )
        ends = f"{said}, {words.percent(0.95)}"
    return f"{name}, {words.period(row.period)}: {value} ({ends})."


def _missing(asked: Asked, question: Asking) -> Figure:
    view = asked.source
    marks = [Mark(MarkKind.SAMPLE, sayings.sample())] if view.is_sample else []
    if view.coverage is not None:
        text = _("The source covers %(period)s.") % {"period": words.period(view.coverage)}
        marks.append(Mark(MarkKind.NOTE, text))
    return Figure(
        value=None,
        unit="%" if question.unit == "percent" else question.unit,
        method=question.name,
        source=sayings.source(view),
        as_of=view.as_of,
        status=Status.MISSING,
        marks=tuple(marks),
        words=sayings.missing(asked),
    )
