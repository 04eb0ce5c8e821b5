"""What the numbers rest on: the people of the district, the sources, and what a survey asked."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from convive.domain.observatory import sayings
from convive.evidence.queries import Estimate, SourceView
from convive.kernel import words
from convive.reports.diagnosis.material import Answer, Material
from convive.reports.document import Block, Column, Heading, Paragraph, Table
from convive.reports.queries import PeopleRow


def people(material: Material) -> list[Block]:
    """The population by year, with its source and boundaries."""
    blocks: list[Block] = [Heading(_("The people of the district"))]
    if not material.people:
        return [
            *blocks,
            Paragraph(_("The programme has no count of the people of this place.")),
        ]
    by_sex = [row for row in material.people if row.women is not None]
    return [
        *blocks,
        Paragraph(
            _(
                "Counts of people by different sources, or within different boundaries, are not "
                "compared with one another. A rate divides records by the people within the same "
                "boundaries."
            )
        ),
        Table(
            caption=_("People by year"),
            columns=(
                Column(_("Year")),
                Column(_("People"), is_number=True),
                Column(_("Source"), share=5),
                Column(_("Boundaries"), share=6),
            ),
            rows=tuple(
                (str(row.year), words.number(row.value), row.source, row.edition)
                for row in material.people
            ),
            source=_("Source: the programme's pack, population.csv."),
        ),
        *([_women_and_men(by_sex)] if by_sex else []),
    ]


def _women_and_men(rows: list[PeopleRow]) -> Table:
    return Table(
        caption=_("Women and men"),
        columns=(
            Column(_("Year")),
            Column(_("Women"), is_number=True, share=1),
            Column(_("Men"), is_number=True, share=1),
            Column(_("Source"), share=4),
        ),
        rows=tuple(
            (str(row.year), words.number(row.women), words.number(row.men), row.source)
            for row in rows
        ),
        source=_("Source: the programme's pack, population.csv."),
    )


def sources(material: Material) -> list[Block]:
    """Complaints, victimisation, perception: who records what, and what a survey asked."""
    views = [view for view in material.views if view.coverage is not None]
    waiting = [view.name for view in material.views if view.coverage is None]
    blocks: list[Block] = [
        Heading(_("Who records what")),
        Table(
            caption=_("Sources of this programme"),
            columns=(
                Column(_("Source"), share=3),
                Column(pgettext("table head", "Counts"), share=1.3),
                Column(pgettext("table head", "Covers"), share=1.3),
                Column(_("Received up to"), share=1),
            ),
            rows=tuple(_source_row(view) for view in views),
            source=_("Source: the programme's pack and its imports."),
        ),
    ]
    if waiting:
        blocks.append(
            Paragraph(_("Nothing received yet: %(names)s.") % {"names": "; ".join(waiting)})
        )
    blocks.append(Heading(_("What people answered"), 2))
    if not material.answers:
        blocks.append(
            Paragraph(
                _(
                    "No survey of victimisation, fear or trust has been brought in for this place "
                    "and these years."
                )
            )
        )
        return blocks
    blocks.append(_answers(material.answers))
    return blocks


def _source_row(view: SourceView) -> tuple[str, ...]:
    what = _("answers") if view.shape == "survey" else sayings.unit(view)
    publisher = f"{view.name}. {view.spec.publisher}" if view.spec.publisher else view.name
    return publisher, what, words.period(view.coverage), words.day(view.as_of)


def _answers(answers: tuple[Answer, ...]) -> Table:
    where = sorted({answer.place for answer in answers})
    return Table(
        caption=_("Victimisation, fear and trust: %(places)s") % {"places": ", ".join(where)},
        columns=(
            Column(_("Question"), share=3),
            Column(_("Year")),
            Column(pgettext("table head", "Value"), is_number=True),
            Column(_("95% interval"), share=1.6),
        ),
        rows=tuple(
            (
                a.question,
                words.period(a.estimate.period),
                _percent(a.estimate.value, a.unit),
                margin(a.estimate),
            )
            for a in answers
        ),
        source=_("Source: %(names)s") % {"names": "; ".join(sorted({a.source for a in answers}))},
    )


def _percent(value: float, unit: str) -> str:
    return words.percent(value / 100, 1) if unit == "percent" else words.number(value, 1)


def margin(estimate: Estimate) -> str:
    """The interval as published, or as estimated from the answers; never one made for a value."""
    if estimate.lower is not None and estimate.upper is not None:
        return words.interval(estimate.lower, estimate.upper, 1)
    if estimate.se is not None:
        return _("standard error %(se)s") % {"se": words.number(estimate.se, 1)}
    return _("no published margin of error")
