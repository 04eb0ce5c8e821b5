"""Pages of cases: from opening to closing by two people, and what nobody else learns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from accompanied import account, make_case, make_screening, says, somebody
from cast import actor, client_as, make_programme, person
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from offered import make_catalogue
from shown import addresses_of, text

from convive.access.permissions import Role
from convive.domain.cases import actions, actions_review, actions_screening
from convive.domain.cases.actions_screening import Said
from convive.domain.cases.models import Case, Goal, Screening
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme

pytestmark = pytest.mark.django_db

url = addresses_of("cases")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()
    make_screening()


def sends(client: Client, address: str, data: dict[str, object]) -> str:
    """A form that is accepted, and the page to which it leads."""
    answer = client.post(address, data)
    assert answer.status_code == 302, text(answer)
    return text(client.get(answer.url))


def opened(found: Person | None = None) -> Case:
    found = found or somebody()
    data = {
        "reason": "Wants to go back to school",
        "needs": ["school", "work"],
        "supervisor": person("agency_officer").pk,
    }
    sends(client_as("case_worker"), url("of_person", code=found.code), data)
    return Case.objects.latest("pk")


def test_a_case_from_opening_to_closing_by_two_people():
    person("agency_officer")
    found = opened()
    worker, supervisor = client_as("case_worker"), client_as("agency_officer")
    page = sends(worker, url("goal", code=found.code), {"words": "Finish the fifth year"})
    assert "Wants to go back to school" in page and "Finish the fifth year" in page
    due = (programme.today() + timedelta(days=9)).isoformat()
    step = {"words": "Call the UGEL", "who": "team", "due": due, "service": "mentoring"}
    goal = Goal.objects.get()
    page = sends(worker, url("step", code=found.code, goal=goal.code), step)
    assert "Call the UGEL" in page and "Mentoring" in page
    assert f"/referrals/new/{found.person.code}/?service=mentoring" in page
    sends(worker, url("ask", code=found.code), {})
    review = {"verdict": "changes", "words": "Who goes with them?"}
    assert "Who goes with them?" in sends(supervisor, url("review", code=found.code), review)
    sends(worker, url("note", code=found.code), {"words": "The aunt goes with them"})
    sends(supervisor, url("review", code=found.code), {"verdict": "agrees"})
    done = url("step_done", code=found.code, step=goal.steps.get().code)
    assert "done on" in sends(worker, done, {})
    end = url("end_goal", code=found.code, goal=goal.code)
    assert "reached" in sends(worker, end, {"met": "yes"})
    sends(worker, url("close", code=found.code), {"reason": "met"})
    page = sends(supervisor, url("decide", code=found.code), {"verdict": "agrees"})
    assert "The goals are reached" in page and "The aunt goes with them" in page
    sends(worker, url("reopen", code=found.code), {"words": "Left school again"})
    assert Case.objects.get().is_open


def test_what_is_missing_is_said_beside_its_field():
    found, worker = make_case(), client_as("case_worker")
    for view, data in (
        ("goal", {"words": ""}),
        ("close", {"reason": "other", "words": ""}),
        ("screen", {"why": "x"}),
    ):
        answer = worker.post(url(view, code=found.code), data)
        assert answer.status_code == 422 and "error" in text(answer), view


def test_the_needs_are_changed():
    found = opened()
    page = sends(client_as("case_worker"), url("needs", code=found.code), {"needs": ["housing"]})
    assert "somewhere to live" in page and "school and studies" not in page


def test_a_screening_asks_each_factor_and_shows_no_score():
    found, worker = make_case(), client_as("case_worker")
    form = text(worker.get(url("screen", code=found.code)))
    assert form.index("Has an adult to count on") < form.index("Takes alcohol or drugs")
    sent = {
        "on": programme.today().isoformat(),
        "tier": "secondary",
        "why": "We agreed on it",
        "a-good-friends": "yes",
        "v-good-friends": "My cousins",
        "a-someone-to-count-on": "no",
        "a-peers-in-crime": "unknown",
        "a-substances": "yes",
    }
    page = sends(worker, url("screen", code=found.code), sent)
    assert "My cousins" in page and "We agreed on it" in page and "Secondary" in page
    assert Screening.objects.count() == 1
    assert not re.search(r"score|points|total|%", re.sub(r"<[^>]*>", " ", page.split("<h2>")[1]))


def test_another_officer_learns_nothing_not_even_that_there_is_a_case():
    found = make_case()
    client_as("agency_officer")
    other = account("other", Role.AGENCY_OFFICER, "unfpa")
    client = client_as("agency_officer")  # as for everybody: with a second factor
    Case.objects.update(supervisor=other)
    for view in ("case", "team", "screening", "review", "note"):
        there = client.get(url(view, code=found.code))
        nowhere = client.get(url(view, code="bcdfghjkmnpq"))
        assert there.status_code == nowhere.status_code == 403
        assert len(there.content) == len(nowhere.content)
    assert "Yomira" not in text(client.get(url("list") + "?all=1"))
    of_person = text(client.get(url("of_person", code=found.person.code)))
    assert found.code not in of_person and "Open a case" in of_person


def test_where_the_person_no_longer_agrees_nothing_of_them_is_shown():
    found = make_case()
    actions.write_note(by=actor("case_worker"), case=found.code, words="A note on them")
    says(found.person, "services", False)
    for key in ("case_worker", "agency_officer"):
        client = client_as(key)
        page = text(client.get(url("case", code=found.code)))
        assert "does not agree to be attended now" in page
        assert not re.search("PLANTED|A note on them|Yomira|school and studies", page)
        assert "Yomira" not in text(client.get(url("list")))
    worker = client_as("case_worker")
    for view in ("needs", "note", "screen"):
        assert worker.get(url(view, code=found.code)).status_code == 302
    assert worker.get(url("screening", code=found.code)).status_code in (403, 404)
    sends(worker, url("close", code=found.code), {"reason": "declined"})


def test_a_screening_stands_on_no_sheet_export_or_referral_of_the_person():
    found = make_case()
    said = {"substances": Said("yes", "PLANTED view")}
    actions_screening.screen(
        by=actor("case_worker"), case=found.code, on=programme.today(), said=said,
        tier="tertiary", why="PLANTED why",
    )  # fmt: skip
    worker, code = client_as("case_worker"), found.person.code
    with override("en"):
        pages = [
            reverse("people:person", kwargs={"code": code}),
            reverse("people:sheet", kwargs={"code": code}),
            reverse("referrals:new", kwargs={"code": code}),
            reverse("people:list"),
            reverse("workspace:home"),
        ]
        export = reverse("people:export")
    answers = [text(worker.get(page)) for page in pages]
    file = worker.post(export, {"organisation": "unfpa", "kind": "csv"})
    assert file.status_code == 200
    answers.append(b"".join(file).decode("utf-8-sig") if file.streaming else text(file))
    for each in answers:
        assert not re.search("PLANTED|[Tt]ertiary|Takes alcohol|Screening", each)
    assert "Yomira" in answers[-1], "the export is of the people"


def test_the_pages_of_a_case_ask_few_questions_of_the_database(django_assert_max_num_queries):
    worker = client_as("case_worker")
    for number in range(30):
        found = make_case(somebody(number))
        for words in ("One", "Two", "Three"):
            goal = actions.set_goal(by=actor("case_worker"), case=found.code, words=words)
            actions.add_step(
                by=actor("case_worker"), case=found.code, goal=goal.code, words="x",
                who="person", due=programme.today(),
            )  # fmt: skip
    actions_review.ask_review(by=actor("case_worker"), case=found.code)
    with django_assert_max_num_queries(30):
        worker.get(url("case", code=found.code))
    with django_assert_max_num_queries(25):
        worker.get(url("list"))
