"""What the newest months will come to: a band where releases tell it, the reason where not."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from cast import client_as
from click.testing import CliRunner
from django.utils import translation
from observatory_ground import ROWS, SOURCES, Row, add_source, make_ground
from recorded import pack_source

from convive import charts
from convive.cli.analyse import analyse
from convive.domain.observatory import drawings, expected, leaving, tables
from convive.domain.observatory.parts import PlaceProfile
from convive.domain.observatory.profile import place_profile
from convive.domain.observatory.rules import Direction
from convive.domain.programme.queries import SYSTEM
from convive.evidence import late
from convive.evidence.actions import import_file, put_source
from convive.evidence.spec import read_source
from convive.kernel import words
from convive.kernel.leaving import Audience
from convive.kernel.periods import Period
from convive.reports import brief, diagnosis
from convive.reports.diagnosis.material import gather
from convive.reports.diagnosis.records import late_words
from convive.reports.orders import Kind, Order
from convive.stats.nowcast_releases import Reason, from_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
EL_PORVENIR, LA_ESPERANZA, PROVINCE = "PE-INEI:130102", "PE-INEI:130105", "PE-INEI:1301"
SHARES = {0: 0.6, 1: 0.9}  # of a month's records, by how many months later a release comes
LAST = {(2023, m): date(2023, m, 30 if m in (9, 11) else 31) for m in (9, 10, 11, 12)}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def known(rows: list[Row], year: int, month: int) -> list[Row]:
    """What a release of this month knows: each record comes late by a draw of its own."""
    found = []
    for number, row in enumerate(rows):
        lag = 12 * (year - row.year) + month - row.month
        if lag >= 0:
            chance = random.Random(number)
            share = SHARES.get(lag, 1.0)
            found.append(replace(row, n=sum(chance.random() < share for _ in range(row.n))))
    return found


def bring(folder: Path, source: str, rows: list[Row], vintage: date) -> None:
    file = folder / f"{source}-{vintage}.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["place", "year", "month", "offence", "n"])
        writer.writerows([r.place, r.year, r.month, r.offence, r.n] for r in rows if r.n)
    assert import_file(by=SYSTEM, source=source, path=file, vintage=vintage).rejected == 0


@pytest.fixture
def released(tmp_path: Path) -> Callable[..., None]:
    """The source `late`, in four releases of 2023, or as another rule makes them."""

    def make(rule: Callable[[list[Row], int, int], list[Row]] = known) -> None:
        make_ground(tmp_path)
        add_source(tmp_path, "late", [r for r in ROWS if r.year == 2021 and r.month == 1])
        for (year, month), day in LAST.items():
            bring(tmp_path, "late", rule(list(ROWS), year, month), day)

    return make


def growing(profile: PlaceProfile) -> list:
    return [point for point in profile.series if point.provisional]


# Releases as they were imported


def test_imported_releases_are_what_a_table_of_them_is(released):
    released()
    read = late.releases("late")
    rows = [
        (date(r.year, r.month, 1), f"PE-INEI:{r.place}", r.n, date(year, month, 1))
        for year, month in LAST
        for r in known(list(ROWS), year, month)
    ]
    summed: dict[tuple, int] = {}
    for month, place, n, release in rows:
        summed[month, place, release] = summed.get((month, place, release), 0) + n
    cells = list(summed)
    plain = from_rows(
        np.array([c[0] for c in cells], dtype="datetime64[M]"),
        np.array([c[1] for c in cells]),
        np.array(list(summed.values())),
        np.array([c[2] for c in cells], dtype="datetime64[M]"),
    )
    assert read.units.tolist() == plain.units.tolist()
    np.testing.assert_array_equal(read.releases, plain.releases)
    np.testing.assert_array_equal(read.counts, plain.counts)
    assert {name: set(of.tolist()) for name, of in read.groups.items()} == {
        "2": {"PE-INEI:13"},
        "4": {"PE-INEI:1301"},
    }


def test_a_release_of_some_months_leaves_the_others_as_they_were(released, tmp_path):
    def last_two_alone(rows: list[Row], year: int, month: int) -> list[Row]:
        found = known(rows, year, month)
        if month == 9:
            return found
        return [r for r in found if r.year == year and month - 1 <= r.month <= month]

    released()
    whole = late.releases("late").counts[:, :, -6:]
    for number, (code, rule) in enumerate({"table": known, "remade": last_two_alone}.items()):
        add_source(tmp_path, code, [r for r in ROWS if r.year == 2021 and r.month == 1])
        for (year, month), day in LAST.items():
            bring(tmp_path, code, rule(list(ROWS), year, month), day)
        read = late.releases(code).counts[:, :, -6:]
        if number == 0:
            np.testing.assert_array_equal(read, whole)
        else:  # what an earlier month had grown meanwhile, this release did not say
            assert np.nansum(read) <= np.nansum(whole)
            np.testing.assert_array_equal(read[-1, :, -2:], whole[-1, :, -2:])


def test_what_is_kept_answers_again_and_new_evidence_is_read_anew(released, tmp_path):
    released()
    first = expected.of_places("late", [LA_ESPERANZA])
    expected._kept.cache_clear()  # another process: only the file is there
    assert expected.of_places("late", [LA_ESPERANZA]) == first
    assert expected.is_made("late")
    bring(
        tmp_path, "late", known([replace(r, n=r.n + 1) for r in ROWS], 2023, 12), date(2024, 1, 9)
    )
    assert not expected.is_made("late")
    assert expected.of_places("late", [LA_ESPERANZA]) != first


# On the page, in files and documents


def test_the_last_months_of_a_page_are_a_band_that_holds_what_came(released):
    released()
    profile = place_profile(LA_ESPERANZA, source="late")
    final = {
        date(2023, m, 1): sum(
            r.n for r in ROWS if (r.place, r.year, r.month) == ("130105", 2023, m)
        )
        for m in (11, 12)
    }
    assert [point.month for point in growing(profile)] == list(final)
    for point in growing(profile):
        found = point.expected
        assert found.published == point.value < final[point.month]
        assert point.value <= found.lower <= found.estimate <= found.upper
        assert found.lower <= final[point.month] <= found.upper
        assert point.reference is None  # the province beside it would fall for the same reason
    assert all(point.expected is None for point in profile.series if not point.provisional)
    assert profile.no_band == ""
    page = client_as("coordinator").get("/en/places/PE-INEI:130105/?source=late").content.decode()
    assert "Expected once all is registered (95%)" in page and "no fall" in page
    assert 'class="xband"' in page
    assert "Expected once all is registered</th>" in page


def test_a_province_is_the_sum_of_its_districts_by_their_means(released):
    released()
    whole = {p.month: p for p in growing(place_profile(PROVINCE, source="late"))}
    parts = [
        {p.month: p for p in growing(place_profile(ref, source="late"))}
        for ref in (EL_PORVENIR, LA_ESPERANZA, "PE-INEI:130101", "PE-INEI:130103")
    ]
    for month, point in whole.items():
        assert point.expected.published == sum(part[month].value for part in parts)
        assert point.expected.upper < sum(part[month].expected.upper for part in parts)


def test_one_release_and_a_source_that_takes_away_say_why_there_is_no_band(released, tmp_path):
    released(lambda rows, _year, month: [replace(r, n=max(r.n - month, 0)) for r in rows
                                         if (r.year, r.month) <= (2023, month)])  # fmt: skip
    down = place_profile(LA_ESPERANZA, source="late")
    assert all(point.expected is None for point in down.series)
    assert "takes records away again" in drawings.charts(down).series_note
    add_source(tmp_path, "table")
    spec, _problems = read_source(SOURCES / "sample-complaints.toml")
    put_source(by=SYSTEM, spec=replace(spec, code="table", limits=replace(spec.limits)))
    one = place_profile(LA_ESPERANZA, source="table")
    assert growing(one) and "fewer than two releases" in drawings.charts(one).series_note
    with translation.override("es"):
        again = place_profile(LA_ESPERANZA, source="table")
        assert "menos de dos entregas" in drawings.charts(again).series_note


def test_a_hidden_count_is_not_told_by_its_band(released):
    few = {0: 3, 1: 3}

    def rule(rows: list[Row], year: int, month: int) -> list[Row]:
        found = known(rows, year, month)
        return [
            replace(r, n=few[month - r.month] if r.offence == "robo" else 0)
            if (r.place, r.year) == ("130105", year) and month - r.month in few
            else r
            for r in found
        ]

    released(rule)
    profile = place_profile(LA_ESPERANZA, source="late")
    assert [point.value for point in growing(profile)] == [3, 3]
    assert any(point.expected for point in growing(profile))
    told = leaving.cleared(profile, Audience.OUTSIDE)
    seen = leaving.shown(profile, told)
    assert all(point.hidden and point.expected is None for point in growing(seen))
    assert drawings.charts(seen).series_note == ""
    rows = told.table("months").rows[-2:]
    assert [[cell.value for cell in row.cells[1:7]] for row in rows] == [[None] * 6] * 2
    assert tables.month_key(date(2023, 12, 1)) in told.numbers


def test_diagnosis_and_brief_say_what_the_page_says(released):
    released()
    page = drawings.charts(place_profile(LA_ESPERANZA, source="late")).series_note
    assert page.startswith("Expected once all is registered")
    asked = Order(place=LA_ESPERANZA, period=Period.between("2021", "2023"), language="en",
                  source="late", internal=True)  # fmt: skip
    (read,) = gather(asked).reads
    assert late_words(read) == page
    assert page in str(diagnosis.compose(gather(asked)))
    month = replace(asked, period=Period.month(2023, 12), kind=Kind.BRIEF)
    assert page in str(brief.compose(brief.gather(month), charts.PRINT))


# The question and the command


def told(*words: object, code: int = 0) -> dict:
    done = CliRunner().invoke(analyse, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    return dict(json.loads(done.stdout))


def test_imported_releases_and_a_file_of_them_give_the_same_answer(released, tmp_path):
    released()
    file = tmp_path / "all.csv"
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["place", "month", "n", "release"])
        cells: dict[tuple, int] = {}
        for year, month in LAST:
            for r in known(list(ROWS), year, month):
                key = (r.place, f"{r.year}-{r.month:02}", f"{year}-{month:02}")
                cells[key] = cells.get(key, 0) + r.n
        writer.writerows([place, at, n, release] for (place, at, release), n in cells.items())
    a = told("nowcast", "--releases", file, "--place", "130105")
    b = told("nowcast", "--source", "late", "--place", LA_ESPERANZA)
    assert a["months"] == b["months"]
    newest = b["months"][-1]
    point = place_profile(LA_ESPERANZA, source="late").series[-1]
    assert (newest["published"], newest["estimate"]) == (point.value, point.expected.estimate)
    earlier = told("nowcast", "--source", "late", "--place", LA_ESPERANZA, "--as-of", "2023-11")
    assert earlier["months"][-1]["period"] == "2023-11"
    done = CliRunner().invoke(analyse, ["nowcast"])
    assert done.exit_code == 2 and "--source" in done.output


def test_refusals_are_said_in_spanish(released, tmp_path, monkeypatch):
    released()
    monkeypatch.setenv("CONVIVE_LANG", "es")
    early = told("nowcast", "--source", "late", "--as-of", "2023-09", code=1)
    assert "menos de dos entregas" in early["problems"][0]["why"]
    file = tmp_path / "twice.csv"
    file.write_text("place,month,n,release\n130105,2023-01,4,2023-01\n130105,2023-01,5,2023-01\n")
    twice = told("nowcast", "--releases", file, code=1)
    assert "dos filas" in twice["problems"][0]["why"]
    file.write_text("place,month,n,release\n130105,2023-05,4,2023-01\n130105,2023-01,5,2023-02\n")
    after = told("nowcast", "--releases", file, code=1)
    assert "posterior" in after["problems"][0]["why"]


def test_every_reason_has_words_of_its_own_or_the_common_ones():
    from convive.domain.observatory.sayings_late import what_to_do, why_not

    assert all(why_not(reason) and what_to_do(reason) for reason in Reason)


def test_the_question_whether_it_changed_shows_the_band_and_leaves_the_months_out(released):
    released()
    found = told("series", "--source", "late", "--place", LA_ESPERANZA)
    newest = found["months"][-1]
    assert newest["provisional"] and newest["expected"] is None
    assert newest["n"] <= newest["late"]["lower"] <= newest["late"]["upper"]
    assert any("once all is registered" in caveat for caveat in found["caveats"])


# The real series


def test_el_porvenir_shows_the_change_of_boundaries_the_band_and_no_evidence(tmp_path, shared):
    make_ground(tmp_path)
    pack_source("mininter-vaw")
    file = shared / "peru_violence/mininter_vaw/releases_2025-01_to_2025-08.parquet"
    assert import_file(by=SYSTEM, source="mininter-vaw", path=file).rejected == 0
    years = Period.between("2018", "2025")
    profile = place_profile(EL_PORVENIR, years, source="mininter-vaw")
    (mark,) = profile.breaks
    assert (mark.name, mark.label, mark.is_crossed) == ("Alto Trujillo", "boundary change", True)
    july, august = (p.expected for p in profile.series if p.month >= date(2025, 7, 1) and p.value)
    assert (july.published, august.published) == (62, 32)
    assert 32 <= august.lower < august.estimate < august.upper <= 60
    url = "/en/places/PE-INEI:130102/?source=mininter-vaw&first=2018-01&last=2025-12"
    page = client_as("coordinator").get(url).content.decode()
    note = drawings.charts(profile).series_note
    asked = Order(place=EL_PORVENIR, period=years, language="en", source="mininter-vaw",
                  internal=True)  # fmt: skip
    document = str(diagnosis.compose(gather(asked)))
    month = replace(asked, period=Period.month(2025, 8), kind=Kind.BRIEF)
    sheet = str(brief.compose(brief.gather(month), charts.PRINT))
    for told_there in (page, document, sheet):
        assert note in told_there
        assert profile.lead in told_there
        assert ">Alto Trujillo" in told_there or "boundary change: Alto Trujillo" in told_there
    drawn = drawings.break_of(mark).text
    assert drawn == f"boundary change: Alto Trujillo, {words.month(mark.on)}"
    assert drawn in page and drawn in document and 'class="xband"' in page
    assert "still counts as before" in page and "still counts as before" in document
    (row,) = [row for row in profile.changes if row.is_here]
    assert ("no evidence of change" in profile.lead) == (row.direction is Direction.UNCLEAR)
    answer = told("series", "--source", "mininter-vaw", "--place", EL_PORVENIR)
    assert ("no evidence of a change" in answer["sentence"]) == (not answer["changes"])
    assert answer["months"][-1]["late"]["upper"] == august.upper


def test_where_nothing_speaks_for_a_change_the_page_says_so_in_words(released):
    released()
    profile = place_profile(LA_ESPERANZA, source="late")
    (row,) = [row for row in profile.changes if row.is_here]
    assert row.direction is Direction.UNCLEAR
    assert "no evidence of change; the difference may be chance." in profile.lead


def test_the_worker_is_asked_once_for_what_new_releases_tell(released):
    from django.utils import timezone

    from convive.domain.observatory import jobs as observatory_jobs
    from convive.kernel import jobs

    released()
    observatory_jobs.order_expected(timezone.now())
    observatory_jobs.order_expected(timezone.now())
    (ordered,) = jobs.Job.objects.filter(kind=observatory_jobs.EXPECTED)
    assert ordered.arguments == {"source": "late"}
    expected.make("late")
    ordered.delete()
    observatory_jobs.order_expected(timezone.now())
    assert not jobs.Job.objects.filter(kind=observatory_jobs.EXPECTED).exists()
