"""A list of people becomes tokens, on the agency's own machine. No name is left in them."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TypeVar

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.reach.coded import strata
from convive.domain.reach.coded.bits import encodings
from convive.domain.reach.coded.columns import People
from convive.domain.reach.coded.consent import agreed
from convive.domain.reach.coded.keys import Hashed, Key
from convive.domain.reach.coded.receipt import Receipt
from convive.domain.reach.coded.schema import Schema
from convive.domain.reach.coded.tokens import Tokens
from convive.kernel import names
from convive.kernel.errors import BadInput

T = TypeVar("T")
_AGENCY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}$")


@dataclass(frozen=True)
class Encoded:
    """Tokens, the agency's own table of ids, and the counts of a receipt."""

    tokens: Tokens
    table: list[tuple[str, str]]
    receipt: Receipt


def encode(
    people: People, key: Key, agency: str, schema: Schema, *, keep_ids: bool = False,
    is_sample: bool = False,
) -> Encoded:  # fmt: skip
    """The tokens of a list.

    Raises BadInput for an agency's code that cannot be, own ids that are personal or stand twice,
    and a list of which nobody is left.
    """
    if not _AGENCY.match(agency):
        raise BadInput.at(
            f"--agency {agency}", _("This is no code of an agency."),
            _("Small letters, digits, - and _ only: unfpa."),
        )  # fmt: skip
    n, year = len(people), key.made.year
    consent = agreed(people)
    sex = names.sexes(people.texts["sex"]) if "sex" in people.texts else [""] * n
    birth = _memo(people.texts.get("birth"), n, lambda text: names.birth(text, year), None)
    dni = _dni(people)
    kept = _enough(people, birth, dni)
    refused: dict[str, int] = {}
    if consent is not None:
        agrees = np.array(consent)
        kept &= agrees
        refused = dict(Counter(compress(sex, ~agrees)))
    if not kept.any():
        raise BadInput.at(
            people.file, _("Nobody is left to encode: no consent, or too little in each row."),
            _("Check the columns of names, birth date and consent."),
        )  # fmt: skip
    own = list(compress(people.ids, kept))
    if keep_ids:
        _check_ids(people, own)
    # By chance, so that the rows say nothing of the order of the agency's list
    order = np.arange(len(own)) if keep_ids else _shuffled(len(own))
    own = [own[at] for at in order]
    ids = own if keep_ids else _random_ids(len(own))
    texts = {role: list(compress(each, kept)) for role, each in people.texts.items()}
    texts["sex"] = list(compress(sex, kept))
    if "given_more" in texts:
        first = texts.get("given") or [""] * len(own)
        texts["given"] = [f"{a} {b}" for a, b in zip(first, texts["given_more"], strict=True)]
    hashes = _hashes(list(compress(dni, kept)), Hashed(key.of_field("dni")))
    tokens = Tokens(
        agency, schema.name, key.name, np.array(ids, dtype=np.str_),
        encodings(texts, key, schema)[order], np.array(hashes, dtype="S32")[order],
        {name: np.array(each, dtype=np.str_)[order]
         for name, each in strata.of(texts, key.made, schema).items()},
        refused, is_sample, n - len(own) - sum(refused.values()),
    )  # fmt: skip
    return Encoded(tokens, list(zip(ids, own, strict=True)), _receipt(people, tokens, birth, dni))


def _receipt(
    people: People, tokens: Tokens, birth: Sequence[object], dni: Sequence[str]
) -> Receipt:
    told = people.texts.get("dni") or people.texts.get("document") or ()
    dates = people.texts.get("birth", ())
    return Receipt(
        rows=len(people),
        encoded=len(tokens),
        refused=sum(tokens.refused.values()),
        without_fields=tokens.without_fields,
        without_consent=agreed(people) is None,
        with_dni=int((tokens.dni != b"").sum()),
        odd_dni=sum(map(bool, told)) - sum(map(bool, dni)),
        odd_birth=sum(bool(text) and each is None for text, each in zip(dates, birth)),  # noqa: B905
        columns=dict(people.found),
        unused=people.unused,
    )


def _hashes(dni: list[str], hashed: Hashed) -> list[str]:
    """The keyed hash of each DNI: 128 bits in hexadecimal."""
    return [hashed(one)[:16].hex() if one else "" for one in dni]


def _shuffled(n: int) -> NDArray[np.int64]:
    """An order drawn from the system's source of chance."""
    return np.argsort(np.frombuffer(secrets.token_bytes(8 * n), dtype=np.uint64), kind="stable")


def _memo(texts: list[str] | None, n: int, read: Callable[[str], T], otherwise: T) -> list[T]:
    """What `read` makes of each text, asked once for each that differs."""
    if texts is None:
        return [otherwise] * n
    known = {text: read(text) for text in set(texts)}
    return [known[text] for text in texts]


def _dni(people: People) -> list[str]:
    found = _memo(people.texts.get("dni"), len(people), names.dni, "")
    if "dni" in people.texts or "document" not in people.texts:
        return found
    kinds = people.texts.get("document_type")
    if kinds is None:  # a number of which nobody says what it is
        return found
    numbers = _memo(people.texts["document"], len(people), names.dni, "")
    is_dni = _memo(kinds, len(people), lambda text: "DNI" in names.letters(text).split(), False)
    return [number if so else "" for number, so in zip(numbers, is_dni, strict=True)]


def _enough(people: People, birth: Sequence[object], dni: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a row tells a person apart: a DNI, or two of given names, surname and birth date, or
    one of them and a street.
    """
    n = len(people)

    def filled(*roles: str) -> NDArray[np.bool_]:
        found = np.zeros(n, dtype=bool)
        for role in roles:
            if role in people.texts:
                found |= np.fromiter(map(bool, people.texts[role]), dtype=bool, count=n)
        return found

    full = filled("full")
    main = (filled("given", "given_more") | full).astype(int)
    main += filled("paternal", "maternal", "surnames") | full
    main += np.fromiter((each is not None for each in birth), dtype=int, count=n)
    has_dni = np.fromiter(map(bool, dni), dtype=bool, count=n)
    found: NDArray[np.bool_] = has_dni | (main >= 2) | ((main == 1) & filled("street"))
    return found


def _check_ids(people: People, own: list[str]) -> None:
    if people.id_is_personal:
        raise BadInput.at(
            "--keep-ids", _("The ids of this list are names, birth dates or DNI."),
            _("Name another column with --id, or leave --keep-ids away."),
        )  # fmt: skip
    often = Counter(own)
    wrong = next((each for each in own if not each or often[each] > 1), None)
    if wrong is not None:
        raise BadInput.at(
            "--keep-ids",
            _("An id of this list is empty or stands twice: “%(id)s”.") % {"id": wrong[:40]},
            _("Name another column with --id, or leave --keep-ids away."),
        )


def _random_ids(n: int) -> list[str]:
    """Different ones, of eight bytes each, in the order in which they sort."""
    found: set[str] = set()
    while len(found) < n:
        chance = secrets.token_bytes(8 * (n - len(found))).hex()
        found |= {chance[at : at + 16] for at in range(0, len(chance), 16)}
    return sorted(found)
