"""What applying a pack does in a new home, and what it publishes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from convive.domain.programme import queries
from convive.domain.programme.models import Population, Programme
from convive.kernel.errors import BadInput
from convive.kernel.models import JournalEntry
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.diff import What, diff
from convive.pack.publish import publish_front
from packs import PACK

pytestmark = pytest.mark.django_db


def test_a_new_home_is_offered_the_whole_pack():
    changes = diff(check(PACK))
    assert {change.what for change in changes} == {What.ADD}
    assert JournalEntry.objects.count() == 0
    assert Programme.objects.count() == 0


def test_a_pack_at_fault_is_refused_whole(tmp_path: Path):
    pack = Path(shutil.copytree(PACK, tmp_path / "pack"))
    text = (pack / "thresholds.toml").read_text()
    (pack / "thresholds.toml").write_text(text.replace("default = 5", "default = 1"))
    with pytest.raises(BadInput) as refused:
        apply(check(pack), by=queries.SYSTEM)
    assert refused.value.problems[0].where.startswith("thresholds.toml:")
    assert Programme.objects.count() == 0


def test_the_public_text_is_published_after_the_commit_and_holds_no_count(
    django_capture_on_commit_callbacks: Any,
):
    path = settings.HOME.public / "programme.json"
    path.unlink(missing_ok=True)
    with django_capture_on_commit_callbacks(execute=True):
        apply(check(PACK), by=queries.SYSTEM)
        assert not path.exists()
    told = json.loads(path.read_text())
    assert told["short_es"] == "Seguridad humana en Trujillo"
    assert [call["number"] for call in told["emergency"]][:2] == ["105", "100"]
    assert {place["ref"] for place in told["districts"]} == {
        place.ref for place in queries.districts()
    }
    assert all(place["outline_is_schematic"] for place in told["districts"])
    assert all(body["part_es"] and body["part_en"] for body in told["organisations"])
    assert "activity" not in {objective["level"] for objective in told["objectives"]}

    path.unlink()
    publish_front(settings.HOME)
    assert json.loads(path.read_text()) == told  # rebuilt from the database

    for place in told["districts"]:
        place.pop("outline")
    assert numbers_in(told) == []
    counts = {row.value for row in Population.objects.all()} | {7600, 1600}
    written = {f"{count:{mark}}" for count in counts for mark in ("", ",", "_")}
    assert [text for text in texts_in(told) if any(count in text for count in written)] == []


def test_nothing_is_published_before_a_pack_was_applied():
    assert publish_front(settings.HOME) is None


def numbers_in(thing: Any) -> list[Any]:
    if isinstance(thing, dict):
        return [found for part in thing.values() for found in numbers_in(part)]
    if isinstance(thing, list):
        return [found for part in thing for found in numbers_in(part)]
    return [thing] if isinstance(thing, int | float) and not isinstance(thing, bool) else []


def texts_in(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [found for part in thing.values() for found in texts_in(part)]
    if isinstance(thing, list):
        return [found for part in thing for found in texts_in(part)]
    return [thing] if isinstance(thing, str) else []
