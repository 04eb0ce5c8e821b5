"""The sheet of one session on paper: a row for each person, two boxes to tick, and a code.

The code of a page names its session and, row by row, the enrolments by number; it is signed with
the secret of the home. It says neither who nor what. So a sheet can be read when somebody left or
joined after it was printed: each row stays that of one person.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.services import pages
from convive.domain.services.models import Session
from convive.kernel import paper, words
from convive.kernel.errors import BadInput
from convive.look.drawings import qr

# Millimetres from the upper left corner of an A4 page. What reads a sheet takes them from here.
MARKS = (
    (194.0, 16.0),
    (16.0, 16.0),
    (194.0, 281.0),
    (16.0, 281.0),
)  # centres; nearest the QR first
MARK = 7.0  # side of a corner mark
QR_AT, QR_SIDE = (158.0, 26.0), 30.0
ROWS, FIRST_ROW, ROW = 18, 76.0, 11.0
BOXES = (122.0, 144.0)  # middle of each: came, did not come
BOX = 6.0

TEMPLATE = Path(__file__).resolve().parent / "paper" / "sheet.typ"
_START = "CV1."
_SIGNED = 10  # bytes of the signature
_QUIET = 4  # modules that `qr` leaves white, on both sides together
_SALT = "convive.services.sheet"


class Tick(StrEnum):
    """What a row says. UNSURE: both boxes, or one that is neither plainly empty nor ticked."""

    CAME = "present"
    DID_NOT_COME = "absent"
    NONE = "none"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Code:
    """What a page says of itself: its session, and whose each row is, by their numbers."""

    session: int
    enrolments: tuple[int, ...]


def write_code(code: Code) -> str:
    """The text of the QR: capital letters and digits alone, which make the smallest drawing."""
    least = min(code.enrolments)
    numbers = (code.session, least, *(number - least for number in code.enrolments))
    said = b"".join(_packed(number) for number in numbers)
    return _START + base64.b32encode(said + _signature(said)).decode().rstrip("=")


def is_code(text: str) -> bool:
    """Whether the text of a QR looks like that of a sheet, ours or not."""
    return text.startswith(_START)


def read_code(text: str, where: str) -> Code:
    """What the text of a QR says. Raises BadInput where this home did not sign it."""
    body = text.removeprefix(_START)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error:
        raw = b""
    said, signature = raw[:-_SIGNED], raw[-_SIGNED:]
    if not said or not constant_time_compare(signature, _signature(said)):
        raise BadInput.at(
            where,
            _("This sheet was not printed here: another organisation's Convive made it."),
            _("Give it to whoever printed it, or write down by hand who came."),
        )
    session, least, *rest = _unpacked(said)
    return Code(session, tuple(least + number for number in rest))


def pdf(one: Session) -> bytes:
    """The sheets of a session: PDF/UA-1, a page for each eighteen people.

    Raises BadInput where nobody is asked about, paper.NotAccessible.
    """
    return paper.pdf(TEMPLATE, document(one), programme.today())


def document(one: Session) -> dict[str, Any]:
    """What the template prints. Of a sensitive service the neutral name alone."""
    people = pages.roll(one)
    if not people:
        raise BadInput.at(
            "sheet",
            _("Nobody had a place on this day."),
            _("Enrol people first: give the day since which they come."),
        )
    today, found = programme.today(), one.activity
    parts = [people[at : at + ROWS] for at in range(0, len(people), ROWS)]
    title = found.title_on_paper
    return {
        "language": (translation.get_language() or "es")[:2],
        "made_on": [today.year, today.month, today.day],
        "organisation": found.organisation.name,
        "title": _("Who came"),
        "what": title,
        "service": found.service_name if title != found.service_name else "",
        "when": f"{words.day(one.day)}, {one.hour:%H:%M}",
        "place": one.place,
        "how": _("One cross in each row, with a dark pen. If you were wrong, cross both boxes."),
        "after": _(
            "Photograph it whole, from above, with its four black squares. Once saved, shred it."
        ),
        "heads": [_("No."), _("Name"), _("Came"), _("Did not come"), _("Signature")],
        "qr_alt": _("QR code by which this sheet is read back"),
        "mark": _("Sample: these people are made up") if found.is_sample else "",
        "form": measures(),
        "pages": [
            {
                "page": _("Sheet %(page)d of %(pages)d") % {"page": n, "pages": len(parts)},
                **drawn(Code(one.pk, tuple(row.pk for row, _name in part))),
                "rows": [
                    [str((n - 1) * ROWS + place), name]
                    for place, (_row, name) in enumerate(part, 1)
                ],
            }
            for n, part in enumerate(parts, 1)
        ],
    }  # fmt: skip


def measures() -> dict[str, Any]:
    """Where the template draws what is read back, in millimetres."""
    return {
        "marks": MARKS, "mark": MARK, "qr_at": QR_AT, "first_row": FIRST_ROW, "row": ROW,
        "boxes": BOXES, "box": BOX,
    }  # fmt: skip


def drawn(code: Code) -> dict[str, Any]:
    """The QR, and how large and where it is drawn so that its black part has its fixed place."""
    drawing = str(qr(write_code(code)))
    size = re.search(r'viewBox="0 0 (\d+)', drawing)
    modules = int(size[1]) - _QUIET if size else 0
    module = QR_SIDE / modules
    return {"qr": drawing, "qr_width": QR_SIDE + _QUIET * module, "qr_edge": _QUIET / 2 * module}


def _signature(said: bytes) -> bytes:
    return salted_hmac(_SALT, said, algorithm="sha256").digest()[:_SIGNED]


def _packed(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _unpacked(said: Sequence[int]) -> list[int]:
    found, number, shift = [], 0, 0
    for byte in said:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            found.append(number)
            number, shift = 0, 0
    return found
