"""Classes keep the order of the values and never part equal ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convive.stats.classes import quantile_classes

values = st.lists(st.one_of(st.integers(0, 30), st.just(float("nan"))), max_size=40)


@given(values, st.integers(1, 7))
def test_a_higher_value_is_never_in_a_lower_class(xs, k):
    found = quantile_classes(xs, k).numbers
    known = [(x, c) for x, c in zip(xs, found, strict=True) if x == x]
    assert all((c == 0) == (x != x) for x, c in zip(xs, found, strict=True))
    for (x, c), (y, d) in zip(sorted(known), sorted(known)[1:], strict=False):
        assert c == d if x == y else c <= d
    assert all(1 <= c <= k for _, c in known)


@given(values, st.integers(2, 7))
def test_the_ranges_hold_exactly_the_values_of_their_class(xs, k):
    found = quantile_classes(xs, k)
    for r in found.ranges:
        inside = [x for x, c in zip(xs, found.numbers, strict=True) if c == r.number]
        assert (min(inside), max(inside)) == (r.lower, r.upper)
    if len(found.ranges) > 1:
        assert (found.ranges[0].number, found.ranges[-1].number) == (1, k)


@given(st.integers(1, 60), st.integers(1, 7))
def test_without_ties_classes_differ_by_at_most_one_in_size(n, k):
    sizes = np.bincount(quantile_classes(range(n), k).numbers)[1:]
    assert sizes[sizes > 0].max() - sizes[sizes > 0].min() <= 1


def test_a_grid_keeps_its_shape():
    assert quantile_classes(np.arange(12).reshape(3, 4)).numbers.shape == (3, 4)


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="infinite"):
        quantile_classes([1, float("inf")])
    with pytest.raises(ValueError, match="one class"):
        quantile_classes([1], k=0)
