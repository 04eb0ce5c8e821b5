"""Cases of the small programme: a worker, a supervisor who is not of the team, somebody who agrees,
and a pack's tiers and factors. Any test may borrow them."""

from __future__ import annotations

from datetime import date

from cast import LA_ESPERANZA, START, actor, person

from convive.access.permissions import Role
from convive.domain.cases import actions
from convive.domain.cases.models import Case
from convive.domain.people import actions as people
from convive.domain.people.actions import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Membership, User

TIERS = (("primary", 12), ("secondary", 12), ("tertiary", 6))
FACTORS = (
    ("someone-to-count-on", "protective", "Has an adult to count on"),
    ("good-friends", "protective", "Has good friends"),
    ("peers-in-crime", "risk", "Their friends commit crimes"),
    ("substances", "risk", "Takes alcohol or drugs"),
)


def make_screening() -> None:
    """What the pack says of a screening."""
    for order, (code, months) in enumerate(TIERS, 1):
        data = {"order": order, "note_es": "n", "note_en": "n", "rescreen_months": months}
        _entry("tier", code, code.title(), data)
    for order, (code, kind, name) in enumerate(FACTORS, 1):
        data = {"order": order, "kind": kind, "domain": "peers", "source": "s", "verified": False}
        _entry("factor", code, name, data)


def somebody(
    number: int = 0, *, organisation: str = "unfpa", district: str = LA_ESPERANZA,
    purposes: tuple[str, ...] = ("services", "reporting"),
) -> Person:  # fmt: skip
    """Somebody who agrees to these purposes."""
    facts = Facts(f"Yomira {number}", "Quispe", born=date(2001, 7, 30), sex="F", district=district)
    return people.register(
        by=programme.SYSTEM, organisation=organisation, facts=facts, is_another=True,
        words=[Word(each, "self", True, "signed", programme.today()) for each in purposes],
    )  # fmt: skip


def says(found: Person, purpose: str, agrees: bool) -> None:
    word = Word(purpose, "self", agrees, "signed", programme.today())
    people.record_words(by=programme.SYSTEM, person=found.code, words=[word])


def account(name: str, role: Role, organisation: str) -> User:
    """Another account of an organisation, in every district."""
    user = User.objects.filter(email=f"{name}@example.org").first()
    if user is None:
        user = User.objects.create(email=f"{name}@example.org", name=name, password="!")
        Membership.objects.create(
            user=user, role=role, organisation=programme.organisation(organisation),
            all_districts=True, valid_from=START,
        )  # fmt: skip
    return user


def make_case(found: Person | None = None, **changes: object) -> Case:
    """A case that the case worker leads and the agency officer supervises."""
    given = {
        "worker": person("case_worker").pk,
        "supervisor": person("agency_officer").pk,
        "reason": "PLANTED reason",
        "needs": ("school", "mind"),
        **changes,
    }
    return actions.open_case(by=actor("case_worker"), person=(found or somebody()).code, **given)


def _entry(kind: str, code: str, name: str, data: dict[str, object]) -> None:
    CatalogueEntry.objects.get_or_create(
        kind=kind, code=code, defaults={"name_es": name, "name_en": name, "data": data}
    )
