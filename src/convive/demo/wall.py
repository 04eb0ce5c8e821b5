"""A protection unit to try, with sealed records of survivors who do not exist.

Sealed here as a browser does (static/protection/*.js): HPKE over what was filled up to a size,
keys wrapped by PBKDF2 and AES-GCM. The tests hold both against each other.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.programme import queries as programme
from convive.domain.protection import actions, queries
from convive.domain.protection.rules import ROUNDS, SIZES
from convive.kernel.codes import LETTERS
from convive.kernel.recipients import SUITE

PASSPHRASE = "cinco adobes junto al mar"  # noqa: S105  of the demo alone, where nothing is true
ORGANISATION = "mimp-cem"
Private: TypeAlias = ec.EllipticCurvePrivateKey
Public: TypeAlias = ec.EllipticCurvePublicKey


def fill(*, leads: Actor, works: Actor) -> None:
    """Open a sample unit, make its keys and keep rules.WALL_RECORDS records in it."""
    account = programme.account_of(works)
    assert account is not None
    own, shared = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    with transaction.atomic():
        unit = actions.open_unit(
            by=leads, organisation=ORGANISATION, name="Unidad de muestra", is_sample=True
        ).code
        actions.add_member(by=leads, unit=unit, account=account.pk)
        actions.keep_own_key(
            by=works,
            unit=unit,
            public_key=point(own.public_key()),
            wrapped=wrapped(PASSPHRASE, own, unit, account.pk),
        )
        actions.keep_unit_key(
            by=works,
            unit=unit,
            number=1,
            public_key=point(shared.public_key()),
            need=2,
            parts=3,
            copies={account.pk: copy_for(own.public_key(), shared, unit, 1, account.pk)},
        )
        for head, answers in _records():
            sealed = seal_record(unit, shared.public_key(), head, answers)
            actions.keep_record(by=works, unit=unit, key=1, sealed=sealed, **head)


def bound(*names: object) -> bytes:
    """What something sealed is: it opens as nothing else."""
    return "|".join(["convive wall 1", *map(str, names)]).encode()


def point(key: Public) -> str:
    """A public key as 65 bytes, in Base64."""
    return b64encode(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).decode()


def scalar(key: Private) -> bytes:
    """The private half: 32 bytes, the greatest first."""
    return key.private_numbers().private_value.to_bytes(32, "big")


def wrapped(passphrase: str, key: Private, unit: str, account: int) -> dict[str, Any]:
    """A private key under a passphrase."""
    salt, nonce = os.urandom(16), os.urandom(12)
    under = hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, ROUNDS)
    sealed = AESGCM(under).encrypt(nonce, scalar(key), bound("own", unit, account))
    texts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return {"rounds": ROUNDS, **{name: b64encode(each).decode() for name, each in texts.items()}}


def copy_for(to: Public, key: Private, unit: str, number: int, account: int) -> str:
    """A private key of the unit, sealed to a member."""
    return b64encode(SUITE.encrypt(scalar(key), to, bound("key", unit, number, account))).decode()


def seal_record(unit: str, key: Public, head: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """Answers, filled up and sealed as one version of a record."""
    text = json.dumps({**head, "answers": answers}, ensure_ascii=False).encode()
    size = next(each for each in SIZES if len(text) + 4 <= each)
    content = (len(text).to_bytes(4, "big") + text).ljust(size, b"\0")
    return b64encode(
        SUITE.encrypt(content, key, bound("record", unit, head["code"], head["number"]))
    ).decode()


def _records() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Who was taken in, drawn by the rules of docs/demo.md from months before this one."""
    draw = random.Random(rules.SEED)  # noqa: S311  a sample, no secret
    places = [place.ref for place in queries.districts()]
    today = programme.today()
    found = []
    for _ in range(rules.WALL_RECORDS):
        back = today.year * 12 + today.month - 1 - draw.randint(1, rules.WALL_MONTHS)
        month = f"{back // 12:04d}-{back % 12 + 1:02d}"
        head = {
            "code": _code(draw),
            "survivor": _code(draw),
            "month": month,
            "district": draw.choice(places),
            "number": 1,
        }
        act, kind = draw.choice(rules.WALL_ACTS)
        answers = {
            "date_of_interview": f"{month}-15",
            "date_of_incident": f"{month}-{draw.randint(1, 14):02d}",
            "age_group": draw.choice(rules.WALL_AGES),
            "sex": "F",
            "gbv_type": act,
            "law_kinds": [kind],
            "narrative": "Muestra: este relato es inventado y no es de nadie.",
            "perpetrator_relationship": draw.choice(rules.WALL_RELATIONS),
            "risk_level": draw.choice(["mild", "moderate", "severe"]),
            "imminent_danger": "no",
            "report_made": "not_due",
            "consent": "yes",
            "consent_reporting": "yes",
            "consent_contact": "yes",
            "cem_referral": "is_cem",
            "limits_said": True,
        }
        found.append((head, answers))
    return found


def _code(draw: random.Random) -> str:
    return "".join(draw.choice(LETTERS) for _ in range(12))
