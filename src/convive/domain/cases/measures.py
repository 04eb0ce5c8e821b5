"""The measure of cases: how many people are accompanied, in all and by tier of prevention."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.cases import queries
from convive.domain.people.queries import those_counted
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Mark, MarkKind, Question, Status, measure
from convive.kernel.words import number
from convive.stats.disclosure import suppress_list


@measure("cases.people", filters=("tier",))
def people(question: Question) -> Figure:
    """People whose case was open on a day of the period, each once within an organisation; those of
    sample cases only where there are no others."""
    if not question.period.is_whole_months:
        raise BadInput.at(
            "--from",
            _("People are counted by whole months."),
            _("Write months, quarters or years."),
        )
    if question.place and programme.place(question.place) != programme.programme_place():
        raise BadInput.at(
            "--place",
            _("Cases are counted in the whole programme alone: a district would tell too few."),
            _("Leave out the place."),
        )
    tier, known = question.where.get("tier", ""), [row.code for row in queries.tiers()]
    if tier and tier not in known:
        raise BadInput.at(
            f"--where tier={tier}",
            _("The pack has no such tier."),
            _("It takes: %(levels)s.") % {"levels": ", ".join(known)},
        )
    every = list(queries.stays_within(question.period.start, question.period.end))
    stays = [stay for stay in every if not stay.case.is_sample] or every  # never both together
    method = _(
        "People whose case was open on a day of the period and who agree to be counted, each once "
        "within an organisation; the tier is the one somebody chose last. Small counts are hidden, "
        "and what would tell them."
    )
    whom = {stay.case.whom.pk: stay.case for stay in stays}  # the newest stay speaks
    counted = {one.pk for one in those_counted(whom)}
    levels = [*known, ""]  # the last: not screened, or of a tier that the pack no longer has
    of = {pk: case.tier if case.tier in known else "" for pk, case in whom.items() if pk in counted}
    counts = [sum(found == level for found in of.values()) for level in levels]
    kept = suppress_list(counts, programme.threshold(sensitive=True))
    cell = kept.cells[levels.index(tier)] if tier else kept.total
    assert cell is not None
    value = cell.value
    bodies = sorted({case.person.organisation.name for pk, case in whom.items() if pk in counted})
    said = _("Too few people to be told.")
    return Figure(
        value,
        _("people"),
        method,
        ", ".join(bodies) or _("Cases"),
        n=value,
        as_of=programme.today(),
        status=Status.SUPPRESSED if value is None else Status.OK,
        marks=(Mark(MarkKind.SAMPLE, _("Sample: these people are made up.")),)
        * any(case.is_sample for case in whom.values()),
        words=said if value is None else _("%(people)s people.") % {"people": number(value)},
    )
