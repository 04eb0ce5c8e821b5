"""What a count of linked lists answers, and what it never tells."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from linkage_people import BUILDING, make

from convive.domain.reach.coded import columns, count, encode, keys, link, protect, schema, words
from convive.domain.reach.coded.figure import figure_of
from convive.kernel.errors import BadInput
from convive.kernel.figures import Status
from convive.stats.linkage_count import Count, Estimate

AIMS = [count.Aim("people-reached", 400), count.Aim("girls", 900, count.YOUNG_WOMEN)]


def counted(shared, tmp_path, city, aims=AIMS):
    made = make(shared / "linkage" / "names", city, 5)
    key = keys.make(dt.date(2017, 5, 1))
    lists = [
        encode.encode(columns.read(path), key, path.stem, schema.USUAL).tokens
        for path in made.write(tmp_path)
    ]
    return made, count.answer(link.link(lists), aims, draws=100)


@pytest.fixture
def found(shared, tmp_path):
    return counted(shared, tmp_path, replace(BUILDING, people=700, refusing=0.02))


def test_the_answer_holds_the_truth_and_all_three_numbers(found):
    made, answer = found
    told = answer.as_json()
    assert told["people"]["lower"] <= made.truth <= told["people"]["upper"]
    assert told["sum"] == sum(map(len, made.lists))
    assert told["largest"] == max(map(len, made.lists))
    assert told["largest"] < told["people"]["value"] < told["sum"]
    assert told["kind"] == "corrected"
    assert told["not_linked"] == sum(
        row["consentimiento_enlace"] == "no" for rows in made.lists for row in rows
    )
    assert [each["verdict"] for each in told["aims"]] == ["reached", "missed"]


def test_strata_add_up_to_who_agreed(found):
    _made, answer = found
    told = answer.as_json()
    assert set(told["by"]) == {"sex", "age_band", "district", "quarter"}
    for name, rows in told["by"].items():
        values = [row["people"]["value"] for row in rows]
        if None not in values:
            assert sum(values) == told["agreed"]["value"], name
        for row in rows:
            if row["people"]["value"] is not None:
                assert row["lower"] <= row["people"]["value"] <= row["upper"]


def test_an_answer_is_counts_alone(found):
    """No id, no code of a person and no row stands in what is passed on."""
    made, answer = found
    text = json.dumps(answer.as_json())
    for rows in made.lists:
        for row in rows[:50]:
            assert row["codigo"] not in text
            assert not row["dni"] or row["dni"] not in text
            assert row["apellido_paterno"] + " " not in text


def test_the_figure_says_what_the_answer_says(found):
    _made, answer = found
    told, day = answer.as_json(), dt.date(2017, 5, 1)
    figure = figure_of(told, as_of=day)
    assert (figure.value, figure.lower, figure.upper) == (
        answer.people.value, answer.people.lower, answer.people.upper
    )  # fmt: skip
    assert figure.source == ", ".join(answer.agencies)
    assert not figure.is_sample
    girls = figure_of(told, as_of=day, where={"indicator": "girls"})
    assert girls.value == told["aims"][1]["people"]["value"]
    women = figure_of(told, as_of=day, where={"sex": "F"})
    assert women.value < figure.value
    with pytest.raises(BadInput):
        figure_of(told, as_of=day, where={"sex": "X"})
    with pytest.raises(BadInput):
        figure_of(told, as_of=day, where={"sex": "F", "district": "TRUJILLO"})
    hidden = told | {"people": {"value": None, "lower": None, "upper": None}}
    assert figure_of(hidden, as_of=day).status is Status.SUPPRESSED


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_note_says_the_numbers_and_how_they_came(found, language):
    _made, answer = found
    told = answer.as_json()
    text = " ".join(words.note(told, language))
    assert re.search(r"95\s?%", text)
    assert "DNI" in text
    model = " ".join(words.note(told | {"kind": "model range"}, language))
    assert "%" not in model
    assert len(words.note(told | {"sample": True}, language)) == len(told["note"][language]) + 1


def told_of(different, overlap, people, levels=("F", "M"), threshold=5, unlinked=None):
    """Protected tables of a count with these numbers, in one stratum of sex."""
    overlap = np.array(overlap, dtype=float)
    total = Estimate(sum(people), sum(people), sum(people))
    found = Count(
        total, total, 0, "corrected", 100, 0, 0, 0, 0, 0,
        {"sex": tuple(Estimate(each, each - 2, each + 2) for each in people)}, overlap,
    )  # fmt: skip
    names = [chr(97 + k) for k in range(len(different))]
    return protect.tables(
        names, np.array(different), unlinked or [0] * len(names), found, {"sex": levels},
        {"sex": np.array([each + 20 for each in people])}, threshold,
    )  # fmt: skip


def test_a_small_overlap_is_hidden():
    told = told_of([100, 80, 60], [[100, 3, 20], [3, 80, 15], [20, 15, 60]], [120, 90])
    assert told.is_hidden("both a b")
    assert not told.is_hidden("both a c")


def test_that_all_of_a_list_are_known_elsewhere_is_hidden():
    """Else its agency would know of each of its people that the other knows them."""
    for both in (60, 58):
        overlap = [[100, 20, both], [20, 80, 15], [both, 15, 60]]
        told = told_of([100, 80, 60], overlap, [120, 52])
        assert told.is_hidden("both a c")


def test_of_two_lists_the_total_gives_no_hidden_overlap_away():
    told = told_of([100, 80], [[100, 3], [3, 80]], [120, 57])
    assert told.is_hidden("both a b")
    assert told.is_hidden("agreed")
    open_ = told_of([100, 80], [[100, 30], [30, 80]], [90, 60])
    assert not open_.is_hidden("both a b", "agreed")


def test_few_people_of_a_stratum_are_hidden_with_their_interval():
    told = told_of([100, 80, 60], [[100, 20, 20], [20, 80, 15], [20, 15, 60]], [180, 3])
    row = told.table("sex").rows[1]
    assert [cell.value for cell in row.cells[1:4]] == [None, None, None]
    assert told.is_hidden("sex F")  # or the total would tell


def test_minors_are_hidden_below_ten():
    told = told_of(
        [100, 80, 60], [[100, 20, 20], [20, 80, 15], [20, 15, 60]], [60, 60, 8],
        levels=("0–11", "12–14", "30+"),
    )  # fmt: skip
    assert not told.is_hidden("sex 30+")
    told = told_of(
        [100, 80, 60], [[100, 20, 20], [20, 80, 15], [20, 15, 60]], [60, 8, 60],
        levels=("0–11", "12–14", "30+"),
    )  # fmt: skip
    assert told.is_hidden("sex 12–14")


def test_whole_numbers_add_up():
    assert protect.whole([1.4, 2.4, 3.2], 7) == [2, 2, 3]
    assert protect.whole([0.0, 0.0], 0) == [0, 0]
    assert sum(protect.whole([0.3] * 10, 3)) == 3


def test_a_person_has_one_level_the_first_quarter_or_the_one_met_most():
    group = np.array([0, 0, 0, 1, 1])
    level = np.array([2, 1, 2, 3, 0])  # 3 is not known
    names = ["A", "B", "C", ""]
    assert count._of_person(group, level, names, is_first=False).tolist() == [2, 2, 2, 0, 0]
    assert count._of_person(group, level, names, is_first=True).tolist() == [1, 1, 1, 0, 0]
