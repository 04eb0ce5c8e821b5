"""Committees: quorum, presence, decisions that become commitments, and who may keep them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cast import (
    EL_PORVENIR,
    LA_ESPERANZA,
    actor,
    make_plan,
    make_programme,
    person,
)
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from convive.access import duties
from convive.domain.committees import actions, actions_sessions, queries
from convive.domain.committees.models import Committee, Decision, Session
from convive.domain.committees.rules import Quorum
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed, Refused
from convive.kernel.models import JournalEntry

KEEPER = "municipal_officer"
SINCE = date(2014, 5, 22)


@pytest.fixture
def plan(db: None):
    with translation.override("en"):
        make_programme()
        yield make_plan()


def make_committee(by: str = KEEPER, **changes: object) -> Committee:
    facts = {
        "kind": "codisec",
        "name_es": "CODISEC de La Esperanza",
        "name_en": "CODISEC of La Esperanza",
        "organisation": "muni-la-esperanza",
        "district": LA_ESPERANZA,
        "quorum_number": None,
        "quorum_percent": 50,
        "valid_from": SINCE,
        "valid_to": None,
    }
    return actions.make_committee(by=actor(by), **{**facts, **changes})


def add_seats(committee: Committee, count: int, **changes: object) -> list[int]:
    return [
        actions.add_seat(
            by=actor(KEEPER),
            committee=committee.code,
            organisation="unfpa",
            name_es=f"Asiento {number}",
            name_en=f"Seat {number}",
            post="member",
            valid_from=SINCE,
            **{"votes": True, **changes},
        ).pk
        for number in range(count)
    ]


def today() -> date:
    return programme.today()


def call(committee: Committee, day: date | None = None, by: str = KEEPER) -> Session:
    return actions_sessions.plan_session(
        by=actor(by),
        committee=committee.code,
        day=day or today(),
        place="Municipalidad",
        agenda="Alumbrado",
    )


def attend(session: Session, seats: list[int]) -> Session:
    present = dict.fromkeys(seats, "titular")
    return actions_sessions.record_presence(by=actor(KEEPER), session=session.pk, present=present)


def decide(session: Session, by: str = KEEPER, **changes: object) -> Decision:
    facts = {
        "text": "Reparar 38 postes",
        "how": "consensus",
        "organisation": "muni-la-esperanza",
        "due": today() + timedelta(days=30),
    }
    return actions_sessions.decide(by=actor(by), session=session.pk, **{**facts, **changes})


@pytest.fixture
def seats(plan: object) -> list[int]:
    return add_seats(make_committee(), 5)


@pytest.fixture
def session(seats: list[int]) -> Session:
    return call(Committee.objects.get())


def test_half_plus_one_of_five_is_three_and_of_six_is_four():
    assert [Quorum(percent=50).needed(n) for n in (0, 1, 5, 6)] == [1, 1, 3, 4]
    assert Quorum(number=4).needed(10) == 4
    assert Quorum(percent=66).needed(9) == 6


@given(st.integers(0, 99), st.integers(0, 200))
def test_the_quorum_is_the_least_number_above_the_part(percent: int, seats: int):
    needed = Quorum(percent=percent).needed(seats)
    assert 100 * needed > percent * seats
    assert needed == 1 or 100 * (needed - 1) <= percent * seats


def test_a_committee_is_kept_by_its_organisation_in_its_district_alone(plan: object):
    made = make_committee()
    assert (made.code, made.origin) == ("codisec-de-la-esperanza", "page")
    with pytest.raises(NotAllowed):
        make_committee(by="other_municipal_officer")
    with pytest.raises(NotAllowed):
        make_committee(organisation="unodc")
    with pytest.raises(NotAllowed):
        make_committee(district=EL_PORVENIR)
    with pytest.raises(NotAllowed):
        call(made, by="agency_officer")
    assert make_committee(by="coordinator").code == "codisec-de-la-esperanza-2"


def test_a_committee_has_one_rule_of_quorum(plan: object):
    for both in ((None, None), (3, 50)):
        with pytest.raises(BadInput) as told:
            make_committee(quorum_number=both[0], quorum_percent=both[1])
        assert told.value.problems[0].where == "quorum_number"


def test_nothing_is_decided_without_quorum(session: Session, seats: list[int]):
    attend(session, seats[:2])
    with pytest.raises(Refused) as told:
        decide(session)
    assert told.value.problems[0].why == (
        "There is no quorum: 2 of 5 members with a vote are there, 3 must be. "
        "Without it nothing can be decided."
    )
    assert not Decision.objects.exists()
    attend(session, seats[:3])
    assert decide(session).number == 1


def test_a_seat_without_a_vote_makes_no_quorum(session: Session, seats: list[int]):
    (voiceless,) = add_seats(session.committee, 1, votes=False)
    attend(session, [*seats[:2], voiceless])
    assert queries.count(session) == queries.Count(seats=5, present=2, needed=3)


def test_a_decision_becomes_the_commitment_of_whoever_may_promise(
    session: Session, seats: list[int]
):
    attend(session, seats)
    decision = decide(session, is_public=True)
    made = Commitment.objects.get()
    assert decision.commitment == made
    assert (made.organisation.code, made.district.ref) == ("muni-la-esperanza", LA_ESPERANZA)
    assert made.raised_by == ("decision", str(decision.pk))
    assert made.is_public


def test_another_body_promises_its_own_part_or_declines_it(session: Session, seats: list[int]):
    attend(session, seats)
    first = decide(session, organisation="unfpa")
    second = decide(session, organisation="unfpa", text="Dar talleres")
    assert first.waits and not Commitment.objects.exists()
    with pytest.raises(NotAllowed):
        actions_sessions.promise(by=actor(KEEPER), decision=first.pk)
    promised = actions_sessions.promise(by=actor("agency_officer"), decision=first.pk)
    assert promised.commitment.organisation.code == "unfpa"
    with pytest.raises(BadInput, match="answered before"):
        actions_sessions.promise(by=actor("agency_officer"), decision=first.pk)
    with pytest.raises(BadInput, match="owed the reason"):
        actions_sessions.decline(by=actor("agency_officer"), decision=second.pk, reason=" ")
    declined = actions_sessions.decline(
        by=actor("agency_officer"), decision=second.pk, reason="No hay fondos."
    )
    assert not declined.waits and declined.commitment is None


def test_a_decision_without_a_commitment_says_why(session: Session, seats: list[int]):
    attend(session, seats)
    with pytest.raises(BadInput, match="says why nobody has to"):
        decide(session, organisation="", due=None)
    with pytest.raises(BadInput, match="belong together"):
        decide(session, due=None)
    noted = decide(session, organisation="", due=None, reason="Se tomó nota.")
    assert not noted.waits and not Commitment.objects.exists()


def test_a_vote_is_carried_and_adds_up(session: Session, seats: list[int]):
    attend(session, seats[:4])
    with pytest.raises(BadInput, match="not carried"):
        decide(session, how="vote", votes_for=2, votes_against=2)
    with pytest.raises(BadInput, match="more votes than members"):
        decide(session, how="vote", votes_for=4, votes_against=1)
    with pytest.raises(BadInput, match="no votes"):
        decide(session, votes_for=3)
    carried = decide(session, how="vote", votes_for=3, votes_against=1)
    assert (carried.votes_for, carried.votes_against, carried.abstained) == (3, 1, 0)


def test_what_was_decided_keeps_the_quorum_that_it_needed(session: Session, seats: list[int]):
    attend(session, seats[:3])
    decide(session)
    with pytest.raises(Refused, match="needs them"):
        attend(session, seats[:2])
    assert queries.count(session).present == 3


def test_closing_freezes_who_was_there(session: Session, seats: list[int]):
    attend(session, seats[:3])
    closed = actions_sessions.close_session(by=actor(KEEPER), session=session.pk, minutes="004")
    assert (closed.state, closed.present, closed.needed, closed.had_quorum) == ("held", 3, 3, True)
    add_seats(session.committee, 4)
    assert queries.count(queries.session(session.pk)).needed == 3
    for act in (lambda: attend(session, seats), lambda: decide(session)):
        with pytest.raises(BadInput, match="nothing of it changes any more"):
            act()


def test_a_session_without_quorum_can_be_closed_and_says_so(session: Session, seats: list[int]):
    with pytest.raises(BadInput, match="not recorded who was there"):
        actions_sessions.close_session(by=actor(KEEPER), session=session.pk, minutes="004")
    attend(session, seats[:1])
    closed = actions_sessions.close_session(by=actor(KEEPER), session=session.pk, minutes="004")
    assert closed.had_quorum is False


def test_a_session_not_held_has_its_reason_and_decided_nothing(session: Session, seats: list[int]):
    with pytest.raises(BadInput, match="reason"):
        actions_sessions.call_off_session(by=actor(KEEPER), session=session.pk, reason="")
    attend(session, seats)
    decide(session)
    with pytest.raises(BadInput, match="it was held"):
        actions_sessions.call_off_session(by=actor(KEEPER), session=session.pk, reason="Lluvia")
    other = call(session.committee, today() + timedelta(days=9))
    off = actions_sessions.call_off_session(by=actor(KEEPER), session=other.pk, reason="Lluvia")
    assert off.state == "not_held"


def test_nobody_was_at_a_session_to_come(seats: list[int]):
    later = call(Committee.objects.get(), today() + timedelta(days=3))
    with pytest.raises(BadInput, match="nobody was there yet"):
        attend(later, seats)


def test_a_seat_counts_on_the_days_on_which_it_holds(session: Session, seats: list[int]):
    ended = queries.seat(seats[0])
    facts = {
        "organisation": "unfpa",
        "name_es": ended.name_es,
        "name_en": ended.name_en,
        "post": ended.post,
        "votes": True,
        "valid_from": SINCE,
    }
    attend(session, seats[:3])
    yesterday = today() - timedelta(days=1)
    with pytest.raises(BadInput, match="sat there on a day"):
        actions.change_seat(by=actor(KEEPER), seat=seats[0], **facts, valid_to=yesterday)
    attend(session, seats[1:4])
    actions.change_seat(by=actor(KEEPER), seat=seats[0], **facts, valid_to=yesterday)
    assert queries.count(session).seats == 4


def test_whoever_sits_in_a_committee_may_see_it(plan: object):
    committee = make_committee()
    with pytest.raises(BadInput, match="may not see the committee"):
        add_seats(committee, 1, titular=person("other_municipal_officer"))
    (seat,) = add_seats(committee, 1, titular=person("municipal_officer"))
    assert queries.seat(seat).titular == person("municipal_officer")


def test_the_journal_tells_codes_and_counts_and_no_words(session: Session, seats: list[int]):
    attend(session, seats)
    decide(session, text="Un texto que nadie debe leer aquí")
    entries = JournalEntry.objects.filter(kind="session")
    assert [entry.did for entry in entries.order_by("seq")] == [
        "session.planned",
        "session.attended",
        "decision.taken",
    ]
    assert "texto" not in str([entry.data for entry in entries])


def test_one_person_never_stands_for_two_seats(session: Session, seats: list[int]):
    me, other = person("municipal_officer"), person("agency_officer")
    mine = add_seats(session.committee, 2, titular=me)
    (by_the_other,) = add_seats(session.committee, 1, titular=other, alternate=me)
    for present in (
        dict.fromkeys(mine, "titular"),
        {mine[0]: "titular", by_the_other: "alternate"},
    ):
        with pytest.raises(BadInput, match="cannot stand for two seats: Seat 0, Seat"):
            actions_sessions.record_presence(by=actor(KEEPER), session=session.pk, present=present)
    assert not session.attendance.exists()
    attend(session, [mine[0], by_the_other, *seats])  # seats that name nobody stand as before
    assert queries.count(session).present == 7


def waiting(key: str) -> list[str]:
    part = next(part for part in duties.parts() if part.name == "committees")
    return [duty.title for duty in part.waiting(actor(key), today())]


def test_sessions_and_decisions_wait_for_whoever_does_something_about_them(
    session: Session, seats: list[int]
):
    late = call(session.committee, today() - timedelta(days=2))
    assert waiting(KEEPER) == [
        "Close the session: CODISEC of La Esperanza",
        "Next session: CODISEC of La Esperanza",
    ]
    assert waiting("agency_officer") == []
    add_seats(session.committee, 1, titular=person("agency_officer"))
    assert waiting("agency_officer") == ["Next session: CODISEC of La Esperanza"]
    attend(late, seats)
    decide(late, organisation="unfpa")
    assert "Promise or decline: Reparar 38 postes" in waiting("agency_officer")
    assert waiting("other_municipal_officer") == []


def test_a_leavers_seats_pass_to_the_successor(session: Session):
    leaver, successor = person("agency_officer"), person("case_worker")
    (seat,) = add_seats(session.committee, 1, titular=leaver)
    part = next(part for part in duties.parts() if part.name == "committees")
    assert len(list(part.held_by(leaver.pk))) == 1
    with pytest.raises(NotAllowed):
        part.hand_over(by=actor(KEEPER), leaver=leaver.pk, successor=successor.pk)
    with pytest.raises(BadInput, match="may not see"):
        other = person("other_municipal_officer")
        part.hand_over(by=actor("system_staff"), leaver=leaver.pk, successor=other.pk)
    done = part.hand_over(by=actor("system_staff"), leaver=leaver.pk, successor=successor.pk)
    assert (done, queries.seat(seat).titular) == (1, successor)
    assert list(part.held_by(leaver.pk)) == []


@pytest.mark.parametrize("leaves", ["titular", "alternate"])
def test_where_the_other_person_of_a_seat_succeeds_the_alternate_moves_up(
    session: Session, leaves: str
):
    leaver, successor = person("agency_officer"), person("case_worker")
    pair = {"titular": leaver, "alternate": successor}
    if leaves == "alternate":
        pair = {"titular": successor, "alternate": leaver}
    (number,) = add_seats(session.committee, 1, **pair)
    done = actions.hand_over_seats(
        by=actor("system_staff"), leaver=leaver.pk, successor=successor.pk
    )
    seat = queries.seat(number)
    assert (done, seat.titular, seat.alternate) == (1, successor, None)
    facts = {"name_es": "Uno", "name_en": "One", "post": "member", "votes": True}
    actions.change_seat(  # what stands there is what its page would take
        by=actor(KEEPER), seat=number, organisation="unfpa", valid_from=SINCE, **facts,
        titular=seat.titular, alternate=seat.alternate,
    )  # fmt: skip
