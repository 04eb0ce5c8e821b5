"""Many tests at once: p-values adjusted so that a stated share of the findings may be false."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def adjust(p: ArrayLike) -> Floats:
    """Adjusted p-values of Benjamini and Hochberg (step-up).

    With the n p-values in rising order p(1) ≤ … ≤ p(n), the adjusted value of p(i) is
    min over j ≥ i of min(1, p(j) · n / j). Call a finding what is at most 0.05: then at most 5 % of
    the findings are false on average, and where nothing is there, at most 5 % of the tables or maps
    show anything at all.

    Parameters
    ----------
    p : array of any shape
        Probabilities. All of them count as tests: leave out what was not tested.

    Returns
    -------
    array of the shape of `p`, from 0 to 1

    Raises
    ------
    ValueError
        A value is not between 0 and 1, or not a number.

    Notes
    -----
    Holds for independent tests and for those of positive dependence (neighbouring cells). A p-value
    from M permutations is never below 1 / (M + 1): with many tests and few permutations nothing can
    be found.

    References
    ----------
    Benjamini Y, Hochberg Y (1995). Controlling the false discovery rate. Journal of the Royal
    Statistical Society B 57: 289–300.
    Benjamini Y, Yekutieli D (2001). The control of the false discovery rate in multiple testing
    under dependency. The Annals of Statistics 29: 1165–1188.
    """
    given = np.asarray(p, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("p: give probabilities between 0 and 1")
    flat = given.ravel()
    order = np.argsort(flat, kind="stable")
    scaled = flat[order] * (flat.size / np.arange(1, flat.size + 1))
    rising = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty_like(flat)
    adjusted[order] = np.minimum(rising, 1.0)
    return adjusted.reshape(given.shape)
