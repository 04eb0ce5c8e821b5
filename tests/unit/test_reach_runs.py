"""A count of people: opened, its key named, its lists taken or refused, and deleted in time."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from cast import actor, make_plan, make_programme
from coded import coded, new_key
from django.conf import settings
from django.utils import timezone, translation

from convive.access import duties
from convive.domain.programme import queries as programme
from convive.domain.reach import actions, actions_lists, kept, queries, vault
from convive.domain.reach.coded import keys
from convive.domain.reach.coded.schema import USUAL
from convive.domain.reach.models import Run
from convive.kernel import retention
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period
from convive.upkeep.backup import make

pytestmark = pytest.mark.django_db

BODIES = ("unfpa", "unodc", "muni-la-esperanza")
SENDERS = dict(
    zip(BODIES, ("agency_officer", "other_agency_officer", "municipal_officer"), strict=True)
)


@pytest.fixture(autouse=True)
def plan(db: None):
    with translation.override("en"):
        make_programme()
        yield make_plan()
    for path in settings.HOME.lists.iterdir():
        path.unlink()


def opened(**changes: object) -> Run:
    given = {
        "period": Period.parse("2016"),
        "due": programme.today() + timedelta(days=14),
        "organisations": BODIES,
        **changes,
    }
    return actions.open_run(by=actor("coordinator"), **given)


def with_key(key: keys.Key, **changes: object) -> Run:
    run = opened(**changes)
    name_key(run, key.name)
    return run


def name_key(run: Run, name: str, body: str = "unfpa") -> Run:
    who = actor(SENDERS[body])
    return actions.name_key(by=who, run=run.pk, organisation=body, key_id=name)


def send(run: Run, body: str, content: bytes, who: str = ""):
    by = actor(who or SENDERS[body])
    return actions_lists.send_list(by=by, run=run.pk, organisation=body, content=content)


def files() -> list[str]:
    return sorted(path.name for path in settings.HOME.lists.iterdir())


def did(word: str) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(did=f"reach.{word}"))


def test_a_count_asks_at_least_two_organisations_and_gives_them_time():
    with pytest.raises(BadInput, match="two organisations"):
        opened(organisations=["unfpa", "unfpa"])
    with pytest.raises(BadInput, match="no organisation"):
        opened(organisations=["unfpa", "nobody"])
    with pytest.raises(BadInput, match="has passed"):
        opened(due=programme.today() - timedelta(days=1))
    run = opened()
    assert [row.organisation.code for row in run.lists.all()] == sorted(BODIES)
    assert did("opened")[0].data == {"period": "2016", "asked": list(BODIES)}


@pytest.mark.parametrize("who", ["agency_officer", "analyst", "auditor", "system_staff"])
def test_only_whoever_coordinates_opens_starts_and_gives_up(who):
    run = opened()
    given = {"period": run.period, "due": run.due, "organisations": BODIES}
    with pytest.raises(NotAllowed):
        actions.open_run(by=actor(who), **given)
    for act in (actions.start, actions.stop, actions.abandon):
        with pytest.raises(NotAllowed):
            act(by=actor(who), run=run.pk)


def test_the_name_of_a_key_is_taken_and_a_key_is_not():
    key, run = new_key(), opened()
    for wrong in (key.secret.hex(), key.text(), "unfpa", "", "g" * 16):
        with pytest.raises(BadInput, match="no name of a key"):
            name_key(run, wrong)
    assert name_key(run, f" {key.name[:8]} {key.name[8:].upper()} ").key_id == key.name
    assert Run.objects.get().state == Run.State.LISTS
    assert key.secret.hex() not in json.dumps([e.data for e in JournalEntry.objects.all()])


def test_a_key_can_be_named_anew_until_a_list_is_here():
    first, second = new_key(), new_key()
    run = with_key(first)
    name_key(run, second.name, "unodc")
    send(run, "unfpa", coded("unfpa", range(20), second))
    with pytest.raises(BadInput, match="here already"):
        name_key(run, first.name)


def test_nobody_names_a_key_for_an_organisation_that_is_not_theirs_or_not_asked():
    run = opened(organisations=BODIES[:2])
    who = actor("agency_officer")
    with pytest.raises(NotAllowed):
        actions.name_key(by=who, run=run.pk, organisation="unodc", key_id="a" * 16)
    with pytest.raises(BadInput, match="not asked"):
        actions.name_key(by=who, run=run.pk, organisation=BODIES[2], key_id="a" * 16)


def test_a_list_is_sealed_and_only_its_numbers_are_told():
    key = new_key()
    run, content = with_key(key), coded("unfpa", range(100), key)
    row = send(run, "unfpa", content)
    assert (row.people, row.refused, row.with_dni) == (98, 2, 78)
    assert files() == [row.token] and row.path.stat().st_mode & 0o077 == 0
    sealed = row.path.read_bytes()
    assert content[:60] not in sealed and vault.read(row) == content
    assert did("list-sent")[0].data == {"for": "unfpa", "file": row.file_hash, "people": 98}


def test_a_sealed_list_opens_as_no_other_organisations():
    key = new_key()
    run = with_key(key)
    row = send(run, "unfpa", coded("unfpa", range(20), key))
    other = run.lists.get(organisation__code="unodc")
    other.token = row.token
    with pytest.raises(ValueError, match="not sealed here"):
        vault.read(other)


def test_an_organisation_sends_its_own_list_alone():
    key = new_key()
    run, content = with_key(key), coded("unodc", range(20), key)
    for who in ("agency_officer", "coordinator", "analyst", "case_worker"):
        with pytest.raises(NotAllowed):
            send(run, "unodc", content, who)
    assert files() == []


def test_a_list_that_cannot_be_counted_is_refused_with_every_reason_and_not_kept():
    key = new_key()
    run = with_key(key)
    wrong = coded("unodc", range(20), new_key(), is_sample=True, schema=USUAL)
    with pytest.raises(BadInput) as refused:
        send(run, "unfpa", wrong)
    told = " ".join(str(problem) for problem in refused.value.problems)
    assert len(refused.value.problems) == 4
    assert all(word in told for word in ("another key", "another schema", "“unodc”", "made-up"))
    good = coded("unfpa", range(20), key)
    for broken in (
        b"",
        b"nombres,dni\nROSA,40000000\n",
        good[:-40],
        good.replace(b'"rows":', b'"r":'),
    ):
        with pytest.raises(BadInput):
            send(run, "unfpa", broken)
    assert files() == [] and not run.lists.exclude(token="").exists()


def test_a_key_that_is_sent_as_a_list_is_refused_and_not_kept():
    key = new_key()
    run = with_key(key)
    for sent in (key, *keys.split(key, 2, 3)):
        with pytest.raises(BadInput, match="This is a key"):
            send(run, "unfpa", sent.text().encode())
    assert files() == []


def test_a_trial_takes_made_up_lists_alone():
    key = new_key()
    run = with_key(key, is_sample=True)
    with pytest.raises(BadInput, match="trial"):
        send(run, "unfpa", coded("unfpa", range(20), key))
    assert send(run, "unfpa", coded("unfpa", range(20), key, is_sample=True)).is_here


def test_a_list_is_replaced_and_taken_back_with_its_file(django_capture_on_commit_callbacks):
    key = new_key()
    run = with_key(key)
    with django_capture_on_commit_callbacks(execute=True):
        first = send(run, "unfpa", coded("unfpa", range(20), key))
        second = send(run, "unfpa", coded("unfpa", range(30), key))
    assert first.token != second.token and files() == [second.token]
    assert [entry.data["people"] for entry in did("list-replaced")] == [30]
    with pytest.raises(NotAllowed):
        actions_lists.take_back(by=actor("municipal_officer"), run=run.pk, organisation="unfpa")
    with django_capture_on_commit_callbacks(execute=True):
        actions_lists.take_back(by=actor("agency_officer"), run=run.pk, organisation="unfpa")
    assert files() == [] and len(did("list-taken-back")) == 1
    with pytest.raises(BadInput, match="not here"):
        actions_lists.take_back(by=actor("agency_officer"), run=run.pk, organisation="unfpa")


def test_no_list_is_taken_before_the_key_has_a_name_or_after_the_count_began():
    key = new_key()
    run, content = opened(), coded("unfpa", range(20), key)
    with pytest.raises(BadInput, match="no name yet"):
        send(run, "unfpa", content)
    name_key(run, key.name)
    for body in BODIES[:2]:
        send(run, body, coded(body, range(20), key))
    actions.start(by=actor("coordinator"), run=run.pk)
    with pytest.raises(BadInput, match="no lists any more"):
        send(run, "unfpa", content)


def test_a_count_needs_two_lists():
    key = new_key()
    run = with_key(key)
    send(run, "unfpa", coded("unfpa", range(20), key))
    with pytest.raises(BadInput, match="two lists"):
        actions.start(by=actor("coordinator"), run=run.pk)


def test_what_is_given_up_is_deleted_at_once(django_capture_on_commit_callbacks):
    key = new_key()
    run = with_key(key)
    send(run, "unfpa", coded("unfpa", range(20), key))
    with django_capture_on_commit_callbacks(execute=True):
        actions.abandon(by=actor("coordinator"), run=run.pk)
    row = run.lists.get(organisation__code="unfpa")
    assert files() == [] and row.deleted_at and row.people == 20
    assert did("lists-deleted")[0].data == {"lists": 1}
    with pytest.raises(BadInput, match="it is over"):
        actions.abandon(by=actor("coordinator"), run=run.pk)


def test_the_clock_deletes_lists_that_wait_too_long(django_capture_on_commit_callbacks):
    key = new_key()
    run = with_key(key)
    row = send(run, "unfpa", coded("unfpa", range(20), key))
    stray = settings.HOME.lists / "stray"
    stray.write_bytes(b"half")
    now = timezone.now()
    kept_for = next(each for each in retention.classes() if each.name == "coded-lists").kept({})
    assert kept.clear(now, kept_for) == 0 and files() == sorted([row.token, "stray"])
    with django_capture_on_commit_callbacks(execute=True):
        assert kept.clear(now + timedelta(days=kept_for + 1), kept_for) == 2
    assert files() == []
    assert len(did("lists-deleted")) == 1 and len(did("strays-deleted")) == 1
    run.refresh_from_db()
    assert run.state == Run.State.LISTS and queries.missing(run)


def test_no_backup_holds_a_coded_list():
    key = new_key()
    row = send(with_key(key), "unfpa", coded("unfpa", range(20), key))
    assert row.path.exists()
    assert row.path not in set(make._files(settings.HOME))


def test_each_is_told_when_it_is_their_turn():
    def waiting(who: str) -> list[str]:
        return [d.title for d in duties.waiting(actor(who), programme.today()) if d.part == "reach"]

    key, run = new_key(), opened(organisations=BODIES[:2])
    assert waiting("agency_officer") == ["Make the key of the count with the other agencies"]
    assert waiting("municipal_officer") == [] == waiting("coordinator")
    name_key(run, key.name)
    assert waiting("agency_officer") == ["Send your coded list of people"]
    for body in BODIES[:2]:
        send(run, body, coded(body, range(20), key))
    assert waiting("agency_officer") == []
    assert waiting("coordinator") == ["Start the count: every list is here"]
    actions.abandon(by=actor("coordinator"), run=run.pk)
    assert waiting("agency_officer") == ["Delete the key of the count, and say so"]
    by = actor("agency_officer")
    actions.say_key_deleted(by=by, run=run.pk, organisation="unfpa")
    assert waiting("agency_officer") == [] and len(did("key-deleted")) == 1


def test_a_key_is_said_to_be_deleted_once_the_count_is_over():
    run = with_key(new_key())
    with pytest.raises(BadInput, match="not over"):
        actions.say_key_deleted(by=actor("agency_officer"), run=run.pk, organisation="unfpa")
