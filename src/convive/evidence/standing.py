"""How one import stands: what it is a release of, what it mends, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.evidence import queries
from convive.evidence.models import Batch, Correction, Withdrawal
from convive.evidence.whose import may_decide
from convive.kernel import words


@dataclass(frozen=True)
class Standing:
    """What the page of a batch says beside its receipt.

    stands_in : the batch that counts in its place. withdrawn_by : a name, or what acted.
    facts : term, text and the number of the batch that it leads to, or nothing.
    """

    counts: bool
    withdrawal: Withdrawal | None
    withdrawn_by: str
    stands_in: Batch | None
    may_withdraw: bool
    facts: tuple[tuple[str, str, str], ...]


def standing(batch: Batch, who: Actor) -> Standing:
    withdrawal = batch.withdrawal
    past = [row for row in batch.withdrawals.all() if row.restored_at is not None]
    acted = [row.by for row in past] + [row.restored_by for row in past]
    names = programme.names_of([*acted, *([withdrawal.by] if withdrawal else [])])
    return Standing(
        counts=queries.is_counted(batch),
        withdrawal=withdrawal,
        withdrawn_by=_who(withdrawal.by, names) if withdrawal else "",
        stands_in=queries.standing_for(batch) if batch.visible else None,
        may_withdraw=may_decide(who, Permission.WITHDRAW_EVIDENCE, batch),
        facts=(*_release(batch), *_corrections(batch), *(_past(row, names) for row in past)),
    )


def _release(batch: Batch) -> list[tuple[str, str, str]]:
    if batch.vintage:
        return [(_("Release of"), words.day(batch.vintage), "")]
    held = [
        words.day(date.fromisoformat(one["vintage"])) for one in batch.notes.get("releases", [])
    ]
    return [(_("Releases in the file"), ", ".join(held), "")] if held else []


def _corrections(batch: Batch) -> list[tuple[str, str, str]]:
    found = []
    if batch.corrects is not None:
        term = {
            Correction.ADDS: _("Adds to the import of"),
            Correction.REPLACES: _("Takes the place of the import of"),
        }[Correction(batch.correction)]
        found.append((term, words.moment(batch.corrects.imported_at), batch.corrects.pk))
    for later in batch.corrections.order_by("imported_at"):
        term = {
            Correction.ADDS: _("Added to by the import of"),
            Correction.REPLACES: _("Mended by the import of"),
        }[Correction(later.correction)]
        found.append((term, words.moment(later.imported_at), later.pk))
    return found


def _who(actor: str, names: dict[str, str]) -> str:
    """The name of a person; whatever else acts is the system."""
    return names.get(actor, "") or _("the system")


def _past(row: Withdrawal, names: dict[str, str]) -> tuple[str, str, str]:
    """A withdrawal that was taken back: still told, for whoever read figures in between."""
    text = _("%(from)s by %(by)s: %(why)s Put back %(to)s by %(restorer)s: %(reason)s") % {
        "from": words.moment(row.at),
        "by": _who(row.by, names),
        "why": row.why,
        "to": words.moment(row.restored_at),
        "restorer": _who(row.restored_by, names),
        "reason": row.restored_why,
    }
    return _("Was withdrawn"), text, ""
