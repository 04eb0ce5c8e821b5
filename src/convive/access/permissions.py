"""What can be done in Convive, and which role may do it."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One thing that a person may be let do."""

    SEE_WORKSPACE = "see_workspace"
    SEE_PLAN = "see_plan"
    SEE_FIGURES = "see_figures"
    SEE_EVIDENCE = "see_evidence"
    IMPORT_EVIDENCE = "import_evidence"
    MAKE_COMMITMENT = "make_commitment"
    RECORD_VALUE = "record_value"
    ACCEPT_VALUE = "accept_value"
    MAKE_REPORT = "make_report"
    CHANGE_PROGRAMME = "change_programme"
    CHANGE_PLAN = "change_plan"
    MANAGE_MEMBERS = "manage_members"
    SEE_JOURNAL = "see_journal"
    DESCRIBE_SOURCE = "describe_source"
    WITHDRAW_EVIDENCE = "withdraw_evidence"
    KEEP_COMMITTEE = "keep_committee"
    REVIEW_ACCESS = "review_access"
    BREAK_GLASS = "break_glass"
    SEE_UPKEEP = "see_upkeep"
    KEEP_SYSTEM = "keep_system"
    ANSWER_DATA_REQUESTS = "answer_data_requests"
    COUNT_PEOPLE = "count_people"
    SEND_LIST = "send_list"
    SEE_PEOPLE = "see_people"
    KEEP_PEOPLE = "keep_people"
    JOIN_PEOPLE = "join_people"
    SEND_REFERRAL = "send_referral"
    ANSWER_REFERRAL = "answer_referral"
    OVERRIDE_CONSENT = "override_consent"
    SEE_SERVICES = "see_services"
    KEEP_SERVICES = "keep_services"
    KEEP_CASES = "keep_cases"
    SUPERVISE_CASES = "supervise_cases"
    FORM_UNIT = "form_unit"
    WORK_IN_UNIT = "work_in_unit"


PERMISSION_NAMES: dict[Permission, str | Promise] = {
    Permission.SEE_WORKSPACE: _("open the workspace"),
    Permission.SEE_PLAN: _("see the plan and its commitments"),
    Permission.SEE_FIGURES: _("see figures and the pages of places"),
    Permission.SEE_EVIDENCE: _("see evidence: its sources, its imports and their rejected rows"),
    Permission.IMPORT_EVIDENCE: _("bring in evidence"),
    Permission.MAKE_COMMITMENT: _("make commitments and close them"),
    Permission.RECORD_VALUE: _("record what was achieved"),
    Permission.ACCEPT_VALUE: _("accept or return what others recorded"),
    Permission.MAKE_REPORT: _("make a diagnosis"),
    Permission.CHANGE_PROGRAMME: _("change the programme"),
    Permission.CHANGE_PLAN: _("change the plan"),
    Permission.MANAGE_MEMBERS: _("manage accounts and roles"),
    Permission.SEE_JOURNAL: _("read the journal"),
    Permission.DESCRIBE_SOURCE: _("say how the files of a source are read"),
    Permission.WITHDRAW_EVIDENCE: _("withdraw an import, with a reason"),
    Permission.KEEP_COMMITTEE: _("keep a committee: its members, sessions and decisions"),
    Permission.REVIEW_ACCESS: _("review who has which right"),
    Permission.BREAK_GLASS: _("open what is closed to them, for a reason and a few hours"),
    Permission.SEE_UPKEEP: _("see backups and how long data are kept"),
    Permission.KEEP_SYSTEM: _("make backups and stop what runs"),
    Permission.ANSWER_DATA_REQUESTS: _("answer people who ask about their own data"),
    Permission.COUNT_PEOPLE: _("open a count of different people and start it"),
    Permission.SEND_LIST: _("send the coded list of their organisation for a count of people"),
    Permission.SEE_PEOPLE: _("see the people whom their organisation attends"),
    Permission.KEEP_PEOPLE: _("register people, correct their data and write what they agree to"),
    Permission.JOIN_PEOPLE: _("join double entries, pass people to another worker, erase somebody"),
    Permission.SEND_REFERRAL: _("refer the people they attend to another organisation"),
    Permission.ANSWER_REFERRAL: _("answer what was referred to their organisation"),
    Permission.OVERRIDE_CONSENT: _("refer somebody who did not agree to it, with a reason"),
    Permission.SEE_SERVICES: _("see the activities that their organisation offers people"),
    Permission.KEEP_SERVICES: _("open activities, enrol people and write down who came"),
    Permission.KEEP_CASES: _("open cases and work on those of whose team they are"),
    Permission.SUPERVISE_CASES: _(
        "supervise cases: review their plans, decide that they are closed"
    ),
    Permission.FORM_UNIT: _("open protection units and say who is in them, not what they keep"),
    Permission.WORK_IN_UNIT: _("work in a protection unit: only for the units they are in"),
}


class Role(StrEnum):
    """The part a person plays in the programme."""

    COORDINATOR = "coordinator"
    AGENCY_OFFICER = "agency_officer"
    MUNICIPAL_OFFICER = "municipal_officer"
    CASE_WORKER = "case_worker"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    FUNDER = "funder"
    SYSTEM_STAFF = "system_staff"


# Whoever plays one of these parts plays it for one organisation; the others serve the programme
ROLES_OF_AN_ORGANISATION = frozenset(
    {Role.AGENCY_OFFICER, Role.MUNICIPAL_OFFICER, Role.CASE_WORKER}
)

ROLE_NAMES: dict[Role, str | Promise] = {
    Role.COORDINATOR: _("Coordinator"),
    Role.AGENCY_OFFICER: _("Agency officer"),
    Role.MUNICIPAL_OFFICER: _("Municipal officer"),
    Role.CASE_WORKER: _("Case worker"),
    Role.ANALYST: _("Analyst"),
    Role.AUDITOR: _("Auditor"),
    Role.FUNDER: _("Funder"),
    Role.SYSTEM_STAFF: _("System staff"),
}

ROLE_DESCRIPTIONS: dict[Role, str | Promise] = {
    Role.COORDINATOR: _(
        "Leads the programme. Sees the plan, figures and evidence of every district and "
        "organisation, changes the programme and its plan, makes commitments, and accepts what "
        "others report. Does not manage accounts."
    ),
    Role.AGENCY_OFFICER: _(
        "Works for one of the agencies or ministries. Sees the plan and the figures of the "
        "districts it serves, brings in evidence, makes commitments and reports what was achieved. "
        "Keeps the register of people, runs activities, refers people and supervises cases, each "
        "for its own organisation."
    ),
    Role.MUNICIPAL_OFFICER: _(
        "Works for a municipality. Sees the plan and the figures of its own district, brings in "
        "evidence, makes commitments, reports what was achieved and makes the diagnosis. Keeps the "
        "register of people of its municipality, runs activities, refers people and supervises "
        "cases."
    ),
    Role.CASE_WORKER: _(
        "Attends people for its own organisation: registers them and writes what they agree to, "
        "enrols them in activities, refers them, and works on the cases of its team. Sees the plan "
        "and what waits for them. Sees no police evidence."
    ),
    Role.ANALYST: _(
        "Works in the observatory. Brings in evidence, reads figures and makes diagnoses in the "
        "districts assigned. Changes neither the plan nor its commitments."
    ),
    Role.AUDITOR: _(
        "Checks the account. Sees plan, figures, evidence and the journal of the whole programme. "
        "Changes nothing."
    ),
    Role.FUNDER: _("Pays for the programme. Sees the plan and its figures. Sees no evidence rows."),
    Role.SYSTEM_STAFF: _(
        "Keeps the system running and manages accounts. Sees no figures, evidence or people."
    ),
}

_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.COORDINATOR: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_FIGURES,
            _P.SEE_EVIDENCE,
            _P.IMPORT_EVIDENCE,
            _P.MAKE_COMMITMENT,
            _P.RECORD_VALUE,
            _P.ACCEPT_VALUE,
            _P.MAKE_REPORT,
            _P.CHANGE_PROGRAMME,
            _P.CHANGE_PLAN,
            _P.DESCRIBE_SOURCE,
            _P.WITHDRAW_EVIDENCE,
            _P.KEEP_COMMITTEE,
            _P.REVIEW_ACCESS,
            _P.SEE_UPKEEP,
            _P.ANSWER_DATA_REQUESTS,
            _P.COUNT_PEOPLE,
            _P.FORM_UNIT,
        }
    ),
    Role.AGENCY_OFFICER: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_FIGURES,
            _P.SEE_EVIDENCE,
            _P.IMPORT_EVIDENCE,
            _P.MAKE_COMMITMENT,
            _P.RECORD_VALUE,
            _P.DESCRIBE_SOURCE,
            _P.WITHDRAW_EVIDENCE,
            _P.SEND_LIST,
            _P.SEE_PEOPLE,
            _P.KEEP_PEOPLE,
            _P.JOIN_PEOPLE,
            _P.SEND_REFERRAL,
            _P.ANSWER_REFERRAL,
            _P.OVERRIDE_CONSENT,
            _P.SEE_SERVICES,
            _P.KEEP_SERVICES,
            _P.KEEP_CASES,
            _P.SUPERVISE_CASES,
            _P.BREAK_GLASS,
        }
    ),
    Role.MUNICIPAL_OFFICER: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_FIGURES,
            _P.SEE_EVIDENCE,
            _P.IMPORT_EVIDENCE,
            _P.MAKE_COMMITMENT,
            _P.RECORD_VALUE,
            _P.MAKE_REPORT,
            _P.DESCRIBE_SOURCE,
            _P.WITHDRAW_EVIDENCE,
            _P.KEEP_COMMITTEE,
            _P.SEND_LIST,
            _P.SEE_PEOPLE,
            _P.KEEP_PEOPLE,
            _P.JOIN_PEOPLE,
            _P.SEND_REFERRAL,
            _P.ANSWER_REFERRAL,
            _P.OVERRIDE_CONSENT,
            _P.SEE_SERVICES,
            _P.KEEP_SERVICES,
            _P.KEEP_CASES,
            _P.SUPERVISE_CASES,
            _P.BREAK_GLASS,
        }
    ),
    Role.CASE_WORKER: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_PEOPLE,
            _P.KEEP_PEOPLE,
            _P.SEND_REFERRAL,
            _P.ANSWER_REFERRAL,
            _P.SEE_SERVICES,
            _P.KEEP_SERVICES,
            _P.KEEP_CASES,
            _P.WORK_IN_UNIT,
            _P.BREAK_GLASS,
        }
    ),
    Role.ANALYST: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_FIGURES,
            _P.SEE_EVIDENCE,
            _P.IMPORT_EVIDENCE,
            _P.MAKE_REPORT,
            _P.DESCRIBE_SOURCE,
            _P.BREAK_GLASS,
        }
    ),
    Role.AUDITOR: frozenset(
        {
            _P.SEE_WORKSPACE,
            _P.SEE_PLAN,
            _P.SEE_FIGURES,
            _P.SEE_EVIDENCE,
            _P.SEE_JOURNAL,
            _P.SEE_UPKEEP,
        }
    ),
    Role.FUNDER: frozenset({_P.SEE_WORKSPACE, _P.SEE_PLAN, _P.SEE_FIGURES}),
    Role.SYSTEM_STAFF: frozenset(
        {_P.SEE_WORKSPACE, _P.MANAGE_MEMBERS, _P.SEE_UPKEEP, _P.KEEP_SYSTEM}
    ),
}

# What breaking the glass may open: reading, never writing, and never what is sealed to a unit
READING = frozenset({_P.SEE_WORKSPACE, _P.SEE_PLAN, _P.SEE_FIGURES, _P.SEE_EVIDENCE})
