"""The accounts of the demo: at least one for each role, named for the part and after nobody."""

from __future__ import annotations

from dataclasses import dataclass

from convive.access.permissions import Role

DOMAIN = "demo.convive.example"


@dataclass(frozen=True)
class Account:
    """One account. `organisation` and `districts` as `add_member` takes them."""

    local: str
    name: str
    role: Role
    organisation: str = ""
    districts: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.local}@{DOMAIN}"


ACCOUNTS = (
    Account("coordinacion", "Coordinación (muestra)", Role.COORDINATOR, "unodc"),
    Account("agencia", "UNFPA (muestra)", Role.AGENCY_OFFICER, "unfpa", ("all",)),
    Account("otra-agencia", "PNUD (muestra)", Role.AGENCY_OFFICER, "undp", ("all",)),
    Account(
        "municipalidad",
        "Municipalidad de La Esperanza (muestra)",
        Role.MUNICIPAL_OFFICER,
        "md-la-esperanza",
        ("PE-INEI:130105",),
    ),
    Account(
        "casos",
        "Atención de casos en El Porvenir (muestra)",
        Role.CASE_WORKER,
        "mimp-cem",
        ("PE-INEI:130102",),
    ),
    Account(
        "acompanamiento",
        "Acompañamiento de jóvenes en El Porvenir (muestra)",
        Role.CASE_WORKER,
        "undp",
        ("PE-INEI:130102",),
    ),
    Account("analisis", "Observatorio (muestra)", Role.ANALYST, "", ("all",)),
    Account("auditoria", "Auditoría (muestra)", Role.AUDITOR),
    Account("financiador", "Financiador (muestra)", Role.FUNDER, "untfhs"),
    Account("sistema", "Personal del sistema (muestra)", Role.SYSTEM_STAFF),
)


def account(name: str) -> Account | None:
    """The account with this address, or with this part of it before the @."""
    local = name.lower().removesuffix(f"@{DOMAIN}")
    return next((each for each in ACCOUNTS if each.local == local), None)


def of_role(role: Role) -> Account:
    """The first account of a role."""
    return next(each for each in ACCOUNTS if each.role is role)
