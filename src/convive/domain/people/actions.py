"""Every write of the register: somebody registered, corrected, joined, handed over, erased.

The journal says who did what to which code. No name, number or text of a person is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, require
from convive.domain.people import consent, forgetting, keeping, passing, queries, search, storing
from convive.domain.people import facts as facts_
from convive.domain.people.consent import Word
from convive.domain.people.facts import TEXTS, Facts
from convive.domain.people.models import Consent, Person
from convive.domain.people.queries import Double
from convive.domain.people.vocabulary import Voice
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation, Place, User
from convive.kernel import journal
from convive.kernel.errors import BadInput, Problem


class LikelyDouble(BadInput):
    """Somebody like this is on the register. Whoever registers decides; nothing was written."""

    def __init__(self, doubles: Sequence[Double]) -> None:
        self.doubles = list(doubles)
        super().__init__(
            Problem(
                "given",
                _("Somebody like this is on the register already."),
                _("See whether it is the same person. If it is another, say so and save again."),
            )
        )


@dataclass(frozen=True)
class Entry:
    """Somebody to be written down, and what they agreed to."""

    facts: Facts
    words: Sequence[Word] = ()


@transaction.atomic
def register(
    *,
    by: Actor,
    organisation: str,
    facts: Facts,
    words: Iterable[Word] = (),
    worker: int | None = None,
    is_another: bool = False,
    is_sample: bool = False,
) -> Person:
    """Write somebody down.

    words : what they agreed to. worker : the account that attends them.
    is_another : whoever registers saw those who are alike, and this is none of them.

    Raises LikelyDouble where somebody on the same register may be the same person, and BadInput
    where the facts cannot be kept.
    """
    body = programme.organisation(organisation)
    require(by, Permission.KEEP_PEOPLE, Scope(body.code, facts.district or None))
    facts_.checked(facts, programme.today())
    if not is_another and (doubles := queries.likely_doubles(body.code, facts)):
        raise LikelyDouble(doubles)
    (found,) = _store(by, body, [Entry(facts)], worker=worker, is_sample=is_sample)
    _journal(by, "people.registered", found, {"organisation": body.code})
    record_words(by=by, person=found.code, words=words)
    return found


@transaction.atomic
def register_all(
    *,
    by: Actor,
    organisation: str,
    entries: Iterable[Entry],
    worker: int | None = None,
    is_sample: bool = False,
) -> list[Person]:
    """Write down everybody of a list that was compared with the register before, or nobody.

    One entry of the journal tells how many. Raises BadInput where one of them cannot be kept.
    """
    body = programme.organisation(organisation)
    require(by, Permission.KEEP_PEOPLE, Scope(body.code))
    made = _store(by, body, entries, worker=worker, is_sample=is_sample)
    journal.write(
        who=by.id,
        did="people.registered-many",
        kind="organisation",
        subject=body.code,
        data={"people": len(made)},
    )
    return made


@transaction.atomic
def correct(*, by: Actor, person: str, facts: Facts) -> Person:
    """Write down other facts. The journal names the fields that changed, not what they say."""
    found = _locked(by, person)
    require(by, Permission.KEEP_PEOPLE, queries.scope_of(found))
    today = programme.today()
    facts_.checked(facts, today)
    if facts.district:
        require(by, Permission.KEEP_PEOPLE, Scope(found.organisation.code, facts.district))
    before = facts_of(found)
    if facts.is_minor(today) and found.consents.filter(voice=Voice.GUARDIAN, agrees=True).exists():
        consent.named(facts.guardian)
    changed = sorted(
        name for name in Facts.__dataclass_fields__ if getattr(before, name) != getattr(facts, name)
    )
    if not changed:
        return found
    place = programme.place(facts.district) if facts.district else None
    storing.write(found, facts, today, place)
    found.save()
    storing.keep_tokens(found)
    _journal(by, "people.corrected", found, {"fields": changed})
    return found


@transaction.atomic
def record_words(*, by: Actor, person: str, words: Iterable[Word]) -> list[Consent]:
    """Write down what was agreed to or withdrawn. It holds from this moment."""
    found = _locked(by, person)
    require(by, Permission.KEEP_PEOPLE, queries.scope_of(found))
    made = _keep_words(by, found, words)
    if made:
        told = {each.purpose: each.agrees for each in made}
        _journal(by, "people.consent-written", found, {"says": told})
    return made


def _keep_words(by: Actor, found: Person, words: Iterable[Word]) -> list[Consent]:
    return Consent.objects.bulk_create(_consents(by, found, words, programme.today()))


def _consents(by: Actor, found: Person, words: Iterable[Word], today: date) -> list[Consent]:
    kept, now = list(words), timezone.now()
    is_minor = queries.minor_on(found)
    consent.checked(kept, today, is_minor=is_minor, guardian=found.guardian)
    return [
        Consent(
            person=found, purpose=word.purpose, voice=word.voice, agrees=word.agrees, way=word.way,
            given_on=word.on, recorded_at=now, recorded_by=by.id,
        )
        for word in kept
    ]  # fmt: skip


@transaction.atomic
def join(*, by: Actor, person: str, same_as: str) -> Person:
    """Say that a row is the same person as another of the same register: it stands under that one.

    Nothing is moved or lost, so `part` undoes it whole.
    """
    found, kept = _locked(by, person), _locked(by, same_as, is_named=True)
    for row in (found, kept):
        require(by, Permission.JOIN_PEOPLE, queries.scope_of(row))
    if found.organisation_id != kept.organisation_id or found.pk == kept.pk:
        raise BadInput.at(
            "same_as",
            _("These are not two people of one register."),
            _("Choose another person of the same organisation."),
        )
    if found.same_as_id or kept.same_as_id:
        raise BadInput.at(
            "same_as",
            _("One of them stands under another already."),
            _("Take that back first."),
        )
    found.doubles.update(same_as=kept)
    found.same_as = found.joined_to = kept
    found.save(update_fields=["same_as", "joined_to"])
    _journal(by, "people.joined", found, {"under": kept.code})
    return kept


@transaction.atomic
def part(*, by: Actor, person: str) -> Person:
    """Take back that a row is the same person as another. What was joined to it before comes back
    under it."""
    found = _locked(by, person)
    require(by, Permission.JOIN_PEOPLE, queries.scope_of(found))
    if found.same_as is None:
        raise BadInput.at(person, _("It stands under nobody."), _("Reload the page."))
    was, found.same_as, found.joined_to = found.same_as, None, None
    found.save(update_fields=["same_as", "joined_to"])
    under = [found.pk]
    while under := list(Person.objects.filter(joined_to__in=under).values_list("pk", flat=True)):
        Person.objects.filter(pk__in=under).update(same_as=found)
    _journal(by, "people.parted", found, {"from": was.code})
    return found


@transaction.atomic
def hand_over(*, by: Actor, people: Iterable[str], worker: int) -> int:
    """Pass people to another worker of the same organisation; returns how many.

    Raises BadInput where that account may not attend one of them.
    """
    codes = list(people)
    for code in codes:
        found = _locked(by, code)
        if found.worker_id is None or by.id != f"user:{found.worker_id}":  # not their own
            require(by, Permission.JOIN_PEOPLE, queries.scope_of(found))
    return _pass(by, codes, worker)


@transaction.atomic
def pass_on(*, by: Actor, leaver: int, worker: int) -> int:
    """Pass on all people of somebody who leaves, by whoever manages accounts: they see no name."""
    require(by, Permission.MANAGE_MEMBERS)
    return _pass(by, queries.caseload(leaver).values_list("code", flat=True), worker)


def _pass(by: Actor, people: Iterable[str], worker: int) -> int:
    count = 0
    for code in people:
        found = keeping.to_write_on().get(code=code)
        successor = _worker(worker, queries.scope_of(found))
        if found.worker_id != worker:
            before, found.worker = found.worker_id, successor
            found.save(update_fields=["worker"])
            if before is not None:
                passing.pass_on(found, before, worker, by)
            _journal(by, "people.handed-over", found, {"to": f"user:{worker}"})
            count += 1
    return count


@transaction.atomic
def erase(*, by: Actor, person: str, reason: str) -> Person:
    """Forget who somebody is. What is left is a row that is counted: sex, age band and district.

    Also of rows that were joined to it. reason : one of the words of the page, for the journal.
    """
    found = _locked(by, person)
    require(by, Permission.JOIN_PEOPLE, queries.scope_of(found))
    today = programme.today()
    for row in [found, *found.doubles.select_for_update()]:
        forgetting.forget(row, by.id)
        band = queries.age_band(row, row.registered_on)
        for name in _SEALED:
            setattr(row, name, "")
        row.birth_month, row.age_band = None, band
        row.age_band_on = row.registered_on if band else None
        row.worker, row.erased_on = None, today
        row.calls = row._meta.get_field("calls").get_default()
        row.save()
        row.tokens.all().delete()
        row.consents.all().delete()
        row.scans.all().delete()
    _journal(by, "people.erased", found, {"reason": reason[:40]})
    return found


def facts_of(found: Person) -> Facts:
    """What is written down of somebody."""
    return Facts(
        born=date.fromisoformat(found.born) if found.born else None,
        age_band=found.age_band,
        sex=found.sex,
        district=found.district.ref if found.district else "",
        calls=found.calls,
        language=found.language,
        **{name: getattr(found, name) for name in _TEXTS},
    )


_AT_ONCE = 500  # rows in one statement
_TEXTS = (*TEXTS, "dni", "phone", "guardian_phone", "functioning")
_SEALED = (*_TEXTS, "born")


def _store(
    by: Actor,
    body: Organisation,
    entries: Iterable[Entry],
    *,
    worker: int | None,
    is_sample: bool,
) -> list[Person]:
    """New rows with their tokens and words. Each district is asked for once."""
    today, tokens = programme.today(), search.Tokens(body.code)
    places: dict[str, Place | None] = {}
    workers: dict[str, User | None] = {}
    kept, people = list(entries), []
    for facts in (entry.facts for entry in kept):
        if facts.district not in places:
            scope = Scope(body.code, facts.district or None)
            require(by, Permission.KEEP_PEOPLE, scope)
            places[facts.district] = programme.place(facts.district) if facts.district else None
            workers[facts.district] = _worker(worker, scope)
        facts_.checked(facts, today)
        found = Person(
            organisation=body,
            registered_on=today,
            registered_by=by.id,
            is_sample=is_sample,
            worker=workers[facts.district],
        )
        storing.write(found, facts, today, places[facts.district])
        people.append(found)
    made = Person.objects.bulk_create(people, batch_size=_AT_ONCE)
    storing.put_tokens(
        (one.pk, token) for one in made for token in sorted(storing.tokens_of(one, tokens))
    )
    Consent.objects.bulk_create(
        (
            said
            for one, entry in zip(made, kept, strict=True)
            for said in _consents(by, one, entry.words, today)
        ),
        batch_size=_AT_ONCE,
    )
    return made


def _worker(account: int | None, scope: Scope) -> User | None:
    """The account that attends somebody. Raises BadInput where it may not see people there."""
    if account is None:
        return None
    found = programme.account(account)
    if not may(programme.actor_of(found), Permission.KEEP_PEOPLE, scope):
        raise BadInput.at(
            "worker",
            _("This account does not attend people of this organisation and district."),
            _("Choose another worker."),
        )
    return found


def _locked(by: Actor, code: str, *, is_named: bool = False) -> Person:
    """is_named : somebody typed the code, and is told that nobody they see has it."""
    one = keeping.locked(by, code)
    if one is None:
        if not is_named:
            require(by, Permission.SEE_PEOPLE, Scope("-", "-"))  # as for somebody of others
        raise BadInput.at(code, _("There is nobody of this code."), _("Look for the person again."))
    return one


def _journal(by: Actor, did: str, found: Person, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="person", subject=found.code, data=data)
