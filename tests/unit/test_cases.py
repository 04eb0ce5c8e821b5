"""Cases: who sees one, what two people decide, what is sealed, what waits, what passes on.

Every part moves the same case between its team and its supervisor; so it stays whole.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from accompanied import account, make_case, make_screening, says, somebody
from cast import EL_PORVENIR, actor, make_programme, person
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation
from offered import make_catalogue

from convive.access import duties
from convive.access.permissions import Role
from convive.domain.cases import actions, actions_handover, actions_review, queries, rules
from convive.domain.cases.duties import Cases
from convive.domain.cases.models import Case, Closure, Goal, Note, Review, Screening, Step
from convive.domain.cases.vocabulary import Aim, Plan, Reason, State
from convive.domain.people import actions as people
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.figures import Question, figure
from convive.kernel.figures import Status as Told
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        make_screening()
        yield


def worker():
    return actor("case_worker")


def supervisor():
    return actor("agency_officer")


def stranger():
    """Another officer of the same organisation, with every right on cases there."""
    user = account("other", Role.AGENCY_OFFICER, "unfpa")
    return programme.actor_of(user)


def planned(found: Case, days: int = 10) -> Step:
    goal = actions.set_goal(by=worker(), case=found.code, words="PLANTED goal")
    return actions.add_step(
        by=worker(), case=found.code, goal=goal.code, words="PLANTED step", who="team",
        due=programme.today() + timedelta(days=days), service="legal-aid",
    )  # fmt: skip


def closing(found: Case, reason: str = Reason.MET) -> Case:
    actions_review.propose_closure(by=worker(), case=found.code, reason=reason)
    return actions_review.decide_closure(by=supervisor(), case=found.code, verdict="agrees")


# Who sees it


def test_a_case_is_seen_by_its_team_and_its_supervisor_and_by_nobody_else():
    found = make_case()
    assert queries.sees(worker(), found) and queries.sees(supervisor(), found)
    for who in (stranger(), *map(actor, ("coordinator", "auditor", "municipal_officer"))):
        assert not queries.sees(who, found)
        assert not queries.cases_visible_to(who).exists()
    assert list(queries.cases_visible_to(worker())) == [found]
    assert list(queries.cases_visible_to(supervisor())) == [found]


def test_an_officer_of_the_organisation_does_nothing_to_a_case_of_others():
    found = make_case()
    for act, more in (
        (actions.say_needs, {"needs": ()}),
        (actions.write_note, {"words": "x"}),
        (actions.set_goal, {"words": "x"}),
        (actions_review.ask_review, {}),
        (actions_review.review, {"verdict": "agrees"}),
        (actions_review.propose_closure, {"reason": "met"}),
        (actions_review.decide_closure, {"verdict": "agrees"}),
        (actions_review.reopen, {"words": "x"}),
    ):
        with pytest.raises(NotAllowed):
            act(by=stranger(), case=found.code, **more)


def test_whoever_loses_the_role_loses_the_case_though_they_are_of_the_team():
    found = make_case()
    membership = person("case_worker").memberships.get()
    membership.valid_to = programme.today() - timedelta(days=1)
    membership.save()
    assert not queries.sees(worker(), found)
    assert not queries.cases_visible_to(worker()).exists()


def test_a_person_outside_the_worker_s_district_is_out_of_reach():
    far = somebody(district=EL_PORVENIR)
    with pytest.raises(NotAllowed):
        make_case(far)


def test_the_supervisor_is_never_of_the_team():
    with pytest.raises(BadInput, match="on which they work"):
        make_case(worker=person("agency_officer").pk)
    officer = account("second", Role.AGENCY_OFFICER, "unfpa")
    found = make_case()
    with pytest.raises(BadInput, match="on which they work"):
        actions.set_team(
            by=supervisor(), case=found.code, worker=person("case_worker").pk,
            team=[officer.pk], supervisor=officer.pk,
        )  # fmt: skip


def test_a_case_worker_does_not_supervise():
    other = account("worker2", Role.CASE_WORKER, "unfpa")
    with pytest.raises(BadInput, match="may not have this part"):
        make_case(supervisor=other.pk)


def test_the_team_does_not_choose_who_judges_it():
    found, officer = make_case(), account("second", Role.AGENCY_OFFICER, "unfpa")
    given = {"worker": person("case_worker").pk, "team": [], "supervisor": officer.pk}
    with pytest.raises(BadInput, match="passes a case on themselves"):
        actions.set_team(by=worker(), case=found.code, **given)
    actions.set_team(by=supervisor(), case=found.code, **given)
    assert not queries.sees(supervisor(), Case.objects.get())


# Consent


def test_nobody_is_accompanied_who_does_not_agree_to_be_attended():
    with pytest.raises(BadInput, match="does not agree"):
        make_case(somebody(purposes=()))


def test_consent_withdrawn_stops_everything_but_the_closing():
    found = make_case()
    says(found.person, "services", False)
    assert not queries.agrees(found)
    with pytest.raises(BadInput, match="does not agree"):
        actions.write_note(by=worker(), case=found.code, words="x")
    assert closing(found, Reason.DECLINED).state == State.CLOSED
    with pytest.raises(BadInput, match="does not agree"):
        actions_review.reopen(by=worker(), case=found.code, words="x")


# Plan and review


def test_a_plan_is_asked_reviewed_changed_and_agreed():
    found = make_case()
    with pytest.raises(BadInput, match="no goal"):
        actions_review.ask_review(by=worker(), case=found.code)
    planned(found)
    assert actions_review.ask_review(by=worker(), case=found.code).plan == Plan.ASKED
    with pytest.raises(BadInput, match="Nothing is written"):
        actions_review.review(by=supervisor(), case=found.code, verdict="changes")
    actions_review.review(by=supervisor(), case=found.code, verdict="changes", words="Name a day")
    assert Case.objects.get().plan == Plan.CHANGES
    actions_review.review(by=supervisor(), case=found.code, verdict="agrees")
    found = Case.objects.get()
    assert found.plan == Plan.AGREED
    assert found.review_by == programme.today() + timedelta(days=rules.NEXT_REVIEW)
    actions.set_goal(by=worker(), case=found.code, words="One more")
    assert Case.objects.get().plan == Plan.DRAFT, "what was agreed to is another plan now"


def test_a_worker_does_not_review_their_own_plan():
    found = make_case()
    planned(found)
    with pytest.raises(NotAllowed):
        actions_review.review(by=worker(), case=found.code, verdict="agrees")


def test_a_step_is_done_and_a_goal_reached():
    found = make_case()
    step = planned(found)
    assert actions.do_step(by=worker(), case=found.code, step=step.code).done_on
    with pytest.raises(BadInput, match="not open"):
        actions.do_step(by=worker(), case=found.code, step=step.code)
    goal = actions.end_goal(by=worker(), case=found.code, goal=step.goal.code, met=True)
    assert goal.state == Aim.MET
    with pytest.raises(BadInput, match="not open"):
        actions.end_goal(by=worker(), case=found.code, goal=goal.code, met=False)


def test_a_goal_of_another_case_is_not_reached_through_one_s_own():
    mine, other = make_case(), make_case(somebody(1))
    step = planned(other)
    with pytest.raises(BadInput):
        actions.do_step(by=worker(), case=mine.code, step=step.code)
    with pytest.raises(BadInput):
        actions.end_goal(by=worker(), case=mine.code, goal=step.goal.code, met=True)


# Closing takes two


def test_a_case_is_closed_by_two_people_and_opened_again():
    found = make_case()
    actions_review.propose_closure(by=worker(), case=found.code, reason="moved")
    with pytest.raises(BadInput, match="proposed already"):
        actions_review.propose_closure(by=worker(), case=found.code, reason="lost")
    actions_review.decide_closure(
        by=supervisor(), case=found.code, verdict="changes", answer="Call once more"
    )
    assert Case.objects.get().is_open
    closing(found)
    stay = found.stays.get()
    assert (stay.ended_on, stay.reason) == (programme.today(), Reason.MET)
    actions_review.reopen(by=worker(), case=found.code, words="Came back")
    assert found.stays.count() == 2 and Case.objects.get().is_open


def test_whoever_proposes_never_decides_not_even_after_becoming_the_supervisor():
    officer = account("second", Role.AGENCY_OFFICER, "unfpa")
    found = make_case(worker=person("case_worker").pk, supervisor=person("agency_officer").pk)
    actions.set_team(
        by=supervisor(), case=found.code, worker=person("case_worker").pk, team=[officer.pk],
        supervisor=person("agency_officer").pk,
    )  # fmt: skip
    proposer = programme.actor_of(officer)
    actions_review.propose_closure(by=proposer, case=found.code, reason="met")
    actions.set_team(
        by=supervisor(), case=found.code, worker=person("case_worker").pk, team=[],
        supervisor=officer.pk,
    )  # fmt: skip
    with pytest.raises(BadInput, match="yourself"):
        actions_review.decide_closure(by=proposer, case=found.code, verdict="agrees")
    with pytest.raises(IntegrityError), transaction.atomic():
        Closure.objects.update(verdict="agrees", decided_by=proposer.id, decided_at=timezone.now())


def test_what_is_closed_is_not_written_to():
    found = closing(make_case())
    with pytest.raises(BadInput, match="closed"):
        actions.write_note(by=worker(), case=found.code, words="x")


# What is kept


def test_nothing_of_what_somebody_lives_is_in_the_database_or_the_journal():
    found = make_case()
    planned(found)
    actions.write_note(by=worker(), case=found.code, words="PLANTED note")
    actions_review.review(
        by=supervisor(), case=found.code, verdict="changes", words="PLANTED review"
    )
    actions_review.propose_closure(
        by=worker(), case=found.code, reason="other", words="PLANTED closure"
    )
    with connection.cursor() as cursor:
        for model in (Case, Goal, Step, Note, Review, Closure, Screening):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            kept = [bytes(v) if isinstance(v, memoryview) else v for r in cursor for v in r]
            text = b" ".join(v if isinstance(v, bytes) else str(v).encode() for v in kept)
            for planted in (b"PLANTED", b"school", b"mind", b"legal-aid"):
                assert planted not in text, model
    told = " ".join(f"{row.did} {row.subject} {row.data}" for row in JournalEntry.objects.all())
    for planted in ("PLANTED", "school", "legal", "Yomira"):
        assert planted not in told


def test_forgetting_somebody_forgets_the_case_and_keeps_that_they_came():
    found = make_case()
    planned(found)
    actions.write_note(by=worker(), case=found.code, words="A note")
    people.erase(by=supervisor(), person=found.person.code, reason="asked")
    left = Case.objects.get()
    assert (left.reason, left.needs, left.state) == ("", "", State.CLOSED)
    assert left.stays.get().ended_on == programme.today()
    assert not any(model.objects.exists() for model in (Goal, Step, Note, Review, Closure))
    assert not queries.agrees(left)


# What waits


def waiting(who) -> set[str]:
    return {duty.id.split("-")[0] for duty in Cases().waiting(who, programme.today())}


def test_what_waits_is_told_to_whoever_does_it_without_a_name():
    found = make_case()
    assert waiting(worker()) == set() == waiting(supervisor())
    planned(found, days=2)
    actions_review.ask_review(by=worker(), case=found.code)
    assert waiting(worker()) == {"step"} and waiting(supervisor()) == {"review"}
    actions_review.review(by=supervisor(), case=found.code, verdict="changes", words="More")
    assert waiting(worker()) == {"step", "changes"} and waiting(supervisor()) == set()
    actions_review.propose_closure(by=worker(), case=found.code, reason="met")
    assert waiting(supervisor()) == {"closing"}
    assert waiting(stranger()) == set()
    for duty in Cases().waiting(worker(), programme.today()):
        assert "Yomira" not in f"{duty.title} {duty.detail}" and "PLANTED" not in duty.title


def test_a_review_that_comes_near_waits_for_the_supervisor():
    found = make_case()
    near = found.review_by - timedelta(days=rules.NEAR)
    assert [duty.due for duty in Cases().waiting(supervisor(), near)] == [found.review_by]
    assert not list(Cases().waiting(supervisor(), near - timedelta(days=1)))


# Passing on


def test_a_case_passes_on_with_the_caseload():
    found, other = make_case(), account("worker2", Role.CASE_WORKER, "unfpa")
    row = found.person
    row.worker = person("case_worker")
    row.save()
    people.hand_over(by=supervisor(), people=[row.code], worker=other.pk)
    found = Case.objects.get()
    assert found.worker == other and list(found.team.all()) == [other]
    assert not queries.sees(worker(), found) and queries.sees(programme.actor_of(other), found)


def test_a_caseload_does_not_pass_to_whoever_supervises_it():
    found = make_case()
    row = found.person
    row.worker = person("case_worker")
    row.save()
    with pytest.raises(BadInput, match="cannot take over"):
        people.hand_over(by=supervisor(), people=[row.code], worker=person("agency_officer").pk)
    row.refresh_from_db()
    assert row.worker == person("case_worker"), "all passes on, or nothing"


def test_every_part_of_a_leaver_passes_on():
    found, other = make_case(), account("second", Role.AGENCY_OFFICER, "unfpa")
    assert [each.id for each in Cases().held_by(person("agency_officer").pk)] == [found.code]
    staff = actor("system_staff")
    leaver = person("agency_officer").pk
    count = Cases().hand_over(by=staff, leaver=leaver, successor=other.pk)
    assert count == 1 and Case.objects.get().supervisor == other
    assert "cases" in {part.name for part in duties.parts()}
    with pytest.raises(NotAllowed):
        actions_handover.pass_on(by=supervisor(), leaver=other.pk, successor=leaver)


# Counted


def test_people_are_counted_by_period_and_small_counts_are_hidden():
    for number in range(12):
        make_case(somebody(number))
    make_case(somebody(99, purposes=("services",)))  # does not agree to be counted
    today = programme.today()
    period = Period.parse(f"{today:%Y-%m}")
    told = figure("cases.people", Question(period))
    assert (told.value, told.status) == (12, Told.OK)
    assert figure("cases.people", Question(Period.parse("2015"))).value == 0
    one = Question(period, where={"tier": "tertiary"})
    assert figure("cases.people", one).value == 0
    with pytest.raises(BadInput, match="no such tier"):
        figure("cases.people", Question(period, where={"tier": "worst"}))


def test_a_day_so_many_months_later_exists():
    assert rules.months_later(date(2024, 8, 31), 6) == date(2025, 2, 28)
    assert rules.months_later(date(2024, 1, 15), 12) == date(2025, 1, 15)
    assert rules.months_later(date(2023, 12, 31), 2) == date(2024, 2, 29)
