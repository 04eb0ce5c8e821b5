"""The workspace: what waits for me, what I may open, and the pages of my account."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cast import (
    CAST,
    EL_PORVENIR,
    PASSWORD,
    client_as,
    make_commitment,
    make_plan,
    make_programme,
    person,
)
from django.test import Client
from django.urls import reverse
from matrix_evidence import SOURCE

from convive.domain.plans.models import Commitment, Plan
from convive.domain.programme import queries
from convive.doors.workspace.waiting import waiting
from convive.evidence.actions import put_source
from convive.evidence.models import Batch, Source
from convive.evidence.spec import from_json

TODAY = date(2016, 7, 14)


@dataclass(frozen=True)
class Thing:
    due: date


def in_days(*days: int) -> list[Thing]:
    return [Thing(TODAY + timedelta(days=n)) for n in days]


def test_what_is_due_today_is_not_late() -> None:
    found = waiting(in_days(0), TODAY)
    assert (len(found.late), len(found.this_week), len(found.later)) == (0, 1, 0)


def test_a_week_has_seven_days_counting_today() -> None:
    found = waiting(in_days(-1, 0, 6, 7), TODAY)
    assert [thing.due for thing in found.late] == [TODAY - timedelta(days=1)]
    assert len(found.this_week) == 2
    assert [thing.due for thing in found.later] == [TODAY + timedelta(days=7)]
    assert found.total == 4


def test_the_next_due_stands_first() -> None:
    found = waiting(in_days(5, 2, -1, -9), TODAY)
    assert found.late == tuple(in_days(-9, -1))
    assert found.this_week == tuple(in_days(2, 5))


@pytest.fixture
def plan(db: None) -> Plan:
    make_programme()
    return make_plan()


def promise(
    plan: Plan, days: int, what: str = "Reparar 38 postes", **changes: object
) -> Commitment:
    due = queries.today() + timedelta(days=days)
    return make_commitment(
        plan, **{"organisation": "muni-la-esperanza", "due": due, "what": what, **changes}
    )


def home(key: str, language: str = "es") -> str:
    path = "/workspace/" if language == "es" else "/en/workspace/"
    answer = client_as(key).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_open_commitments_stand_by_their_day(plan: Plan) -> None:
    late = promise(plan, -3, "Revisar el alumbrado")
    promise(plan, 2, "Presentar el diagnóstico")
    promise(plan, 40, "Acordar el calendario")
    text = home("municipal_officer")
    assert "3 cosas. 1 ya venció. 1 vence esta semana." in text
    order = ["Vencido", "Revisar el", "Esta semana", "Presentar el", "Puede esperar", "Acordar el"]
    assert [text.index(f">{part}") for part in order] == sorted(
        text.index(f">{part}") for part in order
    )
    assert f'href="{reverse("plans:commitment", args=[late.pk])}"' in text


def test_the_same_home_speaks_english(plan: Plan) -> None:
    promise(plan, -1)
    text = home("municipal_officer", "en")
    assert "1 thing. 1 is late." in text
    assert "What waits for you" in text


def test_what_another_municipality_promised_does_not_wait_for_me(plan: Plan) -> None:
    promise(plan, 2, "Poda en El Porvenir", organisation="muni-el-porvenir", district=EL_PORVENIR)
    assert "Poda en El Porvenir" not in home("municipal_officer")
    assert "Poda en El Porvenir" in home("other_municipal_officer")


@pytest.mark.usefixtures("plan")
def test_an_empty_home_says_what_would_stand_there() -> None:
    text = home("municipal_officer")
    assert "Nadie espera nada de ti aquí." in text
    assert "hasta que se cumple" in text
    assert "Tu rol no asume compromisos" in home("auditor")


@pytest.mark.usefixtures("plan")
def test_my_role_stands_in_plain_words_with_its_organisation() -> None:
    text = home("municipal_officer")
    assert "Responsable municipal" in text
    assert "Municipalidad de La Esperanza" in text


def put(code: str, **changes: str) -> Source:
    """A source of counts; nobody's unless `owner` says whose."""
    table = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    del table["owner"]
    return put_source(by=queries.SYSTEM, spec=from_json(table | {"code": code, **changes}))


def receive(source: Source, number: int, accepted: int, rejected: int = 0) -> None:
    Batch.objects.create(
        id=f"{number:064x}",
        source=source,
        shape=source.shape,
        file_name="denuncias.csv",
        file_hash=f"{number:064x}",
        mapping_version="1",
        read=accepted + rejected,
        accepted=accepted,
        rejected=rejected,
        imported_at=datetime(2016, 6, 6, 14, number, tzinfo=UTC),
        imported_by="cli",
    )


@pytest.mark.usefixtures("plan")
def test_the_last_three_receipts_stand_there_for_whoever_may_see_evidence() -> None:
    source = put("police")
    for number, accepted in enumerate((1, 20, 300, 4000)):
        receive(source, number, accepted, rejected=number)
    text = home("municipal_officer")
    assert "4\N{NARROW NO-BREAK SPACE}000 filas guardadas" in text
    assert "3 filas no entraron" in text
    assert "6 jun 2016, 09:03" in text
    assert "20 filas guardadas" in text
    assert "1 fila guardada" not in text
    assert "guardadas" not in home("funder")


@pytest.mark.usefixtures("plan")
def test_a_receipt_of_another_municipality_is_not_mine() -> None:
    source = put("rounds", owner="muni-el-porvenir")
    receive(source, 1, 20)
    assert "20 filas guardadas" in home("other_municipal_officer")
    assert "20 filas guardadas" in home("coordinator")
    assert "20 filas guardadas" not in home("municipal_officer")


@pytest.mark.usefixtures("plan")
def test_i_see_the_districts_whose_figures_i_may_read() -> None:
    assert districts(home("municipal_officer")) == ["La Esperanza"]
    assert len(districts(home("auditor"))) > 1
    assert districts(home("system_staff")) == []


def districts(text: str) -> list[str]:
    if "Tus distritos" not in text:
        return []
    part = text.split("Tus distritos", 1)[1].split("</section>", 1)[0]
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r"<h3>(.*?)</h3>", part)]


def navigation(text: str) -> list[str]:
    part = re.search(r'<nav aria-label="Principal">(.*?)</nav>', text, re.S)
    assert part
    return re.findall(r'<a href="([^"]+)"', part[1])


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("key", sorted(CAST))
def test_every_entry_of_the_navigation_opens_for_whoever_sees_it(key: str) -> None:
    client = client_as(key)
    for path in navigation(client.get("/workspace/").content.decode()):
        assert client.get(path).status_code == 200, path


@pytest.mark.usefixtures("plan")
def test_the_navigation_offers_only_what_the_role_opens() -> None:
    coordinator, staff = navigation(home("coordinator")), navigation(home("system_staff"))
    assert "/plan/" in coordinator
    assert "/members/" not in coordinator
    assert "/members/" in staff
    assert "/plan/" not in staff


@pytest.mark.usefixtures("plan")
def test_the_home_only_answers_reading() -> None:
    assert client_as("coordinator").post("/workspace/").status_code == 405


ACCOUNT_PAGES = {
    "mfa_index": "Cómo ingresas",
    "account_change_password": "Cambia tu contraseña",
    "account_logout": "Salir",
}


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize(("name", "title"), ACCOUNT_PAGES.items())
def test_the_pages_of_my_account_stand_in_our_frame(name: str, title: str) -> None:
    text = client_as("coordinator").get(reverse(name)).content.decode()
    assert f"<h1>{title}</h1>" in text
    assert 'class="foot-page"' in text


@pytest.mark.usefixtures("plan")
def test_setting_up_the_second_step_shows_the_secret_as_drawing_and_as_text() -> None:
    person("coordinator").authenticator_set.all().delete()
    client = Client()
    client.post(
        reverse("account_login"), {"login": "coordinator@example.org", "password": PASSWORD}
    )
    text = client.get(reverse("mfa_activate_totp")).content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    assert re.search(r'<p class="secret">[A-Z2-7]{16,}</p>', text)
    assert 'class="mast"' in text
    assert 'aria-label="Principal"' not in text  # nothing else opens before the second step


@pytest.mark.usefixtures("plan")
def test_a_forgotten_password_is_answered_by_mail_in_our_words(mailoutbox: list[Any]) -> None:
    person("coordinator")
    for address in ("coordinator@example.org", "nobody@example.org"):
        answer = Client().post(reverse("account_reset_password"), {"email": address})
        assert answer["Location"] == reverse("account_reset_password_done")
    (known,) = mailoutbox  # nobody gets a letter because a stranger typed their address
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", known.body)
    assert link and "sirve una vez" in known.body
    page = Client().get(link[1], follow=True).content.decode()
    assert "La contraseña nueva, otra vez" in page
