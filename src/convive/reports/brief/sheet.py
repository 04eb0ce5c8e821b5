"""The brief as blocks: what changed, what was found, what was promised, what to decide."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive import charts
from convive.domain.observatory import analysis_page, leaving, profile_words
from convive.domain.observatory.models import Analysis, Finding
from convive.domain.observatory.models_findings import FindingState
from convive.domain.plans.models import Commitment
from convive.kernel import words
from convive.kernel.periods import Period
from convive.reports.brief.material import Material
from convive.reports.diagnosis.opening import MOTTOES, lead
from convive.reports.diagnosis.records import is_drawable, late_words, series
from convive.reports.document import (
    Block,
    Cell,
    Column,
    Columns,
    Document,
    Frame,
    Heading,
    Notice,
    Paragraph,
    Points,
    Table,
    Tone,
)
from convive.reports.reads import Read

SMALL = charts.Drawing(440, 170)
_LONGEST = 90  # letters of what was promised: its own page has all of it


@dataclass(frozen=True)
class Room:
    """How much of each part a page holds."""

    charts: int
    rows: int
    findings: int
    changes: int


ROOMS = (Room(2, 6, 3, 3), Room(2, 4, 2, 2), Room(1, 3, 1, 1), Room(0, 2, 1, 1))


def compose(material: Material, ink: charts.Ink, room: Room = ROOMS[0]) -> Document:
    """One page in the active language. ink : PRINT for the PDF, PAGE for the screen."""
    return Document(
        title=f"{material.place.name}, {words.period(material.month)}",
        subtitle=_("Brief of the month, one page"),
        language=material.order.language,
        made_on=material.as_of,
        meta=(
            " · ".join(
                [
                    material.place.ref,
                    _("Received up to %(day)s") % {"day": words.day(material.as_of)},
                ]
            ),
        ),
        frame=_frame(material),
        blocks=tuple(_blocks(material, ink, room)),
        is_sheet=True,
    )


def _blocks(material: Material, ink: charts.Ink, room: Room) -> list[Block]:
    return [
        *_notices(material),
        Heading(_("What changed")),
        *_changes(material, ink, room),
        Heading(_("What stands out")),
        *_found(material, room),
        Columns(
            (
                (Heading(_("Commitments")), *_promised(material, room)),
                (Heading(_("To decide")), _to_decide(material)),
            )
        ),
        Heading(_("What we do not know")),
        Points(tuple(("", text) for text in _unknown(material))),
        Paragraph(_origin(material), tone=Tone.SMALL),
    ]


def _notices(material: Material) -> list[Block]:
    found: list[Block] = []
    if material.is_sample:
        found.append(
            Notice(_("Sample: invented records that show how the system works."), is_warning=True)
        )
    if material.order.internal:
        found.append(
            Notice(_("Exact numbers. This document must not leave the house."), is_warning=True)
        )
    return found


def _changes(material: Material, ink: charts.Ink, room: Room) -> list[Block]:
    """Each source's sentence, which says no more than its interval allows, and its line."""
    blocks: list[Block] = [Paragraph(_lead(read)) for read in material.reads]
    for read in filter(_tells_sums, material.reads):
        if peers := leaving.peers_of(read.profile, read.telling.cleared):
            said = profile_words.peers(peers)
            term = _("Beside its peers, %(counted)s.") % {"counted": read.profile.counted}
            blocks.append(Paragraph(said, term=term))
    if material.changed:
        blocks.append(Points(_levels(material, room)))
    drawn = [read for read in material.reads if is_drawable(read)][: room.charts]
    if drawn:
        columns = tuple(
            (series(read, number, on=SMALL, ink=ink),) for number, read in enumerate(drawn)
        )
        blocks.append(Columns(columns))
    return blocks


def _levels(material: Material, room: Room) -> tuple[tuple[str, str], ...]:
    """Which levels changed, and when: what two years beside each other do not tell."""
    shown = material.changed[: room.changes]
    points = [(_named(each), analysis_page.sentence(each)) for each in shown]
    return (*points, *_more(len(material.changed) - len(shown)))


def _named(found: Analysis) -> str:
    return f"{analysis_page.offence_name(found)}, {analysis_page.source_name(found)}."


def _more(n: int) -> list[tuple[str, str]]:
    if not n:
        return []
    return [("", ngettext("And %(n)s more.", "And %(n)s more.", n) % {"n": words.number(n)})]


def _lead(read: Read) -> str:
    if _tells_sums(read):
        return lead(read)
    return _(
        "%(counted)s: some months are too few to be told in public, and with them their sum. That "
        "is not to say none."
    ) % {"counted": read.profile.counted}


def _tells_sums(read: Read) -> bool:
    return read.telling.recent and read.telling.baseline


def _found(material: Material, room: Room) -> list[Block]:
    if not material.findings:
        if material.order.internal:
            return [Paragraph(_("No finding stands for this month."))]
        return [Paragraph(_("No confirmed finding stands for this month."))]
    shown = material.findings[: room.findings]
    points = [(f"{analysis_page.subject(each.analysis)}.", _said(each, material)) for each in shown]
    return [Points((*points, *_more(len(material.findings) - len(shown))))]


def _said(found: Finding, material: Material) -> str:
    """The sentence of the answer, and how it stands; who found it said why in the house alone."""
    said = [
        analysis_page.sentence(found.analysis),
        _("Found on %(day)s, in months up to %(month)s.")
        % {
            "day": words.day(timezone.localdate(found.kept_at)),
            "month": words.month(found.analysis.end),
        },
    ]
    if found.pk in material.outdated:
        said.append(_("The evidence has changed since: ask again."))
    elif found.state == FindingState.KEPT:
        said.append(_("It waits for a second person."))
    return " ".join(said)


def _promised(material: Material, room: Room) -> list[Block]:
    rows = [*material.late, *material.due]
    if not rows:
        return [Paragraph(_("Nothing was due."))]
    shown = rows[: room.rows]
    table = Table(
        caption=_("Due this month, or late"),
        columns=(Column(_("Who and what"), share=3), Column(_("How it stands"), share=1.4)),
        rows=tuple(_commitment(each, material) for each in shown),
        source=""
        if len(rows) == len(shown)
        else ngettext("And %(n)s more.", "And %(n)s more.", len(rows) - len(shown))
        % {"n": words.number(len(rows) - len(shown))},
    )
    return [table]


def _commitment(found: Commitment, material: Material) -> tuple[Cell | str, ...]:
    what = textwrap.shorten(found.what, _LONGEST, placeholder="…")
    return f"{found.organisation.name}: {what}", Cell(_stands(found, material))


def _stands(found: Commitment, material: Material) -> str:
    """How it stood on the last day of the month."""
    if found.closed_on is not None and found.closed_on <= material.month.end:
        return str(found.get_state_display())
    if found.due < material.month.start:
        return _("late since %(day)s") % {"day": words.day(found.due)}
    return _("open")


def _to_decide(material: Material) -> Points:
    """What somebody has to settle, each with how many; nothing to decide is said too."""
    waiting, outdated = material.waiting, len(material.outdated)
    lines: list[str] = []
    if late := len(material.late):
        lines.append(
            ngettext(
                "%(n)s commitment is late: ask what became of it, or give it another day.",
                "%(n)s commitments are late: ask what became of them, or give another day.",
                late,
            )
            % {"n": words.number(late)}
        )
    if waiting:
        lines.append(
            ngettext(
                "%(n)s finding waits: confirm it, or set it aside with the reason.",
                "%(n)s findings wait: confirm them, or set them aside with the reason.",
                waiting,
            )
            % {"n": words.number(waiting)}
        )
    if outdated:
        lines.append(
            ngettext(
                "%(n)s finding rests on evidence that has changed since: ask again.",
                "%(n)s findings rest on evidence that has changed since: ask again.",
                outdated,
            )
            % {"n": words.number(outdated)}
        )
    if material.unpromised:
        lines.append(_("Nobody has promised yet to act on what was confirmed."))
    lines += [
        _("%(source)s does not cover this month: ask its owner for it.") % {"source": name}
        for name in material.behind
    ]
    return Points(tuple(("", line) for line in lines or [_("Nothing waits for a decision.")]))


def _unknown(material: Material) -> list[str]:
    found = []
    for read in material.reads:
        growing = [point.month for point in read.profile.series if point.provisional]
        if growing:
            last = growing[-1]
            months = Period(growing[0], Period.month(last.year, last.month).end)
            text = _("%(source)s: %(months)s still grow; they are left out of the change.") % {
                "source": read.view.name,
                "months": words.period(months),
            }
            found.append(f"{text} {late_words(read)}".strip())
        if read.telling.hides:
            found.append(
                _("%(source)s: counts below %(n)s are hidden.")
                % {"source": read.view.name, "n": words.number(read.profile.threshold)}
            )
    found.append(_("Only what was reported is counted: more, or less, may have happened."))
    return found


def _origin(material: Material) -> str:
    told = [
        _("%(name)s, imports %(batches)s")
        % {
            "name": read.view.name,
            "batches": ", ".join(batch[:12] for batch in read.profile.sources[0].batches)
            or words.no_value(),
        }
        for read in material.reads
    ]
    return _("Where from: %(sources)s.") % {"sources": "; ".join(told)}


def _frame(material: Material) -> Frame:
    marks = []
    if material.is_sample:
        marks.append(_("SAMPLE"))
    if material.order.internal:
        marks.append(_("INTERNAL USE"))
    inside = material.order.internal
    secrecy = _("exact numbers: internal use") if inside else _("small counts are hidden")
    return Frame(
        brand="Convive",
        running="",
        foot=f"{material.place.name}, {words.period(material.month)} · {secrecy}",
        page=_("Page {page} of {pages}"),
        marks=tuple(marks),
        motto=MOTTOES[material.order.language],
        table=_("Table"),
        picture=_("Chart"),
    )
