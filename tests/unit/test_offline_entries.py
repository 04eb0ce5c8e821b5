"""Entries of phones: kept once, in whichever order and however often they arrive."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cast import EL_PORVENIR, actor, make_programme, person
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from offered import make_activity, make_attended, make_catalogue

import convive
from convive.domain.offline import actions, kept, kinds, reading
from convive.domain.offline.answers import answers
from convive.domain.offline.kinds import Entry
from convive.domain.offline.models import Receipt
from convive.domain.offline.reading import Unread
from convive.domain.people.models import Person
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Membership
from convive.domain.services import actions as services
from convive.domain.services.models import Activity, Attendance, Enrolment
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 21, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def enrolled(found: Activity, number: int = 0) -> Enrolment:
    code = make_attended(number).code
    return services.enrol(
        by=actor("case_worker"), activity=found.code, person=code, on=found.first_day
    )


def came(row: Enrolment, state: str, at: datetime | None = None, mark: UUID | None = None) -> Entry:
    session = row.activity.sessions.get()
    data = {
        "activity": row.activity.code,
        "session": session.pk,
        "field": row.code,
        "value": state,
    }
    return Entry(mark or uuid4(), "services.attendance", at or timezone.now(), data)


def newcomer(found: Activity, **changes: str) -> Entry:
    today = programme.today().isoformat()
    fields = {
        "given": "Melchora",
        "paternal": "Benavente",
        "born": "2001-02-03",
        "calls": "unasked",
        "language": "es",
        "purposes": "services",
        "voice": "self",
        "way": "spoken",
        "given_on": today,
        "on": today,
        **changes,
    }
    data = {"activity": found.code, "fields": {name: [text] for name, text in fields.items()}}
    return Entry(uuid4(), "services.newcomer", timezone.now(), data)


def sent(entry: Entry, who: str = "case_worker") -> dict[str, object]:
    return answers(actor(who), [entry])[0]


def said(answer: dict[str, object]) -> str:
    return " ".join(f"{each['why']} {each['remedy']}" for each in answer["problems"])  # type: ignore[attr-defined]


# Reading


def batch(*entries: object, sent_at: datetime = NOW, now: datetime = NOW) -> list[Entry | Unread]:
    body = json.dumps({"sent_at": sent_at.isoformat(), "entries": list(entries)})
    return reading.batch(body.encode(), now)


def row(taken_at: datetime = NOW, **changes: object) -> dict[str, object]:
    taken = taken_at.isoformat()
    return {"mark": str(uuid4()), "kind": "x", "taken_at": taken, "data": {}, **changes}


def test_a_clock_that_is_wrong_is_put_right_and_none_runs_ahead():
    hour, year = timedelta(hours=1), timedelta(days=365)
    for wrong in (-year, -hour, timedelta(0), hour, year):
        (entry,) = batch(row(NOW + wrong - 2 * hour), sent_at=NOW + wrong)
        assert entry.taken_at == NOW - 2 * hour
    (ahead,) = batch(row(NOW + hour), sent_at=NOW)
    assert ahead.taken_at == NOW


def test_what_is_too_old_is_refused_and_what_a_phone_keeps_is_not():
    days = timedelta(days=reading.DAYS)
    young, old = batch(row(NOW - days), row(NOW - days - timedelta(seconds=1)))
    assert isinstance(young, Entry)
    assert isinstance(old, Unread) and "30 days" in old.problem.why
    script = Path(convive.__file__).parent / "look/static/look/phone/store.js"
    kept_days = re.search(r"entry: (\d+) }", script.read_text())
    assert kept_days and int(kept_days[1]) == reading.DAYS, "the phone keeps what is still taken"


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        None,
        {},
        row(mark="no uuid"),
        row(mark=7),
        row(kind=None),
        row(taken_at=NOW, data=[]),
        {**row(), "taken_at": "yesterday"},
        {**row(), "taken_at": "2026-05-04T21:00:00"},  # no zone
        {**row(), "taken_at": "2026-13-41T21:00:00Z"},
        {**row(), "taken_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_what_is_no_entry_is_refused_by_itself(wrong: object):
    first, second, third = batch(row(), wrong, row())
    assert isinstance(first, Entry) and isinstance(third, Entry)
    assert isinstance(second, Unread)
    told = answers(actor("case_worker"), [second])[0]
    assert told["answer"] == "refused" and said(told)


TOO_MANY = json.dumps({"sent_at": NOW.isoformat(), "entries": [row()] * 101}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"entries": []}',
        b'{"sent_at": "2026-05-04T21:00:00Z"}',
        TOO_MANY,
    ],
)
def test_what_is_no_batch_is_refused_whole(body: bytes):
    with pytest.raises(BadInput):
        reading.batch(body, NOW)


# Keeping


def test_what_is_sent_twice_is_kept_once_and_said_to_be():
    entry = came(enrolled(make_activity(sessions=1)), "present")
    assert [sent(entry)["answer"] for _ in range(3)] == ["kept", "already", "already"]
    assert Attendance.objects.get().state == "present"
    assert Receipt.objects.get().kept_by == actor("case_worker").id
    assert JournalEntry.objects.filter(did="offline.kept").count() == 1


def test_what_is_refused_leaves_no_mark_and_is_kept_once_it_may_be():
    found = make_activity(sessions=1)
    entry = came(enrolled(found), "present")
    role = Membership.objects.get(user=person("case_worker"))
    role.valid_to = programme.today() - timedelta(days=1)
    role.save()
    told = sent(entry)
    assert told["answer"] == "refused" and "no longer" in said(told)
    assert not Receipt.objects.exists() and not Attendance.objects.exists()
    role.valid_to = None
    role.save()
    assert sent(entry)["answer"] == "kept"


def test_what_is_not_there_and_what_is_not_theirs_are_refused_alike():
    found = make_activity(sessions=1)
    theirs = came(enrolled(found), "present")
    nowhere = Entry(
        uuid4(), theirs.kind, theirs.taken_at, {**theirs.data, "activity": "no-such-code"}
    )
    other = [answers(actor("other_agency_officer"), [one])[0] for one in (theirs, nowhere)]
    assert [one["answer"] for one in other] == ["refused", "refused"]
    assert said(other[0]) == said(other[1])


def test_somebody_elses_mark_is_no_answer_to_mine():
    entry = came(enrolled(make_activity(sessions=1)), "present")
    sent(entry)
    told = sent(entry, who="agency_officer")
    assert told["answer"] == "refused" and "mark" in said(told)


def test_an_unknown_kind_is_refused_with_what_to_do():
    told = sent(Entry(uuid4(), "arms.custody", timezone.now(), {}))
    assert told["answer"] == "refused" and "delete it here" in said(told)


def test_a_kind_has_one_name():
    with pytest.raises(ValueError, match="two kinds"):
        kinds.register("services.attendance", lambda by, entry: None)


@pytest.mark.parametrize("kind", ["services.attendance", "services.enrol", "services.newcomer"])
@pytest.mark.parametrize(
    "data",
    [{}, {"fields": 3, "activity": []}, {"fields": {"on": "x", "given": [1]}, "session": "1"}],
)
def test_no_data_breaks_a_kind(kind: str, data: dict[str, object]):
    assert sent(Entry(uuid4(), kind, timezone.now(), data))["answer"] == "refused"


def test_marks_are_forgotten_later_than_a_phone_can_send():
    entry = came(enrolled(make_activity(sessions=1)), "present")
    sent(entry)
    now = timezone.now()
    assert kept.clear(now + timedelta(days=reading.DAYS), 2 * reading.DAYS) == 0
    assert kept.clear(now + timedelta(days=2 * reading.DAYS + 1), 2 * reading.DAYS) == 1
    with pytest.raises(NotAllowed):
        actions.clear_receipts(by=actor("coordinator"), now=now, days=1)


# Who came


def test_of_two_phones_the_later_word_holds_and_the_other_is_told():
    row_ = enrolled(make_activity(sessions=1))
    now = timezone.now()
    late = came(row_, "absent", now - timedelta(hours=1))
    early = came(row_, "present", now - timedelta(hours=2))
    assert sent(late)["answer"] == "kept"
    told = sent(early, who="agency_officer")
    assert told["answer"] == "conflict" and told["ways"] == []
    assert row_.person.name in said(told)
    assert Attendance.objects.get().state == "absent"
    agreeing = came(row_, "absent", now - timedelta(hours=3))
    assert sent(agreeing)["answer"] == "kept", "both say the same: nobody has to do anything"


class Orders(TestCase):
    """Entries of two phones about three people: the same state in every order of arrival."""

    counter = count()

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_any_order_and_any_repetition_lead_to_the_same(self, data: st.DataObject) -> None:
        found = make_activity(sessions=1, places=9, title_es=f"Curso {next(self.counter)}")
        people_ = [enrolled(found, number) for number in range(3)]
        now = timezone.now()
        words = data.draw(
            st.lists(
                st.tuples(
                    st.integers(0, 2),
                    st.sampled_from(["present", "absent", "excused"]),
                    st.integers(1, 4),
                ),
                max_size=7,
            )
        )
        entries = [came(people_[n], s, now - timedelta(minutes=m)) for n, s, m in words]
        again = data.draw(
            st.lists(st.sampled_from(entries), max_size=4) if entries else st.just([])
        )
        order = data.draw(st.permutations(entries + again))
        for entry in order:
            assert sent(entry)["answer"] in {"kept", "already", "conflict"}
        wanted: dict[str, Entry] = {}
        for entry in sorted(entries, key=lambda one: (one.taken_at, str(one.mark))):
            wanted[entry.text("field")] = entry
        states = dict(
            Attendance.objects.filter(session__activity=found).values_list(
                "enrolment__code", "state"
            )
        )
        assert states == {code: entry.text("value") for code, entry in wanted.items()}


# Somebody new


def test_somebody_new_is_registered_and_enrolled_once():
    found = make_activity()
    entry = newcomer(found)
    assert [sent(entry)["answer"] for _ in range(2)] == ["kept", "already"]
    made = Person.objects.get()
    assert made.given == "Melchora" and made.organisation == found.organisation
    assert Enrolment.objects.get().person == made
    assert made.worker == person("case_worker")


def test_faults_are_told_by_field_and_nobody_is_half_written():
    found = make_activity()
    told = sent(newcomer(found, born="2999-01-01", purposes="x"))
    assert told["answer"] == "refused" and "They agree" in said(told)
    assert sent(newcomer(found, born="2999-01-01"))["answer"] == "refused"
    unasked = newcomer(found)
    del unasked.data["fields"]["purposes"]
    told = sent(unasked)
    assert told["answer"] == "refused" and "agree to be attended" in said(told)
    assert not Person.objects.exists() and not Receipt.objects.exists()


def test_whoever_may_be_on_the_register_already_is_decided_by_whoever_wrote_it():
    found = make_activity()
    sent(newcomer(found))
    again = newcomer(found)
    told = sent(again)
    assert told["answer"] == "conflict"
    same, another = told["ways"]
    assert "Melchora" in same["label"]
    # It is the same person: they are in the activity already, and that is said
    told = sent(Entry(uuid4(), same["kind"], again.taken_at, {**again.data, **same["data"]}))
    assert told["answer"] == "refused" and "already" in said(told)
    assert Person.objects.count() == 1
    told = sent(Entry(uuid4(), another["kind"], again.taken_at, {**again.data, **another["data"]}))
    assert told["answer"] == "kept" and Person.objects.count() == 2


def test_the_register_alone_takes_somebody_too():
    entry = newcomer(make_activity())
    alone = Entry(uuid4(), "people.register", entry.taken_at, {"fields": entry.data["fields"]})
    assert sent(alone)["answer"] == "kept"
    told = sent(Entry(uuid4(), "people.register", entry.taken_at, alone.data))
    assert told["answer"] == "conflict" and told["ways"][0]["kind"] == ""
    assert not Enrolment.objects.exists()


def test_enrolling_somebody_of_the_register():
    found = make_activity()
    somebody = make_attended()
    fields = {"person": [somebody.code], "on": [programme.today().isoformat()]}
    data = {"activity": found.code, "fields": fields}
    assert sent(Entry(uuid4(), "services.enrol", timezone.now(), data))["answer"] == "kept"
    assert Enrolment.objects.get().person == somebody


def test_nobody_new_comes_through_an_activity_elsewhere():
    found = make_activity("other_agency_officer", organisation="unodc", district=EL_PORVENIR)
    assert sent(newcomer(found))["answer"] == "refused"
    assert not Person.objects.exists()
