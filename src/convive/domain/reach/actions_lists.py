"""Lists on their way in: taken from their own organisation, checked, sealed, taken back."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.reach import queries, vault
from convive.domain.reach.coded import tokens
from convive.domain.reach.coded.tokens import Tokens
from convive.domain.reach.models import Run, RunList
from convive.kernel import journal
from convive.kernel.errors import BadInput
from convive.kernel.home import Home


def send_list(*, by: Actor, run: int, organisation: str, content: bytes) -> RunList:
    """Take the coded list of an organisation; one that it sent before is replaced.

    content : the file as `convive reach encode` or the page of the encoder made it.

    Raises BadInput, and keeps nothing, where it is no such file, is another agency's, was made with
    another key or another schema, or is of another kind (trial or real) than the count.
    """
    asked = queries.asked(run, organisation)
    if asked is None:
        raise BadInput.at(
            organisation,
            _("This organisation is not asked for a list in this count."),
            _("Whoever opens a count chooses whom it asks."),
        )
    require(by, Permission.SEND_LIST, queries.scope_of(asked))
    _require_open(asked.run)
    _refuse_key(content)
    found = tokens.from_bytes(content, _("the file"))
    _check(found, asked)
    token = vault.new_token()
    home: Home = settings.HOME
    asked.token = token
    try:
        vault.keep(asked, content)
        return _received(by, asked, token, found, vault.digest(content))
    except BaseException:
        vault.forget(home.lists / token)
        raise


@transaction.atomic
def _received(by: Actor, asked: RunList, token: str, found: Tokens, digest: str) -> RunList:
    row = RunList.objects.select_for_update(of=("self",)).select_related("run").get(pk=asked.pk)
    _require_open(row.run)
    if row.token:
        transaction.on_commit(partial(vault.forget, row.path))
    did = "reach.list-replaced" if row.token else "reach.list-sent"
    row.token, row.file_hash, row.schema = token, digest, found.schema
    row.people, row.refused = len(found), sum(found.refused.values())
    row.with_dni = int((found.dni != b"").sum())
    row.sent_by, row.sent_at, row.deleted_at = by.id, timezone.now(), None
    row.save()
    told = {"for": asked.organisation.code, "file": digest, "people": row.people}
    _journal(by, did, row, told)
    return row


@transaction.atomic
def take_back(*, by: Actor, run: int, organisation: str) -> RunList:
    """Delete the list that an organisation sent, before it is counted."""
    asked = queries.asked(run, organisation)
    if asked is None or not asked.is_here:
        raise BadInput.at(_("the list"), _("It is not here."), _("Reload the page."))
    require(by, Permission.SEND_LIST, queries.scope_of(asked))
    row = RunList.objects.select_for_update(of=("self",)).select_related("run").get(pk=asked.pk)
    _require_open(row.run)
    transaction.on_commit(partial(vault.forget, row.path))
    row.token, row.deleted_at = "", timezone.now()
    row.save(update_fields=["token", "deleted_at"])
    _journal(by, "reach.list-taken-back", row, {"for": organisation})
    return row


def _require_open(found: Run) -> None:
    if found.state == Run.State.KEY:
        raise BadInput.at(
            _("the list"),
            _("The key of this count has no name yet."),
            _("Make the key together, and write its name here first."),
        )
    if found.state != Run.State.LISTS:
        raise BadInput.at(
            _("the list"),
            _("This count takes no lists any more."),
            _("Ask whoever coordinates the programme."),
        )


def _refuse_key(content: bytes) -> None:
    """A key must never be here: whoever holds it and the lists can find people by their DNI."""
    if len(content) > 10_000:
        return
    try:
        kind = json.loads(content).get("kind", "")
    except (ValueError, AttributeError):
        return
    if "key" in str(kind):
        raise BadInput.at(
            _("the file"),
            _("This is a key, or a part of one. It was not kept."),
            _(
                "A key never leaves the agencies. Tell the others: make a new key together, and "
                "code every list again."
            ),
        )


def _check(found: Tokens, asked: RunList) -> None:
    """Why this list cannot be counted in this run, every reason at once."""
    run, code, where = asked.run, asked.organisation.code, _("the file")
    problems: list[Any] = []

    def refuse(why: str, remedy: str) -> None:
        problems.extend(BadInput.at(where, why, remedy).problems)

    if found.key_id != run.key_id:
        refuse(
            _("It was made with another key: %(theirs)s. This count goes by %(ours)s.")
            % {"theirs": found.key_id[:16], "ours": run.key_id},
            _("Code the list again with the key of this count."),
        )
    if found.schema != queries.schema().name:
        refuse(
            _("It was coded by another schema, so it cannot be compared with the others."),
            _("Use the page of this house, or its schema with: convive reach encode --schema FILE"),
        )
    if found.agency != code:
        refuse(
            _("It says that it is the list of “%(theirs)s”, and is sent as that of “%(ours)s”.")
            % {"theirs": found.agency[:40], "ours": code},
            _("Send the list of your own organisation, coded with its code."),
        )
    if found.is_sample != run.is_sample:
        refuse(
            _("It is a made-up list, and this count is of real people.")
            if found.is_sample
            else _("This count is a trial with made-up lists, and this one is not marked as such."),
            _("Open a count of its own for trials."),
        )
    if not len(found):
        refuse(_("Nobody is in it."), _("Check how the list was read."))
    if problems:
        raise BadInput(problems)


def _journal(by: Actor, did: str, row: RunList, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="reach", subject=row.run_id, data=data)
