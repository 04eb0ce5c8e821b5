"""The measures of services: how many people came, how many complete, how many stay."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.services import counting, queries, rules, telling
from convive.domain.services.counting import ANY, WAYS, Reached
from convive.domain.services.models import Activity, Session
from convive.domain.services.vocabulary import Standing
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Question, Status, measure
from convive.kernel.words import between, number, percent, percent_interval
from convive.stats.rates import proportion
from convive.stats.retention import kaplan_meier

_DAYS = "90"


@measure("services.people", filters=("service", *WAYS))
def people(question: Question) -> Figure:
    """People who came to a service at least once, each once within an organisation."""
    telling.whole_months(question)
    service = telling.service_of(question)
    way, level = _way(question)
    reached = Reached(question.period)
    activities = Activity.objects.filter(sessions__attendance__in=reached.rows).distinct()
    unit = _("people")
    method = _(
        "People who came to at least one session within the period and agree to be counted, each "
        "once within an organisation. Small counts are hidden, and what would tell them."
    )
    if not _was_written(question):
        return telling.missing(unit, method)
    value = reached.counts.told(service or ANY, way, level)
    return Figure(
        value,
        unit,
        method,
        telling.sources(activities),
        n=value,
        as_of=programme.today(),
        status=Status.SUPPRESSED if value is None else Status.OK,
        marks=telling.marks(reached.is_sample) + telling.several(telling.bodies_of(activities)),
        words=telling.too_few()
        if value is None
        else _("%(people)s people.") % {"people": number(value)},
    )


@measure("services.completion", filters=("service", "organisation"))
def completion(question: Question) -> Figure:
    """The share of those who completed, of those whose time in an activity ended."""
    telling.whole_months(question)
    asked, first, last = telling.part_of(question), question.period.start, question.period.end
    (rows,), is_sample = counting.real((queries.ended_in(first, last), counting.made_up()))
    ended = {
        whose: [time for time in every if first <= time.ends <= last]
        for whose, every in telling.times(rows).items()
    }
    share = telling.Share(
        {
            whose: any(time.state == Standing.COMPLETED for time in every)
            for whose, every in ended.items()
            if every
        },
        asked,
    )
    method = _(
        "Completed ÷ (completed + left), of people who had a place and agree to be counted, each "
        "once in an activity; who is lost from sight did not complete. Clopper–Pearson."
    )
    if not share.n:
        return telling.missing("%", method)
    if not share.is_told:
        return telling.hidden(method, share, is_sample)
    part, lower, upper = (float(each) for each in proportion(share.did, share.n))
    return Figure(
        100 * part,
        "%",
        method,
        telling.sources(share.activities),
        lower=100 * lower,
        upper=100 * upper,
        n=share.n,
        as_of=programme.today(),
        marks=telling.marks(is_sample),
        words=_("%(share)s completed (%(interval)s).")
        % {"share": percent(part), "interval": percent_interval(lower, upper)},
    )


@measure("services.retention", filters=("service", "organisation", "days"))
def retention(question: Question) -> Figure:
    """The share of those who began within the period and were still there after some days."""
    telling.whole_months(question)
    asked, days = telling.part_of(question), _days(question)
    first, last, today = question.period.start, question.period.end, programme.today()
    (rows,), is_sample = counting.real((queries.begun_in(first, last), counting.made_up()))
    spells = {
        whose: spell
        for whose, every in telling.times(rows).items()
        for time in [time for time in every if first <= time.from_day <= last][:1]
        if (spell := rules.spell(time, today)) is not None
    }
    share = telling.Share(
        {whose: spell.left and spell.days <= days for whose, spell in spells.items()}, asked
    )
    method = _(
        "Kaplan–Meier from the day somebody has a place, of people who agree to be counted, each "
        "once in an activity: whoever came back had left. Who completes or is lost from sight is "
        "censored. Greenwood's variance, interval by log(−log)."
    )
    if not share.n:
        return telling.missing("%", method)
    if not share.is_told:
        return telling.hidden(method, share, is_sample)
    inside = [spells[whose] for whose in share.inside]
    told = kaplan_meier([each.days for each in inside], [each.left for each in inside]).at(days)
    source, marks = telling.sources(share.activities), telling.marks(is_sample)
    if told is None:
        early = _("Nobody was seen for %(days)d days yet.") % {"days": days}
        status = Status.UNDEFINED
        return Figure(None, "%", method, source, status=status, marks=marks, words=early)
    part, lower, upper = told
    said = _("%(share)s were still there after %(days)d days, %(between)s %%.") % {
        "share": percent(part),
        "days": days,
        "between": between(100 * lower, 100 * upper),
    }
    return Figure(
        100 * part,
        "%",
        method,
        source,
        lower=100 * lower,
        upper=100 * upper,
        n=share.n,
        as_of=today,
        marks=marks,
        words=said,
    )


def _way(question: Question) -> tuple[str, str]:
    """In which way people are divided, and which level is asked for; ANY where none is."""
    asked = {name: question.where[name] for name in WAYS if question.where.get(name)}
    if question.place:
        place = programme.place(question.place)
        if place != programme.programme_place():
            asked["district"] = place.code
    if len(asked) > 1:
        raise BadInput.at(
            "--where",
            _("People are divided in one way at a time, besides by service."),
            _("Give one of them."),
        )
    for name, level in asked.items():
        known = counting.levels_asked()[name]
        if level not in known:
            raise BadInput.at(
                f"--where {name}={level}",
                _("People are not divided so."),
                _("It takes: %(levels)s.") % {"levels": ", ".join(known)},
            )
        return name, level
    return ANY, ANY


def _days(question: Question) -> int:
    text = question.where.get("days") or _DAYS
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise BadInput.at(
            f"--where days={text}", _("This is no number of days."), _("Write one from 1 to 3650.")
        )
    return int(text)


def _was_written(question: Question) -> bool:
    """Whether anybody wrote down who came within the period: else nothing is known, not nobody."""
    days = (question.period.start, question.period.end)
    return Session.objects.filter(day__range=days, recorded_at__isnull=False).exists()
