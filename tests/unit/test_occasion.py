"""Why an act was done: the page, command, pack or task that led to it stands in the journal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import transaction

from convive.kernel import journal
from convive.kernel.models import JournalEntry
from convive.kernel.occasion import because, why
from convive.pack.apply import apply
from convive.pack.check import check


def entry(**more: str) -> JournalEntry:
    with transaction.atomic():
        return journal.write(who="cli", did="value.recorded", kind="value", subject=1, **more)


@pytest.mark.django_db
def test_an_act_is_journalled_with_its_occasion():
    with because("task nightly"):
        assert entry().why == "task nightly"
    assert entry().why == ""


@pytest.mark.django_db
def test_what_the_act_itself_says_is_more_exact():
    with because("task nightly"):
        assert entry(why="withdrawn").why == "withdrawn"


def test_an_occasion_ends_with_what_it_was_for_even_when_that_fails():
    with pytest.raises(RuntimeError), because("a"), because("b"):
        raise RuntimeError
    assert why() == ""


@pytest.mark.django_db
def test_everything_that_a_pack_changes_names_the_pack():
    from convive.domain.programme.queries import SYSTEM

    apply(check(settings.PACKS / "trujillo"), by=SYSTEM)
    assert set(JournalEntry.objects.values_list("why", flat=True)) == {"pack trujillo"}


def test_a_command_that_asks_and_hears_nothing_says_so_and_changes_nothing(tmp_path):
    words = ["pack", "apply", str(settings.PACKS / "trujillo"), "--json", "--home", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "convive", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, "nobody answered the question"
    (problem,) = json.loads(done.stdout)["problems"]
    assert "--yes" in problem["remedy"]
