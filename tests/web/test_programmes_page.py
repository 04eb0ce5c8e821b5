"""Services and organisations side by side on the page of questions: what is told, and to whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cast import EL_PORVENIR, client_as, make_programme
from offered import make_activity, make_catalogue, make_completed

from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.services import rules
from convive.domain.services.models import Activity, Enrolment

pytestmark = pytest.mark.django_db
PAGE = "/en/analyses/"


def ended(completed: int, left: int, first: int, service: str, body: str = "unfpa") -> None:
    made = make_activity(service=service, sessions=1, places=99)
    rows = [make_completed(made, number) for number in range(first, first + completed + left)]
    gone = [row.pk for row in rows[completed:]]
    Enrolment.objects.filter(pk__in=gone).update(state="left", reason="work")
    Activity.objects.filter(pk=made.pk).update(organisation=Organisation.objects.get(code=body))


def query(of: str, **more: str) -> dict[str, str]:
    month = programme.today().replace(day=1)
    last = rules.after_months(month, 1) - timedelta(days=1)
    first = rules.after_months(month, -1)
    asked = {"measure": "services.completion", "first": f"{first:%Y-%m}", "last": f"{last:%Y-%m}"}
    return {**asked, "of": of, **more}


def page(of: str, role: str = "coordinator", **more: str) -> str:
    answer = client_as(role).get(PAGE, query(of, **more))
    assert answer.status_code == 200
    return answer.content.decode()


def test_services_are_told_side_by_side_with_what_the_difference_does_not_say():
    make_programme()
    make_catalogue()
    ended(24, 6, 0, "vocational-training")
    ended(8, 22, 30, "mentoring", "unodc")
    told = page("service=vocational-training")
    assert "Vocational training: 80% (61% to 92%). Higher than: Mentoring." in told
    assert "-53 (" in told.replace("−", "-") and "nobody was drawn by lot" in told
    (none,) = re.findall(r"Nobody wrote down who came within this period: ([^<]*)", told)
    assert "Legal aid" in none and "Mentoring" not in none and "no data" not in told
    assert "Lower than: UNFPA." in page("organisation=unodc")
    spanish = (
        client_as("coordinator").get("/analyses/", query("service=mentoring")).content.decode()
    )
    assert "Más baja que: Capacitación laboral." in spanish


def test_few_people_are_hidden_on_the_page_too():
    make_programme()
    make_catalogue()
    ended(24, 6, 0, "vocational-training")
    ended(3, 2, 30, "mentoring")
    told = page("service=mentoring")
    assert "Mentoring: not told." in told and ">hidden<" in told
    assert "(95" not in told


def test_of_districts_those_are_compared_whose_figures_one_may_see():
    make_programme()
    make_catalogue()
    assert EL_PORVENIR in client_as("coordinator").get(PAGE).content.decode()
    told = page(f"place={EL_PORVENIR}", "municipal_officer")
    assert f"place={EL_PORVENIR}</" not in told and f'value="place={EL_PORVENIR}"' not in told
    assert "<table>" not in told


def test_a_wrong_month_is_said_at_its_field():
    make_programme()
    make_catalogue()
    assert "swap them" in page("service=mentoring", first="2024-05", last="2024-01")
    assert "<table>" not in page("service=mentoring", first="mayo")
