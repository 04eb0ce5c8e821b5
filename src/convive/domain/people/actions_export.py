"""The people of an organisation as a table with the columns of an import. Every export is
journalled: who took how many."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import queries
from convive.domain.people.actions import facts_of
from convive.domain.people.columns import COLUMNS, CONSENTS
from convive.domain.people.consent import BOTH
from convive.domain.people.models import Consent, Person
from convive.domain.people.queries import Agreed
from convive.domain.people.vocabulary import WASHINGTON, Purpose, Voice
from convive.domain.programme import queries as programme
from convive.kernel import journal

_AT_ONCE = 500


@transaction.atomic
def export(*, by: Actor, organisation: str) -> list[list[str]]:
    """The people of one organisation whom this actor may keep, below a row of names of columns.

    Consent stands as it holds now: `yes`; `no` where it was refused or withdrawn; empty where
    nobody asked. Voice, way and day are those of the newest word.
    """
    body = programme.organisation(organisation)
    require(by, Permission.KEEP_PEOPLE, Scope(body.code))
    visible = queries.people_visible_to(by, Permission.KEEP_PEOPLE).filter(organisation=body)
    people = list(visible.order_by("pk"))
    rows = [["code", *COLUMNS]]
    for start in range(0, len(people), _AT_ONCE):
        rows += _rows(people[start : start + _AT_ONCE])
    journal.write(
        who=by.id, did="people.exported", kind="organisation", subject=body.code,
        data={"people": len(people)},
    )  # fmt: skip
    return rows


def _rows(people: list[Person]) -> Iterator[list[str]]:
    agreed = Agreed(people, programme.today())
    words: dict[int, list[Consent]] = {}
    for word in queries.newest_words([one.pk for one in people]).order_by("pk"):
        words.setdefault(word.person_id, []).append(word)
    for one in people:
        cells = _facts(one) | _consent(one, agreed, words.get(one.pk, []))
        yield [one.code, *(cells.get(name, "") for name in COLUMNS)]


def _facts(one: Person) -> dict[str, str]:
    facts = facts_of(one)
    answers = zip(WASHINGTON, facts.functioning, strict=False)
    texts = ("given", "paternal", "maternal", "dni", "age_band", "sex", "neighbourhood", "phone",
             "calls", "call_hours", "guardian", "guardian_phone", "language")  # fmt: skip
    return {
        **{name: getattr(facts, name) for name in texts},
        **{name: "" if answer == "0" else answer for name, answer in answers},
        "born": facts.born.isoformat() if facts.born else "",
        "district": one.district.code if one.district else "",
    }


def _consent(one: Person, agreed: Agreed, words: list[Consent]) -> dict[str, str]:
    if not words:
        return {}
    cells = {
        CONSENTS[purpose]: "yes" if agreed.to(purpose, one) else "no"
        for purpose in Purpose.values
        if any(word.purpose == purpose for word in words)
    }
    voices, last = {word.voice for word in words}, words[-1]
    voice = BOTH if {Voice.GUARDIAN, Voice.ASSENT} <= voices else last.voice
    return cells | {
        "consent_voice": voice,
        "consent_way": last.way,
        "consent_on": last.given_on.isoformat(),
    }
