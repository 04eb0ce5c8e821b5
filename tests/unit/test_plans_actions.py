"""Commitments and values: who may write them, what is refused, what the journal keeps."""

from __future__ import annotations

from datetime import date

import pytest
from cast import (
    EL_PORVENIR,
    LA_ESPERANZA,
    actor,
    make_commitment,
    make_plan,
    make_programme,
    make_version,
)

from convive.access.rules import Actor
from convive.domain.plans import actions, actions_values, queries
from convive.domain.plans.models import Commitment, Indicator, Value
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
Q1 = Period.parse("2015Q1")


@pytest.fixture(autouse=True)
def plan():
    make_programme()
    return make_plan()


def promise(by: str = "municipal_officer", **changes):
    facts = {
        "plan": "joint",
        "what": "Reparar 38 postes",
        "organisation": "muni-la-esperanza",
        "district": LA_ESPERANZA,
        "made_on": date(2016, 1, 1),
        "due": date(2016, 11, 30),
    }
    return actions.make_commitment(by=actor(by), **{**facts, **changes})


def record(by: str = "agency_officer", **changes):
    facts = {
        "indicator": "people-reached",
        "place": LA_ESPERANZA,
        "period": Q1,
        "organisation": "unfpa",
        "numerator": 40,
        "source": "registro",
    }
    return actions_values.record_value(by=actor(by), **{**facts, **changes})


def test_a_commitment_is_made_for_ones_own_and_journalled():
    made = promise(objective="1", is_public=True, raised_by=("concern", "17"))
    assert made.raised_by == ("concern", "17")
    entry = JournalEntry.objects.get(did="commitment.made")
    assert entry.subject == str(made.pk) and entry.who == actor("municipal_officer").id
    assert entry.data["organisation"] == "muni-la-esperanza"
    assert "postes" not in str(entry.data)


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        ("municipal_officer", {"organisation": "muni-el-porvenir"}),
        ("municipal_officer", {"district": EL_PORVENIR}),
        ("other_municipal_officer", {}),
        ("analyst", {}),
        ("auditor", {}),
        ("funder", {}),
        ("case_worker", {"organisation": "unfpa"}),
        ("system_staff", {}),
    ],
)
def test_nobody_promises_for_others(by, changes):
    with pytest.raises(NotAllowed):
        promise(by, **changes)
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"due": date(2015, 12, 31)},
        {"what": "  "},
        {"plan": "no-such"},
        {"objective": "9"},
        {"organisation": "no-such"},
        {"district": "130105"},
    ],
)
def test_a_commitment_that_makes_no_sense_is_refused_with_a_remedy(changes):
    with pytest.raises(BadInput) as refused:
        promise("coordinator", **changes)
    assert all(problem.remedy for problem in refused.value.problems)


def test_a_commitment_is_closed_once_with_its_reason():
    made = promise()
    close = {"by": actor("municipal_officer"), "commitment": made.pk, "on": date(2016, 12, 1)}
    with pytest.raises(BadInput):
        actions.close_commitment(**close, state="not_done")
    with pytest.raises(BadInput):
        actions.close_commitment(**close, state="open")
    closed = actions.close_commitment(
        **close, state="not_done", reason="El terreno está en litigio"
    )
    assert (closed.state, closed.closed_on) == ("not_done", date(2016, 12, 1))
    entry = JournalEntry.objects.get(did="commitment.closed")
    assert entry.data == {"state": "not_done", "on": "2016-12-01", "in_time": False}
    with pytest.raises(BadInput):
        actions.close_commitment(**close, state="done")


def test_others_do_not_close_it():
    made = promise()
    with pytest.raises(NotAllowed):
        actions.close_commitment(
            by=actor("other_municipal_officer"), commitment=made.pk, state="done"
        )


def test_who_reads_which_commitment(plan):
    rows = {
        "own": make_commitment(plan, organisation="unfpa"),
        "own elsewhere": make_commitment(plan, organisation="unfpa", district=EL_PORVENIR),
        "own, no district": make_commitment(plan, organisation="unfpa", district=None),
        "other": make_commitment(plan, organisation="unodc"),
        "public": make_commitment(plan, organisation="unodc", district=EL_PORVENIR, is_public=True),
    }
    seen = {
        "agency_officer": {"own", "own, no district", "public"},
        "case_worker": {"own", "own, no district", "public"},
        "analyst": {"own", "own, no district", "other", "public"},
        "coordinator": set(rows),
        "auditor": set(rows),
        "funder": set(rows),
        "municipal_officer": {"public"},
        "other_agency_officer": {"public"},
        "system_staff": set(),
    }
    for key, wanted in seen.items():
        visible = set(queries.commitments_visible_to(actor(key)))
        assert visible == {rows[name] for name in wanted}, key
    assert not queries.commitments_visible_to(Actor(id="anonymous", label="")).exists()
    assert queries.commitments_visible_to(programme.SYSTEM).count() == 5


def test_what_waits_for_me_is_what_i_may_close(plan):
    mine = make_commitment(plan, organisation="unfpa")
    make_commitment(plan, organisation="unodc", is_public=True)
    make_commitment(
        plan, organisation="unfpa", state="done", closed_on=date(2016, 2, 1), reason="Hecho"
    )
    assert list(queries.open_commitments_for(actor("agency_officer"))) == [mine]
    assert queries.open_commitments_for(actor("coordinator")).count() == 2
    assert not queries.open_commitments_for(actor("auditor")).exists()


def test_a_value_goes_from_draft_to_accepted_through_two_people():
    value = record()
    assert queries.accepted(value.version) == []
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    with pytest.raises(NotAllowed):
        actions_values.accept_value(by=actor("agency_officer"), value=value.pk)
    actions_values.accept_value(by=actor("coordinator"), value=value.pk)
    assert queries.accepted(value.version) == [value]
    deeds = list(JournalEntry.objects.order_by("seq").values_list("did", flat=True))
    assert deeds == ["value.recorded", "value.submitted", "value.accepted"]
    assert JournalEntry.objects.first().data["numerator"] == "40"


def test_nobody_accepts_what_they_recorded():
    value = record("coordinator")
    actions_values.submit_value(by=actor("coordinator"), value=value.pk)
    with pytest.raises(NotAllowed):
        actions_values.accept_value(by=actor("coordinator"), value=value.pk)


def test_a_returned_value_says_why_and_is_recorded_again():
    value = record()
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    review = {"by": actor("coordinator"), "value": value.pk}
    with pytest.raises(BadInput):
        actions_values.return_value(**review, feedback=" ")
    actions_values.return_value(**review, feedback="Falta marzo")
    again = record(numerator=44)
    assert again.pk == value.pk and (again.state, again.feedback) == ("draft", "")


def test_a_submitted_value_is_not_changed_behind_the_reviewer():
    actions_values.submit_value(by=actor("agency_officer"), value=record().pk)
    with pytest.raises(BadInput):
        record(numerator=99)
    assert Value.objects.get().numerator == 40


@pytest.mark.parametrize("by", ["analyst", "auditor", "funder", "case_worker", "system_staff"])
def test_values_are_recorded_by_officers(by):
    with pytest.raises(NotAllowed):
        record(by)


def test_values_are_recorded_for_ones_own_organisation_and_district():
    for changes in ({"organisation": "unodc"}, {"place": EL_PORVENIR}):
        with pytest.raises(NotAllowed):
            record(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"period": Period.parse("2015")},  # overlaps the quarter
        {"period": Period.parse("2013")},  # before the definition
        {"denominator": 10},
        {"combination": "sex"},
        {"combination": "tier=one"},
        {"indicator": "no-such"},
    ],
)
def test_a_value_that_would_mislead_is_refused(changes):
    record()
    with pytest.raises(BadInput):
        record(**changes)


def test_parts_above_their_total_are_not_submitted():
    part = record(combination="sex=female", numerator=41)
    record(numerator=40)
    with pytest.raises(BadInput):
        actions_values.submit_value(by=actor("agency_officer"), value=part.pk)
    record(combination="sex=female", numerator=25)
    assert actions_values.submit_value(by=actor("agency_officer"), value=part.pk).numerator == 25


def test_a_value_belongs_to_the_definition_of_its_days():
    indicator = Indicator.objects.get()
    make_version(indicator, version=2, valid_from=date(2016, 1, 1))
    old = record()
    new = record(period=Period.parse("2016Q1"))
    assert (old.version.version, new.version.version) == (1, 2)
    with pytest.raises(BadInput):
        record(period=Period.between("2015-12", "2016-01"))


def test_a_percentage_is_recorded_with_its_denominator():
    make_version(
        Indicator.objects.get(),
        version=2,
        valid_from=date(2016, 1, 1),
        unit="percentage",
        denominator_es="todas",
        denominator_en="all",
        across_periods="ratio",
        across_places="ratio",
    )
    later = {"period": Period.parse("2016Q1")}
    with pytest.raises(BadInput):
        record(**later)
    assert record(**later, denominator=80).denominator == 80
