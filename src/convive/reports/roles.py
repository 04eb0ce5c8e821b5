"""The printed sheet of a role: who I am, what I do each day, whom I may see, what I never do."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import override

from convive.access.permissions import ROLE_DESCRIPTIONS, ROLE_NAMES, Role
from convive.domain.programme import queries as programme
from convive.reports.diagnosis.opening import MOTTOES
from convive.reports.document import Block, Document, Frame, Heading, Paragraph, Points, Tone
from convive.reports.parts import PARTS, Words
from convive.reports.typeset import typeset


def make(role: Role, language: str) -> bytes:
    """The PDF of one role, in a language: one page."""
    with override(language):
        return typeset(compose(role, language))


def compose(role: Role, language: str) -> Document:
    """The sheet as blocks, in the active language. Emergency numbers are those of the pack."""
    part, name = PARTS[role], str(ROLE_NAMES[role])
    found = programme.programme()
    lines = found.emergency if found else []
    calls = ", ".join(f"{line['number']} {line[f'name_{language}']}" for line in lines)
    blocks: list[Block] = [
        Paragraph(str(ROLE_DESCRIPTIONS[role]), tone=Tone.LEAD),
        *_list(_("What I do each day"), part.daily),
        *_list(_("Whom I may see"), part.sees),
        *_list(_("What I never do"), part.never),
        Heading(_("Where help is")),
        Points(
            (
                (_("Danger:"), calls or _("call the police")),
                (
                    _("Abuse by somebody of the programme:"),
                    _("“Report abuse by staff”, at the foot of every page. On the same day."),
                ),
                (
                    _("I cannot get in, or saw what I should not:"),
                    _("tell whoever manages accounts at once."),
                ),
            )
        ),
    ]
    return Document(
        title=name,
        subtitle=found.title if found else "",
        language=language,
        made_on=programme.today(),
        meta=(),
        frame=Frame(
            brand="Convive",
            running=name,
            foot=_("Keep this sheet where you work"),
            page=_("Page {page} of {pages}"),
            marks=(),
            motto=MOTTOES[language],
            table=_("Table"),
            picture=_("Chart"),
        ),
        blocks=tuple(blocks),
    )


def _list(title: str, points: Iterable[Words]) -> tuple[Block, Block]:
    return Heading(title), Points(tuple(("", str(point)) for point in points))
