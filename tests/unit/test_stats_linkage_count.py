"""The corrected count: edge cases, refusers, determinism, refused input."""

from __future__ import annotations

import numpy as np
import pytest

from convive.stats import linkage_count


def lists(pairs: int, missed: int, invented: int, *, with_dni: float = 0.5, alone: int = 2_000):
    """Two lists: people on both, some of whom tokens miss, and people on one, some taken for one.

    Every `with_dni` of all has an identifier; of the others linkage makes the same mistakes.
    """
    of_list, person, token = [], [], []
    for i in range(pairs):
        of_list += [0, 1]
        person += [i, i]
        token += [i, i if i >= missed else i + 100_000]
    for k in range(alone):
        of_list.append(k % 2)
        person.append(pairs + k)
        # two who follow each other are taken for one
        token.append(pairs + (k - k % 2 if k < 2 * invented else k))
    of_list, person, token = (np.array(each, dtype=np.int64) for each in (of_list, person, token))
    has = np.random.default_rng(1).random(person.max() + 1) < with_dni
    known = np.where(has[person], person, -1)
    # By tokens, but people with an identifier are told apart; others go with the first of them
    owner = {int(label): int(each) for label, each in zip(token, known, strict=True) if each >= 0}
    group = np.array(
        [
            each if each >= 0 else owner.get(int(label), int(label) + 1_000_000)
            for label, each in zip(token, known, strict=True)
        ]
    )
    return of_list, known, np.unique(group, return_inverse=True)[1], token, len(np.unique(person))


def test_missed_matches_are_taken_off():
    of_list, known, group, token, truth = lists(3_000, missed=300, invented=0)
    found = linkage_count.count(of_list, known, group, token)
    assert found.groups > truth + 100
    assert abs(found.linked.estimate - truth) < 40
    assert found.linked.lower < truth < found.linked.upper
    assert found.kind == "corrected"
    assert found.missed_rate == pytest.approx(0.1, abs=0.02)


def test_invented_matches_are_put_back():
    of_list, known, group, token, truth = lists(1_000, missed=0, invented=400)
    found = linkage_count.count(of_list, known, group, token)
    assert found.groups < truth - 60
    assert abs(found.linked.estimate - truth) < 60
    assert found.linked.lower < truth < found.linked.upper


def test_few_with_an_identifier_give_a_range_of_a_model_and_say_so():
    of_list, known, group, token, _truth = lists(300, missed=15, invented=0, with_dni=0.02)
    found = linkage_count.count(of_list, known, group, token)
    assert found.kind == "model range"
    assert found.matches < linkage_count.LEAST_KNOWN
    many = linkage_count.count(*lists(300, missed=15, invented=0, with_dni=0.8)[:4])
    assert found.linked.upper - found.linked.lower > 2 * (many.linked.upper - many.linked.lower)


def test_nobody_with_an_identifier_still_answers():
    of_list, known, group, token, _truth = lists(200, missed=0, invented=0, with_dni=0.0)
    found = linkage_count.count(of_list, known, group, token)
    assert found.kind == "model range"
    assert (found.matches, found.missed_rate, found.invented_rate) == (0, 0, 0)
    assert found.linked.lower < found.groups < found.linked.upper


def test_one_list_without_doubles_is_its_length():
    n = np.arange(80)
    found = linkage_count.count(np.zeros(80, int), n, n, n)
    assert found.linked.estimate == found.linked.lower == found.linked.upper == 80
    assert found.overlap.tolist() == [[80]]


def test_refusers_widen_the_interval_from_none_to_all():
    given = lists(500, missed=10, invented=2)[:4]
    plain = linkage_count.count(*given)
    found = linkage_count.count(*given, refused=[30, 20])
    assert found.linked == plain.linked
    assert found.people.lower == plain.linked.lower
    assert found.people.upper == plain.linked.upper + 50
    assert plain.linked.estimate < found.people.estimate < plain.linked.estimate + 50
    assert found.refused == 50


def test_a_stratum_that_is_missed_more_is_corrected_more():
    of_list, known, group, token, _truth = lists(4_000, missed=600, invented=0)
    # the missed half: people below 1,200 are of the first level
    person = np.where(np.arange(len(group)) < 2_400, 0, 1)
    found = linkage_count.count(
        of_list, known, group, token, strata={"half": person}, by={"half": person}
    )
    flat = linkage_count.count(of_list, known, group, token, by={"half": person})
    groups = [len(np.unique(group[person == level])) for level in (0, 1)]
    taken_off = [groups[level] - found.by["half"][level].estimate for level in (0, 1)]
    assert taken_off[0] > 4 * taken_off[1]
    assert taken_off[0] > groups[0] - flat.by["half"][0].estimate


def test_same_seed_same_answer():
    given = lists(400, missed=20, invented=5)[:4]
    one, two = (linkage_count.count(*given, seed=3) for _each in range(2))
    assert one.people == two.people
    assert one.people != linkage_count.count(*given, seed=4).people


def test_no_record_at_all_is_nobody():
    nothing = np.zeros(0, dtype=int)
    found = linkage_count.count(nothing, nothing, nothing, nothing)
    assert found.linked.estimate == found.linked.upper == 0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"known": [0, -2, 1]}, "known"),
        ({"group": [0, 1]}, "group"),
        ({"known": [0, 0, 1]}, "group: records with one identifier"),
        ({"by_tokens": [0, 1, -1]}, "by_tokens"),
        ({"refused": [-1]}, "refused"),
        ({"strata": {"sex": [0]}}, "sex"),
    ],
)
def test_bad_input_is_refused_by_name(change, says):
    given = {
        "of_list": [0, 1, 1], "known": [-1, -1, -1], "group": [0, 1, 2], "by_tokens": [0, 1, 2],
    } | change  # fmt: skip
    with pytest.raises(ValueError, match=says):
        linkage_count.count(**given)
