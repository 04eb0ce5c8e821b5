"""What an agency is told of its list once it is encoded: everybody is accounted for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Receipt:
    """Of a list: rows = encoded + refused + without_fields.

    without_consent : no column of consent was found, so nobody could refuse.
    with_dni, odd_dni : people with eight digits, and with something else in that column.
    odd_birth : rows whose birth date could not be read.
    columns : what each column was taken for. unused : headers of which nothing was taken.
    """

    rows: int
    encoded: int
    refused: int
    without_fields: int
    without_consent: bool
    with_dni: int
    odd_dni: int
    odd_birth: int
    columns: dict[str, str]
    unused: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def lines(self) -> list[str]:
        """The receipt in words."""
        counts = asdict(self)
        told = [
            _("%(encoded)d of %(rows)d people encoded, %(with_dni)d of them with a DNI.") % counts
        ]
        if self.without_consent:
            told.append(
                _(
                    "The list has no column of consent: everybody was encoded. Encode only people "
                    "who agreed to it."
                )
            )
        else:
            told.append(_("Without consent to linkage, left out: %(refused)d.") % counts)
        if self.without_fields:
            told.append(
                _(
                    "Too little to tell a person apart, left out: %(without_fields)d. It takes two "
                    "of given names, surname and birth date, or a DNI."
                )
                % counts
            )
        if self.odd_dni:
            told.append(_("DNI that are not eight digits, not used: %(odd_dni)d.") % counts)
        if self.odd_birth:
            told.append(_("Birth dates that cannot be read: %(odd_birth)d.") % counts)
        read = ", ".join(f"{header} → {role}" for role, header in self.columns.items())
        told.append(_("Columns read: %(columns)s.") % {"columns": read})
        if self.unused:
            told.append(_("Columns not used: %(columns)s.") % {"columns": ", ".join(self.unused)})
        return told
