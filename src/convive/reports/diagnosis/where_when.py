"""Where and when: the answered questions of this place and time, as their pages say them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.observatory import analysis_page
from convive.domain.observatory.models import Analysis
from convive.kernel import words
from convive.reports.diagnosis.material import Material
from convive.reports.document import Block, Heading, Paragraph, Picture, Points, Tone


def where_and_when(material: Material) -> list[Block]:
    """Each answer's sentence, with what to know before acting on it; nothing where none was asked.

    Cells are drawn in a document for internal use only: outside, a drawing of a few blocks becomes
    a name for those who live there.
    """
    if not material.answered:
        return []
    blocks: list[Block] = [
        Heading(_("Where and when")),
        Paragraph(
            _(
                "Questions that were asked of these records, each with the answer of its page. "
                "They speak of places and hours, never of people, and only of what was reported."
            )
        ),
    ]
    for found in material.answered:
        blocks += _answer(found, found.pk in material.confirmed, material.order.internal)
    return blocks


def _answer(found: Analysis, is_confirmed: bool, internal: bool) -> list[Block]:
    page = analysis_page.answer_page(found)
    question = analysis_page.question_of(found)
    stood = " " + _("A second person looked at it and stands by it.") if is_confirmed else ""
    blocks: list[Block] = [
        Heading(str(question.title), 2),
        Paragraph(page.sentence + stood, term=f"{analysis_page.subject(found)}."),
    ]
    if internal and (drawn := analysis_page.sectors_printed(found)):
        title = _("Sectors that the answer names")
        blocks.append(Picture(svg=drawn, alt=title, caption=title, width=0.5))
    blocks.append(Points(tuple(("", caveat) for caveat in page.caveats)))
    blocks.append(
        Paragraph(
            f"{_('Method')}: {question.method}. {_('Answered')}: {words.moment(found.answered_at)}."
            f" {_('Evidence')}: {found.version[:12]}.",
            tone=Tone.SMALL,
        )
    )
    return blocks
