"""Answers of where and when in a diagnosis: said as their pages say them, drawn inside alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from analysed import WHOLE, answered, bring, incidents, make_analysed
from cast import EL_PORVENIR, LA_ESPERANZA, actor
from django.utils.translation import override

from convive.domain.observatory import actions_findings as findings
from convive.domain.observatory import analysis_page
from convive.domain.programme import queries as programme
from convive.reports import diagnosis
from convive.reports.diagnosis.material import gather
from convive.reports.document import Document, Paragraph, Picture, Points
from convive.reports.orders import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(tmp_path: Path):
    make_analysed(tmp_path)
    return answered(actor("analyst"), "hotspots")


def composed(**changes) -> Document:
    facts = {"place": LA_ESPERANZA, "period": WHOLE, "language": "es", "source": "hechos"}
    order = Order(**(facts | changes))
    with override(order.language):
        return diagnosis.compose(gather(order))


def said(document: Document) -> str:
    return "\n".join(
        f"{block.term} {block.text}" for block in document.blocks if isinstance(block, Paragraph)
    )


def sectors_drawn(document: Document) -> list[str]:
    return [
        block.svg
        for block in document.blocks
        if isinstance(block, Picture) and "</text>" in block.svg and "Sector 1" in block.svg
    ]


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_chapter_says_what_the_page_says(answer, language):
    with override(language):
        sentence = analysis_page.sentence(answer)
    assert sentence in said(composed(language=language))
    assert sentence not in said(composed(language=language, place=EL_PORVENIR))


def test_sectors_are_drawn_for_internal_use_alone(answer):
    assert sectors_drawn(composed(internal=True))
    assert not sectors_drawn(composed())
    assert diagnosis.make(Order(LA_ESPERANZA, WHOLE, "es", "hechos", internal=True)).pages > 1


def test_a_finding_that_a_second_person_confirmed_is_told_as_such(answer):
    kept = findings.keep_finding(
        by=actor("analyst"),
        analysis=answer.pk,
        why="Cerca del mercado, al cierre.",
        valid_until=programme.today() + timedelta(days=7),
    )
    assert "A second person" not in said(composed(language="en"))
    findings.confirm_finding(by=actor("coordinator"), number=kept.pk)
    told = said(composed(language="en"))
    assert "A second person looked at it and stands by it." in told
    assert "Cerca del mercado" not in told  # somebody's own words stay in the house


def test_an_answer_on_other_evidence_than_todays_is_left_out(answer, tmp_path):
    sentence = analysis_page.sentence(answer)
    bring(tmp_path, incidents(pairs=40, seed=9), name="more")
    assert sentence not in said(composed())


def test_the_chapter_says_that_nothing_was_asked_where_nothing_was(answer):
    gap = "En qué parte del distrito:"
    points = [
        text
        for document in (composed(), composed(place=EL_PORVENIR))
        for block in document.blocks
        if isinstance(block, Points)
        for _term, text in block.items
    ]
    assert sum(gap in text for text in points) == 1
