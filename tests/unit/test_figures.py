"""Figures and the registry of measures."""

from __future__ import annotations

import json
from datetime import date

import pytest

from convive.kernel.errors import BadInput
from convive.kernel.figures import (
    Figure,
    Mark,
    MarkKind,
    Question,
    Status,
    figure,
    measure,
    measures,
)
from convive.kernel.periods import Period

YEAR = Question(Period.parse("2018"))


def make(**changes):
    facts = {"value": 5, "unit": "cases", "method": "counted", "source": "police"}
    return Figure(**{**facts, **changes})


def test_a_figure_as_json_holds_every_answer():
    found = make(lower=1.6, upper=float("inf"), n=5, as_of=date(2019, 1, 1)).with_marks(
        Mark(MarkKind.SAMPLE, "invented")
    )
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert told["upper"] is None and told["lower"] == 1.6 and told["as_of"] == "2019-01-01"
    assert told["marks"] == [{"kind": "sample", "on": None, "text": "invented"}]
    assert {"value", "unit", "n", "method", "source", "status"} <= set(told)
    assert found.is_sample


@pytest.mark.parametrize(
    "changes",
    [
        {"value": None},
        {"status": Status.SUPPRESSED},
        {"status": Status.MISSING, "value": 0},
        {"value": float("nan")},
        {"value": float("inf")},
    ],
)
def test_a_figure_never_tells_what_it_has_not_or_must_not(changes):
    with pytest.raises(ValueError):
        make(**changes)


def test_what_is_not_known_has_no_value():
    for status in (Status.MISSING, Status.SUPPRESSED, Status.UNDEFINED):
        assert make(value=None, status=status).as_json()["value"] is None


def test_a_measure_is_asked_by_name_and_refuses_filters_that_it_does_not_know():
    @measure("test.answer", filters=("sex",))
    def answer(question: Question) -> Figure:
        """The answer.

        And more.
        """
        return make(value=42)

    assert figure("test.answer", YEAR).value == 42
    assert measures()["test.answer"].summary == "The answer."
    with pytest.raises(BadInput, match="colour"):
        figure("test.answer", Question(YEAR.period, where={"colour": "blue"}))
    with pytest.raises(BadInput, match=r"test\.answer"):
        figure("test.nothing", YEAR)
    with pytest.raises(ValueError, match="two measures"):
        measure("test.answer", filters=())(answer)
