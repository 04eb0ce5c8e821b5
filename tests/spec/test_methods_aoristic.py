"""The table of docs/methods/aoristic.md is run."""

from __future__ import annotations

import numpy as np
import pytest
from test_methods import Row, agrees, rows_of

from convive.stats.aoristic import weights


@rows_of("aoristic")
def test_an_interval_weighs_on_an_hour_as_the_page_says(row: Row):
    start = np.array([row["from"]], "datetime64[s]")
    end = np.array([row["to"] or "NaT"], "datetime64[s]")
    answer = weights(start, end, longest=168)
    assert agrees(row["weight"], answer.cells[int(row["weekday"]), int(row["hour"])])
    assert answer.cells.sum() == pytest.approx(1)
