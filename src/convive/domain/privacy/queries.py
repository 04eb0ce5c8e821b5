"""Every read of privacy: notices, requests, and what is kept about an account."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.privacy.models import DataRequest, Notice
from convive.domain.privacy.vocabulary import DAYS, RULES, Ask, State
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.kernel import codes, sealing

PURPOSE = "data request"


@dataclass(frozen=True)
class Opened:
    """The sealed texts of a request. Blank where nothing was written, or its time is over."""

    text: str
    contact: str
    answer: str


def notices() -> dict[str, Notice]:
    """The notices in force, by organisation."""
    found = Notice.objects.filter(retired_on=None).select_related("organisation")
    return {notice.organisation.code: notice for notice in found}


def controllers() -> list[Organisation]:
    """The organisations that answer for personal data, the one that leads first."""
    return sorted(programme.organisations(), key=lambda body: (not body.is_lead, body.code))


def days_to_answer(ask: Ask) -> int:
    """Within how many days it must be answered: as the pack's rule in force says, else the law."""
    one, today = programme.programme(), programme.today().isoformat()
    for rule in one.thresholds.get("rules", []) if one else []:
        begun = rule["valid_from"] <= today
        if rule["code"] == RULES[ask] and begun and (rule.get("valid_to") or today) >= today:
            return max(1, int(rule["value"]))
    return DAYS[ask]


def scope_of(request: DataRequest) -> Scope:
    return Scope(organisation=request.organisation.code)


def requests_for(who: Actor) -> list[DataRequest]:
    """The requests that this person may answer or has seen answered, open ones first."""
    found = DataRequest.objects.select_related("organisation")
    mine = [row for row in found if may(who, Permission.ANSWER_DATA_REQUESTS, scope_of(row))]
    return sorted(mine, key=lambda row: (not row.is_open, row.due, row.pk))


def open_requests() -> QuerySet[DataRequest]:
    return DataRequest.objects.filter(state=State.OPEN.value).select_related("organisation")


def request(number: int) -> DataRequest | None:
    return DataRequest.objects.select_related("organisation").filter(pk=number).first()


def by_code(code: str) -> DataRequest | None:
    """The request that was given this code."""
    kept = codes.code_hash(code, purpose=PURPOSE)
    return DataRequest.objects.select_related("organisation").filter(code_hash=kept).first()


def opened(request: DataRequest) -> Opened:
    return Opened(_open(request.text), _open(request.contact), _open(request.answer))


def _open(sealed: str) -> str:
    return sealing.unseal(sealed, purpose=PURPOSE) if sealed else ""
