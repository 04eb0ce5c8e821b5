"""What a report is asked to be about, and what came of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.kernel.texts import LANGUAGES


class Kind(StrEnum):
    """DIAGNOSIS: the first chapter of a plan. BRIEF: one page on one month. REACH: a count."""

    DIAGNOSIS = "diagnosis"
    BRIEF = "brief"
    REACH = "reach"


@dataclass(frozen=True)
class Order:
    """A report to be made.

    place : `SCHEME:CODE`.
    source : the one source to be read; blank: every source that covers the period, real ones first.
        Of a count, its number.
    internal : print exact numbers, and say so on every page.
    """

    place: str
    period: Period
    language: str
    source: str = ""
    internal: bool = False
    kind: Kind = Kind.DIAGNOSIS

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise BadInput.at(
                self.language,
                _("Reports are written in Spanish or English."),
                _("Choose one of: %(names)s.") % {"names": ", ".join(LANGUAGES)},
            )
        if not self.period.is_whole_months:
            raise BadInput.at(
                str(self.period),
                _("A diagnosis counts whole months."),
                _("Begin on the first day of a month and end on the last."),
            )
        if self.kind is Kind.BRIEF and len(list(self.period.months())) != 1:
            raise BadInput.at(
                str(self.period), _("A brief is about one month."), _("Give it as 2024-12.")
            )


@dataclass(frozen=True)
class Made:
    """A finished report, as bytes. batches : numbers of the imports that it read."""

    pdf: bytes
    is_sample: bool
    batches: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def pages(self) -> int:
        """typst writes page objects plainly, one by one."""
        return self.pdf.count(b"/Type/Page/")
