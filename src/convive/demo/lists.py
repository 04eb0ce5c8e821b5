"""Sample lists of five agencies, and a count of the people on them. Nobody on them exists."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.programme import queries as programme
from convive.domain.reach import actions, actions_lists, queries
from convive.domain.reach.coded import columns, encode, keys, tokens
from convive.domain.reach.models import Run
from convive.domain.reach.targets import EVERYBODY, YOUNG_WOMEN
from convive.kernel.home import Home
from convive.kernel.periods import Period

HEADERS = (
    "codigo", "nombres", "apellido_paterno", "apellido_materno", "fecha_nacimiento", "sexo", "dni",
    "distrito", "fecha_atencion", "consentimiento_cruce",
)  # fmt: skip
_FIRST_BIRTH, _BIRTH_DAYS = date(1950, 1, 1), 22_500
Row = tuple[str, ...]


def count(home: Home, *, by: Actor) -> Run:
    """Write the lists to try, and take them through a whole count as agencies do.

    The key lives in this function alone; the coded lists are deleted when they are counted.
    """
    folder = home.root / "sample-lists"
    folder.mkdir(mode=0o700, exist_ok=True)
    run = actions.open_run(
        by=by,
        period=Period.between(rules.QUARTERS[0], rules.QUARTERS[-1]),
        due=programme.today() + timedelta(days=21),
        organisations=list(rules.LISTS),
        targets=[
            {"indicator": "people-reached", "of": EVERYBODY},
            {"indicator": "girls-and-young-women-reached", "of": YOUNG_WOMEN},
        ],
        is_sample=True,
    )
    key, schema = keys.make(programme.today()), queries.schema()
    actions.name_key(by=by, run=run.pk, organisation=next(iter(rules.LISTS)), key_id=key.name)
    for agency, path in write(folder).items():
        coded = encode.encode(columns.read(path), key, agency, schema, is_sample=True)
        content = tokens.to_bytes(coded.tokens)
        actions_lists.send_list(by=by, run=run.pk, organisation=agency, content=content)
    actions.start(by=by, run=run.pk)
    return actions.count_people(by=by, run=run.pk, progress=lambda _share: None)


def write(folder: Path) -> dict[str, Path]:
    """One CSV for each agency, by the rules of docs/demo.md: the same bytes each time."""
    draw = np.random.default_rng(rules.SEED)
    everybody = list(_people(draw))
    found = {}
    for agency, share in rules.LISTS.items():
        path = found[agency] = folder / f"{agency}.csv"
        on_it = np.flatnonzero(draw.random(len(everybody)) < share)
        rows = [_written(everybody[i], draw) for i in on_it]
        draw.shuffle(rows)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
            writer.writerow(HEADERS)
            writer.writerows((f"M-{n:05}", *row) for n, row in enumerate(rows, 1))
    return found


def _people(draw: Generator) -> Iterator[Row]:
    """Everybody, as each truly is: names, surnames, birth, sex, DNI, district, day of service."""
    n = rules.ON_LISTS
    first = Period.parse(rules.QUARTERS[0]).start
    days = (Period.parse(rules.QUARTERS[-1]).end - first).days
    numbers = draw.choice(50_000_000, n, replace=False) + 30_000_000
    is_woman = draw.random(n) < rules.LIST_WOMEN
    women, men = (draw.choice(each, (n, 2)) for each in (rules.GIVEN_WOMEN, rules.GIVEN_MEN))
    surnames = draw.choice(rules.SURNAMES, (n, 2))
    # More of the young: those whom the programme is for
    born = (_BIRTH_DAYS * draw.random(n) ** 0.5).astype(int)
    has_dni = draw.random(n) < rules.WITH_DNI
    places = draw.choice(list(rules.LIST_PLACES), n, p=list(rules.LIST_PLACES.values()))
    attended = draw.integers(days + 1, size=n)
    for i in range(n):
        yield (
            " ".join(dict.fromkeys((women if is_woman[i] else men)[i].tolist())),
            *surnames[i].tolist(),
            (_FIRST_BIRTH + timedelta(days=int(born[i]))).isoformat(),
            "F" if is_woman[i] else "M",
            str(numbers[i]) if has_dni[i] else "",
            str(places[i]),
            (first + timedelta(days=int(attended[i]))).isoformat(),
        )


def _written(person: Row, draw: Generator) -> Row:
    """A person as one agency wrote them down."""
    names, father, mother, birth, sex, dni, place, day = person
    wrong = rules.WRITTEN_WRONG
    if draw.random() < wrong["typo"]:
        father = _mistyped(father, draw)
    if draw.random() < wrong["one name"]:
        names = names.split()[0]
    if draw.random() < wrong["no mother"]:
        mother = ""
    if draw.random() < wrong["no birth"]:
        birth = ""
    if draw.random() < wrong["no dni"]:
        dni = ""
    consent = "no" if draw.random() < wrong["no consent"] else "si"
    return names, father, mother, birth, sex, dni, place, day, consent


def _mistyped(word: str, draw: Generator) -> str:
    """Two letters that changed places."""
    at = int(draw.integers(len(word) - 1))
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
