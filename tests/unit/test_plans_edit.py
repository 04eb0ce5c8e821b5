"""Changing the plan, closing periods, and passing commitments on: what is refused, what is kept."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from cast import (
    EL_PORVENIR,
    LA_ESPERANZA,
    actor,
    make_commitment,
    make_plan,
    make_programme,
    make_version,
    person,
)
from django.utils import translation

from convive.access import duties
from convive.domain.plans import actions, actions_edit, actions_locks, actions_values, queries
from convive.domain.plans.editing import changed, facts_of, fingerprint, makes_new_version
from convive.domain.plans.models import Indicator, IndicatorVersion, Plan, Revision, Target, Value
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

Q1 = Period.parse("2015Q1")
WHY = "Lo acordó el comité."


@pytest.fixture(autouse=True)
def plan(db: None):
    with translation.override("en"):
        make_programme()
        yield make_plan()


def record(by: str = "agency_officer", **changes: Any) -> Value:
    facts = {
        "indicator": "people-reached",
        "place": LA_ESPERANZA,
        "period": Q1,
        "organisation": "unfpa",
        "numerator": 40,
        "source": "registro",
    }
    return actions_values.record_value(by=actor(by), **{**facts, **changes})


def accepted(**changes: Any) -> Value:
    value = record(**changes)
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    return actions_values.accept_value(by=actor("coordinator"), value=value.pk)


def edit_indicator(by: str = "coordinator", **changes: Any) -> Revision:
    version = queries.latest_version(Indicator.objects.get())
    beside = {
        name: changes.pop(name) for name in ("valid_from", "reason", "seen") if name in changes
    }
    return actions_edit.edit_indicator(
        by=actor(by),
        indicator="people-reached",
        facts=facts_of(version) | changes,
        **{"reason": WHY, **beside},
    )


def set_target(target: int | None = None, by: str = "coordinator", **changes: Any) -> Revision:
    facts = {
        "place": LA_ESPERANZA,
        "combination": "total",
        "due": date(2016, 12, 31),
        "value": 900.0,
        "baseline": None,
        "baseline_on": None,
        "note_es": "",
        "note_en": "",
    }
    return actions_edit.set_target(
        by=actor(by),
        indicator="people-reached",
        facts={**facts, **changes},
        reason=WHY,
        target=target,
    )


# The plan and its objectives


def test_a_plan_is_changed_with_its_reason_and_what_it_was(plan: Plan):
    facts = facts_of(plan) | {"name_es": "Plan nuevo", "end": date(2018, 5, 21)}
    kept = actions_edit.edit_plan(by=actor("coordinator"), plan="joint", facts=facts, reason=WHY)
    assert kept.fields == {
        "name_es": ["Plan", "Plan nuevo"],
        "end": ["2017-05-21", "2018-05-21"],
    }
    assert (kept.reason, kept.made_by) == (WHY, actor("coordinator").id)
    assert queries.plan("joint").end == date(2018, 5, 21)
    entry = JournalEntry.objects.get(did="plan.revised")
    assert entry.data == {"revision": kept.pk, "fields": ["end", "name_es"]}


def test_a_change_needs_a_reason_a_change_and_the_right(plan: Plan):
    facts = facts_of(plan)
    edit = actions_edit.edit_plan
    with pytest.raises(BadInput, match="Nothing was changed"):
        edit(by=actor("coordinator"), plan="joint", facts=facts, reason=WHY)
    other = facts | {"name_es": "Otro"}
    with pytest.raises(BadInput, match="kept with its reason"):
        edit(by=actor("coordinator"), plan="joint", facts=other, reason=" ")
    with pytest.raises(NotAllowed):
        edit(by=actor("agency_officer"), plan="joint", facts=other, reason=WHY)
    assert not Revision.objects.exists()


def test_whoever_looked_at_an_older_page_changes_nothing(plan: Plan):
    seen = fingerprint(facts_of(plan))
    first = facts_of(plan) | {"name_es": "Primero"}
    second = facts_of(plan) | {"name_es": "Segundo"}
    by = actor("coordinator")
    actions_edit.edit_plan(by=by, plan="joint", facts=first, reason=WHY, seen=seen)
    with pytest.raises(BadInput, match="Somebody changed it meanwhile"):
        actions_edit.edit_plan(by=by, plan="joint", facts=second, reason=WHY, seen=seen)
    assert queries.plan("joint").name_es == "Primero"


def test_a_plan_does_not_begin_after_what_it_promises(plan: Plan):
    set_target(due=date(2015, 6, 30))
    facts = facts_of(plan) | {"start": date(2016, 1, 1)}
    with pytest.raises(BadInput, match="due before that day"):
        actions_edit.edit_plan(by=actor("coordinator"), plan="joint", facts=facts, reason=WHY)


def test_an_objective_changes_its_words_and_keeps_its_place_in_the_tree(plan: Plan):
    facts = facts_of(queries.objective(plan, "1")) | {"lead": "unfpa", "dimensions": ["health"]}
    actions_edit.edit_objective(
        by=actor("coordinator"), plan="joint", code="1", facts=facts, reason=WHY
    )
    found = queries.objective(plan, "1")
    assert (found.lead.code, found.dimensions, found.level) == ("unfpa", ["health"], "outcome")


# Definitions


def test_another_unit_breakdown_direction_or_measure_is_another_definition():
    for name in ("unit", "categories", "ascending", "measure", "across_periods"):
        assert makes_new_version({name}, has_values=False)
    assert not makes_new_version({"name_es", "source"}, has_values=True)
    assert not makes_new_version({"definition_es"}, has_values=False)
    assert makes_new_version({"definition_es"}, has_values=True)


def test_words_that_nobody_recorded_under_are_mended_where_they_stand():
    edit_indicator(definition_es="Personas diferentes", definition_en="Distinct people")
    assert [v.version for v in IndicatorVersion.objects.all()] == [1]


def test_another_breakdown_makes_a_new_version_and_touches_no_value():
    value = accepted()
    with pytest.raises(BadInput) as told:
        edit_indicator(categories=["sex"])
    assert told.value.problems[0].where == "valid_from"
    edit_indicator(categories=["sex"], valid_from=date(2016, 1, 1))
    old, new = IndicatorVersion.objects.order_by("version")
    assert (old.categories, new.categories) == (["age_band", "sex"], ["sex"])
    value.refresh_from_db()
    assert (value.version, value.numerator, value.state) == (old, 40, "accepted")


def test_a_definition_does_not_contradict_itself_or_its_targets():
    with pytest.raises(BadInput) as told:
        edit_indicator(unit="percentage", valid_from=date(2016, 1, 1))
    where = {problem.where for problem in told.value.problems}
    assert {"across_periods", "across_places", "denominator_es", "unit"} <= where
    with pytest.raises(BadInput, match="against the direction"):
        edit_indicator(ascending=False, valid_from=date(2016, 1, 1))
    with pytest.raises(BadInput, match="no measure"):
        edit_indicator(measure="reach.nobody", valid_from=date(2016, 1, 1))
    assert IndicatorVersion.objects.count() == 1


def test_a_new_definition_begins_after_the_last():
    with pytest.raises(BadInput, match="a day of its own"):
        edit_indicator(categories=["sex"], valid_from=date(2014, 5, 22))


# Targets


def test_a_target_is_added_changed_moved_and_taken_away():
    set_target()
    added = Target.objects.get(value=900)
    assert added.place.ref == LA_ESPERANZA
    set_target(added.pk, value=1000.0)
    added.refresh_from_db()
    assert added.value == 1000
    set_target(added.pk, due=date(2017, 3, 31), value=1000.0)
    added.refresh_from_db()
    moved = Target.objects.get(due=date(2017, 3, 31))
    assert (added.retired_on, moved.retired_on) == (programme.today(), None)
    actions_edit.drop_target(
        by=actor("coordinator"), indicator="people-reached", target=moved.pk, reason=WHY
    )
    assert queries.targets(Indicator.objects.get()).count() == 1
    assert Revision.objects.filter(kind="target").count() == 4


def test_two_targets_do_not_stand_in_one_place_cell_and_day():
    set_target()
    with pytest.raises(BadInput, match="stands there already"):
        set_target(value=1.0)


def test_a_target_fits_its_indicator():
    for changes, where in (
        ({"baseline": 900.0, "baseline_on": date(2014, 1, 1)}, "value"),
        ({"baseline": 950.0, "baseline_on": date(2014, 1, 1)}, "value"),
        ({"baseline": 5.0}, "baseline"),
        ({"combination": "offence=robbery"}, "combination"),
        ({"due": date(2013, 1, 1)}, "due"),
    ):
        with pytest.raises(BadInput) as told:
            set_target(**changes)
        assert where in {problem.where for problem in told.value.problems}, changes


# Closed periods


def test_a_locked_period_takes_no_value_until_it_is_opened_again():
    value = accepted()
    lock = actions_locks.lock_period(
        by=actor("coordinator"), plan="joint", period=Q1, reason="Informado."
    )
    value.refresh_from_db()
    assert value.state == "locked"
    assert queries.accepted(value.version) == [value]  # it counts as before
    for period in (Period.parse("2015-02"), Period.parse("2015")):
        with pytest.raises(BadInput, match="is locked since"):
            record(place=EL_PORVENIR, by="coordinator", period=period)
    with pytest.raises(BadInput, match="locked already"):
        actions_locks.lock_period(
            by=actor("coordinator"), plan="joint", period=Period.parse("2015"), reason=WHY
        )
    actions_locks.open_period(by=actor("coordinator"), lock=lock.pk, reason="Faltó un distrito.")
    value.refresh_from_db()
    assert value.state == "accepted"
    assert record(place=EL_PORVENIR, by="coordinator").state == "draft"


def test_what_waits_to_be_accepted_is_answered_before_its_period_is_locked():
    value = record()
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    with pytest.raises(BadInput, match="1 value of these days waits"):
        actions_locks.lock_period(by=actor("coordinator"), plan="joint", period=Q1, reason=WHY)


def test_only_whoever_accepts_values_locks_them():
    with pytest.raises(NotAllowed):
        actions_locks.lock_period(by=actor("agency_officer"), plan="joint", period=Q1, reason=WHY)


# Commitments: who sees to them, by when


def test_a_commitment_that_somebody_sees_to_waits_for_them_alone(plan: Plan):
    made = make_commitment(plan, organisation="unfpa")
    mine, colleague = actor("agency_officer"), actor("coordinator")
    assert list(queries.open_commitments_for(mine)) == [made]
    actions.take_commitment(by=mine, commitment=made.pk)
    assert list(queries.open_commitments_for(mine)) == [made]
    assert list(queries.open_commitments_for(colleague)) == []
    actions.leave_commitment(by=mine, commitment=made.pk)
    assert list(queries.open_commitments_for(colleague)) == [made]


def test_a_commitment_is_taken_within_ones_own_organisation(plan: Plan):
    made = make_commitment(plan, organisation="unfpa")
    for stranger in ("other_agency_officer", "analyst"):
        with pytest.raises(NotAllowed):
            actions.take_commitment(by=actor(stranger), commitment=made.pk)
    with pytest.raises(BadInput, match="Only a person"):
        actions.take_commitment(by=programme.SYSTEM, commitment=made.pk)


def test_a_moved_day_keeps_the_days_promised_before(plan: Plan):
    made = make_commitment(plan, organisation="unfpa")
    by, first = actor("agency_officer"), made.due
    later = first + timedelta(days=30)
    with pytest.raises(BadInput, match="owed the reason"):
        actions.move_date(by=by, commitment=made.pk, due=later, reason=" ")
    with pytest.raises(BadInput, match="already"):
        actions.move_date(by=by, commitment=made.pk, due=first, reason=WHY)
    actions.move_date(by=by, commitment=made.pk, due=later, reason=WHY)
    (move,) = queries.commitment(made.pk).moves.all()
    assert (move.was, move.now, move.reason) == (first, later, WHY)
    assert JournalEntry.objects.get(did="commitment.moved").data == {
        "was": first.isoformat(),
        "now": later.isoformat(),
    }
    actions.close_commitment(by=by, commitment=made.pk, state="done")
    with pytest.raises(BadInput, match="closed before"):
        actions.move_date(by=by, commitment=made.pk, due=first, reason=WHY)


def part(name: str) -> Any:
    return next(part for part in duties.parts() if part.name == name)


def test_a_leavers_commitments_pass_to_a_successor_who_may_see_to_them(plan: Plan):
    made = make_commitment(plan, organisation="unfpa")
    closed = make_commitment(plan, organisation="unfpa")
    leaver = person("agency_officer")
    for commitment in (made, closed):
        actions.take_commitment(by=actor("agency_officer"), commitment=commitment.pk)
    actions.close_commitment(by=actor("agency_officer"), commitment=closed.pk, state="done")
    commitments = part("commitments")
    assert [duty.id for duty in commitments.held_by(leaver.pk)] == [str(made.pk)]
    by = actor("system_staff")
    with pytest.raises(BadInput, match="may not see to"):
        stranger = person("other_agency_officer")
        commitments.hand_over(by=by, leaver=leaver.pk, successor=stranger.pk)
    successor = person("coordinator")
    assert commitments.hand_over(by=by, leaver=leaver.pk, successor=successor.pk) == 1
    made.refresh_from_db()
    closed.refresh_from_db()
    assert (made.holder, closed.holder) == (successor, leaver)
    with pytest.raises(NotAllowed):
        commitments.hand_over(by=actor("coordinator"), leaver=successor.pk, successor=leaver.pk)


def test_values_wait_for_whoever_accepts_and_returned_ones_for_whoever_records():
    value = record()
    assert list(part("values").waiting(actor("coordinator"), programme.today())) == []
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    (duty,) = part("values").waiting(actor("coordinator"), programme.today())
    assert duty.title == "Accept: People reached, Jan–Mar 2015"
    assert list(part("values").waiting(actor("agency_officer"), programme.today())) == []
    actions_values.return_value(by=actor("coordinator"), value=value.pk, feedback="Falta sexo.")
    (duty,) = part("values").waiting(actor("agency_officer"), programme.today())
    assert duty.title.startswith("Mend what was returned")
    assert list(part("values").waiting(actor("other_agency_officer"), programme.today())) == []


def test_nobody_reads_the_drafts_of_others():
    value = record()
    for key in ("agency_officer", "coordinator"):
        assert value in queries.values_visible_to(actor(key))
    for key in ("other_agency_officer", "municipal_officer", "funder", "case_worker"):
        assert value not in queries.values_visible_to(actor(key))
    actions_values.submit_value(by=actor("agency_officer"), value=value.pk)
    actions_values.accept_value(by=actor("coordinator"), value=value.pk)
    for key in ("municipal_officer", "funder"):
        assert value in queries.values_visible_to(actor(key))
    for key in ("other_agency_officer", "case_worker"):
        assert value not in queries.values_visible_to(actor(key))


def test_an_indicator_that_a_measure_computes_is_not_recorded_by_hand():
    indicator = Indicator.objects.get()
    assert queries.recorded_by_hand() == [indicator]
    make_version(indicator, version=2, valid_from=date(2016, 1, 1), measure="observatory.rate")
    assert queries.recorded_by_hand() == []


def test_a_difference_names_what_changed_alone():
    assert changed({"a": 1, "b": [1]}, {"a": 2, "b": [1]}) == {"a": (1, 2)}
