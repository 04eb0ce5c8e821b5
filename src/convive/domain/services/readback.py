"""Sheets that come back: whose each row is, and what its boxes say. Nothing is written, no file is
kept: whoever keeps the activity looks at it on the page of the session and saves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access.rules import Actor
from convive.domain.services import pages, queries, scans
from convive.domain.services.models import Session
from convive.domain.services.sheets import Code, Tick
from convive.domain.services.vocabulary import CAME_NAMES, Came
from convive.kernel import words
from convive.kernel.errors import BadInput

if TYPE_CHECKING:
    from convive.domain.services.marks import Page


@dataclass
class Proposal:
    """What the sheets of one session say, by enrolment code.

    chosen : came or did not come. unsure : both boxes, or one that is neither plain nor empty.
    blank : neither box. gone : enrolments, by number, that are no longer on the list.
    """

    session: Session
    chosen: dict[str, Came] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    blank: set[str] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)

    def said(self) -> list[str]:
        """What whoever looks at it should know, as sentences."""
        told = [
            ngettext(
                "Read from the sheet: %(count)d row.", "Read from the sheet: %(count)d rows.",
                len(self.chosen),
            ) % {"count": len(self.chosen)}
        ]  # fmt: skip
        if self.unsure:
            told.append(
                ngettext(
                    "%(count)d row is not sure: look at the sheet and choose.",
                    "%(count)d rows are not sure: look at the sheet and choose.",
                    len(self.unsure),
                )
                % {"count": len(self.unsure)}
            )
        if self.blank:
            told.append(
                ngettext(
                    "%(count)d row has no mark.", "%(count)d rows have no mark.", len(self.blank)
                )
                % {"count": len(self.blank)}
            )
        if self.gone:
            told.append(
                ngettext(
                    "%(count)d row was left out: they left since it was printed, or no longer "
                    "agree to be attended.",
                    "%(count)d rows were left out: they left since it was printed, or no longer "
                    "agree to be attended.",
                    len(self.gone),
                )
                % {"count": len(self.gone)}
            )
        return told


def read(by: Actor, files: Iterable[tuple[str, bytes]]) -> list[Proposal]:
    """What the sheets in these files (name, content) propose, by session.

    Raises BadInput, with each fault, where one of them cannot be read: nothing of it is proposed.
    """
    from convive.domain.services import marks

    found: dict[int, Proposal] = {}
    problems = []
    for name, content in files:
        try:
            for picture in scans.pictures(content, name):
                for page in marks.read(picture, name):
                    one = _session(by, page.code, name)
                    proposal = found.setdefault(one.pk, Proposal(one))
                    _take(proposal, page)
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    for proposal in found.values():
        if not (proposal.chosen or proposal.unsure or proposal.blank):
            raise BadInput.at(
                "sheet",
                _("Nobody of this sheet is on the list of the session any more."),
                _("Print a new one, or write down who came on the page of the session."),
            )
    return list(found.values())


def rows(proposal: Proposal) -> list[tuple[str, str]]:
    """Who is on the list of the session, by name, and what the sheets say of them."""
    unsure, nothing = _("not sure: look at the sheet"), _("no mark")
    return [
        (
            name,
            unsure if row.code in proposal.unsure
            else str(CAME_NAMES[proposal.chosen[row.code]]) if row.code in proposal.chosen
            else nothing,
        )
        for row, name in pages.roll(proposal.session)
    ]  # fmt: skip


def read_of(by: Actor, one: Session, files: Iterable[tuple[str, bytes]]) -> Proposal:
    """The same of one session. Raises BadInput where a sheet is of another."""
    found = read(by, files)
    for proposal in found:
        other = proposal.session
        if other.pk != one.pk:
            raise BadInput.at(
                "sheet",
                _("This is a sheet of another session: %(title)s, %(day)s, %(hour)s.")
                % {
                    "title": other.activity.title,
                    "day": words.day(other.day),
                    "hour": f"{other.hour:%H:%M}",
                },
                _("Read it on the page of that session."),
            )
    return found[0]


def _session(by: Actor, code: Code, where: str) -> Session:
    one = queries.session_to_read(by, code.session)
    if one is None:
        raise BadInput.at(
            where,
            _("This sheet is of no session that you keep."),
            _("Give it to whoever runs the activity."),
        )
    return one


def _take(proposal: Proposal, page: Page) -> None:
    """Add a page. Where two sheets speak of one person and do not agree, nobody is sure."""
    listed = {row.pk: row.code for row in queries.expected_at(proposal.session)}
    for number, tick in zip(page.code.enrolments, page.rows, strict=True):
        code = listed.get(number)
        if code is None:
            proposal.gone.add(number)
            continue
        before = proposal.chosen.pop(code, None)
        if tick is Tick.NONE and before is None and code not in proposal.unsure:
            proposal.blank.add(code)
            continue
        proposal.blank.discard(code)
        said = before if tick is Tick.NONE else None if tick is Tick.UNSURE else Came(tick)
        if said is None or code in proposal.unsure or (before and before != said):
            proposal.unsure.add(code)
        else:
            proposal.chosen[code] = said
