"""What is taken away of the plan: numbers of people below the threshold stay in the house."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
import pytest
from cast import LA_ESPERANZA, client_as, make_plan, make_programme, make_version, total
from django.test import Client

from convive.domain.plans.models import Indicator, IndicatorVersion, Objective, Plan, Value
from convive.domain.programme.models import Place, Programme
from convive.domain.programme.queries import organisation, place
from convive.evidence.models import Offence
from convive.results.exports import threshold_of

pytestmark = pytest.mark.django_db
CSV, XLSX = "/plan/joint/achieved.csv", "/plan/joint/achieved.xlsx"


def achieved(numerator: float, denominator: float | None = None, *, code: str = "people-reached"):
    """An accepted value of an indicator of the joint plan."""
    indicator = Indicator.objects.get(code=code)
    Value.objects.create(
        version=indicator.versions.get(),
        place=place(LA_ESPERANZA),
        start=date(2015, 1, 1),
        end=date(2015, 3, 31),
        combination=total(),
        organisation=organisation("unfpa"),
        numerator=numerator,
        denominator=denominator,
        state=Value.State.ACCEPTED,
        source="registro",
        recorded_by="user:8",
        reviewed_by="user:9",
    )


@pytest.fixture(autouse=True)
def plan() -> Plan:
    make_programme()
    return make_plan()


def percentage(code: str) -> None:
    """One more indicator: a share of people."""
    objective = Objective.objects.get()
    made = Indicator.objects.create(objective=objective, code=code)
    make_version(
        made, unit="percentage", across_periods="ratio", across_places="ratio",
        denominator_es="Personas", denominator_en="People", name_es=code, name_en=code,
    )  # fmt: skip


def rows(client: Client, path: str = CSV) -> list[dict[str, str]]:
    answer = client.get("/en" + path)
    assert answer.status_code == 200
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    heads, *found = lines[lines.index([]) + 1 :]
    return [dict(zip(heads, line, strict=True)) for line in found]


def test_what_was_achieved_is_told_with_its_target_and_progress():
    achieved(3800)
    (row,) = rows(client_as("coordinator"))
    assert (row["Number achieved"], row["Status"]) == ("3800", "ok")
    assert (row["Target"], row["Progress, %"]) == ("7600.0", "50.0")


def test_a_few_people_are_hidden_with_the_progress_that_would_tell_them():
    achieved(3)
    (row,) = rows(client_as("coordinator"))
    assert (row["Number achieved"], row["Status"]) == ("", "suppressed")
    assert (row["At least"], row["At most"], row["Progress, %"]) == ("1", "9", "")
    assert "3" not in client_as("coordinator").get(CSV).content.decode().splitlines()[-1][:40]


def test_none_is_told_as_zero_and_no_data_as_missing():
    assert rows(client_as("coordinator"))[0]["Status"] == "missing"
    achieved(0)
    assert rows(client_as("coordinator"))[0]["Status"] == "zero"


@pytest.mark.parametrize(
    ("numerator", "share"),
    [(3, ""), (100, "25.0"), (380, "95.0"), (395, ""), (398, ""), (400, "100.0")],
)
def test_a_share_of_few_people_or_of_all_but_a_few_is_hidden(numerator, share):
    percentage("at-school")
    achieved(numerator, 400, code="at-school")
    row = next(row for row in rows(client_as("coordinator")) if row["Indicator"] == "at-school")
    assert row["Share or rate achieved"] == share
    assert row["Number achieved"] == ""


def test_the_pack_may_raise_the_threshold_and_never_lower_it():
    achieved(12)
    for said, hidden in ((20, True), (1, False)):
        Programme.objects.update(thresholds={"default": 5, "sensitive": said})
        (row,) = rows(client_as("coordinator"))
        assert (row["Number achieved"] == "") is hidden
    Value.objects.update(numerator=9)
    assert rows(client_as("coordinator"))[0]["Number achieved"] == ""


def test_the_workbook_says_the_same_with_numbers_as_numbers():
    achieved(3800)
    answer = client_as("coordinator").get(XLSX)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, notes = book["Cuadro"], book["Notas"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "A2"
    assert sheet.cell(2, heads.index("Número logrado") + 1).value == 3800
    assert sheet.cell(2, heads.index("Meta") + 1).value == 7600
    said = {row[0].value: row[1].value for row in notes.iter_rows()}
    assert said["Fuente"] == "registro" and "Uso interno" not in said


def test_whoever_sees_no_figures_takes_none_away_and_the_page_links_them():
    achieved(3800)
    for path in (CSV, XLSX):
        assert client_as("case_worker").get(path).status_code == 403
        assert Client().get(path).status_code == 302
        assert path in client_as("funder").get("/plan/joint/").content.decode()
        assert path not in client_as("case_worker").get("/plan/joint/").content.decode()
    assert client_as("coordinator").get("/plan/nothing/achieved.csv").status_code == 404


def test_the_plan_of_another_district_is_not_taken_away():
    Plan.objects.create(
        code="ep", name_es="ep", name_en="ep", start=date(2015, 1, 1), end=date(2016, 1, 1),
        district=Place.objects.get(code="130102"),
    )  # fmt: skip
    assert client_as("municipal_officer").get("/plan/ep/achieved.csv").status_code == 403
    assert client_as("other_municipal_officer").get("/plan/ep/achieved.csv").status_code == 200


@pytest.mark.parametrize(("flags", "threshold"), [([], 5), (["sensitive"], 10)])
def test_what_a_source_counts_is_hidden_by_what_the_pack_says_of_it(flags, threshold):
    """Of values that are recorded by hand nobody says it: they have the higher threshold."""
    Offence.objects.create(
        source_code="counts", category="x", name_es="x", name_en="x", iccs="0401", flags=flags
    )
    version = IndicatorVersion.objects.select_related("indicator").first()
    version.measure, version.filters = "observatory.count", {"source": "counts", "offence": "04"}
    assert threshold_of(version) == threshold
    version.filters = {"source": "counts", "offence": "05"}
    assert threshold_of(version) == 10
    version.measure = ""
    assert threshold_of(version) == 10
