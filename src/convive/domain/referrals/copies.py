"""What a receiver is told of somebody: enough to call and to attend them, and no more.

Never the DNI, the guardian, health or the address. The telephone only where it is safe to call.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Calls
from convive.domain.programme import queries as programme


@dataclass(frozen=True)
class Copy:
    """Texts as they were said; codes of the closed lists of people; "" where nothing is known.

    district : `SCHEME:CODE`. note : what the receiver needs to know, in a few words.
    """

    name: str
    age_band: str = ""
    sex: str = ""
    district: str = ""
    phone: str = ""
    calls: str = Calls.UNASKED.value
    call_hours: str = ""
    language: str = ""
    note: str = ""

    def as_text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def copy_of(person: Person, note: str) -> Copy:
    """Somebody as they are on the register today."""
    is_safe = person.calls in (Calls.YES, Calls.HOURS)
    return Copy(
        name=person.name,
        age_band=people.age_band(person, programme.today()),
        sex=person.sex,
        district=person.district.ref if person.district else "",
        phone=person.phone if is_safe else "",
        calls=person.calls,
        call_hours=person.call_hours if is_safe else "",
        language=person.language,
        note=note.strip(),
    )


def read(text: str) -> Copy | None:
    """The copy as it was kept; None where it was deleted."""
    return Copy(**json.loads(text)) if text else None
