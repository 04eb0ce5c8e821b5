"""What the access matrix shows on the pages of protection units: of each organisation one unit of
which its case worker is a member, and one of which nobody is."""

from __future__ import annotations

from typing import Any

from cast import CAST, person
from cryptography.hazmat.primitives.asymmetric import ec

from convive.demo import wall
from convive.domain.programme import queries as programme
from convive.domain.protection import actions
from convive.domain.protection.models import Record, Unit, UnitKey, Version

OPEN, CLOSED = "Unidad", "Otra unidad"


def unit(organisation: str) -> dict[str, Any]:
    """The unit of this organisation that its case worker is in."""
    return {"code": _unit(organisation).code}


def record(organisation: str) -> dict[str, Any]:
    """A record of that unit."""
    found = _unit(organisation)
    return {"code": found.code, "record": found.records.get().code}


def _unit(organisation: str) -> Unit:
    found = Unit.objects.filter(organisation__code=organisation, name=OPEN).first()
    if found is None:
        _made(organisation, CLOSED)
        found = _made(organisation, OPEN)
        worker = CAST["case_worker"]
        if worker.organisation == organisation:
            account = person("case_worker").pk
            actions.add_member(by=programme.SYSTEM, unit=found.code, account=account)
    return found


def _made(organisation: str, name: str) -> Unit:
    made = actions.open_unit(by=programme.SYSTEM, organisation=organisation, name=name)
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = UnitKey.objects.create(
        unit=made,
        number=1,
        public_key=wall.point(public),
        need=2,
        parts=3,
        made_on=programme.today(),
    )
    code = made.code[::-1]
    head = {"code": code, "survivor": code, "month": "2024-01", "district": "", "number": 1}
    row = Record.objects.create(unit=made, code=code, survivor=code, month="2024-01")
    sealed = wall.seal_record(made.code, public, head, {})
    Version.objects.create(record=row, number=1, key=key, sealed=sealed)
    return made
