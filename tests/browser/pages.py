"""Every page that the browser tests visit: URL name, arguments, and the role that opens it.

A new page is a new line here. `role` None: nobody is signed in. `follow`: where the address holds
a number that only the demo knows, the page is reached by the first link that matches.
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
    follow: str = ""

    def path(self, language: str) -> str:
        """Where it stands in a language. A view that is no URL name is a path of the house."""
        with translation.override(language):
            if self.view.startswith("/"):
                return ("/en" if language == "en" else "") + self.view
            return reverse(self.view, args=self.args) + self.query

    @property
    def name(self) -> str:
        """`workspace-home_municipal_officer`: for test ids and the names of pictures."""
        view = self.view.strip("/").replace("/", "-") + ("-first" if self.follow else "")
        parts = [view, *self.args, self.query, self.role or ""]
        return "_".join(part for part in parts if part).translate(
            {ord(mark): "-" for mark in ":?&=/"}
        )


PLACE = ("PE-INEI", "130105")

PAGES = (
    Page("portal:front"),
    Page("/no-such-page"),
    Page("account_login"),
    Page("account_reset_password"),
    Page("account_reset_password_done"),
    Page("workspace:home", "municipal_officer"),
    Page("workspace:home", "agency_officer"),
    Page("workspace:home", "system_staff"),
    Page("observatory:places", "analyst"),
    Page("observatory:place", "analyst", PLACE),
    Page("evidence:home", "analyst"),
    Page("evidence:home", "analyst", follow="main a[href*='/evidence/batches/']"),
    Page("results:plan", "funder"),
    Page("plans:commitments", "coordinator"),
    Page("reports:list", "municipal_officer"),
    Page("reports:list", "coordinator", follow="main a[href*='/reports/']"),
    Page("reports:new", "municipal_officer", (LA_ESPERANZA,)),
    Page("programme:me", "municipal_officer"),
    Page("programme:roles", "case_worker"),
    Page("programme:organisations", "case_worker"),
    Page("programme:members", "system_staff"),
    Page("programme:journal", "auditor"),
    Page("programme:journal", "auditor", query="?verify=1"),
    Page("mfa_index", "municipal_officer"),
    Page("mfa_view_recovery_codes", "municipal_officer"),
    Page("account_change_password", "municipal_officer"),
    Page("account_logout", "municipal_officer"),
)
