"""Questions of place and time: who may ask, what is kept of the answer, and what is refused."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from analysed import DAILY, WHOLE, add_incidents, answered, ask, bring, make_analysed, work
from cast import EL_PORVENIR, LA_ESPERANZA, actor

from convive.domain.observatory import actions, analysis_tables, queries
from convive.domain.observatory.analyses.near_repeat import days_words, distance_words
from convive.domain.observatory.analyses.questions import QUESTIONS
from convive.domain.observatory.models import Analysis, State
from convive.kernel.errors import BadInput, NotAllowed, Refused
from convive.kernel.journal import verify
from convive.kernel.leaving import Audience
from convive.kernel.models import Job, JournalEntry

pytestmark = pytest.mark.django_db
KINDS = [  # the others read no incidents: test_observatory_beside.py
    kind for kind in QUESTIONS if kind not in {"compare", "undercount"}
]


@pytest.fixture
def rows(tmp_path: Path):
    return make_analysed(tmp_path)


@pytest.fixture
def analyst(rows):
    return actor("analyst")


def numbers(found: Analysis) -> dict:
    return found.result["numbers"]


# Asked, worked out, found again


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_worked_out_and_said_in_both_languages(analyst, kind):
    found = answered(analyst, kind)
    assert found.state == State.DONE
    spanish, english = (found.result[language]["sentence"] for language in ("es", "en"))
    assert spanish and english
    assert spanish != english
    assert found.result["en"]["caveats"][0].startswith("Only what was reported")


def test_pairs_that_were_planted_are_found(analyst):
    told = numbers(answered(analyst, "near-repeat"))
    assert told["p_adjusted"][1][0] <= 0.05
    assert told["ratio"][1][0] > 2


def test_a_cell_without_neighbours_was_not_tested_and_comes_last(analyst):
    found = answered(analyst, "hotspots")
    alone = found.result["numbers"]["cells"][0]
    alone.update(gi_z=None, p=None, q=None, hot=False)
    told = analysis_tables.cleared(found, 5, Audience.OUTSIDE)
    (cells,) = (table for table in told.tables if table.name == "cells")
    assert cells.rows[-1].cells[0].value == alone["cell"]


def test_nights_that_were_planted_are_found(analyst):
    by_hour = numbers(answered(analyst, "aoristic"))["by_hour"]
    assert sum(by_hour[19:22]) > sum(by_hour) / 2


def test_the_same_question_to_the_same_evidence_is_answered_once(analyst):
    first = answered(analyst)
    again = ask(actor("coordinator"))
    assert again == first
    assert Job.objects.count() == 1
    assert ask(analyst, options={"cells": "h3:8"}) != first


def test_new_evidence_makes_a_new_answer_and_the_old_one_stays(analyst, rows, tmp_path):
    first = answered(analyst)
    bring(tmp_path, rows[:-4], name="later")
    second = answered(analyst)
    assert second != first
    assert second.version != first.version
    first.refresh_from_db()
    assert first.result["es"]["sentence"]


def test_evidence_that_comes_while_it_waits_is_not_taken_for_what_was_asked(
    analyst, rows, tmp_path
):
    found = ask(analyst)
    bring(tmp_path, rows[:-4], name="later")
    work()
    found.refresh_from_db()
    assert found.state == State.FAILED
    assert "Vuelve a preguntar" in found.reason or "Ask again" in found.reason


def test_one_that_was_stopped_can_be_asked_again(analyst):
    found = ask(analyst)
    actions.stop_analysis(by=analyst, number=found.pk)
    found.refresh_from_db()
    assert found.state == State.FAILED
    assert answered(analyst).pk == found.pk


def test_a_running_one_stops_at_its_next_sign(analyst, monkeypatch):
    found = ask(analyst, "near-repeat")

    def asked_to_stop(*_args: object) -> bool:
        return True

    monkeypatch.setattr("convive.kernel.jobs.running.Running._must_stop", asked_to_stop)
    work()
    found.refresh_from_db()
    assert found.job.state == Job.State.CANCELLED
    assert found.state == State.FAILED
    assert not found.result


# What is kept


@pytest.mark.parametrize("kind", KINDS)
def test_no_position_is_kept(analyst, rows, kind):
    found = answered(analyst, kind)
    text = json.dumps(found.result)
    assert not re.search(r'"(lon|lat|x|y)"', text)
    positions = {part for *_rest, lon, lat in rows for part in (lon, lat)}
    assert not [part for part in positions if part in text]
    assert not re.search(r"-79\.\d{3}|-8\.\d{3}", text)


def test_windows_are_told_by_cell(analyst):
    windows = numbers(answered(analyst, "near-repeat"))["windows"]
    assert set(windows) == {"today", "open", "cells"}
    assert sum(row["n"] for row in windows["cells"]) == windows["open"]


def test_the_journal_holds_codes_and_hashes_alone(analyst):
    answered(analyst)
    entries = JournalEntry.objects.filter(kind="analysis").order_by("seq")
    assert [entry.did for entry in entries] == ["analysis.asked", "analysis.answered"]
    assert entries[1].who == analyst.id
    data = entries[1].data
    assert data["place"] == LA_ESPERANZA
    assert len(data["sha256"]) == 64
    assert set(data) == {*("kind", "source", "place", "period", "options", "evidence", "sha256")}
    assert verify().whole


# Who, and what is refused


@pytest.mark.parametrize("who", ["case_worker", "system_staff", "other_municipal_officer"])
def test_whoever_may_not_see_the_figures_of_a_place_asks_nothing_of_it(rows, who):
    with pytest.raises(NotAllowed):
        ask(actor(who))


@pytest.mark.parametrize("place", [EL_PORVENIR, "PE-INEI:1301", ""])
def test_exact_numbers_of_all_districts_are_asked_for_what_lies_in_several(analyst, place):
    with pytest.raises(NotAllowed):
        ask(analyst, place=place)
    assert ask(actor("coordinator"), place=place)


def test_an_offence_that_is_never_shown_finer_than_a_district_is_refused(analyst):
    with pytest.raises(Refused, match="distrito"):
        ask(analyst, offence="extorsion")
    assert not Analysis.objects.exists()


def test_without_an_offence_those_are_left_out(analyst, rows):
    found = answered(analyst, "near-repeat", offence="")
    here = [row for row in rows if row[1] == "130105"]
    assert numbers(found)["n"] == sum(row[2] == "robo" for row in here)


def test_hours_are_refused_where_only_the_day_is_known(analyst, tmp_path):
    add_incidents(tmp_path, "diario", DAILY)
    with pytest.raises(Refused):
        ask(analyst, "aoristic", source="diario")
    assert ask(analyst, "near-repeat", source="diario")


def test_too_few_incidents_are_told_with_the_remedy(analyst):
    short = type(WHOLE)(WHOLE.start, WHOLE.start + timedelta(days=20))
    found = ask(analyst, period=short)
    work()
    found.refresh_from_db()
    assert found.state == State.FAILED
    assert found.reason


@pytest.mark.parametrize(
    "wrong", [{"kind": "crystal-ball"}, {"offence": "nada"}, {"options": {"cells": "h3:15"}}]
)
def test_what_cannot_be_chosen_is_refused(analyst, wrong):
    with pytest.raises(BadInput):
        ask(analyst, **wrong)


@pytest.mark.parametrize(
    ("low", "high", "closed", "said"),
    [
        (0, 7, False, "0 a 6 días"),
        (7, 14, False, "7 a 13 días"),
        (0, 7, True, "0 a 7 días"),
        (7, 14, True, "8 a 14 días"),
        (0, 1, False, "0 días"),
        (1, 2, False, "1 día"),
        (14, float("inf"), False, "de 14 días en adelante"),
    ],
)
def test_a_bin_of_days_is_told_by_the_days_that_lie_in_it(low, high, closed, said):
    assert days_words(low, high, closed=closed) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0.1, "el mismo lugar"),
        (0.1, 200, "0,1 a 200 m"),
        (200, 400, "200 a 400 m"),
        (600, float("inf"), "de 600 m en adelante"),
    ],
)
def test_a_bin_of_distances_is_told_in_metres(low, high, said):
    assert distance_words(low, high) == said


# Months


def test_a_question_of_months_may_be_of_an_offence_that_is_never_shown_closer(analyst, rows):
    found = answered(analyst, "series", offence="extorsion")
    counted = sum(row["n"] or 0 for row in numbers(found)["months"])
    there = sum(row[1] == "130105" and row[2] == "extorsion" for row in rows)
    assert counted == there > 0


def test_months_below_the_threshold_are_hidden_in_every_file_and_known_inside(analyst):
    found = answered(analyst, "series", offence="extorsion")
    small = {row["period"] for row in numbers(found)["months"] if 0 < (row["n"] or 0) < 10}
    outside = analysis_tables.cleared(found, 10, Audience.OUTSIDE)
    assert small <= {
        row["period"]
        for row in numbers(found)["months"]
        if outside.is_hidden(analysis_tables.month_key(row["period"]))
    }
    inside = analysis_tables.cleared(found, 10, Audience.INSIDE)
    assert not any(inside.is_hidden(analysis_tables.month_key(period)) for period in small)


def test_without_an_offence_months_hold_all_and_have_the_higher_threshold(analyst, rows):
    found = answered(analyst, "series", offence="")
    assert sum(row["n"] for row in numbers(found)["months"]) == sum(
        row[1] == "130105" for row in rows
    )
    assert queries.threshold_of(found) > queries.threshold_of(answered(analyst, "hotspots"))
