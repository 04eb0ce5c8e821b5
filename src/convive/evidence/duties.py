"""What the evidence gives people to do: tables to confirm, files to finish, imports that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.programme.rules import account_id
from convive.evidence.actions_handover import hand_over_desk
from convive.evidence.desk import uploads
from convive.evidence.keyin import tables as keyin
from convive.evidence.models import KeyedTable, Upload


class Evidence:
    """The part of the house that takes in what other systems recorded."""

    name = "evidence"

    @property
    def title(self) -> str:
        return _("Evidence")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        if who.is_system or not may(who, Permission.IMPORT_EVIDENCE):
            return
        for table in keyin.visible_to(who):
            if keyin.may_decide(who, table):
                yield self._of_table(table, _("Compare a table with its document"), _("Compare"))
        yield from self._unfinished(who.id)

    def held_by(self, account: int) -> Iterator[Duty]:
        yield from self._unfinished(account_id(account), under_way=True)

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return hand_over_desk(by=by, leaver=leaver, successor=successor)

    def _unfinished(self, account: str, *, under_way: bool = False) -> Iterator[Duty]:
        """under_way : also what the worker has in hand, which asks nothing of anybody now."""
        for table in keyin.typed_by(account):
            returned = table.state == KeyedTable.State.RETURNED
            title = _("Mend a table that was returned") if returned else _("Finish a table")
            yield self._of_table(table, title, _("Go on"))
        for file in uploads.mine(account):
            if not under_way and uploads.is_under_way(file, uploads.job_of(file)):
                continue
            failed = file.state == Upload.State.FAILED
            yield Duty(
                part=self.name,
                id=f"upload-{file.pk}",
                title=_("A file could not be brought in")
                if failed
                else _("Finish bringing in a file"),
                url=reverse("evidence:upload", kwargs={"number": file.pk}),
                detail=uploads.name_of(file),
                action=_("See why") if failed else _("Go on"),
            )

    def _of_table(self, table: KeyedTable, title: str, action: str) -> Duty:
        return Duty(
            part=self.name,
            id=f"table-{table.pk}",
            title=title,
            url=reverse("evidence:keyin", kwargs={"number": table.pk}),
            detail=f"{table.source.name}, {table.document_number}",
            action=action,
        )
