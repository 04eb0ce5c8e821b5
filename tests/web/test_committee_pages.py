"""Pages of committees: who reads and keeps them, and a session from its call to its close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, client_as, make_plan, make_programme
from django.urls import reverse
from django.utils.translation import override
from shown import addresses_of, text

from convive.domain.committees import actions, actions_sessions
from convive.domain.committees.models import Committee, Decision, Seat, Session
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme

pytestmark = pytest.mark.django_db

url = addresses_of("committees")


@pytest.fixture(autouse=True)
def plan():
    make_programme()
    return make_plan()


def make(by: str = "municipal_officer", body: str = "muni-la-esperanza", where: str = LA_ESPERANZA):
    committee = actions.make_committee(
        by=actor(by),
        kind="codisec",
        name_es="CODISEC",
        name_en="CODISEC",
        organisation=body,
        district=where,
        quorum_number=2,
        quorum_percent=None,
        valid_from=programme.today() - timedelta(days=90),
        valid_to=None,
    )
    for number in range(3):
        actions.add_seat(
            by=actor(by),
            committee=committee.code,
            organisation="unfpa",
            name_es=f"Asiento {number}",
            name_en=f"Seat {number}",
            post="member",
            votes=True,
            valid_from=committee.valid_from,
        )
    return committee


def call(committee: Committee, days: int = 0) -> Session:
    return actions_sessions.plan_session(
        by=actor("coordinator"),
        committee=committee.code,
        day=programme.today() + timedelta(days=days),
        place="Municipalidad",
        agenda="Alumbrado",
    )


def test_a_committee_is_set_up_with_a_seat_and_a_session_on_pages():
    client = client_as("municipal_officer")
    new = {
        "kind": "codisec",
        "name_es": "CODISEC de La Esperanza",
        "name_en": "CODISEC of La Esperanza",
        "organisation": "muni-la-esperanza",
        "district": LA_ESPERANZA,
        "legal_es": "Ley 27933",
        "valid_from": "2014-05-22",
    }
    refused = client.post(url("new"), new)
    assert refused.status_code == 422
    assert {"quorum_number", "legal_en"} & set(refused.context["form"].errors)
    made = client.post(url("new"), {**new, "legal_en": "Law 27933", "quorum_percent": "50"})
    committee = Committee.objects.get()
    assert made.url == url("committee", committee.code)
    seat = {
        "organisation": "muni-la-esperanza",
        "name_es": "Alcalde",
        "name_en": "Mayor",
        "post": "chair",
        "votes": "on",
        "valid_from": "2014-05-22",
    }
    assert client.post(url("new_seat", committee.code), seat).status_code == 302
    changed = {**seat, "name_en": "District mayor"}
    assert client.post(url("seat", Seat.objects.get().pk), changed).status_code == 302
    session = {"day": "2016-07-01", "hour": "18:30", "place": "Salón", "agenda": "Alumbrado"}
    assert client.post(url("new_session", committee.code), session).status_code == 302
    page = text(client.get(url("committee", committee.code)))
    for said in ("District mayor", "Law 27933", "More than 50%", "1 Jul 2016", "to be closed"):
        assert said in page, said


def test_a_session_goes_from_presence_to_a_decision_and_is_closed():
    session = call(make())
    client = client_as("municipal_officer")
    seats = list(Seat.objects.order_by("code"))
    decision = {
        "decision-text": "Reparar 38 postes",
        "decision-how": "consensus",
        "decision-organisation": "muni-la-esperanza",
        "decision-due": (programme.today() + timedelta(days=9)).isoformat(),
    }
    early = client.post(url("decide", session.pk), decision)
    assert early.status_code == 422
    assert "Without it nothing can be decided." in text(early)
    assert "Write down a decision" not in text(client.get(url("session", session.pk)))
    here = {f"presence-seat_{seats[0].pk}": "titular", f"presence-seat_{seats[1].pk}": "alternate"}
    client.post(url("presence", session.pk), here)
    assert "There is quorum" in text(client.get(url("session", session.pk)))
    client.post(url("decide", session.pk), decision)
    made = Commitment.objects.get()
    page = text(client.get(url("session", session.pk)))
    assert "Reparar 38 postes" in page and f"/commitments/{made.pk}/" in page
    with override("en"):
        commitment = text(client.get(reverse("plans:commitment", args=[made.pk])))
    back = url("decision", Decision.objects.get().pk)
    assert back in commitment
    assert (
        client.get(back).url == f"{url('session', session.pk)}#decision-{Decision.objects.get().pk}"
    )
    assert client.post(url("close_session", session.pk), {}).status_code == 422
    client.post(url("close_session", session.pk), {"close-minutes": "004-2016"})
    closed = text(client.get(url("session", session.pk)))
    assert "minutes 004-2016" in closed and "Save who is there" not in closed


def test_another_body_answers_a_decision_on_the_page_of_the_session():
    session = call(make())
    keeper, officer = client_as("municipal_officer"), client_as("agency_officer")
    present = {f"presence-seat_{seat.pk}": "titular" for seat in Seat.objects.all()}
    keeper.post(url("presence", session.pk), present)
    for words in ("Dar talleres", "Pagar todo"):
        keeper.post(
            url("decide", session.pk),
            {
                "decision-text": words,
                "decision-how": "vote",
                "decision-votes_for": "3",
                "decision-organisation": "unfpa",
                "decision-due": (programme.today() + timedelta(days=9)).isoformat(),
            },
        )
    first, second = Decision.objects.order_by("number")
    assert "Waits until UNFPA promises it." in text(keeper.get(url("session", session.pk)))
    assert "Promise it" not in text(keeper.get(url("session", session.pk)))
    assert keeper.post(url("promise", first.pk)).status_code == 403
    assert "Promise it" in text(officer.get(url("session", session.pk)))
    officer.post(url("promise", first.pk))
    assert officer.post(url("decline", second.pk), {"reason": ""}).status_code == 422
    officer.post(url("decline", second.pk), {"reason": "No hay fondos."})
    page = text(keeper.get(url("session", session.pk)))
    assert "Declined: No hay fondos." in " ".join(page.split())
    assert Commitment.objects.get().what == "Dar talleres"


def test_a_session_to_come_is_moved_or_called_off():
    session = call(make(), days=9)
    client = client_as("municipal_officer")
    page = text(client.get(url("session", session.pk)))
    assert "Save who is there" not in page
    moved = {"day": (session.day + timedelta(days=1)).isoformat(), "place": "B", "agenda": "A"}
    assert client.post(url("change_session", session.pk), moved).status_code == 302
    assert client.post(url("call_off", session.pk), {}).status_code == 422
    client.post(url("call_off", session.pk), {"off-reason": "Elecciones"})
    session.refresh_from_db()
    assert (session.state, session.reason, session.place) == ("not_held", "Elecciones", "B")


def test_a_committee_is_read_in_its_district_and_kept_by_its_organisation():
    here = make()
    there = make("other_municipal_officer", "muni-el-porvenir", EL_PORVENIR)
    session = call(there)
    officer = client_as("municipal_officer")
    listed = text(officer.get(url("list")))
    assert url("committee", here.code) in listed
    assert url("committee", there.code) not in listed
    for address in (
        url("committee", there.code),
        url("session", session.pk),
        url("change", there.code),
        url("new_seat", there.code),
        url("new_session", there.code),
        url("seat", there.seats.first().pk),
        url("change_session", session.pk),
    ):
        assert officer.get(address).status_code == 403, address
    for view in ("presence", "decide", "close_session", "call_off"):
        assert officer.post(url(view, session.pk)).status_code == 403, view
    reader = client_as("agency_officer")
    assert reader.get(url("committee", here.code)).status_code == 200
    assert "Call a session" not in text(reader.get(url("committee", here.code)))
    assert reader.get(url("change", here.code)).status_code == 403
    assert client_as("system_staff").get(url("list")).status_code == 403


def test_the_person_who_sits_in_a_seat_is_chosen_among_those_who_may_see_it():
    committee = make()
    officer, stranger = actor("agency_officer"), actor("other_agency_officer")
    client = client_as("municipal_officer")
    form: Any = client.get(url("new_seat", committee.code)).context["form"]
    offered = {pk for pk, _name in form.fields["titular"].choices}
    assert officer.id.removeprefix("user:") in offered
    assert stranger.id.removeprefix("user:") not in offered
