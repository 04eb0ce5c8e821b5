"""The report of a count, on paper, by command and by the worker; and its page and files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from cast import actor, client_as
from click.testing import CliRunner
from django.urls import reverse
from django.utils.translation import override
from pypdf import PdfReader
from test_reach_counted import done as done
from test_reach_counted import plan as plan

from convive.cli.reach import reach as commands
from convive.domain.reach import tables
from convive.domain.reach.models import Run
from convive.kernel.errors import Refused
from convive.reports import actions, reach
from convive.reports.models import Report

pytestmark = pytest.mark.django_db


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def url(view: str, **kwargs: object) -> str:
    with override("en"):
        return reverse(view, kwargs=kwargs)


def test_a_count_on_paper_page_and_in_files(done: Run, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CONVIVE_LANG", "en")
    people = f"{done.answer['people']['value']:,}"
    # By command, the same bytes each time
    out = tmp_path / "r.pdf"
    told = CliRunner().invoke(commands, ["report", "--lang", "en", "--out", str(out), "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["is_sample"] is True
    said = text(out.read_bytes())
    assert f"{people} different people" in said.replace("\n", " ")
    assert "SAMPLE" in said and "7,600" in said
    assert reach.make(reach.order_for("en")).pdf == out.read_bytes()
    assert "muestra" in text(reach.make(reach.order_for("es")).pdf).lower()
    nowhere = CliRunner().invoke(commands, ["report", "--run", "999", "--out", str(out)])
    assert nowhere.exit_code == 1 and "no such count" in nowhere.output
    # On the page, by the worker, kept like other reports
    coordinator = client_as("coordinator")
    answer = coordinator.post(url("reports:reach", number=done.pk))
    report = Report.objects.get()
    assert answer.status_code == 302 and report.kind == "reach"
    actions.make(by=actor("coordinator"), number=report.pk)
    page = coordinator.get(url("reports:report", number=report.pk)).content.decode()
    assert "People reached, each counted once" in page
    assert coordinator.get(url("reports:file", number=report.pk)).content.startswith(b"%PDF")
    # The page of the count
    page = coordinator.get(url("reach:run", number=done.pk)).content.decode()
    assert f"{people} different people, between " in page
    assert "59%" in page or ("%" in page and "7,600 by 21 May 2017" in page)
    for name in tables.NAMES:
        csv = client_as("funder").get(url("reach:csv", number=done.pk, name=name))
        assert csv.status_code == 200 and "muestra" in csv["Content-Disposition"]
        assert people in csv.content.decode()
    assert client_as("case_worker").get(url("reach:run", number=done.pk)).status_code == 403


def test_without_a_finished_count_there_is_no_report(plan):
    with pytest.raises(Refused, match="No count of people is finished"):
        reach.order_for("es")
