"""The report of a count of people: the sentence first, then parts, targets, method and limits."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from convive import charts
from convive.domain.programme import queries as programme
from convive.domain.reach import queries, shown
from convive.domain.reach.models import Run
from convive.kernel import words
from convive.kernel.errors import Refused
from convive.reports.diagnosis.opening import MOTTOES
from convive.reports.document import (
    Block,
    Card,
    Cards,
    Cell,
    Column,
    Document,
    Frame,
    Heading,
    Notice,
    Paragraph,
    Picture,
    Points,
    Table,
    Tone,
)
from convive.reports.orders import Kind, Made, Order
from convive.reports.typeset import typeset


def order_for(language: str, run: Run | None = None) -> Order:
    """The order for the report of a run, by default of the newest that is finished.

    Raises Refused where none is.
    """
    found = run or queries.newest_finished()
    if found is None or found.state != Run.State.DONE:
        raise _nothing()
    place = programme.programme_place().ref
    return Order(place, found.period, language, source=str(found.pk), kind=Kind.REACH)


def make(order: Order) -> Made:
    """Write and typeset it in the language of the order. The same run gives the same bytes.

    Raises Refused where the run is not there or not finished.
    """
    found = queries.run(int(order.source)) if order.source.isdigit() else None
    if found is None or found.state != Run.State.DONE:
        raise _nothing()
    with override(order.language):
        return Made(typeset(compose(found, order.language)), is_sample=found.is_sample)


def compose(found: Run, language: str) -> Document:
    """The report as blocks, in the active language."""
    result = shown.result(found)
    title = _("People reached, each counted once")
    assert found.finished_at is not None  # a run that is done has a time
    return Document(
        title=title,
        subtitle=words.period(found.period),
        language=language,
        made_on=found.finished_at.date(),
        meta=(_("Counted on %(day)s") % {"day": words.moment(found.finished_at)},),
        frame=Frame(
            brand="Convive",
            running=title,
            foot=_("Small counts are hidden"),
            page=_("Page {page} of {pages}"),
            marks=(_("SAMPLE"),) if found.is_sample else (),
            motto=MOTTOES[language],
            table=_("Table"),
            picture=_("Chart"),
        ),
        blocks=tuple(_blocks(found, result)),
    )


def _blocks(found: Run, result: shown.Result) -> list[Block]:
    people = result.people
    blocks: list[Block] = []
    if found.is_sample:
        blocks.append(Notice(_("Sample: made-up lists that show how a count works."), True))
    blocks += [
        Paragraph(result.sentence, tone=Tone.LEAD),
        Cards(
            (
                Card(
                    _("Different people"),
                    words.number(people["value"]),
                    words.between(people["lower"], people["upper"]),
                ),
                Card(_("All lists added up"), words.number(found.answer["sum"]), ""),
                Card(_("The largest list"), words.number(found.answer["largest"]), ""),
            )
        ),
        Picture(
            shown.drawing(found, charts.PRINT),
            alt=result.sentence,
            caption=_("People, and the range that holds the true number"),
            width=0.7,
        ),
    ]
    if result.held:
        blocks += [Heading(_("Beside the targets of the plan")), _held(result)]
    blocks.append(Heading(_("In parts")))
    blocks += [_table(each) for each in result.seen]
    blocks += [
        Heading(_("Before you use it")),
        Points(tuple(("", note) for note in result.notes)),
        Heading(_("Where from?")),
        Points(result.origin),
        Paragraph(_("How this is worked out: docs/methods/reach.md"), tone=Tone.SMALL),
    ]
    return blocks


def _held(result: shown.Result) -> Table:
    return Table(
        caption=_("Targets"),
        columns=(
            Column(_("Whom"), share=1),
            Column(_("People counted"), is_number=True),
            Column(_("Between"), is_number=True),
            Column(_("Target"), is_number=True),
            Column(_("By"), is_number=True),
            Column(_("Part of it"), is_number=True),
        ),
        rows=tuple(
            (row.whom, row.said, row.interval, words.number(row.target), row.due, row.share)
            for row in result.held
        ),
    )


def _table(found: shown.Seen) -> Table:
    return Table(
        caption=found.title,
        columns=tuple(
            Column(title, is_number=is_number, share=0 if is_number else 1)
            for title, is_number in found.heads
        ),
        rows=tuple(
            tuple(Cell(text, is_hidden="supp" in css) for text, css in row) for row in found.rows
        ),
        source=found.note,
        is_dense=len(found.rows) > 8,
    )


def _nothing() -> Refused:
    return Refused.at(
        _("the count"),
        _("No count of people is finished."),
        _("Open one, and let the agencies send their lists."),
    )
