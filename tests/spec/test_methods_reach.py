"""The tables of docs/methods/reach.md are run: columns, consent, tokens, and vectors of bits."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from test_methods import TABLES, Row, rows_of

from convive.domain.reach.coded import columns, keys, schema
from convive.domain.reach.coded.bits import tokens_of
from convive.domain.reach.coded.encode import encode
from convive.domain.reach.coded.tokens import Tokens
from convive.kernel.columns import SYNONYMS

KEY = keys.Key("0123456789abcdef", dt.date(2025, 11, 29), bytes(range(32)), "x")

pytestmark = pytest.mark.usefixtures("home")


def test_every_column_that_is_known_stands_on_the_page():
    told = {row["role"]: row["names of its column"] for row in TABLES["reach_columns"]}
    assert told == {role: ", ".join(each) for role, each in SYNONYMS.items()}


def test_no_name_of_a_column_means_two_things():
    each = [name for synonyms in SYNONYMS.values() for name in synonyms]
    assert len(each) == len(set(each))


def test_the_fields_of_the_page_are_those_of_the_schema():
    told = [
        schema.Field(
            row["field"], row["kind"], tuple(row["columns"].split()), int(row["weight"])
        )
        for row in TABLES["reach_fields"]
    ]  # fmt: skip
    assert tuple(told) == schema.USUAL.fields


@rows_of("reach_tokens")
def test_a_text_has_the_tokens_of_the_page(row: Row):
    found = tokens_of(row["kind"], row["text"], row["column"], schema.USUAL, 2025)
    assert " ".join(found) == row["tokens"]


@rows_of("reach_consent")
def test_consent_is_read_as_the_page_says(row: Row, tmp_path: Path):
    made = encoded(
        tmp_path,
        ("id", "nombres", "apellidos", row["column"]),
        [("1", "Ana", "Rojas", "sí"), ("2", "Rosa", "Flores", row["text"])],
    )
    assert len(made) == 1 + (row["agrees"] == "yes")


@rows_of("reach_vectors")
def test_the_vectors_come_out_equal(row: Row, tmp_path: Path):
    header = ["nombres", "apellido paterno", "apellido materno", "fecha nacimiento", "sexo", "dni"]
    other = ("2", "Elena", "Flores", "Ruiz", "1985-02-01", "F", "")
    made = encoded(tmp_path, ("id", *header), [("1", *(row[name] for name in header)), other])
    start = made.bits[0].astype("<u8").tobytes()[:16].hex()
    assert (start, made.dni[0].decode()) == (row["encoding begins"], row["dni hash"])


def encoded(folder: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Tokens:
    with (folder / "l.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    people = columns.read(folder / "l.csv")
    return encode(people, KEY, "a", schema.USUAL, keep_ids=True).tokens
