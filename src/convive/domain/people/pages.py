"""What the pages of the register show: rows, one person, the sheet that is given to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from convive.domain.people import queries
from convive.domain.people.actions import facts_of
from convive.domain.people.models import Person
from convive.domain.people.queries import Agreed, Double
from convive.domain.people.vocabulary import (
    CALLS_NAMES,
    DIFFICULTIES,
    LANGUAGE_NAMES,
    PURPOSE_NAMES,
    SEX_NAMES,
    VOICE_NAMES,
    WASHINGTON,
    WAY_NAMES,
    Purpose,
)
from convive.domain.programme import queries as programme
from convive.kernel import words


@dataclass(frozen=True)
class Row:
    """Somebody in a list. lacks : whether it is not yet known that they agree to be attended."""

    person: Person
    name: str
    age: str
    sex: str
    lacks: bool


def rows(people: Iterable[Person]) -> list[Row]:
    found = list(people)
    today = programme.today()
    agreed = Agreed(found, today)
    return [
        Row(
            one,
            one.name,
            queries.age_band(one, today),
            str(SEX_NAMES[one.sex]),
            not agreed.to(Purpose.SERVICES, one),
        )
        for one in found
    ]


def doubles(found: Iterable[Double]) -> list[tuple[Row, Double]]:
    kept = list(found)
    return list(zip(rows(each.person for each in kept), kept, strict=True))


def agreed_now(found: Person) -> dict[str, bool]:
    """Whether each purpose is agreed to at this moment."""
    agreed = Agreed([found], programme.today())
    return {purpose: agreed.to(purpose, found) for purpose in Purpose.values}


def person(found: Person) -> dict[str, Any]:
    """The page of somebody."""
    alike = queries.likely_doubles(found.organisation.code, facts_of(found), apart=found)
    return _facts(found) | {
        "agreed": [(PURPOSE_NAMES[name], says) for name, says in agreed_now(found).items()],
        "history": _history(found),
        "scans": list(queries.scans(found)),
        "doubles": list(queries.doubles_of(found)),
        "alike": doubles(alike),
    }


def sheet(found: Person) -> dict[str, Any]:
    """What is held of somebody, as it is printed for them, with what was joined to it. Nothing is
    left out."""
    return person(found) | {
        "today": programme.today(),
        "born": words.day(facts_of(found).born),
        "programme_body": found.organisation.name,
        "joined": [
            _facts(row) | {"born": words.day(facts_of(row).born)}
            for row in queries.doubles_of(found).select_related("district")
        ],
    }


def _facts(found: Person) -> dict[str, Any]:
    today = programme.today()
    return {
        "person": found,
        "age": queries.age_band(found, today),
        "minor": queries.is_minor(found, today),
        "sex": SEX_NAMES[found.sex],
        "language": LANGUAGE_NAMES[found.language],
        "calls": CALLS_NAMES[found.calls],
        "functioning": _functioning(found),
    }


def _functioning(found: Person) -> list[tuple[Any, Any]]:
    answers = zip(WASHINGTON.values(), found.functioning, strict=False)
    return [(name, DIFFICULTIES[answer]) for name, answer in answers if answer != "0"]


def _history(found: Person) -> list[dict[str, Any]]:
    kept = list(queries.consents(found))
    names = programme.names_of(row.recorded_by for row in kept)
    return [
        {
            "purpose": PURPOSE_NAMES[row.purpose],
            "voice": VOICE_NAMES[row.voice],
            "way": WAY_NAMES[row.way],
            "agrees": row.agrees,
            "day": row.given_on,
            "by": names.get(row.recorded_by, ""),
        }
        for row in kept
    ]
