"""The standing words of the chapter: the problem, and the approaches from which it is looked at.

The approaches are those that a district's security plan names in Peru (public health, territorial,
between institutions, gender, intercultural, budget and evaluation); the sentences are ours.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.reports.document import Block, Heading, Paragraph, Points


def problem(place: str, programme_purpose: str) -> list[Block]:
    """What the chapter is for, and how it looks at violence."""
    blocks: list[Block] = [Heading(_("The problem, and how we look at it"))]
    if programme_purpose:
        blocks.append(Paragraph(programme_purpose))
    blocks.append(
        Paragraph(
            _(
                "This chapter says what is known of insecurity in %(place)s, who recorded it, how "
                "sure one can be, and what is not known. It does not say who is to blame."
            )
            % {"place": place}
        )
    )
    return [*blocks, Heading(_("Approaches"), 2), Points(_approaches())]


def _approaches() -> tuple[tuple[str, str], ...]:
    return (
        (
            _("Public health."),
            _(
                "Violence can be prevented. We count the harm, look for what goes with it, act, "
                "and check whether it changed."
            ),
        ),
        (
            _("Territorial."),
            _(
                "A district is read within its own limits and beside its neighbours. Numbers "
                "counted within other limits are not compared without saying so."
            ),
        ),
        (
            _("Between institutions."),
            _(
                "Police, prosecutor, health, women's centres and municipality each see a part. "
                "Their series stand side by side and are never added up."
            ),
        ),
        (
            _("Gender."),
            _(
                "Violence against women is counted apart, is never drawn on a map and is never "
                "shown for anything smaller than the district."
            ),
        ),
        (
            _("Intercultural."),
            _(
                "What neighbours say in their own words and language counts as knowledge of the "
                "place, beside the figures."
            ),
        ),
        (
            _("Budget and evaluation."),
            _(
                "Each figure has a source, a date and a definition, so that what the plan costs "
                "and promises can be measured against it."
            ),
        ),
    )
