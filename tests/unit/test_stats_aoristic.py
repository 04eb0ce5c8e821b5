"""What aoristic weights promise beside their sums, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats.aoristic import weights

TUESDAY = np.array(["2024-01-02T08:00"], "datetime64[s]")


def test_events_without_an_end_are_exact_moments():
    answer = weights(TUESDAY, longest=24)
    assert (answer.cells[1, 8], answer.exact, answer.n) == (1, 1, 1)


def test_the_end_of_an_interval_is_not_part_of_it():
    answer = weights(TUESDAY, TUESDAY + np.timedelta64(3600, "s"), longest=24)
    assert (answer.cells[1, 8], answer.cells[1, 9]) == (1, 0)


def test_an_interval_as_long_as_allowed_counts_and_a_longer_one_is_told():
    ends = TUESDAY + np.timedelta64(24 * 3600, "s")
    assert weights(TUESDAY, ends, longest=24).n == 1
    answer = weights(TUESDAY, ends + np.timedelta64(1, "s"), longest=24)
    assert (answer.n, answer.too_long, answer.cells.sum()) == (0, 1, 0)


def test_a_night_reaches_into_the_next_day_and_sunday_into_monday():
    sunday = np.array(["2024-01-07T13:45"], "datetime64[s]")
    answer = weights(sunday, longest=24, parts=["night"], hours_of={"night": range(22, 30)})
    assert answer.cells[6, 22:].tolist() == [0.125, 0.125]
    assert answer.cells[0, :6].tolist() == [0.125] * 6
    assert (answer.parts, answer.exact, answer.n) == (1, 0, 1)


def test_days_before_1970_have_their_weekday():
    answer = weights(np.array(["1969-12-31T23:30"], "datetime64[s]"), longest=24)
    assert answer.cells[2, 23] == 1


def test_nothing_weighs_nothing():
    answer = weights([], [], longest=24)
    assert (answer.n, answer.cells.sum()) == (0, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"starts": [1, 2]}, "datetime64"),
        ({"ends": np.array(["2024-01-02", "2024-01-03"], "datetime64[s]")}, "every start"),
        ({"longest": 0}, "longest"),
        ({"longest": float("nan")}, "longest"),
        ({"parts": []}, "parts"),
        ({"parts": ["dawn"]}, "which hours"),
        ({"parts": ["dawn"], "hours_of": {"dawn": []}}, "whole hours"),
        ({"parts": ["dawn"], "hours_of": {"dawn": [5.5]}}, "whole hours"),
        ({"parts": ["dawn"], "hours_of": {"dawn": [48]}}, "whole hours"),
        ({"parts": ["dawn"], "hours_of": {"dawn": [1, 25]}}, "twice"),
    ],
)
def test_what_cannot_be_weighed_is_refused_with_the_reason(change, says):
    with pytest.raises(ValueError, match=says):
        weights(**({"starts": TUESDAY, "longest": 24} | change))
