"""What a leaver has on the desk passes to a successor."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.programme import queries as programme
from convive.domain.programme.rules import account_id
from convive.evidence.desk import uploads
from convive.evidence.keyin import tables as keyin
from convive.kernel import journal
from convive.kernel.errors import BadInput


@transaction.atomic
def hand_over_desk(*, by: Actor, leaver: int, successor: int) -> int:
    """Pass on the files and tables that a leaver began; return how many.

    A table that waits for a second person stays under the name of whoever typed it in. One that
    passes goes on under the successor's name; its typists stay those who typed.

    Raises BadInput where the successor may not bring in evidence of their organisation.
    """
    old, new = account_id(leaver), account_id(successor)
    who = programme.actor_of(programme.account(successor))
    files, tables = list(uploads.mine(old)), list(keyin.typed_by(old))
    things = [(str(f), uploads.scope_of(f)) for f in files]
    things += [(str(t), keyin.scope_of(t)) for t in tables]
    for said, scope in things:
        if not may(who, Permission.IMPORT_EVIDENCE, scope):
            raise BadInput.at(
                said,
                _("The successor may not bring in evidence of this organisation."),
                _("Choose another successor, or finish or delete it first."),
            )
    for file in files:
        file.uploaded_by = new
        file.save(update_fields=["uploaded_by"])
    for table in tables:
        table.entered_by = new
        table.save(update_fields=["entered_by"])
    if files or tables:
        data = {"uploads": len(files), "tables": len(tables), "to": new}
        journal.write(who=by.id, did="desk.handed-over", kind="account", subject=old, data=data)
    return len(files) + len(tables)
