"""Referrals to try: between two agencies, and to the women's emergency centre."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import islice

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.referrals import actions


def send(officers: Mapping[str, Actor], *, cem: Actor) -> None:
    """From one agency to another: attended, promised, rejected and not answered yet; and some to
    the CEM, where `cem` answers one of them."""
    today, sender = programme.today(), officers["unfpa"]
    whom = _agreeing(sender, rules.REFERRALS + rules.TO_CEM)
    for number, person in enumerate(whom[: rules.REFERRALS]):
        _to_agency(number, person, sender, officers["undp"], today)
    for number, person in enumerate(whom[rules.REFERRALS :]):
        made = actions.send(
            by=sender, person=person.code, receiver="mimp-cem", service=rules.CEM_SERVICE
        )
        if number == 0:
            promised = today + timedelta(days=2)
            actions.accept(by=cem, referral=made.code, promised_on=promised)


def _to_agency(number: int, person: Person, sender: Actor, receiver: Actor, today: date) -> None:
    made = actions.send(
        by=sender, person=person.code, receiver="undp", service="vocational-training"
    )
    kind = number % 4
    if kind == 0:
        actions.reject(by=receiver, referral=made.code, reason="full")
    elif kind in (1, 2):
        promised = today + timedelta(days=number)
        actions.accept(by=receiver, referral=made.code, promised_on=promised)
        if kind == 1:
            actions.done(by=receiver, referral=made.code)


def _agreeing(sender: Actor, most: int) -> list[Person]:
    """The first of its register who agree that other organisations are told of them."""
    rows = people.people_visible_to(sender).order_by("pk")
    return list(islice((row for row in rows if people.agrees(row, Purpose.DISCLOSURE)), most))
