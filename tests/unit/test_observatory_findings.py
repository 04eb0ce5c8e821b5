"""Findings: kept of an answer, confirmed by a second person, taken up, with their rounds."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from analysed import answered, make_analysed
from cast import LA_ESPERANZA, actor, make_plan
from django.db import IntegrityError, transaction

from convive.domain.observatory import actions_findings as actions
from convive.domain.observatory.analysis_sectors import sectors_of
from convive.domain.observatory.models import Finding, Round
from convive.domain.observatory.models_findings import FindingState
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.journal import verify
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(tmp_path: Path):
    make_analysed(tmp_path)
    return answered(actor("analyst"), "hotspots")


def keep(answer, who: str = "municipal_officer", **changes) -> Finding:
    facts = {
        "why": "Cerca del mercado, al cierre.",
        "valid_until": programme.today() + timedelta(days=14),
        "sectors": sectors_of(answer)[:2],
        "hours": (19, 22),
    }
    return actions.keep_finding(by=actor(who), analysis=answer.pk, **(facts | changes))


def test_what_is_kept_rests_on_an_answer_that_never_changes(answer):
    found = keep(answer)
    assert found.state == FindingState.KEPT
    assert found.sectors == sectors_of(answer)[:2]
    assert (found.first_hour, found.last_hour) == (19, 22)
    assert found.analysis.version == answer.version


@pytest.mark.parametrize(
    "wrong",
    [
        {"why": " "},
        {"valid_until": date(2020, 1, 1)},
        {"valid_until": date(2099, 1, 1)},
        {"sectors": ["898f53ae663ffff0"]},
        {"hours": (19, 24)},
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_kept(answer, wrong):
    with pytest.raises(BadInput):
        keep(answer, **wrong)
    assert not Finding.objects.exists()


@pytest.mark.parametrize("who", ["case_worker", "funder", "auditor", "other_municipal_officer"])
def test_whoever_makes_no_diagnosis_here_keeps_nothing(answer, who):
    with pytest.raises(NotAllowed):
        keep(answer, who)


def test_a_second_person_confirms_and_nobody_their_own(answer):
    own = keep(answer, "coordinator")
    with pytest.raises(BadInput, match=r"[Qq]uien|Whoever"):
        actions.confirm_finding(by=actor("coordinator"), number=own.pk)
    found = keep(answer)
    assert actions.confirm_finding(by=actor("coordinator"), number=found.pk).state == "confirmed"
    with pytest.raises(BadInput):
        actions.set_finding_aside(by=actor("coordinator"), number=found.pk, reason="No")


def test_whoever_may_not_accept_confirms_nothing(answer):
    found = keep(answer)
    with pytest.raises(NotAllowed):
        actions.confirm_finding(by=actor("analyst"), number=found.pk)


def test_whoever_kept_it_may_set_it_aside_with_a_reason(answer):
    found = keep(answer)
    with pytest.raises(BadInput):
        actions.set_finding_aside(by=actor("municipal_officer"), number=found.pk, reason="  ")
    aside = actions.set_finding_aside(
        by=actor("municipal_officer"), number=found.pk, reason="Era una feria."
    )
    assert (aside.state, aside.reason) == (FindingState.SET_ASIDE, "Era una feria.")


def test_the_database_itself_wants_a_reason_and_a_moment(answer):
    found = keep(answer)
    for changes in ({"state": "set_aside"}, {"state": "confirmed"}, {"first_hour": 24}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Finding.objects.filter(pk=found.pk).update(**changes)


def promise(found, who: str = "municipal_officer"):
    plan = make_plan()
    return actions.take_up_finding(
        by=actor(who),
        number=found.pk,
        plan=plan.code,
        what="Alumbrar tres cuadras",
        organisation="muni-la-esperanza",
        due=found.valid_until,
        district=LA_ESPERANZA,
    )


def test_a_commitment_says_which_finding_raised_it(answer):
    found = keep(answer)
    assert promise(found).raised_by == ("finding", str(found.pk))


def test_one_that_was_set_aside_is_not_taken_up(answer):
    found = keep(answer)
    actions.set_finding_aside(by=actor("municipal_officer"), number=found.pk, reason="No")
    with pytest.raises(BadInput):
        promise(found)


def test_rounds_are_told_once_for_a_day_and_the_later_word_stands(answer):
    found = keep(answer)
    one, two = found.sectors
    today = programme.today()
    tell = {"by": actor("municipal_officer"), "number": found.pk, "day": today}
    actions.tell_rounds(**tell, done={one: True, two: False})
    actions.tell_rounds(**tell, done={two: True})
    assert dict(Round.objects.values_list("sector", "was_done")) == {one: True, two: True}


@pytest.mark.parametrize("later", [-1, 1])
def test_a_day_before_the_sheet_or_to_come_cannot_be_told(answer, later):
    found = keep(answer)
    day = programme.today() + timedelta(days=later)
    with pytest.raises(BadInput):
        actions.tell_rounds(
            by=actor("municipal_officer"),
            number=found.pk,
            day=day,
            done={found.sectors[0]: True},
        )


def test_the_journal_holds_no_words_of_anybody(answer):
    found = keep(answer)
    actions.set_finding_aside(by=actor("municipal_officer"), number=found.pk, reason="Feria")
    entries = JournalEntry.objects.filter(kind="finding").order_by("seq")
    assert [entry.did for entry in entries] == ["finding.kept", "finding.set_aside"]
    assert "Feria" not in str([entry.data for entry in entries])
    assert "mercado" not in str([entry.data for entry in entries])
    assert verify().whole
