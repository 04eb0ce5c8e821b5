"""Pages of findings: kept, confirmed by somebody else, printed, told of, taken up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from analysed import answered, bring, incidents, make_analysed
from cast import LA_ESPERANZA, actor, client_as, make_plan

from convive.domain.observatory.actions_findings import keep_finding
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.models import Finding, Round
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(tmp_path: Path):
    make_analysed(tmp_path)
    return answered(actor("analyst"), "hotspots")


@pytest.fixture
def officer(answer):
    return client_as("municipal_officer")


def form(answer, **changes):
    facts = {
        "why": "Cerca del mercado, al cierre.",
        "sectors": sectors_of(answer)[:2],
        "first_hour": "19",
        "last_hour": "22",
        "valid_until": (programme.today() + timedelta(days=14)).isoformat(),
    }
    return facts | changes


def kept(client, answer) -> Finding:
    sent = client.post(f"/en/analyses/{answer.pk}/keep/", form(answer))
    assert sent.status_code == 302, sent.content.decode()
    return Finding.objects.latest("pk")


def body(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_a_finding_of_evidence_that_changed_says_so_and_offers_no_confirmation(
    officer, answer, tmp_path
):
    path = f"/en/findings/{kept(officer, answer).pk}/"
    coordinator = client_as("coordinator")
    assert "Confirm it" in body(coordinator, path)
    bring(tmp_path, incidents()[:3], name="more")
    page = body(coordinator, path)
    assert "The evidence has changed since" in page and "Confirm it" not in page
    assert "Set it aside" in page and "Ask again" in page
    again = coordinator.post(f"{path}confirm", follow=True).content.decode()
    assert "Waits for a second person" in again and "has changed since this was found" in again
    assert "The evidence has changed since" in body(officer, f"{path}sheet/")


def test_an_answer_is_kept_and_waits_for_a_second_person(officer, answer):
    assert "Keep it as a finding" in body(officer, f"/en/analyses/{answer.pk}/")
    found = kept(officer, answer)
    page = body(officer, f"/en/findings/{found.pk}/")
    assert "Waits for a second person" in page
    assert "Confirm it" not in page  # nobody their own
    assert f"/findings/{found.pk}/" in body(officer, f"/en/analyses/{answer.pk}/")
    coordinator = client_as("coordinator")
    assert f"/findings/{found.pk}/" in body(coordinator, "/en/workspace/")
    coordinator.post(f"/en/findings/{found.pk}/confirm")
    found.refresh_from_db()
    assert found.state == "confirmed"
    assert f"/findings/{found.pk}/" not in body(coordinator, "/en/workspace/")


def test_what_the_watch_kept_is_said_to_each_reader_in_their_language(officer, answer):
    found = keep_finding(
        by=programme.SYSTEM,
        analysis=answer.pk,
        why="Lo encontró la revisión semanal.",
        valid_until=programme.today(),
    )
    english = body(officer, f"/en/findings/{found.pk}/")
    assert "Found by the weekly watch" in english and "Lo encontró" not in english
    assert "Kept by the system" in english and evidence.source(answer.source).name in english
    assert "Lo encontró la revisión semanal" in body(officer, f"/findings/{found.pk}/")
    waits = body(client_as("analyst"), "/en/workspace/")
    assert evidence.source(answer.source).name in waits


@pytest.mark.parametrize(
    "wrong", [{"why": ""}, {"last_hour": ""}, {"valid_until": "2099-01-01"}, {"sectors": ["x"]}]
)
def test_what_is_wrong_is_said_and_nothing_is_kept(officer, answer, wrong):
    sent = officer.post(f"/en/analyses/{answer.pk}/keep/", form(answer, **wrong))
    assert sent.status_code == 422
    assert not Finding.objects.exists()


def test_the_sheet_has_sectors_hours_why_and_its_last_day(officer, answer):
    found = kept(officer, answer)
    page = body(officer, f"/en/findings/{found.pk}/sheet/")
    for said in ("19:00–22:59", "Cerca del mercado", "Not confirmed", "Not done"):
        assert said in page
    assert page.count("☐") == 2 * len(found.sectors)


def test_setting_aside_wants_a_reason(officer, answer):
    found = kept(officer, answer)
    path = f"/en/findings/{found.pk}/set-aside"
    assert officer.post(path, {"reason": ""}).status_code == 422
    assert officer.post(path, {"reason": "Era una feria."}).status_code == 302
    page = body(officer, f"/en/findings/{found.pk}/")
    assert "Era una feria." in page
    assert "Make a commitment of it" not in page


def test_what_came_back_is_told_and_counted(officer, answer):
    found = kept(officer, answer)
    one, two = found.sectors
    told = {"day": programme.today().isoformat(), one: "yes", two: "no"}
    assert officer.post(f"/en/findings/{found.pk}/rounds/", told).status_code == 302
    assert Round.objects.filter(was_done=True).get().sector == one
    assert "1 of 2 sectors done" in body(officer, f"/en/findings/{found.pk}/")
    nothing = officer.post(f"/en/findings/{found.pk}/rounds/", {"day": told["day"]})
    assert nothing.status_code == 422


def test_a_commitment_of_it_leads_back_to_it(officer, answer):
    plan = make_plan()
    found = kept(officer, answer)
    facts = {
        "what": "Alumbrar tres cuadras",
        "organisation": "muni-la-esperanza",
        "district": LA_ESPERANZA,
        "due": found.valid_until.isoformat(),
        "plan": plan.code,
        "objective": "",
    }
    sent = officer.post(f"/en/findings/{found.pk}/take-up/", facts)
    assert sent.status_code == 302, sent.content.decode()
    made = Commitment.objects.get()
    assert f"/findings/{found.pk}/" in body(officer, f"/en/commitments/{made.pk}/")
    assert "Alumbrar tres cuadras" in body(officer, f"/en/findings/{found.pk}/")
