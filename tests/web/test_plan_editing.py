"""Pages on which the plan is changed, values are recorded and accepted, commitments kept."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from cast import (
    LA_ESPERANZA,
    actor,
    client_as,
    make_commitment,
    make_plan,
    make_programme,
    person,
)
from django.conf import settings
from shown import addresses_of, text

from convive.domain.plans import actions_values
from convive.domain.plans.models import (
    Commitment,
    IndicatorVersion,
    Objective,
    PeriodLock,
    Plan,
    Revision,
    Target,
    Value,
)
from convive.domain.programme import queries as programme
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

url = addresses_of("plans")


@pytest.fixture(autouse=True)
def plan() -> Plan:
    make_programme()
    return make_plan()


def filled(client: Any, address: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send from the form at this address, with these changes."""
    form = client.get(address).context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if isinstance(value, bool):
            if value:
                sent[bound.html_name] = "on"
        elif value is not None:
            sent[bound.html_name] = value
    return {**sent, "reason": "Lo acordó el comité.", **changes}


def test_one_change_is_saved_at_once_and_its_reason_is_read_on_the_plan():
    client = client_as("coordinator")
    sent = filled(client, url("edit_plan", "joint"), name_es="Plan de convivencia")
    answer = client.post(url("edit_plan", "joint"), sent)
    assert answer.status_code == 302
    assert Plan.objects.get().name_es == "Plan de convivencia"
    read = text(client_as("funder").get(url("revisions", "joint")))
    assert "Lo acordó el comité." in read and "Plan de convivencia" in read


def test_several_changes_are_shown_before_they_are_saved():
    client = client_as("coordinator")
    address = url("edit_plan", "joint")
    sent = filled(client, address, name_es="Plan nuevo", end="2018-05-21")
    shown = client.post(address, sent)
    assert shown.status_code == 200
    assert "What would change" in text(shown)
    assert "21 May 2017" in text(shown) and "21 May 2018" in text(shown)
    assert Plan.objects.get().name_es == "Plan" and not Revision.objects.exists()
    back = client.post(address, {**dict(shown.context["sent"]), "again": "1"})
    assert back.context["form"]["name_es"].value() == "Plan nuevo"
    assert not Revision.objects.exists()
    saved = client.post(address, {**dict(shown.context["sent"]), "sure": "1"})
    assert saved.status_code == 302
    assert Plan.objects.get().end == date(2018, 5, 21)


def test_what_cannot_be_saved_is_told_beside_its_field_and_not_shown_as_a_change():
    client = client_as("coordinator")
    address = url("edit_plan", "joint")
    sent = filled(client, address, name_es="Otro", end="2010-01-01")
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "The plan ends before it starts." in answer.context["form"].errors["end"][0]
    assert Plan.objects.get().name_es == "Plan"


def test_a_text_in_one_language_alone_is_told():
    client = client_as("coordinator")
    sent = filled(client, url("edit_plan", "joint"), note_es="Supuesto")
    answer = client.post(url("edit_plan", "joint"), sent)
    assert answer.context["form"].errors["note_en"] == ["Every text stands in both languages."]


def test_an_objective_is_changed_and_the_public_page_reads_it(
    django_capture_on_commit_callbacks: Any,
):
    client = client_as("coordinator")
    address = url("edit_objective", "joint", "1")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address, filled(client, address, name_es="Convivencia en paz"))
    assert answer.status_code == 302
    assert Objective.objects.get().name_es == "Convivencia en paz"
    front = json.loads((settings.HOME.public / "programme.json").read_text())
    assert front["objectives"][0]["name_es"] == "Convivencia en paz"


def test_another_breakdown_asks_for_its_day_and_becomes_a_new_version():
    client = client_as("coordinator")
    address = url("edit_indicator", "people-reached")
    sent = filled(client, address, categories=["sex"])
    refused = client.post(address, sent)
    assert refused.status_code == 422 and "valid_from" in refused.context["form"].errors
    client.post(address, {**sent, "valid_from": "2016-01-01"})
    assert [v.categories for v in IndicatorVersion.objects.order_by("version")] == [
        ["age_band", "sex"],
        ["sex"],
    ]


def test_an_unchanged_form_of_an_indicator_changes_nothing():
    client = client_as("coordinator")
    address = url("edit_indicator", "people-reached")
    answer = client.post(address, filled(client, address))
    assert answer.status_code == 422
    assert "Nothing was changed." in text(answer)


def test_a_target_is_added_changed_and_taken_away_on_pages():
    client = client_as("coordinator")
    address = url("new_target", "people-reached")
    sent = filled(client, address, place=LA_ESPERANZA, value="900", due="2016-12-31")
    shown = client.post(address, sent)
    assert "What would change" in text(shown)
    client.post(address, {**dict(shown.context["sent"]), "sure": "1"})
    made = Target.objects.get(value=900)
    change = url("edit_target", "people-reached", made.pk)
    assert client.post(change, filled(client, change, value="950")).status_code == 302
    made.refresh_from_db()
    assert made.value == 950
    drop = url("drop_target", "people-reached", made.pk)
    assert client.post(drop, {"reason": ""}).status_code == 422
    assert client.post(drop, {"reason": "Ya no."}).status_code == 302
    made.refresh_from_db()
    assert made.retired_on == programme.today()


@pytest.mark.parametrize(
    ("view", "args"),
    [
        ("edit_plan", ("joint",)),
        ("edit_objective", ("joint", "1")),
        ("edit_indicator", ("people-reached",)),
        ("new_target", ("people-reached",)),
    ],
)
def test_only_the_coordinator_changes_the_plan(view: str, args: tuple[str, ...]):
    for key in ("agency_officer", "municipal_officer", "analyst", "auditor", "funder"):
        assert client_as(key).get(url(view, *args)).status_code == 403
    assert client_as("coordinator").get(url(view, *args)).status_code == 200


def test_what_does_not_exist_is_not_found():
    client = client_as("coordinator")
    for address in (
        url("edit_plan", "none"),
        url("edit_objective", "joint", "9"),
        url("edit_indicator", "none"),
        url("edit_target", "people-reached", 9999),
        url("commitment", 9999),
        url("value", 9999),
        url("open_lock", 9999),
    ):
        assert client.get(address).status_code == 404, address


# Values


def sent_value(**changes: Any) -> dict[str, Any]:
    return {
        "indicator": "people-reached",
        "organisation": "unfpa",
        "place": LA_ESPERANZA,
        "period": "2015Q1",
        "combination": "total",
        "numerator": "40",
        "denominator": "",
        "source": "registro",
        **changes,
    }


def test_a_value_is_recorded_returned_mended_and_accepted_on_pages():
    officer, coordinator = client_as("agency_officer"), client_as("coordinator")
    officer.post(url("record_value"), sent_value(submit="1"))
    value = Value.objects.get()
    assert value.state == "submitted"
    page = url("value", value.pk)
    assert "Accept it" not in text(officer.get(page))
    assert "Accept it" in text(coordinator.get(page))
    assert coordinator.post(url("return_value", value.pk), {"feedback": ""}).status_code == 422
    coordinator.post(url("return_value", value.pk), {"feedback": "Son 41."})
    assert "Son 41." in text(officer.get(page))
    mend = officer.get(url("record_value"), {"mend": value.pk})
    assert mend.context["form"].initial["period"] == "2015Q1"
    officer.post(url("record_value"), sent_value(numerator="41"))
    assert officer.post(url("submit_value", value.pk)).status_code == 302
    assert coordinator.post(url("accept_value", value.pk)).status_code == 302
    value.refresh_from_db()
    assert (value.numerator, value.state) == (41, "accepted")


def test_a_value_of_another_organisation_is_neither_recorded_nor_read_before_it_counts():
    officer, other = client_as("agency_officer"), client_as("other_agency_officer")
    refused = other.post(url("record_value"), sent_value())
    assert refused.status_code == 422 and not Value.objects.exists()
    officer.post(url("record_value"), sent_value())
    value = Value.objects.get()
    assert other.get(url("value", value.pk)).status_code == 403
    assert url("value", value.pk) not in text(other.get(url("values")))
    assert url("value", value.pk) in text(officer.get(url("values")))


def test_what_a_value_lacks_is_told_on_its_form():
    officer = client_as("agency_officer")
    for changes, field in (
        ({"period": "2015Q9"}, "period"),
        ({"numerator": "x"}, "numerator"),
        ({"place": "PE-INEI:130102"}, "place"),
    ):
        answer = officer.post(url("record_value"), sent_value(**changes))
        assert field in answer.context["form"].errors, changes
    answer = officer.post(url("record_value"), sent_value(denominator="5"))
    assert "This indicator is a plain number." in text(answer)


def test_a_period_is_closed_and_opened_on_pages():
    coordinator = client_as("coordinator")
    client_as("agency_officer").post(url("record_value"), sent_value(submit="1"))
    value = Value.objects.get()
    sent = {"plan": "joint", "first": "2015Q1", "last": "2015Q2", "reason": "Informado."}
    waits = coordinator.post(url("locks"), sent)
    assert "Accept or return them first." in text(waits)
    actions_values.accept_value(by=actor("coordinator"), value=value.pk)
    assert coordinator.post(url("locks"), sent).status_code == 302
    lock = PeriodLock.objects.get()
    assert lock.period == Period(date(2015, 1, 1), date(2015, 6, 30))
    locked = client_as("agency_officer").post(url("record_value"), sent_value(period="2015-06"))
    assert "is locked since" in text(locked)
    coordinator.post(url("open_lock", lock.pk), {"reason": "Faltó uno."})
    lock.refresh_from_db()
    assert lock.opened_on == programme.today()
    assert client_as("agency_officer").get(url("locks")).status_code == 403


# Commitments


def test_a_commitment_is_made_taken_moved_and_closed_on_pages():
    client = client_as("municipal_officer")
    later = programme.today() + timedelta(days=30)
    made = client.post(
        url("new_commitment"),
        {
            "what": "Reparar 38 postes",
            "organisation": "muni-la-esperanza",
            "district": LA_ESPERANZA,
            "due": later.isoformat(),
            "plan": "joint",
            "objective": "1",
            "is_public": "on",
        },
    )
    commitment = Commitment.objects.get()
    assert made.status_code == 302 and commitment.is_public
    client.post(url("take", commitment.pk))
    commitment.refresh_from_db()
    assert commitment.holder == person("municipal_officer")
    unsaid = client.post(
        url("move", commitment.pk), {"move-due": later.isoformat(), "move-reason": "Lluvias."}
    )
    assert unsaid.status_code == 422 and "due on that day already" in text(unsaid)
    another = later + timedelta(days=9)
    client.post(
        url("move", commitment.pk), {"move-due": another.isoformat(), "move-reason": "Lluvias."}
    )
    assert "Lluvias." in text(client.get(url("commitment", commitment.pk)))
    no_reason = client.post(url("close", commitment.pk), {"close-state": "not_done"})
    assert no_reason.status_code == 422 and "owed the reason" in text(no_reason)
    client.post(
        url("close", commitment.pk), {"close-state": "not_done", "close-reason": "Está en litigio."}
    )
    closed = text(client.get(url("commitment", commitment.pk)))
    assert "Está en litigio." in closed and "Close the commitment" not in closed


def test_a_person_promises_for_their_own_organisation_alone():
    client = client_as("municipal_officer")
    choices = dict(client.get(url("new_commitment")).context["form"].fields["organisation"].choices)
    assert list(choices) == ["muni-la-esperanza"]
    assert client_as("analyst").get(url("new_commitment")).status_code == 403


def test_what_is_among_partners_is_read_in_its_own_scope(plan: Plan):
    made = make_commitment(plan, organisation="unfpa")
    assert client_as("other_agency_officer").get(url("commitment", made.pk)).status_code == 403
    assert client_as("agency_officer").get(url("commitment", made.pk)).status_code == 200
    public = make_commitment(plan, organisation="unfpa", is_public=True)
    other = client_as("other_agency_officer")
    assert other.get(url("commitment", public.pk)).status_code == 200
    assert other.post(url("take", public.pk)).status_code == 403
