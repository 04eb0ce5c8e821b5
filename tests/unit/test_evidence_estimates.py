"""Published estimates of a survey: what contradicts itself is rejected."""

from __future__ import annotations

import csv

import pytest
from recorded import SURVEY, receive, source, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def rejects(receipt):
    with receipt.rejects_file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FEAR = """
    [[questions]]
    code = "fear"
    name_es = "Temor"
    name_en = "Fear"
"""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("130105,2023,joy,40,38,42,500", "mapping does not know"),
        ("130105,2023,fear,,38,42,500", "empty"),
        ("130105,2023,fear,40,41,42,500", "margin does not hold"),
        ("130105,2023,fear,40,38,39,500", "margin does not hold"),
        ("130105,2023,fear,40,38,42,-5", "below zero"),
        ("130105,2022,fear,40,38,42,500", "same place, period and category"),
    ],
)
def test_an_estimate_that_contradicts_itself_is_rejected(tmp_path, row, reason):
    source(tmp_path, SURVEY + FEAR)
    good = "130105,2022,fear,40,38,42,500"
    (told,) = rejects(receive(table(tmp_path, ("place,year,q,v,lo,hi,n", good, row))))
    assert reason in told["reason"]
