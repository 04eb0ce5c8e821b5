"""Every write of the wall. Nothing that is sealed is opened here: it cannot be.

The journal says that a unit was opened, who is in it, that a key was made or handed over, and that
a record was kept, by its code. The rest it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.programme import queries as programme
from convive.domain.protection import queries, rules
from convive.domain.protection.models import KeyCopy, Record, Unit, UnitKey, UnitMember, Version
from convive.kernel import journal
from convive.kernel.codes import new_name
from convive.kernel.errors import BadInput, NotAllowed

# Units and who is in them: whoever leads the programme, who opens nothing


@transaction.atomic
def open_unit(*, by: Actor, organisation: str, name: str, is_sample: bool = False) -> Unit:
    """Open a protection unit of an organisation. It keeps nothing until a member made its key."""
    body = programme.organisation(organisation)
    require(by, Permission.FORM_UNIT, Scope(body.code))
    if not name.strip():
        raise BadInput.at("name", _("The name is missing."), _("Write how people call it."))
    made = Unit.objects.create(
        code=new_name(),
        organisation=body,
        name=name.strip()[:80],
        opened_on=programme.today(),
        is_sample=is_sample,
    )
    _journal(by, "protection.unit-opened", made, {"organisation": body.code})
    return made


@transaction.atomic
def add_member(*, by: Actor, unit: str, account: int) -> UnitMember:
    """Let somebody of the organisation into the unit. They read nothing until another member hands
    them the key."""
    found = _unit(unit)
    require(by, Permission.FORM_UNIT, queries.scope_of(found))
    if account not in {user.pk for user in queries.candidates(found)}:
        raise BadInput.at(
            "account",
            _("This person cannot be in the unit, or is in it already."),
            _("Choose somebody who attends people in that organisation."),
        )
    made = UnitMember.objects.create(unit=found, user_id=account, since=programme.today())
    _journal(by, "protection.member-added", found, {"account": account})
    return made


@transaction.atomic
def remove_member(*, by: Actor, unit: str, account: int) -> None:
    """Close the unit to a member at once: their keys are deleted. What they read stays read."""
    found = _unit(unit)
    require(by, Permission.FORM_UNIT, queries.scope_of(found))
    one = queries.members(found).filter(user=account).first()
    if one is None:
        raise BadInput.at("account", _("They are not in the unit."), _("Reload the page."))
    KeyCopy.objects.filter(member=one).delete()
    one.left_on, one.public_key, one.wrapped = programme.today(), "", {}
    one.save()
    _journal(by, "protection.member-removed", found, {"account": account})


# Keys: made, wrapped and sealed in the browser of a member


@transaction.atomic
def keep_own_key(
    *, by: Actor, unit: str, public_key: str, wrapped: Mapping[str, Any]
) -> UnitMember:
    """Keep a member's own pair: the private half wrapped by their passphrase.

    The same pair again is a new passphrase. Another pair cannot read what was sealed to the old
    one: copies of the unit's key are deleted, and somebody hands it over again.
    """
    found, one = _inside(by, unit)
    if not rules.is_public_key(public_key) or not rules.is_wrapped(wrapped):
        raise _shape("key")
    changed = one.public_key != public_key
    if changed:
        KeyCopy.objects.filter(member=one).delete()
    one.public_key, one.wrapped = public_key, dict(wrapped)
    one.save()
    told = {"account": one.user_id, "pair": "new" if changed else "same"}
    _journal(by, "protection.own-key-kept", found, told)
    return one


@transaction.atomic
def keep_unit_key(
    *,
    by: Actor,
    unit: str,
    number: int,
    public_key: str,
    need: int,
    parts: int,
    copies: Mapping[int, str],
) -> UnitKey:
    """Keep a new key of the unit, from now on the one that seals.

    number : one more than that of the newest, so that two browsers cannot both make it.
    copies : the private half sealed to members who have a key, by account; to the maker at least.
    """
    found, one = _inside(by, unit)
    if not rules.is_public_key(public_key) or not all(map(rules.is_key_copy, copies.values())):
        raise _shape("key")
    if not rules.are_shares(need, parts):
        raise BadInput.at(
            "need",
            _("A key cannot be parted so."),
            _("Ask for at least two parts, and not for more than there are."),
        )
    newest = queries.newest_key(found)
    if number != (newest.number if newest else 0) + 1:
        raise BadInput.at("key", _("The unit has another key meanwhile."), _("Reload the page."))
    if newest is not None and not KeyCopy.objects.filter(member=one, key=newest).exists():
        raise NotAllowed("does not hold the key of the unit")
    holders = {row.user_id: row for row in queries.members(found).exclude(public_key="")}
    if one.user_id not in copies or not set(copies) <= set(holders):
        raise BadInput.at(
            "key", _("The members of the unit changed meanwhile."), _("Reload the page.")
        )
    made = UnitKey.objects.create(
        unit=found,
        number=number,
        public_key=public_key,
        need=need,
        parts=parts,
        made_on=programme.today(),
    )
    for account, sealed in copies.items():
        KeyCopy.objects.create(key=made, member=holders[account], sealed=sealed)
    _journal(by, "protection.unit-key-made", found, {"number": number, "copies": len(copies)})
    return made


@transaction.atomic
def hand_over(*, by: Actor, unit: str, account: int, copies: Mapping[int, str]) -> None:
    """Keep the keys of the unit as one member sealed them to another, or to themselves after they
    rebuilt a key from its parts. copies : by number of the key."""
    found, _one = _inside(by, unit)
    other = queries.members(found).filter(user=account).exclude(public_key="").first()
    known = {key.number: key for key in queries.keys(found)}
    if other is None or not copies or not set(copies) <= set(known):
        raise BadInput.at(
            "account",
            _("They are not in the unit any more, or have no key yet."),
            _("Reload the page."),
        )
    if not all(map(rules.is_key_copy, copies.values())):
        raise _shape("key")
    for number, sealed in copies.items():
        KeyCopy.objects.update_or_create(
            key=known[number], member=other, defaults={"sealed": sealed}
        )
    told = {"account": account, "keys": len(copies)}
    _journal(by, "protection.key-handed-over", found, told)


# Records


@transaction.atomic
def keep_record(
    *,
    by: Actor,
    unit: str,
    code: str,
    survivor: str,
    month: str,
    district: str,
    number: int,
    key: int,
    sealed: str,
) -> Record:
    """Keep a record, or a corrected version of one. The same again is the same record.

    code, survivor : drawn by the browser. number : 1, or one more than the newest version.
    district : ref, or empty for outside the programme. key : number of the newest key of the unit.
    """
    found, _one = _inside(by, unit)
    _sensible(code, survivor, month, sealed)
    newest = queries.newest_key(found)
    if newest is None or newest.number != key:
        raise BadInput.at("key", _("The unit has another key meanwhile."), _("Reload the page."))
    place = programme.place(district) if district else None
    row = Record.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        row = Record(unit=found, code=code, survivor=survivor, month=month, district=place)
        row.save()
    elif row.unit_id != found.pk:
        raise NotAllowed("a record of another unit")
    elif (row.survivor, row.month, row.district) != (survivor, month, place):
        raise BadInput.at(
            "month",
            _("Code, month and district of a record do not change."),
            _("Erase it, and keep it anew."),
        )
    have = row.versions.count()
    if number == have and row.versions.filter(number=number, sealed=sealed).exists():
        return row  # the browser did not hear the answer and asked again
    if number != have + 1:
        raise BadInput.at(
            "number",
            _("Somebody corrected this record meanwhile."),
            _("Open it anew, and correct what is there now."),
        )
    Version.objects.create(record=row, number=number, key=newest, sealed=sealed)
    journal.write(
        who=by.id,
        did="protection.record-kept" if number == 1 else "protection.record-corrected",
        kind="protection-record",
        subject=row.code,
        data={"unit": found.code},
    )
    return row


@transaction.atomic
def erase_record(*, by: Actor, unit: str, code: str) -> None:
    """Erase a record with all its versions, as whoever it is about may ask."""
    found, _one = _inside(by, unit)
    row = queries.record(found, code)
    if row is None:
        raise BadInput.at("code", _("There is no record of this code."), _("Look in the list."))
    row.delete()
    journal.write(
        who=by.id,
        did="protection.record-erased",
        kind="protection-record",
        subject=code,
        data={"unit": found.code},
    )


def _unit(code: str) -> Unit:
    found = Unit.objects.select_related("organisation").select_for_update(of=("self",))
    row = found.filter(code=code).first()
    if row is None:
        raise BadInput.at(code, _("There is no unit of this code."), _("Look in the list."))
    return row


def _inside(by: Actor, code: str) -> tuple[Unit, UnitMember]:
    """The unit, locked, and this person in it. No right replaces being a member, and neither
    does being the system itself."""
    found = _unit(code)
    require(by, Permission.WORK_IN_UNIT, queries.scope_of(found))
    one = queries.member(by, found)
    if one is None:
        raise NotAllowed("not a member of the unit")
    return found, one


def _sensible(code: str, survivor: str, month: str, sealed: str) -> None:
    if not rules.is_code(code) or not rules.is_code(survivor):
        raise BadInput.at(
            "survivor",
            _("This is not a code of Convive."),
            _("Copy the twelve letters, or leave it empty for a new one."),
        )
    if not rules.is_month(month, f"{programme.today():%Y-%m}"):
        raise BadInput.at("month", _("This is no month until now."), _("Choose another one."))
    if not rules.is_sealed_record(sealed):
        raise _shape("sealed")


def _shape(where: str) -> BadInput:
    return BadInput.at(
        where, _("This was not sealed by the page."), _("Reload the page, and try again.")
    )


def _journal(by: Actor, did: str, unit: Unit, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="protection-unit", subject=unit.code, data=data)
