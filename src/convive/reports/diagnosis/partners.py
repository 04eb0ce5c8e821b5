"""Who can act and what was promised: the organisations, open public commitments, objectives."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from convive.kernel import words
from convive.reports.diagnosis.material import Material
from convive.reports.document import Block, Column, Heading, Paragraph, Points, Table


def who_does_what(material: Material) -> list[Block]:
    """The organisations of the programme and their part; what they promised in public."""
    blocks: list[Block] = [
        Heading(_("Who does what")),
        Paragraph(
            _(
                "The institutions on which the district's committee (CODISEC) can count in this "
                "programme, each with its own part."
            )
        ),
    ]
    if material.partners:
        blocks.append(
            Table(
                caption=_("Institutions and their part"),
                columns=(
                    Column(_("Institution"), share=2),
                    Column(pgettext("table head", "Part"), share=3),
                ),
                rows=tuple((partner.name, partner.part) for partner in material.partners),
                source=_("Source: the programme's register of organisations."),
            )
        )
    else:
        blocks.append(Paragraph(_("The programme names no institutions yet.")))
    blocks.append(Heading(_("Open public commitments"), 2))
    if not material.promises:
        blocks.append(Paragraph(_("No public commitment for this district is open.")))
        return blocks
    blocks.append(
        Table(
            caption=_("Open public commitments"),
            columns=(
                Column(pgettext("table head", "What"), share=3),
                Column(pgettext("table head", "Who"), share=2),
                Column(_("By when")),
            ),
            rows=tuple((p.what, p.who, words.day(p.due)) for p in material.promises),
            source=_("Source: the programme's register of commitments."),
        )
    )
    return blocks


def desired_future(material: Material) -> list[Block]:
    """Where the plan wants to get: its objectives from the top down."""
    blocks: list[Block] = [Heading(_("The future we want"))]
    if not material.aims:
        return [*blocks, Paragraph(_("The programme has no plan yet."))]
    blocks += [
        Paragraph(_("What the plan wants to reach: %(plan)s.") % {"plan": material.plan}),
        Points(tuple((aim.code, aim.name) for aim in material.aims)),
    ]
    goals = [goal for aim in material.aims for goal in aim.targets]
    if goals:
        blocks.append(
            Table(
                caption=_("Indicators and targets"),
                columns=(
                    Column(_("Indicator"), share=3),
                    Column(pgettext("table head", "Where"), share=1),
                    Column(_("Baseline"), is_number=True),
                    Column(_("Target"), is_number=True),
                    Column(_("By when")),
                ),
                rows=tuple(
                    (goal.name, goal.place, goal.baseline, goal.value, words.day(goal.due))
                    for goal in goals
                ),
                source=_("Source: the programme's plan."),
            )
        )
    return blocks
