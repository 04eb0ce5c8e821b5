"""What the database itself refuses, past every action. Runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date

import pytest
from cast import make_commitment, make_person, make_plan, make_programme, make_version, total
from django.db import IntegrityError, transaction

from convive.domain.plans.models import (
    Combination,
    Indicator,
    IndicatorVersion,
    Objective,
    Plan,
    Target,
    Value,
)
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Membership

pytestmark = pytest.mark.django_db
DAY = date(2015, 1, 1)


@pytest.fixture
def plan():
    make_programme()
    return make_plan()


@pytest.fixture
def version(plan):
    return IndicatorVersion.objects.get()


def refused(make, *words: object, **changes: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make(*words, **changes)


def target(plan, **changes):
    facts = {
        "indicator": Indicator.objects.get(),
        "place": programme.place("PE-INEI:130105"),
        "combination": total(),
        "due": date(2017, 5, 21),
        "value": 100.0,
    }
    return Target.objects.create(**{**facts, **changes})


def value(version, **changes):
    facts = {
        "version": version,
        "place": programme.place("PE-INEI:130105"),
        "start": DAY,
        "end": date(2015, 3, 31),
        "combination": total(),
        "organisation": programme.organisation("unfpa"),
        "numerator": 12.0,
        "source": "registro",
        "recorded_by": "user:1",
    }
    return Value.objects.create(**{**facts, **changes})


def test_a_plan_ends_after_it_starts(plan):
    refused(Plan.objects.create, code="x", name_es="x", name_en="x", start=DAY, end=DAY)


def test_an_objective_has_a_known_level_and_is_not_its_own_parent(plan):
    objective = Objective.objects.get()
    refused(Objective.objects.filter(pk=objective.pk).update, level="dream")
    refused(Objective.objects.filter(pk=objective.pk).update, parent=objective.pk)
    refused(Objective.objects.create, plan=plan, code="1", level="output")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 1},
        {"unit": "percentage", "denominator_es": "de", "across_periods": "sum"},
        {"unit": "percentage", "denominator_es": "de", "across_periods": "avg"},
        {"unit": "rate", "denominator_es": "de", "across_periods": "max"},
        {
            "unit": "percentage",
            "denominator_es": "de",
            "across_periods": "ratio",
            "across_places": "avg",
        },
        {"unit": "percentage", "across_periods": "ratio", "across_places": "ratio"},
        {"across_periods": "ratio"},
        {"across_places": "latest"},
        {"unit": "feelings"},
        {"across_periods": "median"},
        {"across_places": "median"},
        {"disaggregation": "twisted"},
    ],
)
def test_an_indicator_that_could_not_be_combined_rightly_is_refused(plan, changes):
    refused(make_version, Indicator.objects.get(), **{"version": 2, **changes})


def test_a_percentage_of_summed_parts_is_taken(plan):
    assert make_version(
        Indicator.objects.get(),
        version=2,
        unit="percentage",
        denominator_es="todas",
        across_periods="ratio",
        across_places="ratio",
    ).pk


def test_a_target_stands_once_for_a_place_and_a_day(plan):
    target(plan)
    refused(target, plan)
    refused(target, plan, place=None, due=DAY)
    target(plan, combination=Combination.objects.create(code="sex=female"))


def test_a_baseline_is_dated_before_its_target(plan):
    refused(target, plan, baseline=3.0)
    refused(target, plan, baseline_on=DAY)
    refused(target, plan, baseline=3.0, baseline_on=date(2018, 1, 1))
    assert target(plan, baseline=3.0, baseline_on=DAY).pk


def test_a_combination_has_one_row_and_a_name(plan):
    total()
    refused(Combination.objects.create, code="total")
    refused(Combination.objects.create, code="")


def test_a_value_stands_once_for_its_period_place_cell_and_organisation(version):
    value(version)
    refused(value, version)
    refused(value, version, combination=None)
    assert value(version, organisation=programme.organisation("unodc")).pk


@pytest.mark.parametrize(
    "changes",
    [
        {"end": date(2014, 12, 31)},
        {"denominator": 0.0},
        {"denominator": -1.0},
        {"state": "perhaps"},
        {"state": "accepted"},
        {"state": "accepted", "reviewed_by": "user:1"},
        {"state": "draft", "reviewed_by": "user:2"},
        {"state": "returned", "reviewed_by": "user:2"},
    ],
)
def test_a_value_that_nobody_could_answer_for_is_refused(version, changes):
    refused(value, version, **changes)


def test_an_accepted_value_names_who_accepted_it(version):
    assert value(version, state="accepted", reviewed_by="user:2").pk


@pytest.mark.parametrize(
    "changes",
    [
        {"due": date(2015, 12, 31)},
        {"state": "perhaps"},
        {"state": "done"},
        {"closed_on": date(2016, 2, 1)},
        {"state": "done", "closed_on": date(2015, 2, 1)},
        {"state": "not_done", "closed_on": date(2016, 2, 1)},
        {"raised_by_kind": "concern"},
        {"raised_by_id": "17"},
    ],
)
def test_a_commitment_that_does_not_hold_together_is_refused(plan, changes):
    refused(make_commitment, plan, organisation="unfpa", **changes)


def test_a_commitment_that_was_not_kept_says_why(plan):
    facts = {"state": "not_done", "closed_on": date(2016, 2, 1), "reason": "Terreno en litigio"}
    assert make_commitment(plan, organisation="unfpa", **facts).pk


def test_a_role_of_an_organisation_names_it_and_has_its_days_in_order(plan):
    user = make_person("auditor")
    facts = {"user": user, "valid_from": DAY}
    refused(Membership.objects.create, role="municipal_officer", **facts)
    refused(Membership.objects.create, role="mayor", **facts)
    refused(Membership.objects.create, role="funder", valid_to=date(2014, 1, 1), **facts)
