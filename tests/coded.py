"""Coded lists for tests of counts: made-up people, coded as an agency would."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from convive.domain.reach import queries
from convive.domain.reach.coded import columns, encode, keys, tokens
from convive.domain.reach.coded.keys import Key

HEADERS = (
    "id", "nombres", "apellido_paterno", "apellido_materno", "fecha_nacimiento", "sexo", "dni",
    "distrito", "fecha_atencion", "consentimiento_enlace",
)  # fmt: skip
_GIVEN = ("ROSA", "JUAN", "MARIA", "LUIS", "ANA", "PEDRO", "ELENA", "JORGE", "CARMEN", "MIGUEL")
_SURNAMES = (
    "QUISPE", "FLORES", "RODRIGUEZ", "SANCHEZ", "GARCIA", "ROJAS", "DIAZ", "TORRES", "LOPEZ",
    "GONZALES", "PEREZ", "CHAVEZ", "VASQUEZ", "RAMOS", "RAMIREZ", "MENDOZA", "ESPINOZA",
)  # fmt: skip
_PLACES = ("La Esperanza", "El Porvenir", "Florencia de Mora")


def new_key() -> Key:
    return keys.make(date(2026, 11, 29))


def people(numbers: Iterable[int]) -> list[tuple[str, ...]]:
    """One row for each number: the same number is the same person in every list."""
    return [_person(n) for n in numbers]


def _person(n: int) -> tuple[str, ...]:
    woman = n % 10 % 2 == 0
    return (
        str(n),
        f"{_GIVEN[n % 10]} {_GIVEN[(n // 10) % 10]}",
        _SURNAMES[n * 7 % 17],
        _SURNAMES[(n // 17) % 17],
        f"{1960 + n % 50}-{1 + n % 12:02}-{1 + n % 28:02}",
        "F" if woman else "M",
        f"{40_000_000 + n * 97:08}" if n % 5 else "",
        _PLACES[n % 3],
        f"2016-{1 + n % 12:02}-15",
        "no" if n % 50 == 49 else "si",
    )


def write_list(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADERS, *rows])
    return path


def coded(
    agency: str, numbers: Iterable[int], key: Key, *, is_sample: bool = False, schema: object = None
) -> bytes:
    """The file that an agency sends."""
    with tempfile.TemporaryDirectory() as folder:
        found = columns.read(write_list(Path(folder) / "list.csv", people(numbers)))
    how = schema or queries.schema()
    made = encode.encode(found, key, agency, how, is_sample=is_sample)  # type: ignore[arg-type]
    return tokens.to_bytes(made.tokens)
