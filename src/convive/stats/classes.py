"""Classes for maps and month grids: a few groups of equal size, in the order of their values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ValueRange:
    """One class: its number, and the smallest and largest value that is in it."""

    number: int
    lower: float
    upper: float


@dataclass(frozen=True)
class Classes:
    """numbers : class of each value, 1 (lowest) to k (highest); 0 where the value is missing.

    ranges : the classes that hold a value, lowest first.
    """

    numbers: NDArray[np.int64]
    ranges: tuple[ValueRange, ...]


def quantile_classes(values: ArrayLike, k: int = 5) -> Classes:
    """Sort values into at most `k` classes that hold as nearly equal numbers of values as can be.

    A value belongs to class ceil(k · r / n), r being how many values are not above it: so equal
    values are never parted, and class 1 holds the lowest k-th of the values. Where ties or few
    values leave fewer classes than k, those are spread evenly over 1 to k, so that the highest is
    k and the lowest 1; a single class is 1.

    Parameters
    ----------
    values : array of any shape
        nan where there is none.
    k : int
        How many classes at most; 1 or more.

    Returns
    -------
    Classes
        `numbers` has the shape of `values`.

    Raises
    ------
    ValueError
        A value is infinite, or `k` is below 1.

    Examples
    --------
    >>> quantile_classes([98, 108, 107, 110, float("nan")], k=2).numbers
    array([1, 2, 1, 2, 0])
    """
    numbers = np.asarray(values, dtype=np.float64)
    if np.isinf(numbers).any():
        raise ValueError("values: infinite values have no class")
    if k < 1:
        raise ValueError("k: give at least one class")
    known = ~np.isnan(numbers)
    ordered = np.sort(numbers[known])
    found = np.zeros(numbers.shape, dtype=np.int64)
    if not ordered.size:
        return Classes(found, ())
    not_above = np.searchsorted(ordered, numbers[known], side="right")
    raw = -(-k * not_above // ordered.size)
    present, place = np.unique(raw, return_inverse=True)
    spread = np.rint(np.linspace(1, k if present.size > 1 else 1, present.size)).astype(np.int64)
    found[known] = spread[place]
    return Classes(
        found,
        tuple(
            ValueRange(int(c), float(numbers[found == c].min()), float(numbers[found == c].max()))
            for c in spread
        ),
    )
