"""Pages of evaluations: the design before its result, its versions, its result, its traces."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from analysed import work
from cast import LA_ESPERANZA, actor, client_as, make_plan
from django.utils import timezone
from evaluated import SOURCE, designed, facts, make_evaluated, opened

from convive.domain.observatory import actions as analyses
from convive.domain.observatory import actions_evaluations as evaluations
from convive.domain.observatory import actions_findings as findings
from convive.domain.observatory.models import Design, Evaluation, Opening
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(tmp_path: Path):
    make_evaluated(tmp_path)


@pytest.fixture
def coordinator():
    return client_as("coordinator")


def body(client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def form(**changes):
    told = facts()
    sent = {
        "title": told.title, "what": told.what, "why": told.why, "source": told.source,
        "offence": told.offence, "treated": list(told.treated), "rule": "region", "method": "sdid",
        "scale": "share", "before": "2020-01", "first": "2022-07", "until": "2023-10",
    }  # fmt: skip
    return sent | changes


def promised(*, confirm_first: bool = True):
    """A finding of a series, confirmed and taken up."""
    answer = analyses.ask_analysis(
        by=actor("coordinator"), kind="series", source=SOURCE, place=LA_ESPERANZA, offence="robo",
        period=evidence.source(SOURCE).coverage,
    )  # fmt: skip
    work()
    kept = findings.keep_finding(
        by=actor("municipal_officer"), analysis=answer.pk, why="Bajó desde julio.",
        valid_until=programme.today() + timedelta(days=30),
    )  # fmt: skip
    deeds = [
        lambda: findings.confirm_finding(by=actor("coordinator"), number=kept.pk),
        lambda: findings.take_up_finding(
            by=actor("municipal_officer"), number=kept.pk, plan=make_plan().code,
            what="Alumbrar tres cuadras", organisation="muni-la-esperanza",
            due=kept.valid_until, district=LA_ESPERANZA,
        ),
    ]  # fmt: skip
    for deed in deeds if confirm_first else deeds[::-1]:
        deed()
    return kept


def test_a_design_is_written_opened_and_read_through_pages(coordinator):
    assert "/evaluations/new/" in body(coordinator, "/en/evaluations/")
    assert "/evaluations/" in body(coordinator, "/en/analyses/")
    sent = coordinator.post("/en/evaluations/new/", form())
    assert sent.status_code == 302, sent.content.decode()
    design = Design.objects.get()
    path = f"/en/evaluations/{design.evaluation_id}/"
    page = body(coordinator, path)
    for said in ("Open the result", design.seal[:12], "July 2022", "records until"):
        assert said in page
    sent = coordinator.post(f"{path}open")
    found = Opening.objects.get()
    result = f"/en/effects/{found.pk}/"
    assert sent.url == result
    assert "Working it out" in body(coordinator, result)
    work()
    page = body(coordinator, result)
    for said in ("fewer than would have been", "<svg", "How far to trust it", "p = "):
        assert said in page
    assert "Not as it was first set down" not in page
    assert "fewer than would have been" in body(coordinator, path)
    spanish = body(coordinator, f"/effects/{found.pk}/")
    assert "menos de lo que habría habido" in spanish
    assert "no es lo bastante claro" not in spanish


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"treated": []}, {"until": "2022-07"}, {"rule": "chosen"}, {"source": "x"}],
)
def test_what_is_wrong_is_said_and_nothing_is_set_down(coordinator, wrong):
    assert coordinator.post("/en/evaluations/new/", form(**wrong)).status_code == 422
    assert not Evaluation.objects.exists()


def test_a_change_after_the_result_shows_on_the_page_and_in_every_file(coordinator):
    design = designed(actor("coordinator"))
    first = opened(actor("coordinator"), design)
    path = f"/en/evaluations/{design.evaluation_id}/"
    assert "The result was seen already" in body(coordinator, f"{path}design/")
    assert coordinator.post(f"{path}design/", form(first="2022-08")).status_code == 422  # no reason
    sent = coordinator.post(f"{path}design/", form(first="2022-08", reason="Empezó en agosto."))
    assert sent.status_code == 302
    second = opened(actor("coordinator"), Design.objects.get(version=2))
    said = "Design changed after the result was seen"
    page = body(coordinator, path)
    for text in (said, "Empezó en agosto.", "by coordinator", "July 2022", "August 2022"):
        assert text in page
    for found in (first, second):
        assert f"/effects/{found.pk}/" in page
        assert said in body(coordinator, f"/en/effects/{found.pk}/")
        told = body(coordinator, f"/en/effects/{found.pk}/months.csv")
        assert said in told
        assert "Empezó en agosto." in told
    assert "An earlier version" in body(coordinator, f"/en/effects/{first.pk}/")


def test_a_result_that_is_not_due_says_from_when_on(coordinator):
    design = designed(actor("coordinator"), until=facts().until.replace(month=12))
    path = f"/en/evaluations/{design.evaluation_id}/"
    page = body(coordinator, path)
    assert "once the records of February 2024 have come in" in page
    assert "Open the result" not in page
    answer = coordinator.post(f"{path}open", follow=True)
    assert "still grow" in answer.content.decode()
    assert not Opening.objects.exists()


def test_files_hide_small_counts_and_the_page_does_not(coordinator):
    design = designed(actor("coordinator"), offence="extorsion")
    found = opened(actor("coordinator"), design)
    row = next(r for r in found.result["numbers"]["months"] if 0 < r["observed"] < 10)
    told = body(coordinator, f"/en/effects/{found.pk}/months.csv")
    line = next(each for each in told.splitlines() if row["period"] in each or "suppressed" in each)
    assert "suppressed" in line
    assert body(coordinator, f"/en/effects/{found.pk}/weights.csv")
    assert coordinator.get(f"/en/effects/{found.pk}/rounds.csv").status_code == 404


def test_whoever_sees_one_district_reads_the_design_and_not_the_result():
    design = designed(actor("coordinator"))
    found = opened(actor("coordinator"), design)
    officer = client_as("municipal_officer")
    page = body(officer, f"/en/evaluations/{design.evaluation_id}/")
    assert "exact figures of every place" in page
    assert "fewer than would have been" not in page
    assert f"/effects/{found.pk}/" not in page
    assert officer.get(f"/en/effects/{found.pk}/").status_code == 403
    assert officer.get(f"/en/effects/{found.pk}/months.csv").status_code == 403
    other = client_as("other_municipal_officer")
    assert other.get(f"/en/evaluations/{design.evaluation_id}/").status_code == 403


@pytest.mark.parametrize("confirm_first", [True, False])
def test_a_confirmed_finding_that_was_taken_up_waits_for_its_design(coordinator, confirm_first):
    kept = promised(confirm_first=confirm_first)
    found = Evaluation.objects.get()
    assert (found.finding, found.commitment.what) == (kept, "Alumbrar tres cuadras")
    path = f"/en/evaluations/{found.pk}/"
    for client in (coordinator, client_as("municipal_officer")):
        assert path in body(client, "/en/workspace/")
    assert path not in body(client_as("other_municipal_officer"), "/en/workspace/")
    assert path in body(coordinator, f"/en/findings/{kept.pk}/")
    assert "Alumbrar tres cuadras" in body(coordinator, f"{path}design/")
    coordinator.post(f"{path}design/", form())
    assert Design.objects.get().evaluation == found
    page = body(coordinator, "/en/workspace/")
    assert "The result of an evaluation can be opened" in page
    assert "Write the design" not in page
    coordinator.post(f"{path}open")
    work()
    assert path not in body(coordinator, "/en/workspace/")


def test_what_is_set_aside_with_a_reason_waits_no_longer(coordinator):
    promised()
    path = f"/en/evaluations/{Evaluation.objects.get().pk}/"
    assert coordinator.post(f"{path}set-aside", {"reason": " "}).status_code == 422
    assert coordinator.post(f"{path}set-aside", {"reason": "No se hizo."}).status_code == 302
    assert path not in body(coordinator, "/en/workspace/")
    assert "No se hizo." in body(coordinator, path)


def test_what_came_back_of_the_sheets_stands_beside_the_effect(coordinator):
    kept = promised()
    found = Evaluation.objects.get()
    design = evaluations.set_down_design(by=actor("coordinator"), facts=facts(), number=found.pk)
    for n, was_done in enumerate((True, True, False)):
        kept.rounds.create(
            sector="898f53ae663ffff", day=design.first + timedelta(days=40 * n),
            was_done=was_done, told_by="user:1", told_at=timezone.now(),
        )  # fmt: skip
    result = opened(actor("coordinator"), design)
    dose = result.result["numbers"]["dose"]
    assert (dose["done"], dose["told"], len(dose["months"])) == (2, 3, 3)
    assert -1 < dose["effect"]["estimate"] < 0
    page = body(coordinator, f"/en/effects/{result.pk}/")
    assert "done on 2 of 3 rounds" in page
    assert "rounds.csv" in page
