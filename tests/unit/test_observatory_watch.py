"""The watch: what stands is kept once, for a person to look at; what is even is left alone."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from analysed import make_analysed
from cast import LA_ESPERANZA, actor, make_programme
from diagnosed import SOURCES

from convive.domain.observatory import actions_findings, queries
from convive.domain.observatory.models import Analysis, Finding, Kind
from convive.domain.observatory.watch import lasts, standing, watch
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


def make_counted(folder: Path, fall: float = 1.0, months: int = 48, seed: int = 3) -> None:
    """Robberies and thefts of four districts, Poisson of 60 a month; in La Esperanza robberies are
    `fall` times as many in the last twelve months."""
    make_programme()
    spec, problems = read_source(SOURCES / "sample-complaints.toml")
    assert spec is not None, problems
    put_source(by=SYSTEM, spec=replace(spec, code="quejas", editions=(EditionSpan("pe-2017"),)))
    for category, iccs in (("robo", "0401"), ("hurto", "0502")):
        put_offence(by=SYSTEM, row=OffenceRow("quejas", category, category, category, iccs))
    chance = np.random.default_rng(seed)
    file = folder / "quejas.csv"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["place", "year", "month", "offence", "n"])
        for month in range(months):
            for district in DISTRICTS:
                for what in ("robo", "hurto"):
                    is_lower = (district, what) == ("130105", "robo") and month >= months - 12
                    n = chance.poisson(60 * (fall if is_lower else 1.0))
                    rows.writerow([district, 2020 + month // 12, month % 12 + 1, what, n])
    assert import_file(by=SYSTEM, source="quejas", path=file).rejected == 0


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


def test_incidents_are_looked_at_too(tmp_path):
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
    assert standing([0.04] * 3) == [True] * 3
    assert standing([0.01, *[0.5] * 50]) == [False] * 51
    assert standing([0.0005, *[0.5] * 50])[0]


def test_the_watch_is_journalled_and_known_to_the_clock(tmp_path):
    make_counted(tmp_path)
    found = watch(by=SYSTEM)
    entry = JournalEntry.objects.filter(did="observatory.watched").latest("pk")
    assert entry.data["looks"] == found.looks
    assert jobs.title_of("observatory.watch")
