"""Export and apply undo each other, whatever stands in a pack and whatever pages change.

Every part draws packs by the strategies at its head; so it stays whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convive.domain.committees import actions as committees
from convive.domain.committees.models import Seat
from convive.domain.plans import actions_edit, queries
from convive.domain.plans.editing import facts_of
from convive.domain.plans.models import Objective, Target
from convive.domain.programme.models import Organisation
from convive.domain.programme.queries import SYSTEM
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.mapping import Column, EditionSpan, Limits, PlaceCodes, SourceMark, SourceSpec
from convive.kernel import retention
from convive.pack import records, records_care
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.contents import Pack
from convive.pack.diff import diff
from convive.pack.export import export, save
from convive.pack.records import Spot
from convive.pack.wanted import wanted

FIRST = date(2014, 5, 22)
ADDED_DUE = date(2016, 12, 31)
# Each example fills a database: a failure is told as it was found, without hours of shrinking
QUICK = settings(
    max_examples=12,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)

# Any text that a file may hold; the ends are blank-free, since readers strip them
letters = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0\r")
words = st.text(letters, min_size=1, max_size=30).map(str.strip).filter(bool)
words = words.filter(lambda text: "???" not in text)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
codes = st.from_regex(r"[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,4})?", fullmatch=True)
days = st.dates(FIRST, date(2030, 12, 31))
numbers = st.floats(0.01, 1e9, allow_nan=False)
maybe = st.one_of(st.just(("", "")), st.tuples(lines, lines))


def both(draw: Any, *names: str, text: Any = words) -> dict[str, str]:
    return {f"{name}_{lang}": draw(text) for name in names for lang in ("es", "en")}


def noted(draw: Any, name: str = "note") -> dict[str, str]:
    es, en = draw(maybe)
    return {f"{name}_es": es, f"{name}_en": en}


@st.composite
def packs(draw: Any) -> Pack:
    """A small programme of every kind of record, without a fault."""
    pack = Pack(Path("made"))
    spot = Spot("made", 1)

    def add(kind: type, /, **facts: Any) -> Any:
        record = kind(spot=spot, **facts)
        pack.found.setdefault(kind, []).append(record)
        pack.named.setdefault(kind, set()).add(facts.get("code", ""))
        return record

    bodies = draw(st.lists(codes, min_size=1, max_size=3, unique=True))
    named = words.filter(lambda text: "@" not in text)  # the journal names who counted people
    sources = draw(st.lists(named, min_size=1, max_size=2, unique=True))
    add(
        records.Programme,
        code="made",
        **both(draw, "title", "short"),
        **both(draw, "purpose", text=lines),
        start=FIRST,
        end=date(2017, 5, 21),
        zone="America/Lima",
        country="PE",
        population_sources=tuple(sources),
    )
    add(records.Emergency, number=draw(words), **both(draw, "name"), **noted(draw))
    add(records.Scheme, code="S", **both(draw, "name"), digits=(2, 4), pattern="")
    add(records.Edition, code="e-1", **both(draw, "name"), valid_from=FIRST, **noted(draw))
    for kept in retention.classes()[: draw(st.integers(0, 2))]:
        add(records.Retention, what=kept.name, days=kept.least + draw(st.integers(0, 999)))
    add(records.Place, scheme="S", code="13", level="region", **both(draw, "name"))
    for number in range(draw(st.integers(1, 3))):
        add(
            records.Place,
            scheme="S",
            code=f"13{number:02}",
            level="district",
            parent="S:13",
            in_programme=True,
            schematic=draw(st.booleans()),
            **both(draw, "name"),
            **noted(draw),
            outline=draw(st.none() | st.just(square(number))),
        )
    for source in sources:
        value = draw(st.integers(0, 10**7))
        cell = {"sex": "total", "age_band": "total", "value": value, "source": source}
        add(records.Population, place="S:1300", year=2015, edition="e-1", **cell)
    for index, code in enumerate(bodies):
        add(
            records.Organisation,
            code=code,
            kind="un",
            **(both(draw, "acronym") if draw(st.booleans()) else {}),
            **both(draw, "name"),
            **both(draw, "part", text=lines),
            lead=index == 0,
            funder=draw(st.booleans()),
            valid_from=FIRST,
        )
    add(
        records.Privacy,
        organisation=bodies[-1],
        contact=draw(words),
        **noted(draw, "officer"),
        **noted(draw, "purposes"),
    )
    add(records.Plan, code="p", **both(draw, "name"), start=FIRST, end=FIRST + timedelta(900))
    for code in ("1", "1.2", "1.10"):
        add(
            records.Objective,
            plan="p",
            code=code,
            level="outcome" if code == "1" else "output",
            parent="" if code == "1" else "1",
            lead=draw(st.sampled_from(bodies)),
            **both(draw, "name"),
            dimensions=tuple(draw(st.lists(st.sampled_from(["health", "food"]), unique=True))),
            strategy=draw(st.sampled_from(["", "both"])),
        )
    for code in draw(st.lists(codes, min_size=1, max_size=3, unique=True)):
        indicator(draw, add, code)
    add(
        records_care.Contact,
        code=draw(codes),
        order=1,
        phone="1810",
        children=True,
        verified=draw(st.booleans()),
        **both(draw, "name", "body", "hours"),
    )
    for order, code in enumerate(draw(st.lists(codes, max_size=2, unique=True))):
        add(records.Income, code=code, least=100 * order, **both(draw, "name"))
        add(records_care.RiskQuestion, code=code, order=order, **both(draw, "name"))
        add(
            records.Service,
            code=code,
            objective="1.2",
            dimensions=("health",),
            strategy="both",
            sensitive=draw(st.booleans()),
            **both(draw, "name", "neutral_name"),
        )
        add(
            records.Category,
            code=code,
            channel="anonymous",
            pin=False,
            sensitive=draw(st.booleans()),
            handled_by=(bodies[0],),
            **both(draw, "name"),
            **both(draw, "help", text=lines),
        )
        add(
            records.Rule,
            code=code,
            value=draw(numbers),
            valid_from=FIRST,
            valid_to=draw(st.none() | days),
            source=draw(lines),
            **both(draw, "name"),
            **noted(draw),
        )
        committee(draw, add, code, bodies)
    add(records.Thresholds, default=draw(st.integers(5, 9)), sensitive=draw(st.integers(10, 99)))
    for code in draw(st.lists(codes, max_size=2, unique=True)):
        spec = draw(specs(code, bodies))
        pack.sources[f"sources/{code}.toml"] = spec
        pack.source_codes.add(code)
        pack.offences.append(
            OffenceRow(code, " ".join(draw(words).split()), draw(words), draw(words), "0401")
        )
    return pack


def square(number: int) -> dict[str, Any]:
    """An outline; neighbours do not overlap."""
    west = -79.0 + number / 10
    ring = [[west, -8.1], [west + 0.05, -8.1], [west + 0.05, -8.0], [west, -8.0], [west, -8.1]]
    return {"type": "Polygon", "coordinates": [ring]}


def indicator(draw: Any, add: Any, code: str) -> None:
    rises = draw(st.booleans())
    add(
        records.Indicator,
        code=code,
        objective=draw(st.sampled_from(["1", "1.2", "1.10"])),
        version=draw(st.integers(1, 9)),
        valid_from=FIRST,
        **both(draw, "name"),
        **both(draw, "definition", "numerator", text=lines),
        unit="number",
        ascending=rises,
        across_periods="sum",
        across_places=draw(st.sampled_from(["sum", "max", "none"])),
        disaggregation="parallel",
        categories=("age_band", "sex"),
        standard=draw(st.just("") | words),
        source=draw(words),
    )
    for due in draw(st.lists(days.filter(lambda day: day > FIRST), max_size=3, unique=True)):
        value = draw(numbers)
        has_baseline = draw(st.booleans())
        add(
            records.Target,
            indicator=code,
            target=value,
            due=due,
            target_place=draw(st.sampled_from(["", "S:1300"])),
            combination=draw(st.sampled_from(["total", "sex=female"])),
            baseline=(value / 2 if rises else value * 2) if has_baseline else None,
            baseline_on=FIRST if has_baseline else None,
            **{f"target_{name}": text for name, text in noted(draw).items()},
        )


def committee(draw: Any, add: Any, code: str, bodies: list[str]) -> None:
    by_number = draw(st.booleans())
    add(
        records.Committee,
        code=code,
        kind=draw(st.sampled_from(["steering", "codisec", "other"])),
        organisation=bodies[0],
        district=draw(st.sampled_from(["", "S:1300"])),
        quorum_number=3 if by_number else None,
        quorum_percent=None if by_number else draw(st.integers(0, 99)),
        valid_from=FIRST,
        **both(draw, "name"),
        **noted(draw),
        **noted(draw, "legal"),
    )
    add(
        records.Seat,
        committee=code,
        code="seat",
        organisation=bodies[-1],
        post=draw(st.sampled_from(["chair", "member"])),
        votes=draw(st.booleans()),
        valid_from=FIRST,
        valid_to=draw(st.none() | days),
        **both(draw, "name"),
    )


@st.composite
def specs(draw: Any, code: str, bodies: list[str]) -> SourceSpec:
    es, en = draw(maybe)
    columns = {
        "place": Column(names=tuple(draw(st.lists(words, min_size=1, max_size=3, unique=True)))),
        "year": Column(names=(draw(words),)),
        "n": Column(names=(draw(words),), optional=draw(st.booleans())),
        "category": Column(
            names=(draw(words),), values={draw(words): draw(words)}, otherwise=draw(words)
        ),
    }
    return SourceSpec(
        code=code,
        name_es=draw(words),
        name_en=draw(words),
        shape="counts",
        kind=draw(st.sampled_from(["police", "health"])),
        publisher=draw(st.just("") | words),
        owner=draw(st.sampled_from(["", bodies[0]])),
        note_es=es,
        note_en=en,
        absent_rows_are_zero=draw(st.booleans()),
        place=PlaceCodes("S", 4, 2),
        columns=columns,
        editions=(EditionSpan("e-1", draw(st.none() | days), None),),
        limits=Limits(late_months=draw(st.integers(0, 3)), no_small_area=draw(st.booleans())),
        marks=(SourceMark(draw(days), "note", draw(words), draw(words)),),
    )


@contextmanager
def undone() -> Iterator[Path]:
    """A folder and a database that nobody sees afterwards."""
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        yield Path(folder)
        transaction.set_rollback(True)


def comes_back(folder: Path) -> Pack:
    """Export, read, and prove that applying it would change nothing."""
    save(export(folder / "out", by=SYSTEM))
    again = check(folder / "out")
    assert [str(problem) for problem in again.problems] == []
    assert diff(again) == []
    return again


@pytest.mark.django_db
@QUICK
@given(packs())
def test_what_was_applied_is_what_is_exported(pack: Pack):
    with undone() as folder:
        apply(pack, by=SYSTEM)
        again = comes_back(folder)
        assert wanted(again) == wanted(pack)
        assert apply(again, by=SYSTEM) == []


def edit_plan(draw: Any) -> None:
    """Other words and days; no target is due before the plan begins."""
    plan = queries.plan("p")
    assert plan is not None
    dues = Target.objects.values_list("due", flat=True)
    start = draw(st.dates(date(2010, 1, 1), min([*dues, ADDED_DUE])))
    end = start + timedelta(draw(st.integers(1, 4000)))
    told = {"name_es": draw(words) + "!", "start": start, "end": end, **noted(draw)}
    actions_edit.edit_plan(by=SYSTEM, plan="p", facts=facts_of(plan) | told, reason="Se acordó.")


def edit_objective(draw: Any) -> None:
    found = Objective.objects.get(code=draw(st.sampled_from(["1", "1.2", "1.10"])))
    facts = facts_of(found) | {
        "name_es": draw(words) + "!",
        "name_en": draw(words),
        "dimensions": draw(st.lists(st.sampled_from(["food", "personal"]), unique=True)),
        "strategy": draw(st.sampled_from(["", "protection"])),
    }
    actions_edit.edit_objective(
        by=SYSTEM, plan="p", code=found.code, facts=facts, reason="Se acordó."
    )


def drop_target(draw: Any) -> None:
    for target in Target.objects.order_by("pk")[: draw(st.integers(0, 2))]:
        actions_edit.drop_target(
            by=SYSTEM, indicator=target.indicator.code, target=target.pk, reason="Se acordó."
        )


def seat(draw: Any, act: Callable[..., object], **which: Any) -> None:
    """Add a seat, or change one."""
    act(
        by=SYSTEM,
        organisation=Organisation.objects.earliest("code").code,
        **both(draw, "name"),
        post=draw(st.sampled_from(["chair", "secretary", "member"])),
        votes=draw(st.booleans()),
        valid_from=FIRST,
        valid_to=draw(st.none() | days),
        **which,
    )


@pytest.mark.django_db
@QUICK
@given(packs(), st.data())
def test_what_pages_changed_is_exported_and_applied_elsewhere(pack: Pack, data: Any):
    draw = data.draw
    with undone() as folder:
        apply(pack, by=SYSTEM)
        edit_plan(draw)
        edit_objective(draw)
        drop_target(draw)
        found = queries.indicator(pack.all(records.Indicator)[0].code)
        version = queries.latest_version(found)
        actions_edit.edit_indicator(
            by=SYSTEM,
            indicator=found.code,
            facts=facts_of(version) | {"definition_es": draw(lines), "across_periods": "max"},
            reason="Se acordó.",
            valid_from=FIRST + timedelta(days=1),
        )
        actions_edit.set_target(
            by=SYSTEM,
            indicator=found.code,
            facts={
                "place": "S:1300",
                "combination": "age_band=15-17;sex=female",
                "due": ADDED_DUE,
                "value": draw(numbers),
                "baseline": None,
                "baseline_on": None,
                **noted(draw),
            },
            reason="Se acordó.",
        )
        made = committees.make_committee(
            by=SYSTEM,
            kind="other",
            **both(draw, "name"),
            organisation=pack.all(records.Organisation)[0].code,
            quorum_number=1,
            quorum_percent=None,
            valid_from=FIRST,
            valid_to=None,
        )
        seat(draw, committees.add_seat, committee=made.code)
        for old in Seat.objects.exclude(committee=made):
            seat(draw, committees.change_seat, seat=old.pk)
        again = comes_back(folder)
        assert len(again.all(records.Committee)) == len(pack.all(records.Committee)) + 1
        assert len(again.all(records.Seat)) == len(pack.all(records.Seat)) + 1
    with undone():
        apply(again, by=SYSTEM)
        assert diff(again) == []
