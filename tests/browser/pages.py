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
TOO_MUCH = "?" + "&" * 1001  # more fields than Django reads

PAGES = (
    Page("portal:front"),
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
    Page("observatory:places", "analyst"),
    Page("observatory:place", "analyst", PLACE),
    Page("observatory:place", "analyst", EL_PORVENIR),
    Page("observatory:place", "analyst", ALTO_TRUJILLO),
    Page("observatory:place", "analyst", PROVINCE),
    Page("observatory:place", "analyst", PLACE, BACKWARDS),
    Page("observatory:place", "case_worker", PLACE, status=403),
    Page("evidence:home", "analyst"),
    Page(
        "evidence:batch",
        "analyst",
        start="evidence:home",
        follow="main a[href*='/evidence/batches/']",
    ),
    Page("results:plan", "funder"),
    Page("results:plan_of", "municipal_officer", ("programa-conjunto",)),
    Page("plans:commitments", "coordinator"),
    Page("reports:list", "municipal_officer"),
    Page("reports:report", "coordinator", start="reports:list", follow="main a[href*='/reports/']"),
    Page("reports:new", "municipal_officer", (LA_ESPERANZA,)),
    Page("programme:me", "municipal_officer"),
    Page("programme:roles", "case_worker"),
    Page("programme:organisations", "case_worker"),
    Page("programme:members", "system_staff"),
    Page("programme:journal", "auditor"),
    Page("programme:journal", "auditor", query="?verify=1"),
    Page("mfa_index", "municipal_officer"),
    Page("mfa_view_recovery_codes", "municipal_officer"),
    Page("mfa_generate_recovery_codes", "municipal_officer"),
    Page("mfa_deactivate_totp", "municipal_officer"),
    Page("mfa_reauthenticate", "municipal_officer"),
    Page("account_reauthenticate", "municipal_officer"),
    Page("account_change_password", "municipal_officer"),
    Page("account_logout", "municipal_officer"),
)

_NOBODY = "opens for nobody: the house has no such act, and its 403 page is visited above"
NOT_VISITED = {
    "account_confirm_email": _NOBODY,
    "account_confirm_login_code": _NOBODY,
    "account_email": _NOBODY,
    "account_email_verification_sent": _NOBODY,
    "account_set_password": _NOBODY,
    "account_signup": _NOBODY,
    "evidence:rejects": "a download: CSV",
    "health": "for machines: JSON",
    "mfa_download_recovery_codes": "a download: text",
    "observatory:place_csv": "a download: CSV",
    "reports:again": "takes POST alone, and leads back to the report",
    "reports:file": "a download: PDF",
}
