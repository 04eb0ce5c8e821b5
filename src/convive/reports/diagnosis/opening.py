"""The head of the chapter: what it says in one breath, and its first figures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.observatory.leaving import may_tell
from convive.domain.observatory.parts import Headline
from convive.kernel import words
from convive.kernel.figures import Figure, Status
from convive.reports.diagnosis.material import Material
from convive.reports.document import Block, Card, Cards, Frame, Notice, Paragraph, Tone
from convive.reports.reads import Read

MOTTOES = {"es": "Toda preocupación recibe respuesta.", "en": "Every concern gets an answer."}


def title(material: Material) -> str:
    return _("Diagnosis of %(place)s") % {"place": material.place.name}


def meta(material: Material) -> tuple[str, ...]:
    """The lines under the title: which place and months, received when, from whom."""
    where = [material.place.name, material.province]
    return (
        " · ".join(
            [*dict.fromkeys(where), material.place.ref, words.period(material.order.period)]
        ),
        _("Received up to %(day)s") % {"day": words.day(material.as_of)},
        _("Sources: %(names)s") % {"names": "; ".join(r.view.name for r in material.reads)},
    )


def frame(material: Material) -> Frame:
    """What stands on every page."""
    said = {
        "place": material.place.name,
        "period": words.period(material.order.period),
        "day": words.day(material.as_of),
    }
    marks = []
    if material.is_sample:
        marks.append(_("SAMPLE"))
    if material.order.internal:
        marks.append(_("INTERNAL USE"))
    return Frame(
        brand="Convive",
        running=_("Diagnosis of %(place)s · %(period)s") % said,
        foot=" · ".join([_("Received up to %(day)s") % said, _secrecy(material)]),
        page=_("Page {page} of {pages}"),
        marks=tuple(marks),
        motto=MOTTOES[material.order.language],
        table=_("Table"),
        picture=_("Chart"),
    )


def _secrecy(material: Material) -> str:
    if material.order.internal:
        return _("exact numbers: internal use")
    return _("small counts are hidden")


def opening(material: Material) -> list[Block]:
    """Notices, the sentence that the chapter is about, and three figures."""
    blocks: list[Block] = []
    if material.is_sample:
        blocks.append(
            Notice(_("Sample: invented records that show how the system works."), is_warning=True)
        )
    if material.order.internal:
        blocks.append(
            Notice(_("Exact numbers. This document must not leave the house."), is_warning=True)
        )
    blocks += [Paragraph(lead(read), tone=Tone.LEAD) for read in material.reads[:2]]
    if cards := _cards(material):
        blocks.append(Cards(cards[:3]))
    return blocks


def lead(read: Read) -> str:
    """The profile's sentence, where its counts may be told."""
    counted = read.profile.counted
    if read.telling.recent and read.telling.baseline:
        return f"{counted}: {read.profile.lead}"
    return _("%(counted)s: too few to be told in public. That is not to say none.") % {
        "counted": counted
    }


def _cards(material: Material) -> tuple[Card, ...]:
    """The figures that may be told. The same figure may head two sources: it is said once."""
    found = [
        _card(headline)
        for read in material.reads[:2]
        for headline in read.profile.headlines
        if _may_tell(material, read, headline)
    ]
    return tuple({(card.name, card.value, card.note): card for card in found}.values())


def _may_tell(material: Material, read: Read, headline: Headline) -> bool:
    """A figure is told as its counts are; one of another source not beside that source's tables."""
    others = {each.profile.source for each in material.reads} - {read.profile.source}
    return headline.source not in others and may_tell(read.profile, read.telling.cleared, headline)


def _card(headline: Headline) -> Card:
    figure, digits = headline.figure, headline.digits
    unit = [] if figure.unit == "%" else [figure.unit]
    notes = [*unit, words.period(headline.period)]
    if figure.status is Status.PROVISIONAL:
        notes.append(_("provisional"))
    return Card(
        name=headline.title,
        value=_value(figure, digits),
        interval=interval_of(figure, digits),
        note=" · ".join(notes),
    )


def _value(figure: Figure, digits: int) -> str:
    """The value with its sign where it is a change: whole percents, which can be below zero."""
    if figure.unit != "%" or figure.value is None:
        return words.number(figure.value, digits)
    write = words.percent if digits else words.signed_percent
    return write(figure.value / 100, digits)


def interval_of(figure: Figure, digits: int) -> str:
    """The interval in words, or that its source gives none."""
    if figure.value is None:
        return ""
    if figure.lower is None and figure.upper is None:
        return _("no published margin of error")
    return words.between(figure.lower, figure.upper, digits)
