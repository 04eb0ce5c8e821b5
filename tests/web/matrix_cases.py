"""What the access matrix shows on the pages of cases: a case of a body and a place. In that of
UNFPA in La Esperanza the case worker of the cast works; of the other teams nobody is."""

from __future__ import annotations

from typing import Any

from accompanied import account, make_screening, somebody
from cast import LA_ESPERANZA
from cast import person as of_the_cast
from matrix_people import person

from convive.access.permissions import Role
from convive.domain.cases import actions
from convive.domain.cases.models import Case
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry

__all__ = ["case", "goal", "person", "step"]


def case(organisation: str, district: str) -> dict[str, Any]:
    """A case of this organisation in this district."""
    return {"code": _case(organisation, district).code}


def goal(organisation: str, district: str) -> dict[str, Any]:
    found = _case(organisation, district)
    return {"code": found.code, "goal": found.goals.get().code}


def step(organisation: str, district: str) -> dict[str, Any]:
    found = _case(organisation, district)
    return {"code": found.code, "step": found.goals.get().steps.get().code}


def _case(organisation: str, district: str) -> Case:
    place = programme.place(district)
    rows = Case.objects.filter(person__organisation__code=organisation, person__district=place)
    return rows.first() or _made(organisation, district)


def _made(organisation: str, district: str) -> Case:
    CatalogueEntry.objects.get_or_create(
        kind="service", code="mentoring", defaults={"name_es": "Mentoría", "name_en": "Mentoring"}
    )
    make_screening()
    by = programme.SYSTEM
    if (organisation, district) == ("unfpa", LA_ESPERANZA):
        worker = of_the_cast("case_worker")
    else:
        worker = account(f"worker-{organisation}", Role.CASE_WORKER, organisation)
    role = Role.MUNICIPAL_OFFICER if organisation.startswith("muni") else Role.AGENCY_OFFICER
    supervisor = account(f"supervisor-{organisation}", role, organisation)
    made = actions.open_case(
        by=by,
        person=somebody(organisation=organisation, district=district).code,
        worker=worker.pk,
        supervisor=supervisor.pk,
        reason="Quiere volver a la escuela",
    )
    found = actions.set_goal(by=by, case=made.code, words="Volver a la escuela")
    actions.add_step(
        by=by, case=made.code, goal=found.code, words="Ir a la UGEL", who="team",
        due=programme.today(), service="mentoring",
    )  # fmt: skip
    return made
