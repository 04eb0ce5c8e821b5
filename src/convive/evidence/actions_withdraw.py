"""Taking a batch out of every figure, with the reason, and putting it back. Nothing is deleted."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.evidence import queries
from convive.evidence.models import Batch, Withdrawal
from convive.evidence.whose import require_deciding
from convive.kernel import journal, words
from convive.kernel.errors import BadInput

LEAST = 10  # characters of a reason: less explains nothing to whoever reads it in a year
MOST = 1000


@transaction.atomic
def withdraw_batch(*, by: Actor, batch: str, why: str) -> Withdrawal:
    """Take a batch out of every figure at once. Its file and its receipt stay.

    why : shown on the page of the batch and wherever something was made from it.

    Raises BadInput where it is withdrawn already, or where the reason says too little; NotAllowed
    where it is somebody else's (`whose`).
    """
    found = _allowed(by, batch)
    if not found.visible:
        raise BadInput.at(
            found.pk[:12], _("This batch is withdrawn already."), _("Nothing needs to be done.")
        )
    made = Withdrawal.objects.create(
        batch=found, at=timezone.now(), by=by.id, why=reason(why, "why")
    )
    _show(found, shown=False)
    _journal(by, "batch.withdrawn", found, made.why)
    return made


@transaction.atomic
def restore_batch(*, by: Actor, batch: str, why: str) -> Withdrawal:
    """Put a withdrawn batch back: from here on its rows count as they did.

    Raises BadInput where it is not withdrawn, or where the reason says too little.
    """
    found = _allowed(by, batch)
    made = Withdrawal.objects.filter(batch=found, restored_at=None).first()
    if made is None:
        raise BadInput.at(
            found.pk[:12], _("This batch is not withdrawn."), _("Nothing needs to be done.")
        )
    made.restored_at, made.restored_by = timezone.now(), by.id
    made.restored_why = reason(why, "why")
    made.save()
    _show(found, shown=True)
    _journal(by, "batch.restored", found, made.restored_why)
    return made


def reason(text: str, where: str) -> str:
    """The reason without blanks around it. Raises BadInput where it says too little or too much."""
    told = " ".join(text.split())
    if not LEAST <= len(told) <= MOST:
        raise BadInput.at(
            where,
            _("A reason has from %(least)s to %(most)s characters.")
            % {"least": LEAST, "most": words.number(MOST)},
            _("Say what is wrong with the file, without names of people."),
        )
    return told


def _allowed(by: Actor, number: str) -> Batch:
    found = queries.batch(number)
    require_deciding(by, Permission.WITHDRAW_EVIDENCE, found)
    return Batch.objects.select_for_update(of=("self",)).select_related("source").get(pk=found.pk)


def _show(batch: Batch, *, shown: bool) -> None:
    batch.visible = shown
    batch.save(update_fields=["visible"])


def _journal(by: Actor, did: str, batch: Batch, why: str) -> None:
    """The reason itself stays with the batch: a person wrote it, and may have named somebody."""
    data = {"source": batch.source.code, "why_sha256": hashlib.sha256(why.encode()).hexdigest()}
    journal.write(who=by.id, did=did, kind="batch", subject=batch.pk, data=data)
