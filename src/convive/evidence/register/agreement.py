"""Under which terms a source is received: the table `[agreement]` of its file.

Plain data and its reading; docs/evidence.md explains every key. What is published for everybody has
a licence and no agreement, but it too may come at known intervals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from convive.evidence.toml_values import TomlValues
from convive.kernel.texts import in_language

# Days from one receipt to the next, as each word means them
EVERY = {"month": 31, "quarter": 92, "year": 366}
_TEXTS = ("document", "given_by", "contact_role", "purpose_es", "purpose_en")


@dataclass(frozen=True)
class Agreement:
    """Who gives the records, under which document, until when, for what, and how often.

    document : number and name of the letter or agreement. given_by : the body that gives them.
    contact_role : the office to ask, never a person's name.
    every : days from one receipt to the next; 0 where none is expected.
    """

    document: str = ""
    given_by: str = ""
    signed_on: date | None = None
    until: date | None = None
    every: int = 0
    contact_role: str = ""
    purpose_es: str = ""
    purpose_en: str = ""

    @property
    def purpose(self) -> str:
        return in_language(self, "purpose")

    @property
    def is_empty(self) -> bool:
        return self == Agreement()

    def as_json(self) -> dict[str, Any]:
        """In the form of the TOML file; what is not said is left out."""
        words = {days: word for word, days in EVERY.items()}
        data = {key: value for key, value in asdict(self).items() if value}
        if self.every:
            data["every"] = words.get(self.every, self.every)
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items()}

    def expected_after(self, day: date) -> date | None:
        """The day by which the next file is expected after one of `day`."""
        return day + timedelta(days=self.every) if self.every else None


def read_agreement(reader: TomlValues, table: Mapping[str, Any]) -> Agreement:
    """The table as the file has it; its faults go to the reader."""
    reader.known(table, (*_TEXTS, "signed_on", "until", "every"), "agreement")
    texts = {key: reader.text(table, f"agreement.{key}") for key in _TEXTS if key in table}
    signed_on, until = (reader.day(table, f"agreement.{key}") for key in ("signed_on", "until"))
    if signed_on and until and until < signed_on:
        reader.fault(
            "agreement.until",
            _("The agreement ends before it was signed."),
            _("Check the two dates."),
        )
    if bool(texts.get("purpose_es")) != bool(texts.get("purpose_en")):
        reader.fault(
            "agreement.purpose_es",
            _("The purpose is written in one language alone."),
            _("Write purpose_es and purpose_en."),
        )
    return Agreement(**texts, signed_on=signed_on, until=until, every=_every(reader, table))


def _every(reader: TomlValues, table: Mapping[str, Any]) -> int:
    said = table.get("every", 0)
    if isinstance(said, str) and said in EVERY:
        return EVERY[said]
    if isinstance(said, int) and not isinstance(said, bool) and said >= 0:
        return said
    reader.fault(
        "agreement.every",
        _("“%(value)s” does not say how often.") % {"value": said},
        _("Write month, quarter, year, or a number of days."),
    )
    return 0
