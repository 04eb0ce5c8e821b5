"""The watch: what stands is kept once, for a person to look at; what is even is left alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from analysed import make_analysed
from cast import LA_ESPERANZA, actor, make_programme
from diagnosed import SOURCES

from convive.domain.observatory import actions_findings, queries
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.watch import is_current, lasts, looks_of, standing, watch
from convive.domain.programme import queries as programme
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import EditionSpan
from convive.evidence.spec import read_source
from convive.kernel import jobs
from convive.kernel.errors import NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
DISTRICTS = ("130101", "130102", "130103", "130105")


@pytest.fixture(autouse=True)
def on(monkeypatch):
    """Sets the day; at first a month after the evidence of `make_counted` ends."""

    def today(day: date) -> None:
        monkeypatch.setattr(programme, "today", lambda: day)

    today(date(2022, 1, 31))
    return today


def make_counted(folder: Path, fall: float = 1.0, seed: int = 3, code: str = "quejas") -> None:
    """Robberies and thefts of four districts, Poisson of 60 a month from 2018 to 2021; in La
    Esperanza robberies are `fall` times as many in the last twelve months."""
    make_programme()
    spec, problems = read_source(SOURCES / "sample-complaints.toml")
    assert spec is not None, problems
    put_source(by=SYSTEM, spec=replace(spec, code=code, editions=(EditionSpan("pe-2017"),)))
    for category, iccs in (("robo", "0401"), ("hurto", "0502")):
        put_offence(by=SYSTEM, row=OffenceRow(code, category, category, category, iccs))
    bring(folder, range(48), fall, seed, code)


def bring(
    folder: Path, months: range, fall: float, seed: int, code: str = "quejas", high: int = -1
) -> None:
    """Months since January 2018. In month `high` La Esperanza has 200 robberies."""
    chance = np.random.default_rng(seed)
    file = folder / f"{code}-{months[0]}.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["place", "year", "month", "offence", "n"])
        for month in months:
            for district in DISTRICTS:
                for what in ("robo", "hurto"):
                    is_here = (district, what) == ("130105", "robo")
                    n = chance.poisson(60 * (fall if is_here and month >= 36 else 1.0))
                    n = 200 if is_here and month == high else n
                    rows.writerow([district, 2018 + month // 12, month % 12 + 1, what, n])
    assert import_file(by=SYSTEM, source=code, path=file).rejected == 0


def set_aside(finding: Finding) -> None:
    """Set it aside, as if it had been kept on the first day of the test."""
    actions_findings.set_finding_aside(by=actor("analyst"), number=finding.pk, reason="Un feriado.")
    Finding.objects.update(kept_at=datetime(2022, 1, 31, 12, tzinfo=UTC))


def test_a_planted_fall_is_kept_once_and_waits_for_an_analyst(tmp_path):
    make_counted(tmp_path, fall=0.5)
    found = watch(by=SYSTEM)
    (finding,) = found.findings
    assert found.looks > 10
    assert finding.analysis.kind == Kind.SERIES
    assert finding.analysis.place.ref == LA_ESPERANZA
    assert finding.analysis.options["offence"] == "robo"
    assert finding.valid_until > programme.today()
    assert finding.analysis.version and finding.analysis.batches
    waiting = queries.findings_to_confirm(actor("analyst"), programme.today())
    assert [row.pk for row in waiting] == [finding.pk]
    assert watch(by=SYSTEM).findings == ()
    assert Finding.objects.count() == 1


def test_nothing_is_worked_out_twice_on_the_same_evidence(tmp_path):
    make_counted(tmp_path)
    first = watch(by=SYSTEM)
    answered = set(Analysis.objects.values_list("pk", "answered_at"))
    assert watch(by=SYSTEM).looks == first.looks
    assert set(Analysis.objects.values_list("pk", "answered_at")) == answered
    assert all(at for _pk, at in answered)


def test_evidence_without_structure_gives_no_finding(tmp_path):
    make_counted(tmp_path, seed=11)
    assert watch(by=SYSTEM).findings == ()


def test_what_the_watch_found_is_confirmed_by_an_analyst_and_not_by_anybody(tmp_path):
    make_counted(tmp_path, fall=0.5)
    (finding,) = watch(by=SYSTEM).findings
    with pytest.raises(NotAllowed):
        actions_findings.confirm_finding(by=actor("case_worker"), number=finding.pk)
    confirmed = actions_findings.confirm_finding(by=actor("analyst"), number=finding.pk)
    assert confirmed.state == "confirmed"


def test_what_was_set_aside_does_not_come_back_the_next_week(tmp_path):
    make_counted(tmp_path, fall=0.5)
    (finding,) = watch(by=SYSTEM).findings
    actions_findings.set_finding_aside(by=actor("analyst"), number=finding.pk, reason="Un feriado.")
    assert watch(by=SYSTEM).findings == ()


def test_incidents_are_looked_at_too(tmp_path, on):
    on(date(2024, 2, 29))
    make_analysed(tmp_path)
    watch(by=SYSTEM)
    kinds = set(Analysis.objects.exclude(answered_at=None).values_list("kind", flat=True))
    assert {"hotspots", "near-repeat", "clusters", "series"} <= kinds
    assert "aoristic" not in kinds


def test_a_hot_spot_is_news_only_where_it_lasted_when_tried_on_the_past():
    assert not lasts([])
    assert not lasts([{"lower": 0.8, "upper": 3.0}, {"lower": 1.0, "upper": 4.0}])
    assert lasts([{"lower": 0.8, "upper": 3.0}, {"lower": 1.4, "upper": 4.0}])


def test_of_many_looks_only_what_stands_after_correction():
    assert standing([]) == []
    assert standing([(0.04, True)] * 3) == [True] * 3
    assert standing([(0.01, True), *[(0.5, True)] * 50]) == [False] * 51
    assert standing([(0.0005, True), *[(0.5, False)] * 50])[0]


def test_what_is_old_and_certain_lends_no_weight_to_what_is_new():
    assert standing([(0.04, True), *[(0.00001, False)] * 50]) == [False] * 51


def test_evidence_that_ended_long_ago_is_no_news(tmp_path, on):
    make_counted(tmp_path, fall=0.5)
    on(date(2026, 11, 30))
    assert watch(by=SYSTEM).findings == ()
    on(date(2022, 1, 31))
    assert len(watch(by=SYSTEM).findings) == 1


def test_a_sample_describes_no_time_and_is_judged_by_its_own_end(tmp_path, on):
    make_counted(tmp_path, fall=0.5, code="sample-quejas")
    on(date(2026, 11, 30))
    assert len(watch(by=SYSTEM).findings) == 1


@pytest.mark.parametrize(
    ("end", "late", "says"),
    [(date(2024, 8, 31), 0, True), (date(2024, 7, 31), 0, False), (date(2024, 6, 30), 2, True)],
)
def test_evidence_is_behind_three_months_after_those_that_still_grow(end, late, says):
    assert is_current(end, late, date(2024, 11, 30), is_sample=False) is says


def test_an_answer_that_gave_a_finding_never_gives_another(tmp_path, on):
    make_counted(tmp_path, fall=0.5, code="sample-quejas")
    (finding,) = watch(by=SYSTEM).findings
    set_aside(finding)
    Finding.objects.update(valid_until=date(2022, 2, 28))
    on(date(2023, 1, 31))
    assert watch(by=SYSTEM).findings == ()


def test_on_new_evidence_another_month_is_told_and_what_was_set_aside_is_not(tmp_path, on):
    make_counted(tmp_path, fall=0.5)
    (finding,) = watch(by=SYSTEM).findings
    set_aside(finding)
    on(date(2022, 7, 31))
    bring(tmp_path, range(48, 51), 0.5, 5)
    assert watch(by=SYSTEM).findings == ()
    bring(tmp_path, range(51, 54), 0.5, 6, high=51)  # the two months after it still grow
    (other,) = watch(by=SYSTEM).findings
    assert other.analysis.result["numbers"]["alarm"]["period"] == "2022-04"


def test_what_waits_on_evidence_that_has_changed_does_not_keep_the_new_from_being_told(
    tmp_path, on
):
    make_counted(tmp_path, fall=0.5)
    on(date(2022, 4, 30))
    (finding,) = watch(by=SYSTEM).findings
    bring(tmp_path, range(48, 49), 0.5, 5)
    (again,) = watch(by=SYSTEM).findings
    assert queries.is_old(finding.analysis) and not queries.is_old(again.analysis)
    actions_findings.confirm_finding(by=actor("analyst"), number=again.pk)
    bring(tmp_path, range(49, 50), 0.5, 7)
    assert watch(by=SYSTEM).findings == ()


@pytest.mark.parametrize(("last", "says"), [("2023-12-28", True), ("2023-03-02", False)])
def test_a_cluster_of_now_reaches_the_newest_months_of_the_evidence(last, says):
    clusters = [{"p": 0.001, "to": last}]
    found = Analysis(
        kind=Kind.CLUSTERS, end=date(2023, 12, 31), result={"numbers": {"clusters": clusters}}
    )
    (look,) = looks_of(found)
    assert look.is_news is says


def test_the_watch_is_journalled_and_known_to_the_clock(tmp_path):
    make_counted(tmp_path)
    found = watch(by=SYSTEM)
    entry = JournalEntry.objects.filter(did="observatory.watched").latest("pk")
    assert entry.data["looks"] == found.looks
    assert jobs.title_of("observatory.watch")
