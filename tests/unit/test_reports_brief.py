"""The brief of a month: one page, and no more said than the evidence allows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from analysed import answered, bring, make_analysed
from cast import EL_PORVENIR, LA_ESPERANZA, actor, make_plan
from diagnosed import add_source, make_diagnosed
from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import override
from pypdf import PdfReader

from convive import charts
from convive.domain.observatory import actions_findings as findings
from convive.domain.observatory import analysis_page
from convive.domain.observatory.models import Analysis, Finding
from convive.domain.plans.models import Commitment, Plan
from convive.domain.programme import queries as programme
from convive.domain.programme.queries import SYSTEM
from convive.kernel import jobs, words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.periods import Period
from convive.reports import actions, brief
from convive.reports.document import Block, Cell, Columns, Document, Paragraph, Points, Table
from convive.reports.models import Report
from convive.reports.orders import Kind, Order

pytestmark = pytest.mark.django_db
MONTH = Period.month(2022, 12)


@pytest.fixture
def counted(tmp_path: Path) -> None:
    make_diagnosed(tmp_path, "quejas")


def order(**changes) -> Order:
    facts = {"place": LA_ESPERANZA, "period": MONTH, "language": "en", "kind": Kind.BRIEF}
    return Order(**(facts | changes))


def composed(asked: Order) -> Document:
    with override(asked.language):
        return brief.compose(brief.gather(asked), charts.PRINT)


def flat(blocks) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Columns):
            yield from flat(chain.from_iterable(block.columns))


def said(document: Document) -> str:
    lines: list[str] = []
    for block in flat(document.blocks):
        if isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Points):
            lines += [f"{term} {text}" for term, text in block.items]
        elif isinstance(block, Table):
            lines += [
                " | ".join(cell.text if isinstance(cell, Cell) else cell for cell in row)
                for row in block.rows
            ]
    return "\n".join(lines)


def promised(what: str, due: date, **changes) -> Commitment:
    facts = {
        "plan": Plan.objects.get(),
        "what": what,
        "organisation": programme.organisation("muni-la-esperanza"),
        "district": programme.place(LA_ESPERANZA),
        "made_on": date(2022, 1, 10),
        "due": due,
        "is_public": True,
    }
    return Commitment.objects.create(**(facts | changes))


def test_a_change_within_chance_is_not_told_as_one(counted):
    told = said(composed(order()))
    assert "may be chance" in told
    assert "fewer, and chance" not in told


def test_no_sum_is_told_of_months_of_which_one_is_hidden(tmp_path, monkeypatch):
    """From one brief to the next a sum gains a month and loses one: what is hidden would follow."""
    monkeypatch.setattr("diagnosed.count", lambda _offence, month: 2 if month == 30 else 20)
    make_diagnosed(tmp_path, "quejas", only=("robo",))
    for month in (Period.month(2022, 9), MONTH):
        with override("en"):
            told = brief.gather(order(period=month))
        (read,) = told.reads
        assert any(each.is_hidden for each in read.telling.months.values())
        assert not read.telling.recent and not read.telling.baseline
        page = str(composed(order(period=month)))
        assert "and with them their sum" in page and read.profile.lead not in page
        assert "Beside its peers" not in page
        exact = str(composed(order(period=month, internal=True)))
        assert read.profile.lead in exact


def test_what_is_due_and_what_is_late_stands_as_on_the_last_day(counted):
    promised("Doce rondas", date(2022, 12, 15))
    promised("Losa deportiva", date(2022, 11, 30))
    promised("Caseta", date(2022, 10, 1), state="done", closed_on=date(2022, 10, 1), reason="Hecha")
    promised("Faroles", date(2022, 10, 1), state="done", closed_on=date(2023, 2, 1), reason="Tarde")
    promised("De otros", date(2022, 12, 1), district=programme.place(EL_PORVENIR))
    told = said(composed(order()))
    assert "Doce rondas | open" in told
    assert "Losa deportiva | late since 30 Nov 2022" in told
    assert "Faroles | late since" in told  # it was open on the last day of the month
    assert "Caseta" not in told and "De otros" not in told
    assert "2 commitments are late" in told


def test_a_promise_that_is_not_public_is_told_inside_alone(counted):
    promised("Reservado", date(2022, 12, 15), is_public=False)
    assert "Reservado" not in said(composed(order()))
    assert "Reservado" in said(composed(order(internal=True)))


def test_a_month_that_no_source_covers_makes_no_brief(counted):
    with pytest.raises(Refused) as refused:
        brief.make(order(period=Period.month(2024, 3)))
    assert refused.value.problems[0].remedy


@pytest.mark.parametrize("period", [Period.between("2022-11", "2022-12"), Period.parse("2022")])
def test_a_brief_is_about_one_month(period):
    with pytest.raises(BadInput):
        order(period=period)


@pytest.mark.parametrize("internal", [False, True])
@pytest.mark.parametrize("language", ["es", "en"])
def test_it_is_one_page_however_much_there_is_to_say(counted, language, internal):
    for number in range(20):
        promised(f"{number} " + "Reparar alumbrado " * 5, date(2022, 12, 1 + number))
    made = brief.make(order(language=language, internal=internal))
    assert made.pages == 1
    text = PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text()
    assert ("USO INTERNO" if language == "es" else "INTERNAL USE") in text or not internal


def test_the_same_order_gives_the_same_bytes(counted):
    assert brief.make(order()).sha256 == brief.make(order()).sha256


def test_findings_are_told_once_confirmed_and_ask_for_somebody_to_act(tmp_path):
    make_analysed(tmp_path)
    make_plan()
    answer = answered(actor("analyst"), "hotspots")
    kept = keep(answer)
    asked = order(period=Period.month(2023, 12))
    with override("en"):
        sentence = analysis_page.sentence(answer)
    outside = said(composed(asked))
    assert sentence not in outside and "No confirmed finding stands" in outside
    assert "1 finding waits" in outside and "Nothing waits for a decision" not in outside
    inside = said(composed(order(period=asked.period, internal=True)))
    assert sentence in inside and "1 finding waits" in inside
    findings.confirm_finding(by=actor("coordinator"), number=kept.pk)
    told = said(composed(asked))
    assert sentence in told and "Cerca del mercado" not in told
    assert "Nobody has promised yet" in told
    promised("Rondas", date(2030, 1, 1), made_on=date(2023, 12, 6), raised_by_kind="finding",
             raised_by_id=str(kept.pk))  # fmt: skip
    assert "Nobody has promised yet" not in said(composed(asked))


def levels(folder: Path, monkeypatch, after: int = 20, small: int = 0) -> str:
    """Robberies of about 40 a month that are `after` from March 2022 on, in June 2020 `small`;
    asked up to December. The sentence of the answer."""
    wobble = np.random.default_rng(2).integers(-6, 7, 36)

    def count(_offence: str, month: int) -> int:
        return small if small and month == 5 else (after if month >= 26 else 40) + wobble[month]

    monkeypatch.setattr("diagnosed.count", count)
    make_diagnosed(folder, "quejas", only=("robo",))
    asked = {"source": "quejas", "period": Period.between("2020", "2022")}
    with override("en"):
        return analysis_page.sentence(answered(actor("analyst"), "series", **asked))


def test_a_level_that_changed_is_told_with_its_month_under_what_changed(tmp_path, monkeypatch):
    sentence = levels(tmp_path, monkeypatch)
    assert "the level changed about Mar 2022" in sentence
    assert f"Robbery, Complaints (quejas). {sentence}" in said(composed(order()))
    assert sentence not in said(composed(order(period=Period.month(2022, 11))))
    assert brief.make(order()).pages == 1


def test_what_waits_for_a_second_person_or_was_set_aside_is_not_told_past_them(
    tmp_path, monkeypatch
):
    sentence = levels(tmp_path, monkeypatch)
    found = keep(Analysis.objects.get())
    assert sentence not in said(composed(order())) and sentence in inside(2022, 12)
    findings.set_finding_aside(by=actor("coordinator"), number=found.pk, reason="Otra ficha.")
    assert sentence not in inside(2022, 12)


def test_what_may_be_chance_is_not_told_as_a_change_of_level(tmp_path, monkeypatch):
    sentence = levels(tmp_path, monkeypatch, after=39)
    assert "no evidence of a change" in sentence and sentence not in inside(2022, 12)


def test_a_level_of_months_that_are_too_small_to_be_told_is_told_inside_alone(
    tmp_path, monkeypatch
):
    sentence = levels(tmp_path, monkeypatch, small=2)
    assert "the level changed" in sentence
    assert sentence in inside(2022, 12) and sentence not in said(composed(order()))


def test_a_level_of_other_evidence_than_todays_is_not_told(tmp_path, monkeypatch):
    sentence = levels(tmp_path, monkeypatch)
    assert sentence in inside(2022, 12)
    monkeypatch.setattr("diagnosed.count", lambda *_what: 7)
    add_source(tmp_path, "quejas", only=("robo",))
    assert sentence not in inside(2022, 12)


def keep(answer) -> Finding:
    return findings.keep_finding(
        by=actor("analyst"), analysis=answer.pk, why="Cerca del mercado.",
        valid_until=programme.today() + timedelta(days=7),
    )  # fmt: skip


def inside(year: int, month: int) -> str:
    return said(composed(order(period=Period.month(year, month), internal=True)))


def test_a_finding_stands_in_the_brief_of_the_last_month_of_its_evidence(tmp_path):
    make_analysed(tmp_path)
    found = keep(answered(actor("analyst"), "hotspots"))
    with override("en"):
        day = words.day(timezone.localdate(found.kept_at))
    assert f"Found on {day}, in months up to Dec 2023." in inside(2023, 12)
    assert "Found on" not in inside(2023, 11)
    findings.confirm_finding(by=actor("coordinator"), number=found.pk)
    Finding.objects.update(valid_until=date(2024, 1, 7))
    assert "Found on" in inside(2023, 12)


def test_what_nobody_decided_in_its_time_waits_for_nobody(tmp_path):
    make_analysed(tmp_path)
    keep(answered(actor("analyst"), "hotspots"))
    Finding.objects.update(valid_until=programme.today() - timedelta(days=1))
    told = inside(2023, 12)
    assert "No finding stands" in told and "finding waits" not in told


def test_the_finding_of_a_source_that_is_behind_stands_while_it_holds(tmp_path):
    make_analysed(tmp_path)
    add_source(tmp_path, "quejas")
    three = Period.between("2020", "2022")
    keep(answered(actor("analyst"), "series", source="quejas", period=three))
    told = inside(2023, 12)
    assert "quejas) does not cover this month" in told
    assert "in months up to Dec 2022" in told and "1 finding waits" in told


def test_a_finding_of_evidence_that_changed_says_so_and_is_not_confirmed(tmp_path):
    rows = make_analysed(tmp_path)
    one, other = (keep(answered(actor("analyst"), kind)) for kind in ("hotspots", "aoristic"))
    findings.confirm_finding(by=actor("coordinator"), number=one.pk)
    assert "has changed since" not in inside(2023, 12)
    bring(tmp_path, rows[:3], name="more")
    told = inside(2023, 12)
    assert told.count("The evidence has changed since: ask again.") == 2
    assert "2 findings rest on evidence that has changed since" in told
    assert "finding waits" not in told
    assert "The evidence has changed since" in said(composed(order(period=Period.month(2023, 12))))
    with override("en"), pytest.raises(BadInput, match="evidence has changed"):
        findings.confirm_finding(by=actor("coordinator"), number=other.pk)


def test_the_tick_orders_each_districts_brief_once_in_both_languages(counted):
    assert len(actions.ask_briefs(by=SYSTEM)) == Report.objects.count() > 0
    assert set(Report.objects.values_list("kind", "start")) == {("brief", MONTH.start)}
    assert set(Report.objects.values_list("language", flat=True)) == {"es", "en"}
    assert actions.ask_briefs(by=SYSTEM) == []
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip
    made = Report.objects.get(place=programme.place(LA_ESPERANZA), language="es")
    assert made.file_hash and made.pages == 1
    assert made.file_name == "informe-130105-2022-12.pdf"


def test_the_clock_knows_the_briefs():
    from convive.kernel.jobs.registry import load, schedule

    load()
    assert "reports.briefs" in schedule
    assert jobs.title_of(actions.KIND)
