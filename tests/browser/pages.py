"""Every page that the browser tests visit: URL name, arguments, and the role that opens it.

A new page is a new line here, or an excuse in NOT_VISITED: tests/web/test_browser_pages.py compares
both with the addresses of the house. `role` None: nobody is signed in; besides the roles there are
the two halves of a sign-in of house.py. `start` and `follow`: where the address holds a number that
only the demo knows, the page is reached from another by the first link that matches.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation

LA_ESPERANZA = "PE-INEI:130105"


@dataclass(frozen=True)
class Page:
    view: str
    role: str | None = None
    args: tuple[str, ...] = ()
    query: str = ""
    start: str = ""
    follow: str = ""
    status: int = 200

    def path(self, language: str) -> str:
        """Where a visit begins in a language. A view that is no URL name is a path of the house."""
        with translation.override(language):
            if self.view.startswith("/"):
                return ("/en" if language == "en" else "") + self.view
            return reverse(self.start or self.view, args=self.args) + self.query

    @property
    def name(self) -> str:
        """`workspace-home_municipal_officer`: for test ids and the names of pictures."""
        view = self.view.strip("/").replace("/", "-")
        error = str(self.status) if self.status != 200 else ""
        parts = [view, *self.args, self.query[:32], self.role or "", error]
        return "_".join(part for part in parts if part).translate(
            {ord(mark): "-" for mark in ":?&=/"}
        )


PLACE = ("PE-INEI", "130105")
EL_PORVENIR, ALTO_TRUJILLO = (
    ("PE-INEI", "130102"),
    ("PE-INEI", "130112"),
)  # before and after a split
PROVINCE = ("PE-INEI", "1301")
BACKWARDS = "?first=2024-12&last=2022-01"
TOO_MUCH = "?" + "&" * 2001  # more fields than Django reads

MEMBER = "main .rows a[href*='/members/']"

CODISEC = ("codisec-la-esperanza",)
COMMITMENT = "main h2 a[href*='/commitments/']"

PAGES = (
    Page("portal:front"),
    Page("portal:safeguarding"),
    Page("portal:methods"),
    Page("portal:method", args=("hotspots",)),
    Page("portal:method", args=("disclosure",)),
    Page("/no-such-page", status=404),
    Page("account_login", query=TOO_MUCH, status=400),
    Page("account_login"),
    Page("account_inactive"),
    Page("account_reset_password"),
    Page("account_reset_password_done"),
    Page("account_reset_password_from_key", args=("1", "no-key")),
    Page("account_reset_password_from_key_done"),
    Page("mfa_authenticate", "password_given"),
    Page("mfa_activate_totp", "newcomer"),
    Page("workspace:home", "municipal_officer"),
    Page("workspace:home", "agency_officer"),
    Page("workspace:home", "system_staff"),
    Page("workspace:search", "municipal_officer", query="?q=esperanza"),
    Page("workspace:search", "funder", query="?q=nothing-of-that-name"),
    Page("observatory:places", "analyst"),
    Page("observatory:place", "analyst", PLACE),
    Page("observatory:place", "analyst", EL_PORVENIR),
    Page("observatory:place", "analyst", ALTO_TRUJILLO),
    Page("observatory:place", "analyst", PROVINCE),
    Page("observatory:place", "analyst", PLACE, BACKWARDS),
    Page("observatory:place", "case_worker", PLACE, status=403),
    Page("observatory:analyses", "analyst"),
    Page("observatory:evaluations", "coordinator"),
    Page("observatory:evaluation_new", "coordinator"),
    Page("observatory:questions", "municipal_officer", PLACE),
    Page("observatory:questions", "case_worker", PLACE, status=403),
    Page("observatory:ask", "analyst", (*PLACE, "hotspots")),
    Page("observatory:ask", "analyst", (*PLACE, "compare")),
    Page("observatory:undercount", "analyst", PLACE),
    Page("observatory:undercount", "analyst", PLACE, query="?lists=police&lists=cem&own_1=DEMUNA"),
    Page("observatory:map", "analyst"),
    Page("observatory:map", "coordinator", query="?source=sample-complaints&layer=districts"),
    Page("observatory:map", "coordinator", query="?source=sample-points&offence=extorsion"),
    Page("privacy:notice"),
    Page("privacy:notice_of", args=("unodc",)),
    Page("privacy:ask"),
    Page("privacy:received"),
    Page("privacy:answer"),
    Page("privacy:requests", "coordinator"),
    Page("privacy:inventory", "auditor"),
    Page("privacy:my_data", "municipal_officer"),
    Page("people:import", "case_worker"),
    Page("people:export", "case_worker"),
    Page("evidence:home", "analyst"),
    Page(
        "evidence:batch",
        "analyst",
        start="evidence:home",
        follow="main a[href*='/evidence/batches/']",
    ),
    Page("evidence:sources", "analyst"),
    Page("evidence:source", "analyst", ("sample-complaints",)),
    Page("evidence:releases", "analyst", ("sample-complaints",)),
    Page("evidence:source_quality", "analyst", ("sample-points",)),
    Page(
        "evidence:batch_quality",
        "analyst",
        ("sample-points",),
        start="evidence:source",
        follow="main td a[href$='/quality/']",
    ),
    Page(
        "evidence:withdraw",
        "coordinator",
        ("sample-points",),
        start="evidence:source",
        follow="main td a[href$='/withdraw/']",
    ),
    Page("evidence:upload_new", "municipal_officer"),
    Page("evidence:keyin_new", "municipal_officer"),
    Page("results:plan", "funder"),
    Page("results:plan_of", "municipal_officer", ("programa-conjunto",)),
    Page("plans:commitments", "coordinator"),
    Page("plans:commitment", "coordinator", start="plans:commitments", follow=COMMITMENT),
    Page("plans:new_commitment", "municipal_officer"),
    Page("plans:values", "coordinator"),
    Page("plans:value", "coordinator", start="plans:values", follow="main th a[href*='/values/']"),
    Page("plans:record_value", "agency_officer"),
    Page("plans:locks", "coordinator"),
    Page("plans:edit_plan", "coordinator", ("programa-conjunto",)),
    Page("plans:revisions", "coordinator", ("programa-conjunto",)),
    Page("plans:edit_objective", "coordinator", ("programa-conjunto", "1.1")),
    Page("plans:edit_indicator", "coordinator", ("people-reached",)),
    Page("plans:new_target", "coordinator", ("people-reached",)),
    Page("committees:list", "municipal_officer"),
    Page("committees:new", "municipal_officer"),
    Page("committees:committee", "municipal_officer", CODISEC),
    Page("committees:change", "municipal_officer", CODISEC),
    Page("committees:new_seat", "municipal_officer", CODISEC),
    Page("committees:new_session", "municipal_officer", CODISEC),
    Page(
        "committees:session",
        "municipal_officer",
        CODISEC,
        start="committees:committee",
        follow="main a[href*='/sessions/'][href$='/']:not([href$='/new/'])",
    ),
    Page("offline:phone"),
    Page("offline:phone", "case_worker"),
    Page("people:list", "agency_officer"),
    Page("people:new", "agency_officer"),
    Page("people:hand_over", "agency_officer"),
    Page("people:person", "agency_officer", start="people:list", follow="main .rows h2 a"),
    Page("cases:list", "case_worker"),
    Page("protection:units", "case_worker"),
    Page("protection:units", "coordinator"),
    Page("protection:new", "coordinator"),
    Page("protection:unit", "case_worker", start="protection:units", follow="main h3 a"),
    Page("referrals:list", "case_worker"),
    Page("referrals:list", "agency_officer", query="?of=sent&all=1"),
    Page("referrals:rooms", "case_worker"),
    Page("services:ask_code"),
    Page("services:resources"),
    Page("services:opinion_said"),
    Page("services:opinion_answered"),
    Page("services:list", "municipal_officer"),
    Page("services:new", "municipal_officer"),
    Page("reach:runs", "funder"),
    Page("reach:new", "coordinator"),
    Page("reach:run", "coordinator", start="reach:runs", follow="main .rows a[href*='/counts/']"),
    Page("reports:list", "municipal_officer"),
    Page("reports:report", "coordinator", start="reports:list", follow="main a[href*='/reports/']"),
    Page("reports:brief", "municipal_officer", (LA_ESPERANZA, "2024-12")),
    Page("reports:new", "municipal_officer", (LA_ESPERANZA,)),
    Page("programme:me", "municipal_officer"),
    Page("programme:me", "coordinator"),
    Page("programme:sessions", "municipal_officer"),
    Page("programme:letters", "municipal_officer"),
    Page("programme:open_closed", "municipal_officer"),
    Page("programme:roles", "case_worker"),
    Page("programme:organisations", "case_worker"),
    Page("programme:members", "system_staff"),
    Page("programme:invite", "system_staff"),
    Page("programme:member", "system_staff", start="programme:members", follow=MEMBER),
    Page("programme:access_review", "coordinator"),
    Page("programme:access_review", "system_staff"),
    Page("programme:factor_requests", "system_staff"),
    Page("programme:glasses", "coordinator"),
    Page("programme:journal", "auditor"),
    Page("programme:journal", "auditor", query="?verify=1"),
    Page("upkeep:home", "system_staff"),
    Page("upkeep:home", "auditor"),
    Page("upkeep:jobs", "system_staff"),
    Page("workspace:letters_stopped"),
    Page("mfa_index", "municipal_officer"),
    Page("mfa_list_webauthn", "municipal_officer"),
    Page("mfa_add_webauthn", "municipal_officer"),
    Page("mfa_view_recovery_codes", "municipal_officer"),
    Page("mfa_generate_recovery_codes", "municipal_officer"),
    Page("mfa_deactivate_totp", "municipal_officer"),
    Page("mfa_reauthenticate", "municipal_officer"),
    Page("account_reauthenticate", "municipal_officer"),
    Page("account_change_password", "municipal_officer"),
    Page("account_logout", "municipal_officer"),
)

_NOBODY = "opens for nobody: the house has no such act, and its 403 page is visited above"
_SEEN_ON_THE_WAY = "visited by the tests of accounts, which make what it shows"
_ASKS = "tests/browser/test_questions.py asks, and walks through what follows"
_EVALUATES = "tests/browser/test_evaluations.py writes a design, opens it and changes it"
_LEADS_BACK = "takes POST alone, and leads back"
_A_COURSE = "tests/browser/test_course.py goes through a course"
_AFTER = "tests/browser/test_after_course.py goes there after a course"
_CEREMONY = "tests/browser/test_counts.py goes through a whole count"
_ON_THE_REGISTER = "tests/browser/test_register.py walks there"
_ACCOMPANIES = "tests/browser/test_case_walk.py opens a case, plans it, reviews and closes it"
_BEHIND_THE_WALL = "tests/browser/test_wall.py walks there"
_SEALED = "takes what a script sealed, or gives it back: JSON"
_REFERS = "tests/browser/test_referral_walk.py sends somebody, and both sides answer"
_ON_THE_DESK = "visited by test_desk.py or test_new_officer.py, which bring in what it shows"
_WITHOUT_A_LINE = "tests/browser/test_offline.py opens it with and without a line"
NOT_VISITED = {
    "offline:send": "for the script of the phone: JSON",
    "worker": "a script",
    "services:newcomer": _WITHOUT_A_LINE,
    "services:activity": _A_COURSE,
    "services:attendance": _A_COURSE,
    "services:read_sheet": _A_COURSE,
    "services:session_sheet": "a file, not a page",
    "services:certificate": "a file, not a page",
    "services:certificates": _AFTER,
    "services:check": _AFTER,
    "services:revoke": _LEADS_BACK,
    "services:outcome": "tests/web/test_services_after.py opens it: nobody waits months for a test",
    "services:received": _AFTER,
    "services:opinion": _AFTER,
    "services:opinions": _AFTER,
    "services:answer_opinion": "tests/web/test_opinion_pages.py opens it: it waits for five",
    "services:take_back": _LEADS_BACK,
    "services:close": _LEADS_BACK,
    "services:complete": _LEADS_BACK,
    "services:enrol": _A_COURSE,
    "services:leave": _A_COURSE,
    "services:sessions": _A_COURSE,
    "services:sheet": _A_COURSE,
    "services:team": _A_COURSE,
    "committees:call_off": _LEADS_BACK,
    "committees:change_session": "the form of committees:new_session, filled in",
    "committees:close_session": _LEADS_BACK,
    "committees:decide": _LEADS_BACK,
    "committees:decision": "leads to the page of its session",
    "committees:decline": "a form of one field; tests/web/test_committee_pages.py sends it",
    "committees:presence": _LEADS_BACK,
    "committees:promise": _LEADS_BACK,
    "committees:seat": "the form of committees:new_seat, filled in",
    "people:form": "a file, not a page",
    "people:rejects": "a file, not a page",
    "plans:accept_value": _LEADS_BACK,
    "plans:close": _LEADS_BACK,
    "plans:drop_target": "a form of one field; tests/web/test_plan_editing.py sends it",
    "plans:edit_target": "the form of plans:new_target, filled in",
    "plans:leave": _LEADS_BACK,
    "plans:move": _LEADS_BACK,
    "plans:open_lock": "a form of one field; tests/web/test_plan_editing.py sends it",
    "plans:return_value": _LEADS_BACK,
    "plans:submit_value": _LEADS_BACK,
    "plans:take": _LEADS_BACK,
    "mfa_edit_webauthn": _SEEN_ON_THE_WAY,
    "mfa_reauthenticate_webauthn": _SEEN_ON_THE_WAY,
    "mfa_remove_webauthn": _SEEN_ON_THE_WAY,
    "mfa_login_webauthn": "for the script of passkeys: JSON, else it leads to the sign-in page",
    "programme:add_role": _SEEN_ON_THE_WAY,
    "programme:close_opened": "takes POST alone, and leads back",
    "programme:end_role": _SEEN_ON_THE_WAY,
    "programme:factor_request": _SEEN_ON_THE_WAY,
    "programme:glass": _SEEN_ON_THE_WAY,
    "programme:hand_over": _SEEN_ON_THE_WAY,
    "programme:keep_role": "takes POST alone, and leads back",
    "programme:lost_factor": _SEEN_ON_THE_WAY,
    "programme:member_deed": _SEEN_ON_THE_WAY,
    "programme:remove_role": _SEEN_ON_THE_WAY,
    "workspace:stop_letters": _SEEN_ON_THE_WAY,
    "account_confirm_email": _NOBODY,
    "account_confirm_login_code": _NOBODY,
    "account_email": _NOBODY,
    "account_email_verification_sent": _NOBODY,
    "account_set_password": _NOBODY,
    "account_signup": _NOBODY,
    "evidence:classes": "the form of evidence:offences; tests/web/test_evidence_desk.py sends it",
    "evidence:correct": "the form of evidence:batch; tests/web/test_evidence_desk.py sends it",
    "evidence:discard": _LEADS_BACK,
    "evidence:keyin": _ON_THE_DESK,
    "evidence:keyin_confirm": _LEADS_BACK,
    "evidence:keyin_discard": _LEADS_BACK,
    "evidence:keyin_pass_on": _LEADS_BACK,
    "evidence:keyin_return": _LEADS_BACK,
    "evidence:offences": _ON_THE_DESK,
    "evidence:questions": _ON_THE_DESK,
    "evidence:reading": _ON_THE_DESK,
    "evidence:rejected_rows": "a download: CSV",
    "evidence:rejects": "a download: CSV",
    "evidence:scan": "a download: the document",
    "evidence:send": _LEADS_BACK,
    "evidence:stop": _LEADS_BACK,
    "evidence:upload": _ON_THE_DESK,
    "evidence:restore": "opens for what was withdrawn; it is the form of evidence:withdraw",
    "health": "for machines: JSON",
    "mfa_download_recovery_codes": "a download: text",
    "observatory:analysis": _ASKS,
    "observatory:effect": _EVALUATES,
    "observatory:effect_csv": "a download: CSV",
    "observatory:evaluation": _EVALUATES,
    "observatory:evaluation_design": _EVALUATES,
    "observatory:evaluation_open": _LEADS_BACK,
    "observatory:evaluation_set_aside": _LEADS_BACK,
    "observatory:finding": _ASKS,
    "observatory:finding_confirm": _LEADS_BACK,
    "observatory:finding_rounds": _ASKS,
    "observatory:finding_set_aside": _LEADS_BACK,
    "observatory:finding_sheet": _ASKS,
    "observatory:finding_take_up": _ASKS,
    "observatory:keep": _ASKS,
    "observatory:analysis_again": _LEADS_BACK,
    "observatory:analysis_csv": "a download: CSV",
    "observatory:analysis_stop": _LEADS_BACK,
    "observatory:map_shapes": "for the script of the map: JSON",
    "observatory:place_csv": "a download: CSV",
    "observatory:place_xlsx": "a download: CSV",
    "people:consent": _ON_THE_REGISTER,
    "people:correct": _ON_THE_REGISTER,
    "people:erase": _ON_THE_REGISTER,
    "people:join": _LEADS_BACK,
    "people:part": _LEADS_BACK,
    "people:scan": "a file, not a page",
    "people:drop_scan": _LEADS_BACK,
    "people:sheet": _ON_THE_REGISTER,
    "cases:ask": _LEADS_BACK,
    "cases:case": _ACCOMPANIES,
    "cases:close": _ACCOMPANIES,
    "cases:decide": _ACCOMPANIES,
    "cases:end_goal": _LEADS_BACK,
    "cases:goal": _ACCOMPANIES,
    "cases:needs": "a form of one field; tests/web/test_case_pages.py sends it",
    "cases:note": _ACCOMPANIES,
    "cases:of_person": _ACCOMPANIES,
    "cases:reopen": "the form of cases:note, under another title",
    "cases:review": _ACCOMPANIES,
    "cases:screen": _ACCOMPANIES,
    "cases:screening": _ACCOMPANIES,
    "cases:step": _ACCOMPANIES,
    "cases:step_done": _LEADS_BACK,
    "cases:team": _ACCOMPANIES,
    "protection:correct": _BEHIND_THE_WALL,
    "protection:erase": _SEALED,
    "protection:hand_over": _SEALED,
    "protection:intake": _BEHIND_THE_WALL,
    "protection:keep": _SEALED,
    "protection:keys": _BEHIND_THE_WALL,
    "protection:members": _BEHIND_THE_WALL,
    "protection:own_key": _SEALED,
    "protection:sealed": _SEALED,
    "protection:unit_key": _SEALED,
    "referrals:answer": _REFERS,
    "referrals:done": _LEADS_BACK,
    "referrals:new": _REFERS,
    "referrals:received": _REFERS,
    "referrals:revoke": _LEADS_BACK,
    "referrals:sent": _REFERS,
    "referrals:sheet": _REFERS,
    "referrals:told": "the form of referrals:answer, for a receiver without an account",
    "reach:abandon": _LEADS_BACK,
    "reach:csv": "a download: CSV",
    "reach:encoder": "a download; tests/browser/test_counts.py opens it without a network",
    "reach:key": _CEREMONY,
    "reach:key_deleted": _LEADS_BACK,
    "reach:schema": "a download: JSON",
    "reach:send": _CEREMONY,
    "reach:start": _LEADS_BACK,
    "reach:stop": _LEADS_BACK,
    "reach:take_back": _LEADS_BACK,
    "results:achieved_csv": "a file, not a page",
    "results:achieved_xlsx": "a file, not a page",
    "privacy:my_data_file": "a file, not a page",
    "privacy:request": "somebody's own words: the demo has none",
    "reports:again": "takes POST alone, and leads back to the report",
    "reports:brief_pdf": "takes POST alone, and leads to the report",
    "reports:briefs": "leads to the brief of the latest month",
    "reports:file": "a download: PDF",
    "reports:role": "a download: PDF",
    "reports:reach": "takes POST alone, and leads to the report",
    "upkeep:back_up": "takes POST alone, and leads back",
    "upkeep:stop": "takes POST alone, and leads back",
}
