"""Evaluations: a design set down before its result, and what nobody can do without a trace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor
from django.db import IntegrityError, connection, transaction
from evaluated import add_evidence, designed, drawn, facts, make_evaluated, opened
from observatory_ground import Row

from convive.domain.observatory import actions_evaluations as actions
from convive.domain.observatory import evaluation_page, evaluation_tables, queries
from convive.domain.observatory import queries_evaluations as asked
from convive.domain.observatory.models import Design, Evaluation, Opening
from convive.domain.observatory.models_evaluations import Sealed
from convive.domain.observatory.queries_evaluations import evaluation
from convive.kernel.errors import BadInput, NotAllowed, Refused
from convive.kernel.journal import verify
from convive.kernel.leaving import Audience, Told
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(tmp_path: Path) -> Path:
    make_evaluated(tmp_path)
    return tmp_path


def coordinator():
    return actor("coordinator")


def again(design: Design, reason: str = "Faltaba un distrito vecino.", **changes) -> Design:
    return actions.set_down_design(
        by=coordinator(), facts=facts(**changes), number=design.evaluation_id, reason=reason
    )


def journalled(design: Design) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(kind="evaluation", subject=str(design.evaluation_id)))


# The design


def test_a_design_is_set_down_with_its_seal_in_the_journal():
    design = designed(coordinator())
    assert (design.version, design.until) == (1, date(2023, 10, 31))
    assert len(design.pool) == 23
    (entry,) = journalled(design)
    assert entry.did == "evaluation.designed"
    assert entry.data["seal"] == design.seal == Design.objects.get().sealed()
    assert "alumbrado" not in str(entry.data)  # words stay out of the journal
    assert asked.is_as_set_down(Design.objects.get())


def test_the_pool_by_rule_leaves_out_what_does_not_compare():
    design = designed(coordinator(), rule="province")
    assert design.pool == ["PE-INEI:130101", "PE-INEI:130102", "PE-INEI:130103"]
    assert design.left_out == ["PE-INEI:130112"]  # the source counts it within El Porvenir


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"title": " "}, "title"),
        ({"treated": ()}, "treated"),
        ({"buffer": (LA_ESPERANZA,)}, "buffer"),
        ({"before": date(2022, 1, 1)}, "before"),
        ({"until": date(2022, 7, 1)}, "until"),
        ({"first": date(2022, 7, 2)}, "first"),
        ({"method": "guess"}, "rule"),
        ({"rule": "chosen", "pool": (EL_PORVENIR,)}, "pool"),
        ({"offence": "brujería"}, "offence"),
        ({"treated": ("PE-INEI:1301",)}, "PE-INEI:1301"),
    ],
)
def test_what_a_design_lacks_is_named_and_nothing_is_written(wrong, where):
    with pytest.raises(BadInput) as refused:
        designed(coordinator(), **wrong)
    assert where in [problem.where for problem in refused.value.problems]
    assert not Evaluation.objects.exists()
    assert not JournalEntry.objects.filter(kind="evaluation").exists()


def test_a_named_place_that_the_source_counts_elsewhere_is_refused_by_name():
    with pytest.raises(Refused, match="El Porvenir"):
        designed(coordinator(), rule="chosen", pool=(EL_PORVENIR, "PE-INEI:130112"))


@pytest.mark.parametrize("who", ["case_worker", "funder", "auditor", "other_municipal_officer"])
def test_whoever_makes_no_report_there_sets_nothing_down(who):
    with pytest.raises(NotAllowed):
        designed(actor(who))


# What was set down is never altered


def test_the_model_refuses_to_alter_or_delete_a_version():
    design = designed(coordinator())
    design.why = "Otra razón"
    with pytest.raises(Sealed):
        design.save()
    with pytest.raises(Sealed):
        Design.objects.filter(pk=design.pk).update(why="Otra razón")
    with pytest.raises(Sealed):
        design.delete()
    with pytest.raises(Sealed):
        design.evaluation.designs.all().delete()
    assert Design.objects.get().why == "Tres años antes para ver la estación."


def tamper(design: Design, **changes: str) -> None:
    """A hand in the database, behind every action."""
    name, value = next(iter(changes.items()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE observatory_design SET {name} = %s WHERE id = %s", [value, design.pk]
        )


def test_a_design_altered_in_the_database_is_not_opened_and_says_so():
    design = designed(coordinator())
    tamper(design, first="2022-09-01")
    with pytest.raises(Refused):
        actions.open_result(by=coordinator(), number=design.evaluation_id)
    assert not Opening.objects.exists()
    assert len(evaluation_page.trace(evaluation(design.evaluation_id))) == 1


def test_even_one_whose_seal_was_altered_too_is_found_by_the_journal():
    design = designed(coordinator())
    tamper(design, first="2022-09-01")
    tamper(design, seal=Design.objects.get().sealed())
    assert not asked.is_as_set_down(Design.objects.get())
    with pytest.raises(Refused):
        actions.open_result(by=coordinator(), number=design.evaluation_id)


def test_a_version_that_was_taken_out_of_the_database_is_missed():
    design = designed(coordinator())
    last = again(design, first=date(2022, 8, 1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM observatory_design WHERE id = %s", [last.pk])
    assert len(evaluation_page.trace(evaluation(design.evaluation_id))) == 1


def test_a_result_altered_in_the_database_is_found_by_the_journal():
    design = designed(coordinator())
    found = opened(coordinator(), design)
    assert asked.is_as_opened(found)
    found.result["numbers"]["p"] = 0.0001
    found.save()
    assert not asked.is_as_opened(Opening.objects.get())
    assert len(evaluation_page.trace(evaluation(design.evaluation_id))) == 1


def test_the_database_itself_wants_a_reason_and_months_in_order():
    design = designed(coordinator())
    for name, value in (("version", 2), ("until", "2022-06-30"), ("method", "best")):
        with pytest.raises(IntegrityError), transaction.atomic():
            tamper(design, **{name: value})


# Opening


def test_without_a_design_nothing_is_opened():
    bare = Evaluation.objects.create(asked_by="user:1", asked_at="2024-01-01T00:00Z")
    with pytest.raises(Refused):
        actions.open_result(by=coordinator(), number=bare.pk)


def test_before_its_months_are_firm_nothing_is_opened_and_the_page_says_from_when_on(ground):
    design = designed(coordinator(), until=date(2023, 11, 1))
    state = asked.ready(design)
    assert (state.is_ready, state.needs) == (False, date(2024, 1, 1))
    with pytest.raises(Refused, match=r"2024"):
        actions.open_result(by=coordinator(), number=design.evaluation_id)
    assert not Opening.objects.exists()
    assert asked.to_open(coordinator()) == []
    later = [replace(row, year=2024) for row in drawn() if (row.year, row.month) == (2023, 1)]
    add_evidence(ground, later, "enero")
    assert asked.to_open(coordinator()) == [design]
    assert opened(coordinator(), design).answered_at


def test_only_whoever_sees_every_place_opens_it():
    design = designed(coordinator())
    for who in ("municipal_officer", "analyst"):  # one district alone
        with pytest.raises(NotAllowed):
            actions.open_result(by=actor(who), number=design.evaluation_id)
    assert not Opening.objects.exists()


def test_opening_is_journalled_with_the_design_and_the_evidence():
    design = designed(coordinator())
    found = opened(coordinator(), design)
    _designed, opening, answered = journalled(design)
    assert (opening.did, answered.did) == ("evaluation.opened", "evaluation.answered")
    assert opening.data["design"] == design.seal
    assert opening.data["evidence"] == found.version == queries.evidence_version("efecto")[0]
    assert answered.data["sha256"] == found.digest()
    assert verify().whole


def test_opened_twice_on_the_same_evidence_it_is_the_same_result(ground):
    design = designed(coordinator())
    one = opened(coordinator(), design)
    assert opened(coordinator(), design) == one
    later = [replace(row, year=2024) for row in drawn() if row.year == 2023]
    add_evidence(ground, later, "2024")
    two = opened(coordinator(), design)
    assert two != one
    assert two.result["numbers"] == one.result["numbers"]  # the months of the design are the same


# Changes


def test_a_change_before_the_result_is_a_version_with_its_reason():
    design = designed(coordinator())
    with pytest.raises(BadInput):
        again(design, " ", first=date(2022, 8, 1))
    with pytest.raises(BadInput):
        again(design)  # nothing differs
    second = again(design, first=date(2022, 8, 1))
    assert (second.version, second.after_result, second.previous) == (2, False, design.seal)
    assert journalled(design)[-1].did == "evaluation.changed"
    assert evaluation_page.trace(evaluation(design.evaluation_id)) == []
    now, was = evaluation_page.versions(evaluation(design.evaluation_id))
    assert [was.design, now.design] == [design, second]
    assert len(now.changes) == 1


def test_a_change_after_the_result_leaves_a_trace_that_nothing_removes():
    design = designed(coordinator())
    first = opened(coordinator(), design)
    second = again(design, "El proyecto empezó un mes más tarde.", first=date(2022, 8, 1))
    assert second.after_result
    assert journalled(design)[-1].did == "evaluation.changed_after_result"
    other = opened(coordinator(), second)
    for result in (first, other):  # both stay, and both say it
        told = evaluation_page.as_json(Opening.objects.get(pk=result.pk))
        (text,) = told["trace"]
        assert "El proyecto empezó un mes más tarde." in text
        assert "coordinator" in text
        assert any(text in row for row in evaluation_page.origin(result))
    now, was = evaluation_page.versions(evaluation(design.evaluation_id))
    assert [list(now.openings), list(was.openings)] == [[other], [first]]
    (change,) = now.changes
    assert change[1:] != change[2:]
    third = again(design, "Vuelve a lo de antes.")
    assert third.after_result
    assert len(evaluation_page.trace(evaluation(design.evaluation_id))) == 2


def test_the_flag_cannot_be_taken_off_in_the_database():
    design = designed(coordinator())
    opened(coordinator(), design)
    second = again(design, first=date(2022, 8, 1))
    tamper(second, after_result="0" if connection.vendor == "sqlite" else "false")
    (text,) = evaluation_page.trace(evaluation(design.evaluation_id))
    assert "2" in text
    with pytest.raises(Refused):
        actions.open_result(by=coordinator(), number=design.evaluation_id)


def test_a_result_of_a_design_that_was_changed_meanwhile_is_thrown_away():
    design = designed(coordinator())
    found = actions.open_result(by=coordinator(), number=design.evaluation_id, order=False)
    again(design, first=date(2022, 8, 1))
    with pytest.raises(BadInput):
        actions.work_out_result(by=coordinator(), number=found.pk, progress=lambda _share: None)
    assert not Opening.objects.get().answered_at


def test_another_evaluation_of_the_same_places_says_that_a_result_was_seen():
    design = designed(coordinator())
    opened(coordinator(), design)
    other = designed(coordinator(), scale="count")
    assert other.others_seen == [design.evaluation_id]
    assert any(str(design.evaluation_id) in text for text in evaluation_page.honesty(other))


def test_a_design_says_which_months_were_there_when_it_was_set_down():
    design = designed(coordinator())
    assert design.known_until >= design.first
    assert evaluation_page.honesty(design)
    assert not evaluation_page.honesty(replace_known(design, design.first - timedelta(days=1)))


def replace_known(design: Design, day: date) -> Design:
    design.known_until = day
    return design


def test_what_was_opened_is_not_set_aside():
    design = designed(coordinator())
    with pytest.raises(BadInput):
        actions.set_evaluation_aside(by=coordinator(), number=design.evaluation_id, reason=" ")
    opened(coordinator(), design)
    with pytest.raises(BadInput):
        actions.set_evaluation_aside(by=coordinator(), number=design.evaluation_id, reason="No")


def test_what_was_set_aside_is_neither_designed_nor_opened():
    design = designed(coordinator())
    actions.set_evaluation_aside(by=coordinator(), number=design.evaluation_id, reason="No se hizo")
    with pytest.raises(Refused):
        again(design, first=date(2022, 8, 1))
    with pytest.raises(Refused):
        actions.open_result(by=coordinator(), number=design.evaluation_id)


# The result


def test_a_fall_by_half_is_found_and_said():
    numbers = opened(coordinator(), designed(coordinator())).result["numbers"]
    assert numbers["lower"] <= -0.5 <= numbers["upper"] < 0
    assert numbers["p"] <= 0.05
    assert -0.6 < numbers["estimate"] < -0.4
    after = [row for row in numbers["months"] if row["period"] >= "2022-07"]
    ratio = sum(row["observed"] for row in after) / sum(row["expected"] for row in after)
    assert ratio == pytest.approx(1 + numbers["estimate"], abs=0.03)


def test_months_are_those_of_the_place_and_nothing_else():
    numbers = opened(coordinator(), designed(coordinator())).result["numbers"]
    counted = {
        f"{row.year}-{row.month:02}": row.n
        for row in drawn()
        if (row.place, row.offence) == ("130105", "robo")
    }
    assert {row["period"]: row["observed"] for row in numbers["months"]} == {
        month: n for month, n in counted.items() if month <= "2023-10"
    }


def test_without_an_effect_none_is_claimed(tmp_path):
    found = opened(coordinator(), designed(coordinator(), treated=(EL_PORVENIR,)))
    assert found.result["numbers"]["p"] > 0.05
    assert "no evidence" in found.result["en"]["sentence"]
    assert "no hay evidencia" in found.result["es"]["sentence"]


def test_in_incidents_it_is_the_same_in_another_unit():
    design = designed(coordinator(), scale="count", method="did")
    numbers = opened(coordinator(), design).result["numbers"]
    after = [row for row in numbers["months"] if row["period"] >= "2022-07"]
    gaps = [row["observed"] - row["expected"] for row in after]
    assert sum(gaps) / len(gaps) == pytest.approx(numbers["estimate"], abs=1e-6)


def test_next_door_is_told_and_not_compared_with():
    design = designed(coordinator(), buffer=("PE-INEI:130103",))
    assert "PE-INEI:130103" not in design.pool
    numbers = opened(coordinator(), design).result["numbers"]
    assert numbers["displacement"]["wdd"] < 0
    assert "PE-INEI:130103" not in numbers["weights"]["units"]


def test_a_place_that_outweighs_all_others_does_not_tell_its_small_months(ground):
    # Trujillo follows La Esperanza, so that it alone makes what would have been; it has few
    few = {(row.year, row.month): row.n for row in drawn() if is_extortion(row)}
    rows = [
        Row(place, year, month, "extorsion", n)
        for (year, month), n in few.items()
        for place, n in (("130101", n), ("130102", 60 - n), ("130103", 30 + 7 * n % 11))
    ]
    add_evidence(ground, [*drawn(), *rows], "pocos")  # a correction of the whole
    facts_ = {"offence": "extorsion", "rule": "province", "method": "sc"}
    found = opened(coordinator(), designed(coordinator(), **facts_))
    numbers = found.result["numbers"]
    assert numbers["weights"]["units"]["PE-INEI:130101"] > 0.5
    small = {f"{y}-{m:02}" for (y, m), n in few.items() if 0 < n < 10 and (y, m) <= (2023, 10)}
    assert {row["period"] for row in numbers["months"] if row["hides"]} == small
    inside = evaluation_tables.cleared(found, Audience.INSIDE).table("months")
    outside = evaluation_tables.cleared(found, Audience.OUTSIDE).table("months")
    assert all(row.cells[2].value is not None for row in inside.rows)
    hidden = [row for row in outside.rows if row.cells[2].told is Told.SUPPRESSED]
    assert len(hidden) >= len(small) > 0


def is_extortion(row: Row) -> bool:
    return (row.place, row.offence) == ("130105", "extorsion")
