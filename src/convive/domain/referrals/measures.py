"""The measures of referrals: how many are open, and how many days an answer and an end take."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from convive.domain.people.vocabulary import Sex
from convive.domain.programme import queries as programme
from convive.domain.referrals import queries
from convive.domain.referrals.counting import Counted, duration, is_of
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, measure
from convive.kernel.figures import Status as Told
from convive.stats.durations import Duration

_BY = ("service", "sender", "receiver", "sex")
STAGES = ("response", "done")


@measure("referrals.open", filters=_BY)
def open_(question: Question) -> Figure:
    """How many referrals were open at the end of the period."""
    way, level = _asked(question)
    day = min(question.period.end, programme.today())
    counted = Counted(queries.open_on(day, queries.every()))
    count = len(counted.of(way, level))
    method = _(
        "Referrals sent and neither done, rejected nor taken back by that day, of people who agree "
        "to be counted. Small counts are hidden, and what would tell them."
    )
    if not counted.may_tell(way, level):
        return _figure(counted, None, _("referrals"), method, status=Told.SUPPRESSED)
    said = _("Open on %(day)s: %(count)s.") % {"day": words.day(day), "count": words.number(count)}
    return _figure(counted, count, _("referrals"), method, n=count, words=said)


@measure("referrals.median_days", filters=(*_BY, "stage"))
def median_days(question: Question) -> Figure:
    """Days within which half of the referrals sent in the period were answered, or done."""
    return _days(question, 0.5)


@measure("referrals.p90_days", filters=(*_BY, "stage"))
def p90_days(question: Question) -> Figure:
    """Days within which nine in ten of the referrals sent in the period were answered, or done."""
    return _days(question, 0.9)


def _days(question: Question, share: float) -> Figure:
    way, level = _asked(question)
    stage = question.where.get("stage", STAGES[0])
    if stage not in STAGES:
        raise BadInput.at(
            stage,
            _("A referral has no stage of this name."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(STAGES)},
        )
    days = question.period.start, question.period.end
    counted = Counted(queries.every().filter(sent_at__date__range=days))
    asked = counted.of(way, level)
    rows = [row for row in asked if is_of(row, stage)]
    found = duration(rows, stage, share, programme.today())
    method = _method(stage, found)
    # How many were rejected is told to nobody: so neither is how many were not
    n = found.n if stage == STAGES[0] else None
    if not counted.may_tell(way, level) or (asked and found.n < counted.least(rows)):
        return _figure(counted, None, _("days"), method, status=Told.SUPPRESSED)
    if found.n == 0:
        said = _("Nothing was sent in this period.")
        return _figure(counted, None, _("days"), method, status=Told.MISSING, words=said)
    if found.value is None:
        said = _("So many still wait that it is not known yet.")
        return _figure(counted, None, _("days"), method, status=Told.UNDEFINED, words=said)
    upper = found.upper if found.upper is not None else float("inf")
    lower = found.lower if found.lower is not None else 0.0
    told = {
        "share": words.percent(share),
        "days": words.number(found.value),
        "between": words.between(lower, upper),
    }
    said = _("%(share)s within %(days)s days, %(between)s.") % told
    return _figure(
        counted, found.value, _("days"), method, n=n, words=said, lower=lower, upper=upper
    )


def _asked(question: Question) -> tuple[str, str]:
    """In which of WAYS the referrals are divided, and the level that is asked for; "" for all.

    Raises BadInput for part of a month, for two ways at once and for an unknown level.
    """
    if not question.period.is_whole_months:
        raise BadInput.at(
            "--from",
            _("Referrals are counted by whole months."),
            _("Write months, quarters or years."),
        )
    asked = {name: question.where[name] for name in _BY if question.where.get(name)}
    if question.place and (district := _district(question.place)):
        asked["district"] = district
    if len(asked) > 1:
        raise BadInput.at(
            "--where",
            _("Referrals are divided in one way at a time: more would tell of single people."),
            _("Give one of: %(names)s.") % {"names": ", ".join(sorted(asked))},
        )
    for name, level in asked.items():
        _known(name, level)
        return name, level
    return "", ""


def _known(name: str, level: str) -> None:
    """Raises BadInput for a level that nobody knows."""
    if name == "service":
        queries.service(level)
    elif name in ("sender", "receiver"):
        programme.organisation(level)
    elif name == "sex" and level not in Sex.values:
        raise BadInput.at(
            f"--where sex={level}",
            _("There is no such sex here."),
            _("It takes: %(levels)s.") % {"levels": ", ".join(one for one in Sex.values if one)},
        )


def _district(ref: str) -> str:
    """The code of a district of the programme; "" for the place that holds all of them."""
    place = programme.place(ref)
    if programme.districts().filter(pk=place.pk).exists():
        return place.code
    if place != programme.programme_place():
        raise BadInput.at(
            "--place",
            _("Referrals are counted in a district of the programme or in all of it."),
            _("Give a district, or leave out the place."),
        )
    return ""


def _method(stage: str, found: Duration) -> str:
    told = (
        _("Whole days from sending to the first answer, of people who agree to be counted.")
        if stage == "response"
        else _(
            "Whole days from sending until it was done, of those that were not rejected and of "
            "people who agree to be counted."
        )
    )
    if found.waiting:
        return (
            told + " " + _("Those still waiting count as such: Kaplan–Meier, Brookmeyer–Crowley.")
        )
    return told + " " + _("The interval is exact, from order statistics.")


def _figure(counted: Counted, value: Any, unit: str, method: str, **more: Any) -> Figure:
    if more.get("status") is Told.SUPPRESSED:
        more["words"] = _("Too few people to be told.")
    text = _("Sample: these people are made up.")
    return Figure(
        value,
        unit,
        method,
        _("Referrals of the programme"),
        as_of=programme.today(),
        marks=(Mark(MarkKind.SAMPLE, text),) * counted.is_sample,
        **more,
    )
