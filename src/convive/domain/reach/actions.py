"""Every write of a run: opened, its key named, begun, counted, given up, its lists deleted.

The key itself never comes here: a run knows its name alone.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.domain.programme import queries as programme
from convive.domain.reach import queries, vault
from convive.domain.reach.models import Run, RunList
from convive.kernel import jobs, journal
from convive.kernel.errors import BadInput, Problem
from convive.kernel.home import Home
from convive.kernel.periods import Period

LINK = "reach.link"
_KEY_ID = re.compile(r"[0-9a-f]{16}")
_ARRIVING = timedelta(days=1)  # a file may lie here before its row does
Progress = Callable[[float], None]
State = Run.State


@transaction.atomic
def open_run(
    *,
    by: Actor,
    period: Period,
    due: date,
    organisations: Sequence[str],
    targets: Sequence[dict[str, str]] = (),
    is_sample: bool = False,
) -> Run:
    """Open a count: of which days, whose lists, by when.

    organisations : codes. targets : what the count is held against, as `Run.targets`.
    is_sample : a trial, to which only made-up lists may be sent.

    Raises BadInput for fewer than two organisations, one that is unknown, or a day that has passed.
    """
    require(by, Permission.COUNT_PEOPLE)
    asked = [programme.organisation(code) for code in dict.fromkeys(organisations)]
    if len(asked) < queries.LEAST_LISTS:
        raise BadInput.at(
            "organisations",
            _("One list alone has nobody to be counted twice with."),
            _("Choose two organisations or more."),
        )
    if due < programme.today():
        raise BadInput.at("due", _("This day has passed."), _("Give the agencies some days."))
    now = timezone.now()
    found = Run.objects.create(
        start=period.start,
        end=period.end,
        due=due,
        targets=list(targets),
        is_sample=is_sample,
        opened_by=by.id,
        opened_at=now,
        moved_at=now,
    )
    RunList.objects.bulk_create([RunList(run=found, organisation=each) for each in asked])
    codes = [each.code for each in asked]
    _journal(by, "reach.opened", found, {"period": period.code, "asked": codes})
    return found


@transaction.atomic
def name_key(*, by: Actor, run: int, organisation: str, key_id: str) -> Run:
    """Say the name of the key that the agencies made; from then on lists are taken.

    Another name may be given until the first list is here. Raises BadInput for what is no name of
    a key, above all for a key itself.
    """
    found = _locked(run)
    asked = _asked(found, organisation)
    require(by, Permission.SEND_LIST, queries.scope_of(asked))
    plain = key_id.strip().lower().replace(" ", "").replace("-", "")
    if not _KEY_ID.fullmatch(plain):
        raise BadInput.at(
            "key_id",
            _("This is no name of a key: it has sixteen digits, 0 to 9 and a to f."),
            _("Copy the name that the page of the key shows. The key itself never comes here."),
        )
    if not found.is_open or queries.here(found):
        raise BadInput.at(
            "key_id",
            _("Lists are here already, made with the key that was named."),
            _("To begin with another key, take every list back first, or open another count."),
        )
    found.key_id, found.state, found.moved_at = plain, State.LISTS, timezone.now()
    found.save(update_fields=["key_id", "state", "moved_at"])
    _journal(by, "reach.key-named", found, {"for": organisation, "key": plain})
    return found


@transaction.atomic
def start(*, by: Actor, run: int) -> Run:
    """Hand the lists that are here to the worker. Those still missing stay out of the count.

    Raises BadInput where fewer than two lists are here.
    """
    require(by, Permission.COUNT_PEOPLE)
    found = _locked(run)
    if found.is_stuck and found.job_id:
        jobs.cancel(found.job_id, by=by.id)  # should its worker live after all
    elif not queries.can_start(found):
        raise BadInput.at(
            _("the lists"),
            _("A count begins when its key is named and two lists or more are here."),
            _("See who still has to send theirs."),
        )
    found.state, found.problems, found.moved_at = State.LINKING, [], timezone.now()
    found.job = jobs.order(LINK, by=by.id, subject=f"run:{found.pk}", run=found.pk)
    found.save(update_fields=["state", "problems", "moved_at", "job"])
    _journal(by, "reach.started", found, {"lists": len(queries.here(found))})
    return found


@transaction.atomic
def stop(*, by: Actor, run: int) -> Run:
    """Ask the worker to leave it. The lists wait again as soon as it has stopped."""
    require(by, Permission.COUNT_PEOPLE)
    found = _locked(run)
    if found.state == State.LINKING and found.job_id:
        jobs.cancel(found.job_id, by=by.id)
        _journal(by, "reach.stopping", found, {})
    return _locked(run)


@transaction.atomic
def stopped(*, by: Actor, run: int, problems: Iterable[Problem] = ()) -> None:
    """The worker ended without an answer, for these reasons if any: the lists wait again."""
    require(by, Permission.COUNT_PEOPLE)
    found = _locked(run)
    if found.state != State.LINKING:
        return
    found.problems = [problem.as_json() for problem in problems]
    found.state, found.moved_at = State.LISTS, timezone.now()
    found.save(update_fields=["state", "problems", "moved_at"])
    did = "reach.failed" if found.problems else "reach.stopped"
    _journal(by, did, found, {"problems": len(found.problems)})


def count_people(*, by: Actor, run: int, progress: Progress) -> Run:
    """Link the lists and count, in the worker. A run that is done is left alone.

    Raises BadInput where a list is gone or was changed, and where nothing can be counted.
    """
    from convive.domain.reach.counting import counted  # loads what computes

    require(by, Permission.COUNT_PEOPLE)
    found = queries.run(run)
    if found is None or found.state != State.LINKING:
        return _locked(run)
    answer, record = counted(found, progress)
    return _finish(by, run, answer, record)


@transaction.atomic
def _finish(by: Actor, run: int, answer: dict[str, Any], record: dict[str, Any]) -> Run:
    found = _locked(run)
    if found.state != State.LINKING:
        return found
    now = timezone.now()
    found.answer, found.record = answer, record
    found.state, found.moved_at, found.finished_at = State.DONE, now, now
    found.save(update_fields=["answer", "record", "state", "moved_at", "finished_at"])
    text = json.dumps([answer, record], sort_keys=True)
    _journal(by, "reach.counted", found, {"sha256": hashlib.sha256(text.encode()).hexdigest()})
    _delete_lists(by, found)
    return found


@transaction.atomic
def abandon(*, by: Actor, run: int) -> Run:
    """Give a count up. Its lists are deleted at once.

    Raises BadInput for one that is being counted or is over.
    """
    require(by, Permission.COUNT_PEOPLE)
    found = _locked(run)
    if not found.is_open:
        raise BadInput.at(
            _("the count"),
            _("It is being counted, or it is over."),
            _("Stop it first; an answer stays."),
        )
    found.state, found.moved_at = State.ABANDONED, timezone.now()
    found.save(update_fields=["state", "moved_at"])
    _journal(by, "reach.abandoned", found, {})
    _delete_lists(by, found)
    return found


@transaction.atomic
def say_key_deleted(*, by: Actor, run: int, organisation: str) -> RunList:
    """An organisation says that its key, and every part of it, is deleted."""
    found = _locked(run)
    asked = _asked(found, organisation)
    require(by, Permission.SEND_LIST, queries.scope_of(asked))
    if not found.is_over:
        raise BadInput.at(
            _("the key"),
            _("The count is not over: the key may still be needed."),
            _("Delete it when the answer is here."),
        )
    if asked.key_deleted_at is None:
        asked.key_deleted_by, asked.key_deleted_at = by.id, timezone.now()
        asked.save(update_fields=["key_deleted_by", "key_deleted_at"])
        _journal(by, "reach.key-deleted", found, {"for": organisation})
    return asked


@transaction.atomic
def clear_lists(*, by: Actor, now: datetime, days: int) -> int:
    """Delete the lists of counts that nobody finished within so many days, and stray files."""
    if not by.is_system:
        require(by, Permission.COUNT_PEOPLE)
    here = RunList.objects.exclude(token="")
    known = set(here.values_list("token", flat=True))  # before: what goes now is no stray
    old = here.filter(sent_at__lt=now - timedelta(days=days))
    cleared = 0
    for found in Run.objects.filter(pk__in=old.values("run")).select_for_update():
        if found.state == State.LINKING and not found.is_stuck:
            continue
        cleared += _delete_lists(by, found, [row for row in old if row.run_id == found.pk])
    home: Home = settings.HOME
    strays = vault.strays(home, known, now - _ARRIVING)
    for path in strays:
        vault.forget(path)
    if strays:
        journal.write(
            who=by.id, did="reach.strays-deleted", kind="home", subject="lists",
            data={"files": len(strays)},
        )  # fmt: skip
    return cleared + len(strays)


def _delete_lists(by: Actor, found: Run, rows: Sequence[RunList] | None = None) -> int:
    """Delete the coded lists of a run: that they were sent, and how many people, stays."""
    kept = list(found.lists.exclude(token="")) if rows is None else list(rows)
    for each in kept:
        transaction.on_commit(partial(vault.forget, each.path))
        each.token, each.deleted_at = "", timezone.now()
        each.save(update_fields=["token", "deleted_at"])
    if kept:
        _journal(by, "reach.lists-deleted", found, {"lists": len(kept)})
    return len(kept)


def _locked(run: int) -> Run:
    return Run.objects.select_for_update(of=("self",)).get(pk=run)


def _asked(found: Run, organisation: str) -> RunList:
    row = found.lists.select_related("organisation").filter(organisation__code=organisation).first()
    if row is None:
        raise BadInput.at(
            organisation,
            _("This organisation is not asked for a list in this count."),
            _("Whoever opens a count chooses whom it asks."),
        )
    return row


def _journal(by: Actor, did: str, found: Run, data: dict[str, Any]) -> None:
    journal.write(who=by.id, did=did, kind="reach", subject=found.pk, data=data)
