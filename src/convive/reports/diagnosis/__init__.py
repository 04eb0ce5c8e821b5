"""The diagnosis: the first chapter of a district's security plan (Plan de Acción Distrital)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from convive.reports.diagnosis.account import origins, unknown
from convive.reports.diagnosis.approaches import problem
from convive.reports.diagnosis.beside import comparison
from convive.reports.diagnosis.known import people, sources
from convive.reports.diagnosis.material import Material, gather
from convive.reports.diagnosis.opening import frame, meta, opening, title
from convive.reports.diagnosis.partners import desired_future, who_does_what
from convive.reports.diagnosis.records import records
from convive.reports.diagnosis.where_when import where_and_when
from convive.reports.document import Document
from convive.reports.orders import Made, Order
from convive.reports.typeset import typeset


def make(order: Order) -> Made:
    """Read, write and typeset a diagnosis in the language of the order.

    The same records, pack and order give the same bytes. Raises BadInput for an unknown place or
    source, Refused where no source has records of the place in the period.
    """
    with override(order.language):
        material = gather(order)
        pdf = typeset(compose(material))
        return Made(pdf, is_sample=material.is_sample, batches=material.batches)


def compose(material: Material) -> Document:
    """The chapter as blocks, in the order in which a plan asks for it."""
    blocks = [
        *opening(material),
        *problem(material.place.name, material.purpose),
        *people(material),
        *sources(material),
    ]
    for number, read in enumerate(material.reads):
        blocks += records(read, number)
    blocks += [
        *comparison(material),
        *where_and_when(material),
        *who_does_what(material),
        *desired_future(material),
        *unknown(material),
        *origins(material),
    ]
    return Document(
        title=title(material),
        subtitle=_("First chapter of the district's citizen security plan"),
        language=material.order.language,
        made_on=material.as_of,
        meta=meta(material),
        frame=frame(material),
        blocks=tuple(blocks),
    )
