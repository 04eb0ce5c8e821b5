"""What the access matrix shows on the pages of plans and committees: one of each, made on demand.

Each function takes whose and where the thing is and gives the arguments of its address.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from cast import START, make_commitment, total

from convive.domain.committees.models import Committee, Decision, Seat, Session
from convive.domain.plans.models import (
    Commitment,
    Indicator,
    IndicatorVersion,
    PeriodLock,
    Plan,
    Target,
    Value,
)
from convive.domain.programme import queries as programme

_DAY = date(2016, 3, 1)


def commitment(organisation: str, district: str) -> dict[str, int]:
    """Among partners, and still open."""
    what = f"{organisation} {district}"
    found = Commitment.objects.filter(what=what).first()
    plan = Plan.objects.get(code="joint")
    made = found or make_commitment(plan, organisation=organisation, district=district, what=what)
    return {"number": made.pk}


def value(organisation: str, district: str) -> dict[str, int]:
    """Handed in by somebody else, and not accepted yet."""
    found, _new = Value.objects.get_or_create(
        version=IndicatorVersion.objects.get(indicator__code="people-reached"),
        place=programme.place(district),
        organisation=programme.organisation(organisation),
        start=date(2015, 1, 1),
        end=date(2015, 3, 31),
        combination=total(),
        defaults={
            "numerator": 40,
            "state": "submitted",
            "source": "registro",
            "recorded_by": "user:0",
        },
    )
    return {"number": found.pk}


def lock(_organisation: str, _district: str) -> dict[str, int]:
    found, _new = PeriodLock.objects.get_or_create(
        plan=Plan.objects.get(code="joint"),
        start=date(2014, 7, 1),
        end=date(2014, 9, 30),
        defaults={"reason": "Informado", "locked_on": _DAY, "locked_by": "user:0"},
    )
    return {"number": found.pk}


def plan(_organisation: str, _district: str) -> dict[str, str]:
    return {"code": "joint"}


def objective(_organisation: str, _district: str) -> dict[str, str]:
    return {"code": "joint", "objective": "1"}


def indicator(_organisation: str, _district: str) -> dict[str, str]:
    return {"code": Indicator.objects.get(code="people-reached").code}


def target(_organisation: str, _district: str) -> dict[str, Any]:
    return {"code": "people-reached", "number": Target.objects.get().pk}


def committee(organisation: str, district: str) -> dict[str, str]:
    """The committee that an organisation keeps in a district."""
    return {"code": _committee(organisation, district).code}


def seat(organisation: str, district: str) -> dict[str, int]:
    kept = _committee(organisation, district)
    found, _new = Seat.objects.get_or_create(
        committee=kept,
        code="asiento",
        defaults={
            "organisation": kept.organisation,
            "name_es": "Asiento",
            "name_en": "Seat",
            "valid_from": START,
        },
    )
    return {"number": found.pk}


def session(organisation: str, district: str) -> dict[str, int]:
    return {"number": _session(organisation, district).pk}


def decision(organisation: str, district: str) -> dict[str, int]:
    """It asks the organisation that keeps the committee, which has not answered yet."""
    met = _session(organisation, district)
    found, _new = Decision.objects.get_or_create(
        session=met,
        number=1,
        defaults={
            "text": "Reparar postes",
            "how": "consensus",
            "organisation": met.committee.organisation,
            "due": date(2016, 12, 31),
        },
    )
    return {"number": found.pk}


def _session(organisation: str, district: str) -> Session:
    found, _new = Session.objects.get_or_create(
        committee=_committee(organisation, district),
        day=_DAY,
        defaults={"place": "Salón", "agenda": "Alumbrado"},
    )
    return found


def _committee(organisation: str, district: str) -> Committee:
    body = organisation or "unfpa"
    found, _new = Committee.objects.get_or_create(
        code=f"comite-{body}-{district[-6:]}",
        defaults={
            "kind": "codisec",
            "name_es": "Comité",
            "name_en": "Committee",
            "organisation": programme.organisation(body),
            "district": programme.place(district),
            "quorum_percent": 50,
            "valid_from": START,
        },
    )
    return found


_GET, _POST, _BOTH = ("GET",), ("POST",), ("GET", "POST")
# Pages whose thing belongs to an organisation and stands in a district, and how they are asked
BY_BOTH = {
    "plans:commitment": (commitment, _GET),
    "plans:take": (commitment, _POST),
    "plans:leave": (commitment, _POST),
    "plans:move": (commitment, _POST),
    "plans:close": (commitment, _POST),
    "plans:value": (value, _GET),
    "plans:submit_value": (value, _POST),
    "plans:accept_value": (value, _POST),
    "plans:return_value": (value, _POST),
    "committees:change": (committee, _BOTH),
    "committees:new_seat": (committee, _BOTH),
    "committees:seat": (seat, _BOTH),
    "committees:new_session": (committee, _BOTH),
    "committees:change_session": (session, _BOTH),
    "committees:presence": (session, _POST),
    "committees:decide": (session, _POST),
    "committees:close_session": (session, _POST),
    "committees:call_off": (session, _POST),
    "committees:promise": (decision, _POST),
    "committees:decline": (decision, _BOTH),
}
