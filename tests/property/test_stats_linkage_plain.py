"""The compiled linkage gives what sets of bits, all pairs and plain Python give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convive.stats import linkage, linkage_bits, linkage_candidates, linkage_groups

WORDS = 4


@st.composite
def rows(draw, least=2, most=30):
    """Encodings: some random, some copies of others with bits turned, some empty."""
    n = draw(st.integers(least, most))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))
    bits = chance.integers(0, 2**63, (n, WORDS), dtype=np.uint64)
    bits &= chance.integers(0, 2**63, (n, WORDS), dtype=np.uint64)
    for at in range(1, n):
        if chance.random() < 0.4:
            bits[at] = bits[chance.integers(at)]
            for turned in chance.integers(0, 64 * WORDS, chance.integers(0, 20)):
                bits[at, turned >> 6] ^= np.uint64(1) << np.uint64(turned & 63)
    if draw(st.booleans()):
        bits[draw(st.integers(0, n - 1))] = 0
    return bits


def sets(bits):
    return [
        {64 * w + b for w, word in enumerate(row) for b in range(64) if int(word) >> b & 1}
        for row in bits
    ]


def plain_dice(one, other):
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


@settings(deadline=None)
@given(rows())
def test_dice_is_that_of_sets(bits):
    held = sets(bits)
    left, right = np.triu_indices(len(bits), 1)
    size = linkage_bits.counts(bits)
    assert size.tolist() == [len(each) for each in held]
    found = linkage_bits.dice(bits, size, left, right)
    wanted = [plain_dice(held[i], held[j]) for i, j in zip(left, right, strict=True)]
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@settings(deadline=None)
@given(st.data())
def test_bits_are_set_by_every_token_and_folded(data):
    tokens = data.draw(st.integers(1, 8))
    chance = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    positions = chance.integers(0, 256, (tokens, 16)).astype(np.uint16)
    weight = chance.integers(1, 17, tokens).astype(np.int8)
    parts = [list(chance.integers(0, tokens, chance.integers(0, 4))) for _part in range(5)]
    texts = [[], *(list(chance.integers(0, 5, chance.integers(1, 4))) for _text in range(4))]
    values = chance.integers(0, 5, (6, 3)).astype(np.int32)

    def flat(of):
        ends = np.cumsum([0, *map(len, of)])
        return ends, np.array([item for each in of for item in each], dtype=np.int32)

    found = linkage_bits.spread(values, *flat(texts), *flat(parts), positions, weight, 256)
    wanted = []
    for row in values:
        held = {
            int(position)
            for text in row for part in texts[text] for token in parts[part]
            for position in positions[token, : weight[token]]
        }  # fmt: skip
        wanted.append({p for p in range(128) if (p in held) != (p + 128 in held)})
    assert sets(found) == wanted


@settings(deadline=None)
@given(rows(), st.integers(1, 3), st.integers(0, 100))
def test_candidates_are_the_nearest_of_all_pairs(bits, lists, seed):
    """So few records that every pair meets: nothing nearer than what is kept is left out."""
    of_list = np.sort(np.arange(len(bits)) % lists)
    found = linkage_candidates.near(bits, of_list, lists, seed=seed, tables=200)
    held = sets(bits)
    for i in range(len(bits)):
        for which in range(lists):
            others = [j for j in range(len(bits)) if j != i and of_list[j] == which]
            scores = sorted((plain_dice(held[i], held[j]) for j in others), reverse=True)
            kept = found.score[i, which]
            # a pair that differs in half of all bits need not meet; the nearest must
            sure = [score for score in scores[: len(kept)] if score > 0.8]
            np.testing.assert_allclose(kept[: len(sure)], sure, atol=1e-6)
            for j, score in zip(found.other[i, which], kept, strict=True):
                if j >= 0:
                    assert abs(score - plain_dice(held[i], held[j])) < 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_the_recall_by_design_is_the_share_of_pairs_that_meet(seed):
    chance = np.random.default_rng(seed)
    n, turned = 400, 45
    one = chance.random((n, 256)) < 0.4
    other = one.copy()
    for row in other:
        row[chance.permutation(256)[:turned]] ^= True
    packed = np.packbits(np.concatenate([one, other]), axis=1, bitorder="little").view(np.uint64)
    found = linkage_candidates.near(packed, np.repeat([0, 1], n), 2, seed=seed % 97, tables=8)
    met = (found.other[:n, 1] == np.arange(n, 2 * n)[:, None]).any(axis=1)
    size = found.size.astype(float)
    common = (one & other).sum(axis=1)
    recall = found.recall(common, size[:n], size[n:])
    # Tables are drawn once for all pairs: their luck is shared
    assert abs(met.mean() - recall.mean()) < 0.15


# Tables are drawn once for all pairs, so one draw in many is far off: these draws are fixed
@pytest.mark.parametrize("seed", range(10))
def test_the_histogram_is_that_of_all_pairs(seed):
    chance = np.random.default_rng(seed)
    bits = (chance.random((300, 256)) < 0.4) | (chance.random(256) < 0.3)
    packed = np.packbits(bits, axis=1, bitorder="little").view(np.uint64)
    found = linkage_candidates.near(packed, np.zeros(300, dtype=np.int64), 1, tables=200)
    left, right = np.triu_indices(300, 1)
    scores = linkage_bits.dice(packed, found.size, left, right)
    for least in (0.5, 0.6, 0.65):
        wanted = (scores >= least).sum()
        bins = int(np.ceil(least * linkage_candidates.BINS))
        assert found.histogram[0, 0, bins:].sum() <= 1.3 * wanted + 30
        assert found.histogram[0, 0, bins - 1 :].sum() >= 0.7 * wanted - 30


@settings(deadline=None)
@given(st.data())
def test_groups_are_those_of_plain_sets(data):
    n = data.draw(st.integers(1, 25))
    chance = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    of_list = np.sort(chance.integers(0, data.draw(st.sampled_from([1, 3, 70])), n))
    known = chance.integers(0, 4, n) * (chance.random(n) < 0.4)
    edges = chance.integers(0, n, (data.draw(st.integers(0, 40)), 2))
    many = data.draw(st.booleans())
    found = linkage_groups.gather(edges[:, 0], edges[:, 1], known, of_list, many=many)
    groups = [{i} for i in range(n)]
    for a, b in edges:
        one, other = groups[a], groups[b]
        if one is other:
            continue
        whole = one | other
        people = {int(known[i]) for i in whole if known[i]}
        lists = [int(of_list[i]) for i in whole]
        if len(people) > 1 or (not many and len(set(lists)) < len(lists)):
            continue
        for i in whole:
            groups[i] = whole
    assert found.tolist() == [min(group) for group in groups]


@settings(deadline=None)
@given(st.integers(3, 8), st.integers(0, 2**32))
def test_a_group_is_parted_as_average_linkage_by_hand_does(n, seed):
    chance = np.random.default_rng(seed)
    table = chance.random((n, n)) ** 2
    table = (table + table.T) / 2
    found = linkage_groups.supported(np.zeros(n, dtype=np.int64), lambda i, j: table[i, j])
    parts = [[i] for i in range(n)]
    while len(parts) > 1:
        mean, a, b = max(
            (table[np.ix_(parts[a], parts[b])].mean(), a, b)
            for a in range(len(parts)) for b in range(a)
        )  # fmt: skip
        if mean < 1 / 3:
            break
        parts[b] += parts.pop(a)
    wanted = [min(part) for i in range(n) for part in parts if i in part]
    assert found.tolist() == wanted


@settings(deadline=None)
@given(st.data())
def test_one_to_one_takes_the_first_of_each(data):
    n = data.draw(st.integers(2, 12))
    left = np.array(data.draw(st.lists(st.integers(0, n // 2 - 1), max_size=30)), dtype=np.int64)
    chance = np.random.default_rng(len(left))
    right = chance.integers(n // 2, n, len(left))
    used: set[int] = set()
    wanted = []
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        wanted.append(i not in used and j not in used)
        if wanted[-1]:
            used |= {i, j}
    assert linkage_groups.one_to_one(left, right, n).tolist() == wanted


@settings(deadline=None, max_examples=25)
@given(rows(least=4), st.integers(1, 4), st.integers(0, 2**32))
def test_links_keep_every_rule(bits, lists, seed):
    chance = np.random.default_rng(seed)
    of_list = np.sort(np.arange(len(bits)) % lists)
    known = chance.integers(0, 6, len(bits)) * (chance.random(len(bits)) < 0.5)
    found = linkage.link(bits, of_list, known)
    assert (found.group[found.double] == found.group).all()
    for group in np.unique(found.group):
        members = np.flatnonzero(found.group == group)
        assert len(set(known[members]) - {0}) <= 1
        doubles = {int(found.double[i]) for i in members}
        assert len({int(of_list[d]) for d in doubles}) == len(doubles)
    again = linkage.link(bits, of_list, known, close=found.close)
    assert (again.group == found.group).all()
