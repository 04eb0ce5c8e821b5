"""Whose everything is: for each address with an id, who may ask for it, said without the views.

The rules are written from docs/access.md, over the data alone, and compared with what the pages do
(`test_idor.py`). A new address with an id has no rule until somebody writes one here: the test
fails until then. One table, read beside docs/access.md from top to bottom: so it stays whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from convive.access.permissions import Permission
from convive.access.rules import EVERYWHERE, Actor, Scope, allows, reaches_all
from convive.domain.cases.models import Case, Goal, Step
from convive.domain.committees.models import Committee, Decision, Seat, Session
from convive.domain.observatory.models import Analysis, Evaluation, Finding, Opening
from convive.domain.people.models import ConsentScan, Person
from convive.domain.plans.models import (
    Commitment,
    Indicator,
    Objective,
    PeriodLock,
    Plan,
    Target,
    Value,
)
from convive.domain.privacy.models import DataRequest
from convive.domain.programme.models import Membership, Organisation, Place, User
from convive.domain.programme.models_access import BreakGlass, FactorRequest
from convive.domain.protection.models import Record, Unit
from convive.domain.reach.models import Run, RunList
from convive.domain.referrals.models import Referral
from convive.domain.services.models import Activity, Enrolment
from convive.domain.services.models import Session as Meeting
from convive.domain.services.models_certificates import Certificate
from convive.domain.services.models_opinions import Opinion
from convive.domain.services.models_received import Received
from convive.evidence.models import Batch, KeyedTable, Source, Upload
from convive.kernel.models import Job
from convive.reports.models import Report

Thing = Any
Opens = Callable[[Actor, Thing], bool]
NO_NUMBER, NO_CODE = 987_654_321, "no-such-thing"


@dataclass(frozen=True)
class Rule:
    """One address.

    things : everything that has an id of this kind. arguments : of the address, for one of them.
    opens : whether somebody may ask for it. none : the arguments of one that does not exist.
    """

    things: Callable[[], Iterable[Thing]]
    arguments: Callable[[Thing], dict[str, Any]]
    opens: Opens
    none: dict[str, Any] = field(default_factory=lambda: {"number": NO_NUMBER})


def has(
    *permissions: Permission, where: Callable[[Thing], Scope] = lambda thing: EVERYWHERE
) -> Opens:
    """Whoever has one of these rights where the thing stands."""
    return lambda who, thing: any(allows(who.grants, p, where(thing)) for p in permissions)


def everything(model: Any) -> Callable[[], Iterable[Thing]]:
    return lambda: list(model.objects.all())


def number(thing: Thing) -> dict[str, Any]:
    return {"number": thing.pk}


def code(thing: Thing) -> dict[str, Any]:
    return {"code": thing.code}


# Whose, and where


def in_district(place: Place | None) -> Scope:
    """Figures stand in their district; those of a wider place are of the whole programme."""
    while place is not None and place.level == "settlement":
        place = place.parent
    wide = place is None or place.level != "district"
    return EVERYWHERE if wide else Scope(district=place.ref)


def of_body(body: Organisation | None, place: Place | None = None) -> Scope:
    return Scope(body.code if body else None, in_district(place).district)


def of_commitment(row: Commitment) -> Scope:
    return EVERYWHERE if row.is_public else of_body(row.organisation, row.district)


def of_source(row: Source) -> Scope:
    return of_body(row.owner)


def of_committee(row: Committee) -> Scope:
    return of_body(row.organisation, row.district)


def asked_of(row: Decision) -> Scope:
    return of_body(row.organisation, row.session.committee.district)


def sees_value(who: Actor, row: Value) -> bool:
    """What counts: by district. What does not yet: those who record it, and those who accept."""
    here = of_body(row.organisation, row.place)
    counts = row.state in {"accepted", "locked"}
    return (
        counts and allows(who.grants, Permission.SEE_FIGURES, Scope(district=here.district))
    ) or any(
        allows(who.grants, permission, here)
        for permission in (Permission.RECORD_VALUE, Permission.ACCEPT_VALUE)
    )


def of_value(row: Value) -> Scope:
    return of_body(row.organisation, row.place)


def is_own(who: Actor, row: BreakGlass) -> bool:
    return who.id == f"user:{row.user_id}"


def manages(who: Actor, row: User) -> bool:
    """Nobody changes their own account or rights."""
    return has(Permission.MANAGE_MEMBERS)(who, row) and who.id != f"user:{row.pk}"


def manages_role(who: Actor, row: Membership) -> bool:
    return manages(who, row.user)


def reviews(who: Actor, row: Membership) -> bool:
    """Reviewers review every role but their own; theirs are for whoever manages accounts."""
    is_own = who.id == f"user:{row.user_id}"
    others = allows(who.grants, Permission.MANAGE_MEMBERS) and row.role == "coordinator"
    return not is_own and (allows(who.grants, Permission.REVIEW_ACCESS) or others)


def has_all_of(who: Actor, place: Place | None, permission: Permission) -> bool:
    """Exact numbers of a place tell each of its districts; of no place, those of all."""
    districts = Place.objects.filter(level="district")
    if place is not None and place.level in {"district", "settlement"}:
        districts = [place]
    elif place is not None:
        districts = [d for d in districts if d.code.startswith(place.code)]
    return allows(who.grants, permission) and all(
        allows(who.grants, permission, in_district(d)) for d in districts
    )


def sees_all_of(who: Actor, place: Place | None) -> bool:
    return has_all_of(who, place, Permission.SEE_FIGURES)


# The addresses

_PLACES = {
    "things": everything(Place),
    "opens": has(Permission.SEE_FIGURES, where=in_district),
}


def _place(more: dict[str, Any]) -> Rule:
    return Rule(
        _PLACES["things"],
        lambda place: {"scheme": place.scheme, "code": place.code, **more},
        _PLACES["opens"],
        {"scheme": "PE-INEI", "code": "999999", **more},
    )


def _asked_of_place(more: dict[str, Any]) -> Rule:
    return replace(_place(more), opens=sees_all_of)


def _reads_opinions(who: Actor, row: Activity) -> bool:
    """Its own team, whatever the service."""
    runs = any(who.id == f"user:{one.pk}" for one in row.team.all())
    return runs and _runs(Permission.KEEP_SERVICES, lambda each: each)(who, row)


def _of_person(row: Received) -> Scope:
    return of_body(row.person.organisation, row.person.district)


def _of(model: Any, opens: Opens, arguments: Any = number, **none: Any) -> Rule:
    return Rule(everything(model), arguments, opens, none or {"number": NO_NUMBER})


def _batch(permission: Permission) -> Rule:
    return _of(Batch, has(permission, where=lambda row: of_source(row.source)), number="f" * 64)


def _own_batch(permission: Permission) -> Rule:
    """Of a source that is nobody's: who serves every organisation, and who brought it in."""

    def opens(who: Actor, row: Batch) -> bool:
        if not allows(who.grants, permission, of_source(row.source)):
            return False
        serves_all = any(
            permission in grant.permissions and grant.organisations is None for grant in who.grants
        )
        return row.source.owner is not None or serves_all or row.imported_by == who.id

    return _of(Batch, opens, number="f" * 64)


def _source(permission: Permission) -> Rule:
    return _of(Source, has(permission, where=of_source), code, code=NO_CODE)


def _committee(permission: Permission, where: Callable[[Committee], Scope], **more: Any) -> Rule:
    return _of(Committee, has(permission, where=where), code, code=NO_CODE)


def _session(permission: Permission, where: Callable[[Committee], Scope]) -> Rule:
    return _of(Session, has(permission, where=lambda row: where(row.committee)))


def _read_committee(row: Committee) -> Scope:
    return in_district(row.district)


_UPLOAD = _of(Upload, has(Permission.IMPORT_EVIDENCE, where=lambda row: of_body(row.organisation)))
_KEYED = _of(
    KeyedTable, has(Permission.IMPORT_EVIDENCE, where=lambda row: of_body(row.organisation))
)


def _person(permission: Permission) -> Rule:
    """Of the organisation that attends them, in their district; never of another."""
    where = has(permission, where=lambda row: of_body(row.organisation, row.district))
    return _of(Person, where, code, code=NO_CODE)


def _consent_scan(permission: Permission) -> Rule:
    """As the person who signed."""
    return _of(
        ConsentScan,
        has(permission, where=_of_person),
        lambda row: {"code": row.person.code, "scan": row.code},
        code=NO_CODE,
        scan=NO_CODE,
    )


_SENT = _of(
    Referral,
    has(Permission.SEND_REFERRAL, where=lambda row: of_body(row.sender, row.person.district)),
    code,
    code=NO_CODE,
)
_RECEIVED = _of(
    Referral, has(Permission.ANSWER_REFERRAL, where=lambda row: of_body(row.receiver)), code,
    code=NO_CODE,
)  # fmt: skip


def _is_inside(who: Actor, thing: Thing) -> bool:
    """Of a protection unit: its members alone, while they attend people for its organisation."""
    unit = thing.unit if isinstance(thing, Record) else thing
    rows = unit.members.filter(left_on=None)
    return who.id in {f"user:{row.user_id}" for row in rows} and allows(
        who.grants, Permission.WORK_IN_UNIT, of_body(unit.organisation)
    )


_INSIDE = _of(Unit, _is_inside, code, code=NO_CODE)
_RECORD = _of(
    Record,
    _is_inside,
    lambda row: {"code": row.unit.code, "record": row.code},
    code=NO_CODE,
    record=NO_CODE,
)
_LED = _of(
    Unit, has(Permission.FORM_UNIT, where=lambda row: of_body(row.organisation)), code, code=NO_CODE
)


def _runs(permission: Permission, whose: Callable[[Thing], Activity]) -> Opens:
    """Of the organisation, in its district; of a sensitive service, by its own team alone."""

    def opens(who: Actor, thing: Thing) -> bool:
        row = whose(thing)
        team = {f"user:{account.pk}" for account in row.team.all()}
        hidden = row.service.data.get("sensitive") and who.id not in team
        return not hidden and allows(
            who.grants, permission, of_body(row.organisation, row.district)
        )

    return opens


def _activity(permission: Permission) -> Rule:
    return _of(Activity, _runs(permission, lambda row: row), code, code=NO_CODE)


def _enrolment(permission: Permission) -> Rule:
    return _of(Enrolment, _runs(permission, lambda row: row.activity), code, code=NO_CODE)


_CERTIFICATE = _of(
    Certificate,
    _runs(Permission.KEEP_SERVICES, lambda row: row.enrolment.activity),
    code,
    code=NO_CODE,
)
_MEETING = _of(
    Meeting,
    _runs(Permission.KEEP_SERVICES, lambda row: row.activity),
    lambda row: {"code": row.activity.code, "number": row.pk},
    code=NO_CODE,
    number=NO_NUMBER,
)


def _works_on(who: Actor, row: Case, part: Permission) -> bool:
    """Of the team of a case, or its supervisor, and with that right where the person stands."""
    parts = {f"user:{row.supervisor_id}"}
    if part is Permission.KEEP_CASES:
        parts = {f"user:{account.pk}" for account in row.team.all()}
    where = of_body(row.person.organisation, row.person.district)
    return who.id in parts and allows(who.grants, part, where)


def _case(*parts: Permission) -> Rule:
    return _of(
        Case, lambda who, row: any(_works_on(who, row, part) for part in parts), code, code=NO_CODE
    )


_TEAM = _case(Permission.KEEP_CASES)
_SUPERVISOR = _case(Permission.SUPERVISE_CASES)
_EITHER = _case(Permission.KEEP_CASES, Permission.SUPERVISE_CASES)
_GOAL = _of(
    Goal,
    lambda who, row: _works_on(who, row.case, Permission.KEEP_CASES),
    lambda row: {"code": row.case.code, "goal": row.code},
    code=NO_CODE,
    goal=NO_CODE,
)
_STEP = _of(
    Step,
    lambda who, row: _works_on(who, row.goal.case, Permission.KEEP_CASES),
    lambda row: {"code": row.goal.case.code, "step": row.code},
    code=NO_CODE,
    step=NO_CODE,
)


def _reports_of(**more: str) -> Rule:
    """What is made of a place: for whoever makes reports there."""
    return Rule(
        everything(Place),
        lambda place: {"ref": place.ref, **more},
        has(Permission.MAKE_REPORT, where=in_district),
        {"ref": "PE-INEI:999999", **more},
    )


_REPORT = _of(Report, has(Permission.MAKE_REPORT, where=lambda row: in_district(row.place)))
_REPORTS = Permission.MAKE_REPORT


def _finding(permission: Permission, also: Permission | None = None) -> Rule:
    """also : a right that is asked for where the analysis stands, and not in every district."""

    def opens(who: Actor, row: Finding) -> bool:
        place = row.analysis.place
        also_has = also is None or allows(who.grants, also, in_district(place))
        return also_has and has_all_of(who, place, permission)

    return _of(Finding, opens)


def _evaluation(permission: Permission, *, whole: bool = False) -> Rule:
    """whole : in every place that is compared, for a result tells of all of them."""

    def opens(who: Actor, row: Evaluation) -> bool:
        design = row.designs.latest("version")
        where = design.places if whole else design.treated
        return all(allows(who.grants, permission, Scope(district=ref)) for ref in where)

    return _of(Evaluation, opens)


def _effect(more: dict[str, Any]) -> Rule:
    return Rule(
        everything(Opening),
        lambda row: {"number": row.pk, **more},
        lambda who, row: all(
            allows(who.grants, Permission.SEE_FIGURES, Scope(district=ref))
            for ref in row.design.places
        ),
        {"number": NO_NUMBER, **more},
    )


_RUN = _of(Run, has(Permission.SEE_FIGURES))
_OWN_RUN = _of(Run, has(Permission.COUNT_PEOPLE))
_LIST = Rule(
    everything(RunList),
    lambda row: {"number": row.run_id, "organisation": row.organisation.code},
    has(Permission.SEND_LIST, where=lambda row: of_body(row.organisation)),
    {"number": NO_NUMBER, "organisation": NO_CODE},
)
_ANALYSIS = _of(Analysis, lambda who, row: sees_all_of(who, row.place))
_PROMISED = _of(Commitment, has(Permission.MAKE_COMMITMENT, where=of_commitment))
_ASKED = _of(Decision, has(Permission.MAKE_COMMITMENT, where=asked_of))
_ACCOUNT = _of(User, manages)
_ROLE = _of(Membership, has(Permission.REVIEW_ACCESS, Permission.MANAGE_MEMBERS))
_TARGET = Rule(
    everything(Target),
    lambda row: {"code": row.indicator.code, "number": row.pk},
    has(Permission.CHANGE_PLAN),
    {"code": NO_CODE, "number": NO_NUMBER},
)

RULES: dict[str, Rule] = {
    "cases:ask": _TEAM,
    "cases:case": _EITHER,
    "cases:close": _TEAM,
    "cases:decide": _SUPERVISOR,
    "cases:end_goal": _GOAL,
    "cases:goal": _TEAM,
    "cases:needs": _TEAM,
    "cases:note": _TEAM,
    "cases:of_person": _person(Permission.KEEP_CASES),
    "cases:reopen": _EITHER,
    "cases:review": _SUPERVISOR,
    "cases:screen": _TEAM,
    "cases:screening": _EITHER,
    "cases:step": _GOAL,
    "cases:step_done": _STEP,
    "cases:team": _EITHER,
    "committees:call_off": _session(Permission.KEEP_COMMITTEE, of_committee),
    "committees:change": _committee(Permission.KEEP_COMMITTEE, of_committee),
    "committees:change_session": _session(Permission.KEEP_COMMITTEE, of_committee),
    "committees:close_session": _session(Permission.KEEP_COMMITTEE, of_committee),
    "committees:committee": _committee(Permission.SEE_PLAN, _read_committee),
    "committees:decide": _session(Permission.KEEP_COMMITTEE, of_committee),
    "committees:decision": _of(
        Decision, has(Permission.SEE_PLAN, where=lambda row: _read_committee(row.session.committee))
    ),
    "committees:decline": _ASKED,
    "committees:new_seat": _committee(Permission.KEEP_COMMITTEE, of_committee),
    "committees:new_session": _committee(Permission.KEEP_COMMITTEE, of_committee),
    "committees:presence": _session(Permission.KEEP_COMMITTEE, of_committee),
    "committees:promise": _ASKED,
    "committees:seat": _of(
        Seat, has(Permission.KEEP_COMMITTEE, where=lambda row: of_committee(row.committee))
    ),
    "committees:session": _session(Permission.SEE_PLAN, _read_committee),
    "evidence:batch": _batch(Permission.SEE_EVIDENCE),
    "evidence:batch_quality": _batch(Permission.SEE_EVIDENCE),
    "evidence:classes": _source(Permission.DESCRIBE_SOURCE),
    "evidence:correct": _own_batch(Permission.IMPORT_EVIDENCE),
    "evidence:discard": _UPLOAD,
    "evidence:keyin": _KEYED,
    "evidence:keyin_confirm": _KEYED,
    "evidence:keyin_discard": _KEYED,
    "evidence:keyin_pass_on": _KEYED,
    "evidence:keyin_return": _KEYED,
    "evidence:offences": _UPLOAD,
    "evidence:questions": _UPLOAD,
    "evidence:reading": _UPLOAD,
    "evidence:rejected_rows": _own_batch(Permission.IMPORT_EVIDENCE),
    "evidence:rejects": _own_batch(Permission.SEE_EVIDENCE),
    "evidence:releases": _source(Permission.SEE_EVIDENCE),
    "evidence:restore": _own_batch(Permission.WITHDRAW_EVIDENCE),
    "evidence:scan": _KEYED,
    "evidence:send": _UPLOAD,
    "evidence:source": _source(Permission.SEE_EVIDENCE),
    "evidence:source_quality": _source(Permission.SEE_EVIDENCE),
    "evidence:stop": _UPLOAD,
    "evidence:upload": _UPLOAD,
    "evidence:withdraw": _own_batch(Permission.WITHDRAW_EVIDENCE),
    "observatory:analysis": _ANALYSIS,
    "observatory:analysis_again": _ANALYSIS,
    "observatory:analysis_csv": Rule(
        everything(Analysis),
        lambda row: {"number": row.pk, "name": "hours"},
        lambda who, row: sees_all_of(who, row.place),
        {"number": NO_NUMBER, "name": "hours"},
    ),
    "observatory:analysis_stop": _ANALYSIS,
    "observatory:effect": _effect({}),
    "observatory:effect_csv": _effect({"name": "months"}),
    "observatory:evaluation": _evaluation(Permission.SEE_FIGURES),
    "observatory:evaluation_design": _evaluation(Permission.MAKE_REPORT),
    "observatory:evaluation_open": _evaluation(Permission.SEE_FIGURES, whole=True),
    "observatory:evaluation_set_aside": _evaluation(Permission.MAKE_REPORT),
    "observatory:finding": _finding(Permission.SEE_FIGURES),
    "observatory:finding_confirm": _finding(Permission.ACCEPT_VALUE),
    "observatory:finding_rounds": _finding(Permission.RECORD_VALUE),
    "observatory:finding_set_aside": _finding(Permission.MAKE_REPORT),
    "observatory:finding_sheet": _finding(Permission.SEE_FIGURES),
    "observatory:finding_take_up": _finding(Permission.SEE_FIGURES, Permission.MAKE_COMMITMENT),
    "observatory:keep": _of(Analysis, lambda who, row: has_all_of(who, row.place, _REPORTS)),
    "observatory:ask": _asked_of_place({"kind": "hotspots"}),
    "observatory:questions": _asked_of_place({}),
    "observatory:undercount": _asked_of_place({}),
    "observatory:place": _place({}),
    "observatory:place_csv": _place({"name": "months"}),
    "observatory:place_xlsx": _place({"name": "months"}),
    "people:consent": _person(Permission.KEEP_PEOPLE),
    "people:correct": _person(Permission.KEEP_PEOPLE),
    "people:drop_scan": _consent_scan(Permission.KEEP_PEOPLE),
    "people:erase": _person(Permission.JOIN_PEOPLE),
    "people:join": _person(Permission.JOIN_PEOPLE),
    "people:part": _person(Permission.JOIN_PEOPLE),
    "people:person": _person(Permission.SEE_PEOPLE),
    "people:scan": _consent_scan(Permission.SEE_PEOPLE),
    "people:sheet": _person(Permission.SEE_PEOPLE),
    "protection:correct": _RECORD,
    "protection:erase": _INSIDE,
    "protection:hand_over": _INSIDE,
    "protection:intake": _INSIDE,
    "protection:keep": _INSIDE,
    "protection:keys": _INSIDE,
    "protection:members": _LED,
    "protection:own_key": _INSIDE,
    "protection:sealed": _INSIDE,
    "protection:unit": _INSIDE,
    "protection:unit_key": _INSIDE,
    "referrals:answer": _RECEIVED,
    "referrals:done": _RECEIVED,
    "referrals:new": _person(Permission.SEND_REFERRAL),
    "referrals:received": _RECEIVED,
    "referrals:revoke": _SENT,
    "referrals:sent": _SENT,
    "referrals:sheet": _SENT,
    "referrals:told": _SENT,
    "services:activity": _activity(Permission.SEE_SERVICES),
    "services:attendance": _MEETING,
    "services:read_sheet": _MEETING,
    "services:session_sheet": _of(
        Meeting,
        _runs(Permission.SEE_SERVICES, lambda row: row.activity),
        lambda row: {"code": row.activity.code, "number": row.pk},
        code=NO_CODE,
        number=NO_NUMBER,
    ),
    "services:certificate": _CERTIFICATE,
    "services:certificates": _activity(Permission.KEEP_SERVICES),
    "services:opinions": _of(Activity, _reads_opinions, code, code=NO_CODE),
    "services:answer_opinion": _of(
        Opinion, lambda who, row: _reads_opinions(who, row.activity), code, code=NO_CODE
    ),
    "services:outcome": _of(
        Enrolment,
        _runs(Permission.KEEP_SERVICES, lambda row: row.activity),
        lambda row: {"code": row.code, "months": 3},
        code=NO_CODE,
        months=3,
    ),
    "services:received": _person(Permission.KEEP_SERVICES),
    "services:take_back": _of(
        Received,
        lambda who, row: (
            allows(
                who.grants,
                Permission.KEEP_SERVICES,
                of_body(row.person.organisation, row.person.district),
            )
            and (not row.is_sensitive or row.given_by == who.id)
        ),
        code,
        code=NO_CODE,
    ),
    "services:revoke": _CERTIFICATE,
    "services:close": _activity(Permission.KEEP_SERVICES),
    "services:complete": _enrolment(Permission.KEEP_SERVICES),
    "services:enrol": _activity(Permission.KEEP_SERVICES),
    "services:newcomer": _activity(Permission.KEEP_SERVICES),
    "services:leave": _enrolment(Permission.KEEP_SERVICES),
    "services:sessions": _activity(Permission.KEEP_SERVICES),
    "services:sheet": _activity(Permission.SEE_SERVICES),
    "services:team": _activity(Permission.KEEP_SERVICES),
    "reach:abandon": _OWN_RUN,
    # It is not finished and has no tables: whoever does not see everything learns not even that
    "reach:csv": Rule(
        everything(Run),
        lambda row: {"number": row.pk, "name": "lists"},
        lambda who, _row: reaches_all(who, Permission.SEE_FIGURES),
        {"number": NO_NUMBER, "name": "lists"},
    ),
    "reach:key": _LIST,
    "reach:key_deleted": _LIST,
    "reach:run": _RUN,
    "reach:send": _LIST,
    "reach:start": _OWN_RUN,
    "reach:stop": _OWN_RUN,
    "reach:take_back": _LIST,
    "plans:accept_value": _of(Value, has(Permission.ACCEPT_VALUE, where=of_value)),
    "plans:close": _PROMISED,
    "plans:commitment": _of(Commitment, has(Permission.SEE_PLAN, where=of_commitment)),
    "plans:drop_target": _TARGET,
    "plans:edit_indicator": _of(Indicator, has(Permission.CHANGE_PLAN), code, code=NO_CODE),
    "plans:edit_objective": Rule(
        everything(Objective),
        lambda row: {"code": row.plan.code, "objective": row.code},
        has(Permission.CHANGE_PLAN),
        {"code": NO_CODE, "objective": "1"},
    ),
    "plans:edit_plan": _of(Plan, has(Permission.CHANGE_PLAN), code, code=NO_CODE),
    "plans:edit_target": _TARGET,
    "plans:leave": _PROMISED,
    "plans:move": _PROMISED,
    "plans:new_target": _of(Indicator, has(Permission.CHANGE_PLAN), code, code=NO_CODE),
    "plans:open_lock": _of(PeriodLock, has(Permission.ACCEPT_VALUE)),
    "plans:return_value": _of(Value, has(Permission.ACCEPT_VALUE, where=of_value)),
    "plans:revisions": _of(
        Plan,
        has(Permission.SEE_PLAN, where=lambda row: in_district(row.district)),
        code,
        code=NO_CODE,
    ),
    "plans:submit_value": _of(Value, has(Permission.RECORD_VALUE, where=of_value)),
    "plans:take": _PROMISED,
    "plans:value": _of(Value, sees_value),
    "privacy:request": _of(
        DataRequest,
        has(Permission.ANSWER_DATA_REQUESTS, where=lambda row: of_body(row.organisation)),
    ),
    "programme:add_role": _ACCOUNT,
    "programme:close_opened": _of(BreakGlass, is_own),
    "programme:end_role": Rule(
        everything(Membership),
        lambda row: {"number": row.user_id, "membership": row.pk},
        manages_role,
        {"number": NO_NUMBER, "membership": NO_NUMBER},
    ),
    "programme:factor_request": _of(
        FactorRequest, has(Permission.MANAGE_MEMBERS, Permission.REVIEW_ACCESS)
    ),
    "programme:glass": _of(BreakGlass, has(Permission.REVIEW_ACCESS)),
    "programme:hand_over": _ACCOUNT,
    "programme:keep_role": _ROLE,
    "programme:member": _of(User, has(Permission.MANAGE_MEMBERS)),
    "programme:member_deed": Rule(
        everything(User),
        lambda row: {"number": row.pk, "name": "suspend"},
        manages,
        {"number": NO_NUMBER, "name": "suspend"},
    ),
    "programme:remove_role": _of(Membership, reviews),
    "reports:again": _REPORT,
    "reports:file": _REPORT,
    "reports:brief": _reports_of(month="2020-03"),
    "reports:brief_pdf": _reports_of(month="2020-03"),
    "reports:briefs": _reports_of(),
    "reports:new": _reports_of(),
    "reports:reach": _of(Run, has(Permission.MAKE_REPORT)),
    "reports:report": _REPORT,
    "results:achieved_csv": _of(
        Plan,
        has(Permission.SEE_FIGURES, where=lambda row: in_district(row.district)),
        code,
        code=NO_CODE,
    ),
    "results:achieved_xlsx": _of(
        Plan,
        has(Permission.SEE_FIGURES, where=lambda row: in_district(row.district)),
        code,
        code=NO_CODE,
    ),
    "results:plan_of": _of(
        Plan,
        has(Permission.SEE_PLAN, where=lambda row: in_district(row.district)),
        code,
        code=NO_CODE,
    ),
    "upkeep:stop": _of(Job, has(Permission.KEEP_SYSTEM)),
}

# Addresses with an argument that names nothing of anybody's
NO_OWNER = {
    "account_confirm_email": "a key that was sent to its owner",
    "account_reset_password_from_key": "a key that was given to its owner",
    "portal:method": "how numbers are made, for anybody",
    "reports:role": "the sheet of a role, for whoever works here",
    "privacy:notice_of": "published",
    "services:opinion": "anybody who was there: it asks, and tells nothing",
    "services:check": "whoever holds the certificate: a code that nobody guesses",
    "workspace:stop_letters": "a key that was sent to its owner",
}
