"""What the access matrix is made of: every page of the house, and the things that pages show.

A new page needs one line in PAGES if its address takes arguments or its outcome depends on whose
or where the thing is, and its rows in docs/access-matrix.csv. `tools/access_matrix.py` prints the
rows as they are now; the file is what was reviewed.

One table, read beside docs/access-matrix.csv from top to bottom; so it stays whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import matrix_cases as cases
import matrix_evidence as evidence
import matrix_observatory as observatory
import matrix_people as people
import matrix_plans as plans
import matrix_protection as protection
import matrix_reach as reach
import matrix_referrals as referrals
import matrix_services as services
from cast import (
    CAST,
    EL_PORVENIR,
    LA_ESPERANZA,
    client_as,
    make_person,
    make_plan,
    make_programme,
    person,
)
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from convive.access.permissions import Role
from convive.domain.plans.models import Plan
from convive.domain.privacy import actions as privacy
from convive.domain.privacy.models import DataRequest
from convive.domain.privacy.vocabulary import Ask
from convive.domain.programme import queries as programme
from convive.domain.programme.models_access import BreakGlass, FactorRequest
from convive.kernel.models import Job
from convive.reports.models import Report

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "access-matrix.csv"
WHO = ("anonymous", "no_second_factor", *(role.value for role in Role))
KEYS = ("page", "method", "organisation", "district")

# Addresses that are no page: a style, the folder of styles, that of uploaded files (there is none),
# and one that does not exist
NO_PAGES = ("/media/", "/no-such-page/", "/static/look/", "/static/look/tokens.css")

# Whose and where a thing is, seen from the person who asks. Everybody with a district has La
# Esperanza; whoever serves the whole programme has no "other".
DISTRICTS = {"own": LA_ESPERANZA, "other": EL_PORVENIR, "-": ""}
OTHER_ORGANISATION = "unodc"

Arguments = Callable[[str, str], dict[str, Any]]


def _nothing(organisation: str, district: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Page:
    """How to reach a page: its arguments for an organisation and a district, and what varies."""

    arguments: Arguments = _nothing
    varies: frozenset[str] = frozenset()
    methods: tuple[str, ...] = ("GET",)
    data: dict[str, str] = field(default_factory=dict)


def by_district(arguments: Callable[[str], dict[str, Any]], **more: Any) -> Page:
    """A page whose thing stands in a district."""
    return Page(
        lambda _organisation, district: arguments(district), frozenset({"district"}), **more
    )


def by_organisation(arguments: Callable[[str], dict[str, Any]], **more: Any) -> Page:
    """A page whose thing belongs to an organisation."""
    return Page(
        lambda organisation, _district: arguments(organisation),
        frozenset({"organisation"}),
        **more,
    )


def by_both(arguments: Arguments, **more: Any) -> Page:
    """A page whose thing belongs to an organisation and stands in a district."""
    return Page(arguments, frozenset({"organisation", "district"}), **more)


def _place(district: str) -> dict[str, str]:
    scheme, _colon, code = district.partition(":")
    return {"scheme": scheme, "code": code}


def _plan(district: str) -> dict[str, str]:
    code = f"plan-{district.partition(':')[2]}"
    plan, _new = Plan.objects.get_or_create(
        code=code,
        defaults={
            "name_es": code,
            "name_en": code,
            "district": programme.place(district),
            "start": date(2016, 1, 1),
            "end": date(2016, 12, 31),
        },
    )
    return {"code": plan.code}


def _report(district: str) -> dict[str, int]:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    report, _new = Report.objects.get_or_create(
        place=programme.place(district),
        defaults={
            "kind": "diagnosis",
            "start": date(2018, 1, 1),
            "end": date(2018, 12, 31),
            "language": "es",
            "file_hash": district[-6:] * 10,
            "requested_by": "user:1",
            "requested_at": now,
            "moved_at": now,
        },
    )
    Path(report.path).write_bytes(b"%PDF-1.7")
    return {"number": report.pk}


def _account(_organisation: str, _district: str) -> dict[str, Any]:
    """Somebody's account: of the cast, and of none of those who manage or review accounts."""
    return {"number": person("auditor").pk}


def _role(organisation: str, district: str) -> dict[str, Any]:
    membership = person("auditor").memberships.get().pk
    return {**_account(organisation, district), "membership": membership}


def _role_alone(organisation: str, district: str) -> dict[str, Any]:
    return {"number": _role(organisation, district)["membership"]}


def _factor_request(_organisation: str, _district: str) -> dict[str, Any]:
    user, now = person("auditor"), timezone.now()
    facts = {"asked_by": f"user:{user.pk}", "asked_at": now, "until": now + timedelta(days=3)}
    row, _new = FactorRequest.objects.get_or_create(user=user, defaults=facts)
    return {"number": row.pk}


def _glass(_organisation: str, _district: str) -> dict[str, Any]:
    """What a municipal officer opened, some time ago: nothing is open any more."""
    then = timezone.now() - timedelta(days=1)
    row, _new = BreakGlass.objects.get_or_create(
        user=person("municipal_officer"),
        district=programme.place(EL_PORVENIR),
        defaults={"reason": "Reunión urgente", "opened_at": then, "until": then},
    )
    return {"number": row.pk}


def _job(_organisation: str, _district: str) -> dict[str, Any]:
    """A job that somebody ordered; once it was stopped, another."""
    now = timezone.now()
    job, _new = Job.objects.get_or_create(
        kind="proof", state="queued", defaults={"ordered_by": "user:1", "ordered_at": now}
    )
    return {"number": job.pk}


_BOTH, _POST = ("GET", "POST"), ("POST",)


def _data_request(organisation: str) -> dict[str, int]:
    """What somebody asked of this organisation about their own data."""
    found = DataRequest.objects.filter(organisation__code=organisation).first()
    if found is None:
        given = {"text": "¿Qué datos míos tienen?", "contact": "", "language": "es"}
        privacy.ask(ask=Ask.ACCESS, organisation=organisation, **given)
        found = DataRequest.objects.get(organisation__code=organisation)
    return {"number": found.pk}


PAGES: dict[str, Page] = {
    **{name: by_both(made, methods=how) for name, (made, how) in plans.BY_BOTH.items()},
    "plans:open_lock": Page(plans.lock, methods=_BOTH),
    "plans:edit_plan": Page(plans.plan, methods=_BOTH),
    "plans:revisions": by_district(_plan),
    "plans:edit_objective": Page(plans.objective, methods=_BOTH),
    "plans:edit_indicator": Page(plans.indicator, methods=_BOTH),
    "plans:new_target": Page(plans.indicator, methods=_BOTH),
    "plans:edit_target": Page(plans.target, methods=_BOTH),
    "plans:drop_target": Page(plans.target, methods=_BOTH),
    "plans:new_commitment": Page(methods=_BOTH),
    "plans:record_value": Page(methods=_BOTH),
    "plans:locks": Page(methods=_BOTH),
    "committees:new": Page(methods=_BOTH),
    "committees:committee": by_district(lambda district: plans.committee("", district)),
    "committees:session": by_district(lambda district: plans.session("", district)),
    "committees:decision": by_district(lambda district: plans.decision("", district)),
    "programme:member": Page(_account),
    "programme:add_role": Page(_account),
    "programme:end_role": Page(_role),
    "programme:hand_over": Page(_account, methods=_BOTH),
    "programme:member_deed": Page(
        lambda o, d: {**_account(o, d), "name": "suspend"}, methods=_BOTH
    ),
    "programme:keep_role": Page(_role_alone, methods=_BOTH),
    "programme:remove_role": Page(_role_alone, methods=_BOTH),
    "programme:factor_request": Page(_factor_request, methods=_BOTH),
    "programme:glass": Page(_glass, methods=_BOTH),
    "programme:close_opened": Page(_glass, methods=_BOTH),
    "programme:sessions": Page(methods=_BOTH),
    "programme:letters": Page(methods=_BOTH),
    "programme:open_closed": Page(methods=_BOTH),
    "programme:invite": Page(methods=_BOTH),
    "workspace:stop_letters": Page(lambda _o, _d: {"key": "no-key"}, methods=_BOTH),
    "mfa_edit_webauthn": Page(lambda _o, _d: {"pk": 1}),
    "mfa_remove_webauthn": Page(lambda _o, _d: {"pk": 1}),
    "account_confirm_email": Page(lambda _o, _d: {"key": "key"}),
    "account_reset_password_from_key": Page(lambda _o, _d: {"uidb36": "1", "key": "no-key"}),
    "evidence:batch": by_organisation(evidence.batch),
    "evidence:classes": by_organisation(evidence.source, methods=_BOTH),
    "evidence:correct": by_organisation(evidence.batch, methods=_BOTH),
    "evidence:discard": by_organisation(evidence.upload, methods=_POST),
    "evidence:keyin": by_organisation(evidence.keyed, methods=_BOTH),
    "evidence:keyin_confirm": by_organisation(evidence.keyed, methods=_POST),
    "evidence:keyin_discard": by_organisation(evidence.keyed, methods=_POST),
    "evidence:keyin_new": Page(methods=_BOTH),
    "evidence:keyin_pass_on": by_organisation(evidence.keyed, methods=_POST),
    "evidence:keyin_return": by_organisation(evidence.keyed, methods=_POST),
    "evidence:offences": by_organisation(evidence.upload, methods=_BOTH),
    "evidence:questions": by_organisation(evidence.upload, methods=_BOTH),
    "evidence:reading": by_organisation(evidence.upload, methods=_BOTH),
    "evidence:rejected_rows": by_organisation(evidence.batch),
    "evidence:scan": by_organisation(evidence.keyed),
    "evidence:send": by_organisation(evidence.upload, methods=_POST),
    "evidence:stop": by_organisation(evidence.upload, methods=_POST),
    "evidence:upload": by_organisation(evidence.upload),
    "evidence:upload_new": Page(methods=_BOTH),
    "evidence:rejects": by_organisation(evidence.batch),
    "evidence:batch_quality": by_organisation(evidence.batch),
    "evidence:withdraw": by_organisation(evidence.batch, methods=("GET", "POST")),
    "evidence:restore": by_organisation(evidence.batch, methods=("GET", "POST")),
    "evidence:source": by_organisation(evidence.source),
    "evidence:releases": by_organisation(evidence.source),
    "evidence:source_quality": by_organisation(evidence.source),
    "observatory:analysis": by_district(observatory.analysis),
    "observatory:analysis_again": by_district(observatory.analysis, methods=_BOTH),
    "observatory:analysis_csv": by_district(lambda d: {**observatory.analysis(d), "name": "hours"}),
    "observatory:analysis_stop": by_district(observatory.analysis, methods=_BOTH),
    "observatory:effect": by_district(observatory.effect),
    "observatory:effect_csv": by_district(lambda d: {**observatory.effect(d), "name": "months"}),
    "observatory:evaluation": by_district(observatory.evaluation),
    "observatory:evaluation_design": by_district(observatory.evaluation, methods=_BOTH),
    "observatory:evaluation_new": Page(methods=_BOTH),
    "observatory:evaluation_open": by_district(observatory.evaluation, methods=_POST),
    "observatory:evaluation_set_aside": by_district(observatory.evaluation, methods=_POST),
    "observatory:finding": by_district(observatory.finding),
    "observatory:finding_confirm": by_district(observatory.finding, methods=_POST),
    "observatory:finding_rounds": by_district(observatory.finding, methods=_BOTH),
    "observatory:finding_set_aside": by_district(observatory.finding, methods=_POST),
    "observatory:finding_sheet": by_district(observatory.finding),
    "observatory:finding_take_up": by_district(observatory.finding, methods=_BOTH),
    "observatory:keep": by_district(observatory.analysis, methods=_BOTH),
    "observatory:ask": by_district(lambda d: {**_place(d), "kind": "hotspots"}, methods=_BOTH),
    "observatory:questions": by_district(_place),
    "observatory:undercount": by_district(_place, methods=_BOTH),
    "observatory:place": by_district(_place),
    "observatory:place_csv": by_district(lambda district: {**_place(district), "name": "months"}),
    "observatory:place_xlsx": by_district(lambda district: {**_place(district), "name": "months"}),
    "offline:phone": Page(),
    "offline:send": Page(methods=_BOTH),
    "people:list": Page(methods=_BOTH),
    "people:new": Page(methods=_BOTH),
    "people:hand_over": Page(methods=_BOTH),
    "people:import": Page(methods=_BOTH),
    "people:export": Page(methods=_BOTH),
    "people:person": by_both(people.person),
    "people:sheet": by_both(people.person),
    "people:correct": by_both(people.person, methods=_BOTH),
    "people:consent": by_both(people.person, methods=_BOTH),
    "people:scan": by_both(people.scan),
    "people:drop_scan": by_both(people.scan, methods=_POST),
    "people:erase": by_both(people.person, methods=_BOTH),
    "people:join": by_both(people.person, methods=_POST),
    "people:part": by_both(people.person, methods=_POST),
    "referrals:list": Page(),
    "referrals:rooms": Page(methods=_BOTH),
    "referrals:new": by_both(referrals.person, methods=_BOTH),
    "referrals:sent": by_both(referrals.sent),
    "referrals:sheet": by_both(referrals.sent),
    "referrals:revoke": by_both(referrals.sent, methods=_POST),
    "referrals:told": by_both(referrals.sent, methods=_BOTH),
    "referrals:received": by_organisation(referrals.received),
    "referrals:answer": by_organisation(referrals.received, methods=_BOTH),
    "referrals:done": by_organisation(referrals.received, methods=_POST),
    "cases:list": Page(),
    "cases:of_person": by_both(cases.person, methods=_BOTH),
    "cases:case": by_both(cases.case),
    "cases:needs": by_both(cases.case, methods=_BOTH),
    "cases:note": by_both(cases.case, methods=_BOTH),
    "cases:goal": by_both(cases.case, methods=_BOTH),
    "cases:step": by_both(cases.goal, methods=_BOTH),
    "cases:end_goal": by_both(cases.goal, methods=_POST),
    "cases:step_done": by_both(cases.step, methods=_POST),
    "cases:team": by_both(cases.case, methods=_BOTH),
    "cases:screening": by_both(cases.case),
    "cases:screen": by_both(cases.case, methods=_BOTH),
    "cases:ask": by_both(cases.case, methods=_POST),
    "cases:review": by_both(cases.case, methods=_BOTH),
    "cases:close": by_both(cases.case, methods=_BOTH),
    "cases:decide": by_both(cases.case, methods=_BOTH),
    "cases:reopen": by_both(cases.case, methods=_BOTH),
    "services:list": Page(),
    "services:new": Page(methods=_BOTH),
    "services:activity": by_both(services.activity),
    "services:sessions": by_both(services.activity, methods=_BOTH),
    "services:attendance": by_both(services.session, methods=_BOTH),
    "services:session_sheet": by_both(services.session),
    "services:read_sheet": by_both(services.session, methods=_BOTH),
    "services:enrol": by_both(services.activity, methods=_BOTH),
    "services:newcomer": by_both(services.activity, methods=_BOTH),
    "services:team": by_both(services.activity, methods=_BOTH),
    "services:sheet": by_both(services.activity),
    "services:close": by_both(services.activity, methods=_POST),
    "services:complete": by_both(services.enrolment, methods=_POST),
    "services:leave": by_both(services.enrolment, methods=_BOTH),
    "services:certificates": by_both(services.activity, methods=_BOTH),
    "services:certificate": by_both(services.certificate),
    "services:revoke": by_both(services.certificate, methods=_POST),
    "services:opinions": by_both(services.activity),
    "services:answer_opinion": by_both(services.opinion, methods=_BOTH),
    "services:opinion": Page(lambda _o, _d: services.asked("unfpa", LA_ESPERANZA), methods=_BOTH),
    "services:opinion_said": Page(),
    "services:opinion_answered": Page(methods=_BOTH),
    "services:outcome": by_both(services.outcome, methods=_BOTH),
    "services:received": by_both(people.person, methods=_BOTH),
    "services:take_back": by_both(services.received, methods=_POST),
    "services:resources": Page(),
    "services:ask_code": Page(methods=_BOTH),
    "services:check": Page(
        lambda _o, _d: services.certificate("unfpa", LA_ESPERANZA), methods=_BOTH
    ),
    "protection:units": Page(),
    "protection:new": Page(methods=_BOTH),
    "protection:members": by_organisation(protection.unit, methods=_BOTH),
    "protection:unit": by_organisation(protection.unit),
    "protection:intake": by_organisation(protection.unit),
    "protection:correct": by_organisation(protection.record),
    "protection:keys": by_organisation(protection.unit),
    "protection:own_key": by_organisation(protection.unit, methods=_POST),
    "protection:unit_key": by_organisation(protection.unit, methods=_POST),
    "protection:hand_over": by_organisation(protection.unit, methods=_POST),
    "protection:keep": by_organisation(protection.unit, methods=_POST),
    "protection:erase": by_organisation(protection.unit, methods=_POST),
    "protection:sealed": by_organisation(protection.unit),
    "reach:new": Page(methods=_BOTH),
    "reach:run": Page(reach.run),
    "reach:csv": Page(lambda _o, _d: {**reach.run("", ""), "name": "lists"}),
    "reach:start": Page(reach.run, methods=_BOTH),
    "reach:stop": Page(reach.run, methods=_BOTH),
    "reach:abandon": Page(reach.run, methods=_BOTH),
    "reach:send": by_organisation(reach.asked, methods=_BOTH),
    "reach:key": by_organisation(reach.asked, methods=_BOTH),
    "reach:take_back": by_organisation(reach.asked, methods=_POST),
    "reach:key_deleted": by_organisation(reach.asked, methods=_POST),
    "privacy:ask": Page(methods=("GET", "POST")),
    "privacy:answer": Page(methods=("GET", "POST")),
    "portal:method": Page(lambda _organisation, _district: {"code": "rates"}),
    "privacy:notice_of": Page(lambda _organisation, _district: {"code": "unodc"}),
    "privacy:request": by_organisation(_data_request, methods=("GET", "POST")),
    "results:plan_of": by_district(_plan),
    "results:achieved_csv": by_district(_plan),
    "results:achieved_xlsx": by_district(_plan),
    "reports:new": by_district(lambda district: {"ref": district}, methods=("GET", "POST")),
    "reports:briefs": by_district(lambda district: {"ref": district}),
    "reports:brief": by_district(lambda district: {"ref": district, "month": "2020-03"}),
    "reports:brief_pdf": by_district(
        lambda district: {"ref": district, "month": "2020-03"}, methods=_POST
    ),
    "reports:role": Page(lambda _organisation, _district: {"role": "case_worker"}),
    "reports:reach": Page(reach.run, methods=_POST),
    "reports:report": by_district(_report),
    "reports:again": by_district(_report, methods=("GET", "POST")),
    "reports:file": by_district(_report),
    "upkeep:back_up": Page(methods=_BOTH),
    "upkeep:stop": Page(_job, methods=_BOTH),
}


@dataclass(frozen=True)
class Row:
    """One line of the matrix: a page, how it is asked, whose and where its thing is."""

    page: str
    method: str
    organisation: str
    district: str

    def __str__(self) -> str:
        where = f"organisation {self.organisation}, district {self.district}"
        return f"{self.method} {self.page} ({where})"


def names() -> list[str]:
    """The name of every address of the house; an address without one is told by its pattern."""

    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner)
            else:
                yield f"{space}{pattern.name}" if pattern.name else f"unnamed {pattern.pattern}"

    return sorted(walk(get_resolver(), ""))


def wanted_rows() -> list[Row]:
    """Every row that the matrix must have."""
    rows = [Row(address, "GET", "-", "-") for address in NO_PAGES]
    for name in names():
        page = PAGES.get(name, Page())
        sides = [("own", "other") if side in page.varies else ("-",) for side in KEYS[2:]]
        rows += [Row(name, method, *where) for method in page.methods for where in product(*sides)]
    return rows


def reviewed() -> dict[Row, dict[str, str]]:
    """The matrix as it was reviewed."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            Row(*(line[key] for key in KEYS)): {who: line[who] for who in WHO}
            for line in csv.DictReader(file)
        }


def build() -> dict[str, Client]:
    """The programme, and a browser for everybody of the matrix."""
    make_programme()
    make_plan()
    evidence.batch("unfpa")  # evidence to show, so that a page of figures has some
    clients = {role.value: client_as(role.value) for role in Role}
    half = Client()  # signed in with a password alone, and with every district
    half.force_login(make_person("coordinator", "half@example.org", second_factor=False))
    return {"anonymous": Client(), "no_second_factor": half, **clients}


def outcome(row: Row, who: str, client: Client) -> str:
    """Ask for the page as this person does, and say what came of it. Leaves nothing changed."""
    page = PAGES.get(row.page, Page())
    url = row.page
    if url not in NO_PAGES:
        organisation = _organisation(row.organisation, who)
        url = reverse(row.page, kwargs=page.arguments(organisation, DISTRICTS[row.district]))
    with transaction.atomic():
        answer = client.generic(row.method, url)
        if row.method == "POST":
            transaction.set_rollback(True)
    if answer.status_code != 302:
        return str(answer.status_code)
    for word, view in (("sign in", "account_login"), ("second factor", "mfa_activate_totp")):
        if answer.url.partition("?")[0] == reverse(view):
            return word
    return "302"


def _organisation(side: str, who: str) -> str:
    if side == "-":
        return ""
    own = CAST[who].organisation if who in CAST else ""
    return OTHER_ORGANISATION if side == "other" else own or "unfpa"
