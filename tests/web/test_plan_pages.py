"""The plan with its progress, the commitments, and the pages about the programme itself."""

from __future__ import annotations

from datetime import date

import pytest
from cast import (
    EL_PORVENIR,
    LA_ESPERANZA,
    actor,
    client_as,
    make_commitment,
    make_plan,
    make_programme,
    make_version,
    person,
)
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from convive.domain.plans import actions_values
from convive.domain.plans.models import Indicator, IndicatorVersion, Target
from convive.domain.programme import queries as programme
from convive.domain.programme.guard import DenyByDefault
from convive.kernel.errors import Refused
from convive.kernel.figures import Figure, Status, measure
from convive.kernel.home import Home
from convive.kernel.periods import Period
from convive.results.progress import indicator_progress

pytestmark = pytest.mark.django_db
ASKED = []


@measure("test.half", filters=("sex",))
def half(question):
    """Half of something, with its interval; nothing for people of one sex."""
    ASKED.append(question)
    if question.where.get("sex") == "female":
        raise Refused.at("source", "It does not record sex.", "Ask for everybody.")
    return Figure(30, "", method="counted", source="police", lower=25, upper=36, n=30)


@pytest.fixture(autouse=True)
def people():
    make_programme()


def accept(numerator, period="2015Q1", place=LA_ESPERANZA, **more):
    value = actions_values.record_value(
        by=programme.SYSTEM,
        indicator="people-reached",
        place=place,
        period=Period.parse(period),
        organisation="unfpa",
        numerator=numerator,
        source="registro de la agencia",
        **more,
    )
    actions_values.submit_value(by=programme.SYSTEM, value=value.pk)
    return actions_values.accept_value(by=actor("coordinator"), value=value.pk)


def progress(**words):
    with override("en"):
        return indicator_progress(Indicator.objects.get(), **words)


def test_accepted_values_add_up_to_progress_towards_the_target():
    make_plan()
    accept(1900)
    accept(1900, "2015Q2", EL_PORVENIR)
    found = progress()
    assert (found.achieved.value, found.achieved.n) == (3800, 2)
    assert (found.share.value, found.bar) == (50, 50)
    assert found.share.words == "50% of the rise that was agreed."
    assert found.achieved.source == "registro de la agencia"
    assert found.achieved.as_of == date(2015, 6, 30)


def test_what_was_not_accepted_is_not_achieved():
    make_plan()
    actions_values.record_value(
        by=programme.SYSTEM,
        indicator="people-reached",
        place=LA_ESPERANZA,
        period=Period.parse("2015Q1"),
        organisation="unfpa",
        numerator=5000,
        source="registro",
    )
    found = progress()
    assert found.achieved.status is Status.MISSING and found.achieved.value is None
    assert found.share.value is None and found.bar is None


def test_progress_as_of_a_day_knows_nothing_later():
    make_plan()
    accept(1900)
    accept(1900, "2015Q2")
    assert progress(as_of=date(2015, 4, 30)).achieved.value == 1900
    assert progress(as_of=date(2014, 1, 1)).achieved.status is Status.MISSING


def test_progress_of_a_place_is_that_of_the_place():
    make_plan()
    accept(100)
    accept(900, place=EL_PORVENIR)
    found = progress(place=programme.place(LA_ESPERANZA))
    assert found.achieved.value == 100
    assert found.target is None and found.share.words == "No target was set for this place."


def test_a_measured_indicator_carries_its_interval_to_the_target_and_back():
    make_plan(baseline=40, target=20, measure="test.half", ascending=False)
    ASKED.clear()
    found = progress(as_of=date(2016, 1, 15))
    # Whole months of the plan alone: it begins on the 22nd of May
    assert ASKED[0].period == Period.between("2014-06", "2015-12") and ASKED[0].place is None
    assert (found.achieved.lower, found.achieved.value, found.achieved.upper) == (25, 30, 36)
    assert (found.share.lower, found.share.value, found.share.upper) == (20, 50, 75)
    assert found.share.words == "50% of the fall that was agreed."


def test_a_falling_indicator_that_rose_is_said_so():
    make_plan(baseline=20, target=10, measure="test.half", ascending=False)
    found = progress()
    assert found.share.value == -100 and found.bar == 0
    assert found.share.words == "It rose, and should fall."


def test_progress_is_undefined_where_the_target_is_the_baseline():
    make_plan(baseline=30, target=30, measure="test.half")
    assert progress().share.status is Status.UNDEFINED


def test_without_a_baseline_progress_is_not_guessed():
    make_plan(baseline=None, measure="test.half")
    found = progress()
    assert found.achieved.value == 30 and found.share.status is Status.MISSING


@pytest.mark.parametrize(
    "version",
    [{"measure": "test.half", "filters": {"sex": "female"}}, {"measure": "later.measure"}],
)
def test_what_a_measure_cannot_answer_is_missing_with_its_reason(version):
    make_plan(**version)
    found = progress()
    assert found.achieved.status is Status.MISSING and found.achieved.words


def test_values_under_an_old_definition_are_not_mixed_with_the_new():
    make_plan()
    accept(1900)
    make_version(Indicator.objects.get(), version=2, valid_from=date(2016, 1, 1))
    assert progress().achieved.status is Status.MISSING
    assert progress(as_of=date(2015, 12, 31)).achieved.value == 1900


def test_the_plan_page_shows_baseline_target_and_progress_in_both_languages():
    make_plan()
    accept(3800)
    client = client_as("coordinator")
    spanish = client.get("/plan/").content.decode()
    english = client.get("/en/plan/").content.decode()
    assert "Personas alcanzadas" in spanish and "People reached" in english
    assert "3\N{NARROW NO-BREAK SPACE}800" in spanish and "3,800" in english
    assert "7\N{NARROW NO-BREAK SPACE}600" in spanish and "7,600" in english
    for page in (spanish, english):
        assert '<progress aria-labelledby="progress-people-reached" max="100" value="50">' in page
        assert "style=" not in page


def test_an_indicator_without_data_says_so_on_the_page():
    make_plan()
    page = client_as("coordinator").get("/en/plan/").content.decode()
    assert "No data yet" in page and "<progress" not in page


def test_who_sees_no_figures_sees_the_objectives_alone():
    make_plan()
    page = client_as("case_worker").get("/plan/").content.decode()
    assert "Convivencia" in page and "Personas alcanzadas" not in page


def test_a_home_without_a_plan_shows_an_empty_page():
    assert client_as("coordinator").get(reverse("results:plan")).status_code == 200


def test_a_plan_of_a_district_is_for_those_who_work_there():
    plan = make_plan()
    plan.district = programme.place(LA_ESPERANZA)
    plan.save()
    url = reverse("results:plan_of", args=["joint"])
    assert client_as("municipal_officer").get(url).status_code == 200
    assert client_as("other_municipal_officer").get(url).status_code == 403
    assert client_as("coordinator").get(reverse("results:plan_of", args=["no"])).status_code == 404


def test_ten_indicators_more_do_not_cost_a_query_each_for_the_tree():
    plan = make_plan()
    client = client_as("case_worker")
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get("/plan/")
    objective = plan.objectives.get()
    for number in range(10):
        Indicator.objects.create(objective=objective, code=f"i{number}")
    with CaptureQueriesContext(connection) as many:
        client.get("/plan/")
    assert len(many) == len(few)


def test_commitments_are_listed_as_far_as_one_may_read_them():
    plan = make_plan()
    make_commitment(plan, organisation="muni-la-esperanza", what="Reparar postes")
    make_commitment(plan, organisation="unodc", what="Taller interno", district=EL_PORVENIR)
    make_commitment(plan, organisation="unodc", what="Feria pública", is_public=True)
    page = client_as("municipal_officer").get(reverse("plans:commitments")).content.decode()
    assert "Reparar postes" in page and "Feria pública" in page
    assert "Taller interno" not in page


def test_commitments_are_narrowed_by_organisation_district_and_state():
    plan = make_plan()
    make_commitment(plan, organisation="unfpa", what="Uno")
    make_commitment(plan, organisation="unodc", what="Dos", district=EL_PORVENIR)
    make_commitment(
        plan, organisation="unodc", what="Tres", state="not_done",
        closed_on=date(2016, 12, 1), reason="El terreno está en litigio",
    )  # fmt: skip
    client = client_as("coordinator")

    def listed(**query):
        page = client.get(reverse("plans:commitments"), query).content.decode()
        return {what for what in ("Uno", "Dos", "Tres") if f">{what}</a></h" in page}

    assert listed() == {"Uno", "Dos", "Tres"}
    assert listed(organisation="unodc") == {"Dos", "Tres"}
    assert listed(district=LA_ESPERANZA) == {"Uno", "Tres"}
    assert listed(state="not_done") == {"Tres"}
    assert listed(organisation="unodc", state="open") == {"Dos"}
    assert listed(organisation="nobody") == {"Uno", "Dos", "Tres"}  # an unknown choice is no filter
    page = client.get(reverse("plans:commitments"), {"state": "not_done"}).content.decode()
    assert "El terreno está en litigio" in page


def test_a_person_reads_their_roles_in_plain_words():
    page = client_as("municipal_officer").get("/en/me/").content.decode()
    assert "Municipal officer" in page and "make commitments and close them" in page
    assert "La Esperanza" in page and "manage accounts and roles" not in page


def test_all_roles_and_all_organisations_have_a_page():
    client = client_as("funder")
    roles = client.get("/en/roles/").content.decode()
    assert all(word in roles for word in ("Coordinator", "System staff", "read the journal"))
    bodies = client.get("/en/organisations/").content.decode()
    assert "The part of UNODC" in bodies and "leads the programme" in bodies


def test_members_are_listed_for_those_who_manage_them():
    client = client_as("system_staff")
    actor("municipal_officer")
    page = client.get("/en/members/").content.decode()
    assert "municipal_officer@example.org" in page and "La Esperanza" in page


@pytest.mark.django_db(transaction=True)
def test_the_auditor_reads_and_verifies_the_journal(tmp_path):
    with override_settings(HOME=Home(tmp_path)):
        make_plan()
        accept(10)
        client = client_as("auditor")
        page = client.get("/en/journal/").content.decode()
        assert "value.accepted" in page and "Verify the journal" in page
        assert "is whole: 3 entries" in client.get("/en/journal/?verify=1").content.decode()
        (tmp_path / "journal.head").unlink()
        assert "is not whole" in client.get("/en/journal/?verify=1").content.decode()


def test_wrong_input_to_a_page_is_answered_with_what_to_do():
    request = RequestFactory().get("/")
    request.user = person("funder")
    refusal = Refused.at("130105", "A bare code is ambiguous.", "Write scheme and code.")
    answer = DenyByDefault(lambda _: HttpResponse()).process_exception(request, refusal)
    assert answer is not None and answer.status_code == 400
    assert "Write scheme and code." in answer.content.decode()


def test_every_page_of_the_plan_has_one_heading_of_the_first_level():
    make_plan()
    assert Target.objects.count() == IndicatorVersion.objects.count() == 1
    client = client_as("coordinator")
    for name in ("results:plan", "plans:commitments", "programme:me", "programme:roles"):
        page = client.get(reverse(name)).content.decode()
        assert page.count("<h1") == 1 and "<title>" in page
