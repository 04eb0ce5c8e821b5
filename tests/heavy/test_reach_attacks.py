"""Attacks on encodings of a generated population, by somebody who knows everybody and has no key.

The attacker holds the very list of people that was encoded, in another order, and all of the
method but the key. The same attack on single unfolded fields finds names: so it works.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from linkage_people import BUILDING, make
from scipy.cluster import hierarchy
from scipy.optimize import linear_sum_assignment

from convive.domain.reach.coded import columns, keys, schema
from convive.domain.reach.coded.bits import tokens_of
from convive.domain.reach.coded.encode import encode
from convive.domain.reach.coded.tokens import Tokens
from convive.kernel import names
from convive.stats.linkage_bits import counts

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("home")]

DAY = dt.date(2025, 11, 29)
KEY, OTHER = (keys.Key("0123456789abcdef", DAY, bytes([at] * 32), "x") for at in (7, 8))
NAMED = 0.005  # of all values
MOST = 150  # pairs of letters that the attack tells apart


@cache
def population(folder: Path) -> list[dict[str, str]]:
    made = make(folder, BUILDING, seed=5, lists=1)
    return [row | {"consentimiento_enlace": "si"} for row in made.lists[0]][:4_000]


def encoded(rows: list[dict[str, str]], path: Path, key: keys.Key) -> Tokens:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return encode(columns.read(path), key, "a", schema.USUAL, keep_ids=True).tokens


def matrix(bits: np.ndarray) -> np.ndarray:
    return np.unpackbits(bits.astype("<u8").view(np.uint8), axis=1, bitorder="little").astype(bool)


def values(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    """What there is to be named: each person's given names and two surnames."""
    return {
        name: [names.letters(row[name]) for row in rows]
        for name in ("nombres", "apellido_paterno", "apellido_materno")
    }


def pairs_of(value: str, role: str) -> frozenset[str]:
    return frozenset(tokens_of("names", value, role, schema.USUAL, 2025))


def clusters(held: np.ndarray) -> list[np.ndarray]:
    """Positions that stand together, as those of one token do, the largest first."""
    varied = np.flatnonzero((held.mean(axis=0) > 0.005) & (held.mean(axis=0) < 0.995))
    apart = 1 - np.corrcoef(held[:, varied].T)
    tree = hierarchy.linkage(
        apart[np.triu_indices(len(varied), 1)].clip(0), method="average"
    )  # fmt: skip
    label = hierarchy.fcluster(tree, 0.6, criterion="distance")
    found = [varied[label == each] for each in np.unique(label)]
    return sorted((each for each in found if len(each) >= 3), key=len, reverse=True)[:MOST]


def matched(seems: np.ndarray, has: np.ndarray) -> np.ndarray:
    """The pair of letters of each cluster: graphs of what stands together how often, matched.

    seems : (records, clusters). has : (records, pairs), of the same people in another order.
    Source: A. Vidanage, P. Christen, T. Ranbaduge and R. Schnell (2020), a graph matching attack.
    """
    one, other = ((each.T.astype(float) @ each.astype(float) / len(each)) for each in (seems, has))
    # begin with how often each stands, then with whom it stands, as far as that is known
    alone = np.abs(np.diag(one)[:, None] - np.diag(other))
    first, second = linear_sum_assignment(alone)
    for _round in range(20):
        with_whom = np.abs(one[:, None, first] - other[None, :, second]).sum(axis=2)
        again = linear_sum_assignment(alone * len(first) ** 0.5 + with_whom)
        if (again[1] == second).all():
            break
        first, second = again
    found = np.full(seems.shape[1], -1)
    found[first] = second
    return found


def named_by_patterns(
    held: np.ndarray, known: dict[str, list[str]], least: float
) -> tuple[int, int]:
    """Values named rightly, and how many there are. A value is named where it alone of all known
    ones has its pairs of letters in the record, three or more. least : of a pair's positions.
    """
    of_column = {
        column: [pairs_of(value, "given" if column == "nombres" else "paternal") for value in each]
        for column, each in known.items()
    }
    whole = [frozenset().union(*row) for row in zip(*of_column.values(), strict=True)]
    often = Counter(pair for row in whole for pair in row)
    pairs = [pair for pair, _count in often.most_common(MOST)]
    order = np.random.default_rng(2).permutation(len(whole))  # whose is whose is not known
    has = np.array([[pair in whole[at] for pair in pairs] for at in order])
    groups = clusters(held)
    total = len(held) * len(known)
    if len(groups) < 5:
        return 0, total
    share = np.array([held[:, each].mean(axis=1) for each in groups]).T
    seems = share > least
    pair_of = matched(seems, has)
    holds = np.zeros((len(held), len(pairs)), dtype=np.int32)
    for cluster in np.flatnonzero(pair_of >= 0):
        holds[:, pair_of[cluster]] = seems[:, cluster]
    right = 0
    for column, each in known.items():
        different = sorted(set(each))
        role = "given" if column == "nombres" else "paternal"
        table = np.array([[pair in pairs_of(one, role) for pair in pairs] for one in different])
        size = table.sum(axis=1)
        met = table.astype(np.int32) @ holds.T
        score = np.where((met == size[:, None]) & (size[:, None] >= 3), met, -1)
        best = score.max(axis=0)
        guess = score.argmax(axis=0)
        is_one = ((score == best).sum(axis=0) == 1) & (best > 0)
        right += sum(different[guess[at]] == each[at] for at in np.flatnonzero(is_one))
    return right, total


def test_the_pattern_attack_names_values_of_single_unfolded_fields(shared):
    """The control: the same attack, on one field, not folded. It must find something."""
    rows = population(shared / "linkage" / "names")
    known = {"apellido_paterno": values(rows)["apellido_paterno"]}
    hashed = keys.Hashed(KEY.of_field("name"))
    held = np.zeros((len(rows), 1_024), dtype=bool)
    for at, value in enumerate(known["apellido_paterno"]):
        for token in pairs_of(value, "paternal"):
            held[at, np.frombuffer(hashed(token), dtype=">u2")[:10] % 1_024] = True
    right, total = named_by_patterns(held, known, 0.8)
    assert right / total > 0.1


@pytest.mark.parametrize("least", [0.6, 0.7, 0.8])
def test_the_pattern_attack_names_hardly_any_value_of_our_encodings(shared, tmp_path, least):
    rows = population(shared / "linkage" / "names")
    bits = encoded(rows, tmp_path / "l.csv", KEY).bits
    right, total = named_by_patterns(matrix(bits), values(rows), least)
    assert right / total <= NAMED


def test_the_frequency_attack_names_hardly_any_value(shared, tmp_path):
    """Encodings by how often they stand, against values of the list by how often they stand."""
    rows = population(shared / "linkage" / "names")
    bits = encoded(rows, tmp_path / "l.csv", KEY).bits
    codes = [row.tobytes() for row in bits]
    known = list(zip(*values(rows).values(), strict=True))
    chance = np.random.default_rng(1)

    def ranked(items: list) -> list:
        often = Counter(items)
        shuffled = [list(often)[at] for at in chance.permutation(len(often))]
        return sorted(shuffled, key=lambda item: -often[item])

    # whole records first, then each column's commonest value for the commonest code
    for guess in (
        dict(zip(ranked(codes), ranked(known), strict=False)),
        dict(
            zip(ranked(codes), zip(*map(ranked, values(rows).values()), strict=False), strict=False)
        ),
    ):
        right = sum(
            one == other
            for code, truth in zip(codes, known, strict=True)
            for one, other in zip(guess.get(code, ("", "", "")), truth, strict=True)
        )
        # of two people drawn blindly so many values are the same
        blind = (
            sum(
                sum((count / len(rows)) ** 2 for count in Counter(each).values())
                for each in values(rows).values()
            )
            / 3
        )
        assert right / (3 * len(rows)) <= blind + NAMED


def test_a_dictionary_under_another_key_does_no_better_than_chance(shared, tmp_path):
    """The attacker encodes the whole list under a key of his own, and takes the nearest."""
    rows = population(shared / "linkage" / "names")
    ours = encoded(rows, tmp_path / "a.csv", KEY)
    theirs = encoded(rows, tmp_path / "b.csv", OTHER)
    assert not set(ours.dni.tolist()) & set(theirs.dni.tolist()) - {b""}
    left, right = matrix(ours.bits).astype(np.float32), matrix(theirs.bits).astype(np.float32)
    both = counts(ours.bits)[:, None] + counts(theirs.bits)
    nearest = (2 * left @ right.T / both).argmax(axis=1)
    hits = int((nearest == np.arange(len(rows))).sum())
    assert hits <= 8  # one is expected of a blind guess for each; 8 or more once in 100,000


def test_with_the_key_a_dni_is_guessed_which_is_why_it_is_deleted(shared, tmp_path):
    rows = population(shared / "linkage" / "names")[:50]
    made = encoded(rows, tmp_path / "a.csv", KEY)
    hashed = keys.Hashed(KEY.of_field("dni"))
    told = {row["codigo"]: row["dni"] for row in rows}
    for own, code in zip(made.ids.tolist(), made.dni, strict=True):
        if code:
            assert hashed(told[own])[:16].hex().encode() == code
