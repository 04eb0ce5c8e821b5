"""Whoever is forgotten goes out of the files that wait, too: nobody is written down from them anew.

A row that may be about them is emptied and refused by its number, so that the rows that were read
still add up; if it was about another person, whoever has the file brings that row in again.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict

from convive.domain.people import forgetting, importing
from convive.domain.people.actions import facts_of
from convive.domain.people.facts import Facts
from convive.domain.people.importing import Plan
from convive.domain.people.models import Import, Person
from convive.evidence.columns import Rows
from convive.kernel import journal


def register() -> None:
    """Once, when the app is ready."""
    forgetting.register(_forget)


def _forget(person: Person, by: str) -> None:
    """Inside the transaction of the erasure, whose right was asked; whoever brought the files."""
    rows = Import.objects.filter(organisation=person.organisation)
    facts = facts_of(person)
    for found in rows.exclude(table=b"", rejects=b"").select_for_update():
        if emptied := _empty(found, facts):
            found.save()
            journal.write(
                who=by, did="people.file-rows-forgotten", kind="import", subject=found.code,
                data={"rows": emptied},
            )  # fmt: skip


def _empty(found: Import, facts: Facts) -> int:
    """Empty the rows of a file that may be about somebody; returns how many."""
    gone: set[int] = set()
    headers: tuple[str, ...] = ()
    if found.table:
        rows = importing.kept(found.table)
        headers, gone = rows.headers, importing.about(rows, facts)
        cells = [(number, [] if number in gone else said) for number, said in rows.cells]
        found.table = json.dumps(asdict(Rows(headers, cells)), ensure_ascii=False)
    head, lines = _refused(found.rejects)
    told = importing.TOLD
    said = [(int(line[0]), line[told:]) for line in lines]
    gone |= importing.about(Rows(tuple(head[told:]), said), facts)
    if not gone:
        return 0
    stay = [line for line in lines if int(line[0]) not in gone]
    if not found.is_done:  # those that would have been taken
        found.accepted -= len(gone) - (len(lines) - len(stay))
    refused = [importing.forgotten(number) for number in gone]
    of_gone = Plan(headers or head[told:], (), refused=refused).rejects()
    new_head, new = _refused(of_gone)
    out = io.StringIO(newline="")
    every = sorted([*stay, *new], key=lambda line: int(line[0]))
    csv.writer(out, lineterminator="\n").writerows([head or new_head, *every])
    found.rejects = out.getvalue()
    return len(gone)


def _refused(rejects: str) -> tuple[list[str], list[list[str]]]:
    """The header and the lines of a file of refused rows."""
    head, *lines = list(csv.reader(io.StringIO(rejects, newline=""))) or [[]]
    return head, lines
