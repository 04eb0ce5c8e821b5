"""Whatever a pack's files hold, faults are told and nothing breaks; also periods and places."""

from __future__ import annotations

import shutil
from datetime import date

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutation import mutated
from recorded import make_places

from convive.domain.programme import queries
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.pack.check import check
from packs import PACK

pytestmark = pytest.mark.heavy

NAMES = sorted(str(path.relative_to(PACK)) for path in PACK.rglob("*") if path.is_file())
DAMAGED = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(st.just(name), mutated(st.just((PACK / name).read_bytes()), most=4))
)
VALUES = ("", "0", "-1", "1e400", "true", "[]", "{}", "1979-05-27", '"x"', '"130105"', "null")
same_ground = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(damaged=DAMAGED)
@settings(max_examples=150, deadline=None, print_blob=True, suppress_health_check=same_ground)
def test_a_damaged_pack_is_told_its_faults_and_never_breaks_the_reader(tmp_path, damaged):
    assert told(tmp_path, *damaged)


@given(name=st.sampled_from(NAMES), place=st.floats(0, 1), value=st.sampled_from(VALUES))
@settings(max_examples=100, deadline=None, print_blob=True, suppress_health_check=same_ground)
def test_a_value_of_another_kind_anywhere_in_a_pack_never_breaks_the_reader(
    tmp_path, name, place, value
):
    lines = (PACK / name).read_text().splitlines()
    number = min(int(place * len(lines)), len(lines) - 1)
    for sign in (" = ", ": ", ","):
        if sign in lines[number]:
            lines[number] = lines[number].partition(sign)[0] + sign + value
            break
    assert told(tmp_path, name, "\n".join(lines).encode())


def told(folder, name: str, content: bytes) -> bool:
    """Check the pack with this file in it: is every fault told with its place and reason?"""
    pack = folder / "pack"
    if not pack.exists():
        shutil.copytree(PACK, pack)
    try:
        (pack / name).write_bytes(content)
        with translation.override("en"):
            problems = check(pack).problems
    finally:
        shutil.copy(PACK / name, pack / name)
    return all(problem.where and problem.why for problem in problems)


PERIODS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\d{3,5}(-?\d{1,2}(-\d{1,2})?|Q\d)?", fullmatch=True),
    st.from_regex(r"[12]\d{3}-(0[1-9]|1[0-2])-[0-3]\d", fullmatch=True),
)


@given(text=PERIODS)
@settings(max_examples=3000, deadline=None)
def test_any_text_is_a_period_that_reads_back_or_is_refused(text):
    try:
        period = Period.parse(text)
    except BadInput as refusal:
        assert refusal.problems[0].remedy
    else:
        assert date.min <= period.start <= period.end <= date.max
        assert Period.between(str(period.start), str(period.end)) == period
        assert "/" in period.code or Period.parse(period.code) == period


@pytest.fixture
def places(db):
    make_places()
    return {place.ref for place in queries.places()}


REFS = st.one_of(
    st.text(max_size=20),
    st.builds("{}:{}".format, st.sampled_from(("PE-INEI", "pe-inei", "")), st.text(max_size=8)),
    st.from_regex(r"PE-(INEI|RENIEC):13010\d ?", fullmatch=True),
)


@given(ref=REFS)
@settings(max_examples=1000, deadline=None, suppress_health_check=same_ground)
def test_any_text_is_the_reference_of_a_place_of_the_programme_or_is_refused(places, ref):
    try:
        assert queries.place(ref).ref == ref
        assert ref in places
    except BadInput as refusal:
        assert ref not in places
        assert refusal.problems[0].remedy
