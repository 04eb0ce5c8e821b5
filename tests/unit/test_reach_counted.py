"""From coded lists to an answer: near the truth, without a small count; the lists are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cast import LA_ESPERANZA, actor, make_plan, make_programme
from coded import new_key
from django.conf import settings
from django.utils import translation

from convive.demo import lists as sample
from convive.demo import rules
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.reach import actions, actions_lists, queries, shown, tables
from convive.domain.reach.coded import columns, encode, tokens
from convive.domain.reach.models import Run
from convive.kernel.errors import BadInput
from convive.kernel.figures import Question, Status, figure
from convive.kernel.leaving import Kind
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db

PERIOD = Period.parse("2016")
SYSTEM = programme.SYSTEM


@pytest.fixture(autouse=True)
def plan(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_plan()
        yield
    for path in settings.HOME.lists.iterdir():
        path.unlink()


def handed_in(folder: Path, agencies: tuple[str, ...] = ("unodc", "unfpa")) -> Run:
    """A run with the demo's lists of these agencies, ready to begin."""
    run = actions.open_run(
        by=SYSTEM,
        period=PERIOD,
        due=programme.today(),
        organisations=agencies,
        targets=[{"indicator": "people-reached", "of": "everybody"}],
        is_sample=True,
    )
    key = new_key()
    actions.name_key(by=SYSTEM, run=run.pk, organisation=agencies[0], key_id=key.name)
    for agency, path in sample.write(folder).items():
        if agency in agencies:
            made = encode.encode(
                columns.read(path), key, agency, queries.schema(), is_sample=True
            ).tokens
            content = tokens.to_bytes(made)
            actions_lists.send_list(by=SYSTEM, run=run.pk, organisation=agency, content=content)
    return run


def truth(folder: Path, agencies: tuple[str, ...]) -> int:
    """Different people on the lists, whether or not they agreed, from the rules' own draw."""
    import numpy as np

    draw = np.random.default_rng(rules.SEED)
    everybody = list(sample._people(draw))
    on: set[int] = set()
    for agency, share in rules.LISTS.items():
        found = np.flatnonzero(draw.random(len(everybody)) < share)
        rows = [sample._written(everybody[i], draw) for i in found]
        draw.shuffle(rows)
        if agency in agencies:
            on |= set(found.tolist())
    return len(on)


@pytest.fixture
def done(tmp_path: Path, django_capture_on_commit_callbacks) -> Run:
    run = handed_in(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        actions.start(by=SYSTEM, run=run.pk)
        actions.count_people(by=SYSTEM, run=run.pk, progress=lambda _share: None)
    return Run.objects.get(pk=run.pk)


def test_the_answer_holds_the_truth_and_the_lists_are_gone(done, tmp_path):
    people = done.answer["people"]
    true = truth(tmp_path, ("unodc", "unfpa"))
    assert people["lower"] <= true <= people["upper"]
    assert abs(people["value"] - true) / true < 0.02
    assert done.state == Run.State.DONE and done.answer["sum"] > people["value"]
    assert list(settings.HOME.lists.iterdir()) == []
    assert all(row.deleted_at and not row.token for row in done.lists.all())
    assert [e.data for e in JournalEntry.objects.filter(did="reach.lists-deleted")] == [
        {"lists": 2}
    ]
    assert JournalEntry.objects.filter(did="reach.counted").count() == 1


def test_what_is_kept_holds_no_person_no_code_and_no_small_count(done):
    kept = json.dumps([done.answer, done.record])
    assert "RODRIGUEZ" not in kept and len(kept) < 20_000
    assert set(done.record) == {
        "schema", "key", "lists", "with_dni", "thresholds", "candidates_recall", "seed", "version",
    }  # fmt: skip
    for table in tables.cleared(done.answer).tables:
        counts = [j for j, column in enumerate(table.columns) if column.kind is Kind.COUNT]
        for row in table.rows:
            told = [row.cells[j].value for j in counts]
            assert all(n is None or n == 0 or n >= 5 for n in told), table.name


def test_the_page_says_it_in_a_sentence_with_its_targets_and_limits(done):
    found = shown.result(done)
    people = done.answer["people"]["value"]
    assert found.sentence.startswith(f"{people:,} different people, between ")
    assert [row.target for row in found.held] == [7600]
    assert [table.name for table in found.seen] == list(tables.NAMES)
    assert found.seen[-1].rows[0][0][0] == "Jul–Sep 2014"  # as people write a quarter
    assert any("corrected" in note for note in found.notes)
    assert found.drawing.startswith("<svg") and "Sample" in dict(found.origin)


def test_the_figure_is_the_newest_count_within_the_period(done):
    told = figure("reach.people", Question(PERIOD))
    assert told.value == done.answer["people"]["value"] and told.is_sample
    assert figure("reach.people", Question(Period.parse("2015"))).status is Status.MISSING
    women = figure("reach.people", Question(PERIOD, where={"sex": "F"}))
    men = figure("reach.people", Question(PERIOD, where={"sex": "M"}))
    assert abs(women.value + men.value - told.value) < 0.05 * told.value
    assert figure("reach.people", Question(PERIOD, LA_ESPERANZA)).value > 100
    with pytest.raises(BadInput, match="does not tell"):
        figure("reach.people", Question(PERIOD, where={"sex": "X"}))


def test_a_list_that_was_changed_stops_the_count_and_says_whose(tmp_path):
    run = handed_in(tmp_path)
    row = run.lists.get(organisation__code="unfpa")
    row.path.write_bytes(row.path.read_bytes()[:-1] + b"x")
    actions.start(by=SYSTEM, run=run.pk)
    with pytest.raises(BadInput, match="was changed"):
        actions.count_people(by=SYSTEM, run=run.pk, progress=lambda _share: None)
    row.path.unlink()
    with pytest.raises(BadInput, match="is gone"):
        actions.count_people(by=SYSTEM, run=run.pk, progress=lambda _share: None)
    assert Organisation.objects.filter(code="unfpa").exists()


def test_the_worker_counts_with_the_rights_of_whoever_started_it(tmp_path):
    from django.core.management import call_command

    run = handed_in(tmp_path)
    actions.start(by=actor("coordinator"), run=run.pk)
    call_command("db_worker", batch=True, interval=0)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_what_fails_leaves_the_lists_and_tells_why(tmp_path):
    from django.core.management import call_command

    run = handed_in(tmp_path)
    run.lists.get(organisation__code="unfpa").path.unlink()
    actions.start(by=actor("coordinator"), run=run.pk)
    call_command("db_worker", batch=True, interval=0)
    run.refresh_from_db()
    assert run.state == Run.State.LISTS and "is gone" in run.problems[0]["why"]


def test_a_count_that_waits_is_stopped_and_can_begin_again(tmp_path):
    run = handed_in(tmp_path)
    actions.start(by=actor("coordinator"), run=run.pk)
    actions.stop(by=actor("coordinator"), run=run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.LISTS and len(queries.here(run)) == 2
    assert actions.start(by=actor("coordinator"), run=run.pk).state == Run.State.LINKING
