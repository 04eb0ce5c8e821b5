"""What a receiver is told of somebody: enough to call and to attend them, and no more.

Never the DNI, the guardian, health or the address. How to call them is read from the register each
time, and no number is told that must not be called today.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.vocabulary import Calls
from convive.domain.programme import queries as programme


@dataclass(frozen=True)
class Copy:
    """Texts as they were said; codes of the closed lists of people; "" where nothing is known.

    district : `SCHEME:CODE`. note : what the receiver needs to know, in a few words. phone, calls,
    call_hours : as `reached` finds them; what an older copy kept of them does not count.
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
    """Somebody as they are on the register today, but for how to call them."""
    return Copy(
        name=person.name,
        age_band=people.age_band(person, programme.today()),
        sex=person.sex,
        district=person.district.ref if person.district else "",
        language=person.language,
        note=note.strip(),
    )


def reached(copy: Copy, whom: Person, *, agrees: bool) -> Copy:
    """A copy with how somebody may be called at this moment.

    whom : their row on the register. agrees : that somebody calls or writes to them: without it,
    they are not to be called, whatever the register says.
    """
    is_safe = agrees and whom.calls in (Calls.YES, Calls.HOURS)
    said = Calls.UNASKED.value if whom.calls == Calls.UNASKED else Calls.NO.value
    return replace(
        copy,
        phone=whom.phone if is_safe else "",
        calls=whom.calls if is_safe else said,
        call_hours=whom.call_hours if is_safe else "",
    )


def read(text: str) -> Copy | None:
    """The copy as it was kept; None where it was deleted."""
    return Copy(**json.loads(text)) if text else None
