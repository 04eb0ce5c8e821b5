"""What one answer reads again and again is asked once, and never after."""

from __future__ import annotations

import pytest

from convive.kernel.readings import once, one_reading


def test_the_same_question_is_asked_once_while_a_reading_lasts():
    asked: list[tuple[int, str]] = []

    @once
    def ask(number: int, *, way: str = "plain") -> int:
        asked.append((number, way))
        return number

    assert [ask(1), ask(1)] == [1, 1]
    assert len(asked) == 2  # outside of a reading nothing is kept
    with one_reading():
        ask(1)
        with one_reading():
            ask(1)
        ask(1, way="other")
        ask(2)
        ask(1)
    assert asked[2:] == [(1, "plain"), (1, "other"), (2, "plain")]
    ask(1)
    assert len(asked) == 6


def test_what_failed_is_asked_again():
    tries: list[int] = []

    @once
    def ask() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("not yet")
        return "now"

    with one_reading():
        with pytest.raises(ValueError, match="not yet"):
            ask()
        assert ask() == "now"
