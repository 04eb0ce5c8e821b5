"""The end of the chapter: what is not known, and where each number comes from."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from convive.kernel import words
from convive.reports.diagnosis.material import Material
from convive.reports.document import Block, Column, Heading, Paragraph, Points, Table, Tone
from convive.reports.reads import Read

# What a plan's diagnosis is asked for, and the ICCS class or kind of source that would answer it
_HOMICIDE, _PROPERTY = "0101", ("0401", "05")


def unknown(material: Material) -> list[Block]:
    """What nobody recorded, and what must be known before these numbers are used."""
    blocks: list[Block] = [Heading(_("What we do not know")), _points(_gaps(material))]
    for read in material.reads:
        blocks += [Heading(read.profile.counted, 2), _points(read.profile.caveats)]
    return blocks


def _points(texts: Iterable[str]) -> Points:
    return Points(tuple(("", text) for text in dict.fromkeys(texts)))


def _gaps(material: Material) -> list[str]:
    """The parts of a diagnosis for which no source was brought in."""
    classes = {row.iccs for read in material.reads for row in read.profile.offences}
    found = []
    if not any(code.startswith(_HOMICIDE) for code in classes):
        found.append(_("Homicides: no source of this diagnosis records them."))
    if not any(code.startswith(_PROPERTY) for code in classes):
        found.append(_("Robbery and theft: no source of this diagnosis records them."))
    if not any(read.apart for read in material.reads):
        found.append(_("Violence against women: no source of this diagnosis records it."))
    if not material.answers:
        found.append(
            _(
                "How many victims never complained: no survey was brought in, so the part that is "
                "not reported is unknown."
            )
        )
    if not material.answered:
        found.append(
            _("Where in the district: this chapter looks at nothing finer than the district.")
        )
    found.append(_("People in prison: the programme has no source."))
    return found


def origins(material: Material) -> list[Block]:
    """Definitions, methods and sources: enough to ask for the same numbers again."""
    blocks: list[Block] = [Heading(_("Where each number comes from"))]
    for read in material.reads:
        blocks += [Heading(read.profile.counted, 2), _origin(read)]
        for headline in read.profile.headlines:
            if not read.telling.hides:
                blocks.append(
                    Paragraph(headline.figure.method, term=f"{headline.title}.", tone=Tone.SMALL)
                )
    blocks += [Heading(_("What is hidden, and why"), 2), Paragraph(_secrecy(material))]
    return blocks


def _origin(read: Read) -> Table:
    used = [source for source in read.profile.sources if source.code == read.profile.source]
    batches = [f"{batch[:12]}…" for source in used for batch in source.batches]
    rows = [*read.profile.origin, (_("Imports"), ", ".join(batches) or words.no_value())]
    return Table(
        caption=_("Definition and source"),
        columns=(
            Column(pgettext("table head", "What"), share=1),
            Column(pgettext("table head", "Answer"), share=3),
        ),
        rows=tuple((term, str(text)) for term, text in rows),
    )


def _secrecy(material: Material) -> str:
    if material.order.internal:
        return _(
            "The numbers of this place are exact: this document is for internal use and must not "
            "leave the house. Small counts of its neighbours are hidden."
        )
    limits = sorted({read.profile.threshold for read in material.reads})
    return _(
        "Counts below %(thresholds)s are hidden, and with them as many others as it takes so that "
        "nobody can work them out from the sums. Offences against women, sexual offences, those "
        "against minors and extortion have the higher limit."
    ) % {"thresholds": ", ".join(words.number(limit) for limit in limits)}
