"""Lists of people for timing: Peruvian names by frequency, families, errors in some records."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from convive.domain.reach.coded.columns import People

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "linkage"
DISTRICTS = np.array(["La Esperanza", "El Porvenir", "Florencia de Mora", "Trujillo"])
Texts = NDArray[np.str_]


def lists(size: int, count: int = 5, seed: int = 1) -> list[tuple[People, NDArray[np.int64]]]:
    """Lists of `size` people, a quarter of all known to several, with the person of each row."""
    draw = np.random.default_rng(seed)
    people = _people(max(int(size * count * 0.7), size), draw)
    n = len(people["given"])
    return [_listed(people, draw.choice(n, size, replace=False), draw) for _list in range(count)]


def _people(n: int, draw: Generator) -> dict[str, Texts]:
    given, surname = _names("forename_token", "nombre"), _names("surname", "apellido")
    home = np.sort(draw.integers(0, n // 2, n))  # two of a family, on average

    def of_home(values: Texts) -> Texts:
        return values[home]

    day = draw.integers(0, 18_000, n)
    born = np.datetime64("1965-01-01") + day
    second = np.where(draw.random(n) < 0.8, drawn(given, n, draw), "")
    street = of_home(drawn(surname, n // 2 + 1, draw))
    number = of_home(draw.integers(100, 2_400, n // 2 + 1).astype(str))
    return {
        "given": np.char.strip(np.char.add(np.char.add(drawn(given, n, draw), " "), second)),
        "paternal": of_home(drawn(surname, n // 2 + 1, draw)),
        "maternal": of_home(drawn(surname, n // 2 + 1, draw)),
        "birth": born.astype(str),
        "sex": np.array(["F", "M"])[draw.integers(0, 2, n)],
        "district": of_home(DISTRICTS[draw.integers(0, 4, n // 2 + 1)]),
        "street": np.char.add(np.char.add("CALLE ", street), np.char.add(" ", number)),
        "dni": np.where(
            draw.random(n) < 0.6, (10_000_000 + draw.permutation(8 * n)[:n]).astype(str), ""
        ),
    }


def _listed(
    people: dict[str, Texts], rows: NDArray[np.int64], draw: Generator
) -> tuple[People, NDArray[np.int64]]:
    texts = {role: each[rows].tolist() for role, each in people.items()}
    for role in ("given", "paternal", "maternal"):
        for at in np.flatnonzero(draw.random(len(rows)) < 0.06):
            text, where = texts[role][at], int(draw.integers(1, 4))
            texts[role][at] = text[:where] + "AEIOURS"[draw.integers(7)] + text[where + 1 :]
    for at in np.flatnonzero(draw.random(len(rows)) < 0.03):
        texts["birth"][at] = ""
    found = {role: role for role in texts}
    ids = [str(at) for at in range(len(rows))]
    return People("list", texts, found, (), ids, id_is_personal=False), rows


def _names(kind: str, column: str) -> tuple[Texts, NDArray[np.float64]]:
    path = SHARED / "names" / f"peru_jne2021_{kind}_freq_k5.csv"
    with path.open(encoding="utf-8-sig") as file:
        rows = [(row[column], int(row["total"])) for row in csv.DictReader(file)]
    weight = np.array([count for _name, count in rows], dtype=float)
    return np.array([name for name, _count in rows]), weight / weight.sum()


def drawn(names: tuple[Texts, NDArray[np.float64]], n: int, draw: Generator) -> Texts:
    return names[0][draw.choice(len(names[0]), n, p=names[1])]
