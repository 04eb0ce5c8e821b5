"""What an estimate of those on no list promises beside its figures, and what it refuses."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from convive.stats import undercount, undercount_fits, undercount_linkage, undercount_models
from convive.stats import undercount_tables as tables
from convive.stats.undercount import Concern, LinkageError, Lists, Reason, from_histories

FOUR = (20, 30, 25, 60, 22, 40, 30, 150, 18, 35, 25, 120, 20, 110, 90)


def in_order(*counts: float) -> Lists:
    """Counts of histories 11…1, 11…0, …, 00…1."""
    lists = len(counts).bit_length()
    return from_histories(list(product((1, 0), repeat=lists))[:-1], counts)


def refusal(*counts: float, **asked):
    answer = undercount.estimate(in_order(*counts), **asked)
    assert answer.estimate is answer.lower is answer.upper is answer.hidden is answer.mean is None
    return answer.refusal.reason, answer.refusal.lists


def concerns(answer) -> dict:
    found: dict = {}
    for note in answer.notes:
        found.setdefault(note.concern, []).append(note.lists)
    return found


def test_a_table_is_read_whatever_its_order_and_its_gaps():
    table = from_histories([[0, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], [5, 2, 3, 4])
    assert table.lists == 3
    assert table.observed == 14
    assert table.on_each.tolist() == [2, 10, 4]
    assert table.on_lists.tolist() == [12, 2, 0]
    assert table.on_all((0, 1)) == 2
    assert table.on_all((0, 2)) == 0


@pytest.mark.parametrize(
    ("histories", "count", "told"),
    [
        ([[1], [0]], [1, 2], "2 to 6"),
        ([[1] * 7], [1], "2 to 6"),
        ([1, 0], [1, 2], "one column"),
        ([[2, 0]], [1], "0 elsewhere"),
        ([[1, 0], [0, 1]], [1], "one for each history"),
        ([[1, 0]], [-1], "whole numbers"),
        ([[1, 0]], [1.5], "whole numbers"),
        ([[1, 0]], [float("nan")], "whole numbers"),
        ([[1, 0], [0, 0]], [1, 3], "on no list"),
    ],
)
def test_a_table_that_is_none_is_refused(histories, count, told):
    with pytest.raises(ValueError, match=told):
        from_histories(histories, count)


def test_a_row_on_no_list_with_nobody_in_it_does_no_harm():
    assert from_histories([[1, 0], [0, 1], [0, 0]], [3, 4, 0]).observed == 7


def test_lists_that_allow_no_estimate_say_why():
    assert refusal(0, 0, 0) == (Reason.NOBODY, ())
    assert refusal(0, 10, 0) == (Reason.EMPTY_LIST, (1,))
    assert refusal(0, 10, 12) == (Reason.NO_OVERLAP, ())
    assert refusal(6, 40, 50) == (Reason.FEW_SHARED, ())
    assert refusal(20, 0, 50) == (Reason.LIST_WITHIN_ANOTHER, (0, 1))
    assert refusal(20, 50, 0) == (Reason.LIST_WITHIN_ANOTHER, (1, 0))
    # the third list shares nobody with the others: 111, 110, 101, 100, 011, 010, 001
    assert refusal(0, 30, 0, 50, 0, 60, 40) == (Reason.NO_OVERLAP, (2,))
    assert refusal(3, 20, 9, 50, 0, 60, 0) == (Reason.LIST_WITHIN_ANOTHER, (2, 0))


def test_an_interval_that_says_nothing_is_no_answer():
    reason, _lists = refusal(0, 1, 1, 900, 5, 900, 800)
    assert reason is Reason.TOO_WIDE


def test_an_estimate_lies_between_its_ends_and_adds_up():
    for counts in ((40, 160, 110), (30, 60, 40, 200, 35, 180, 120), FOUR):
        answer = undercount.estimate(in_order(*counts))
        assert answer.refusal is None
        assert answer.observed == answer.corrected == sum(counts)
        assert answer.observed <= answer.lower < answer.estimate < answer.upper
        assert answer.hidden == pytest.approx(answer.estimate - answer.observed)
        assert answer.hidden_lower == pytest.approx(answer.lower - answer.observed)
        assert answer.hidden_upper == pytest.approx(answer.upper - answer.observed)
        assert sum(model.weight for model in answer.models) == pytest.approx(1)
        assert [m.weight for m in answer.models] == sorted(
            (m.weight for m in answer.models), reverse=True
        )
        assert Concern.LINKAGE_TAKEN_AS_PERFECT in concerns(answer)


def test_two_lists_say_that_independence_is_assumed():
    answer = undercount.estimate(in_order(40, 160, 110))
    assert Concern.INDEPENDENCE_ASSUMED in concerns(answer)
    assert answer.chao is answer.darroch is None
    assert answer.mean == pytest.approx(201 * 151 / 41 - 1)


def test_a_wider_confidence_gives_a_wider_interval():
    narrow, wide = (undercount.estimate(in_order(*FOUR), level=x) for x in (0.8, 0.99))
    assert wide.lower < narrow.lower < narrow.estimate == wide.estimate < narrow.upper < wide.upper


def test_the_order_of_the_lists_does_not_matter():
    histories = np.array(list(product((1, 0), repeat=4))[:-1])
    here = undercount.estimate(from_histories(histories, FOUR))
    there = undercount.estimate(from_histories(histories[:, [2, 0, 3, 1]], FOUR))
    for name in ("estimate", "lower", "upper", "mean"):
        assert getattr(here, name) == pytest.approx(getattr(there, name), rel=1e-6)


def test_independent_lists_give_back_the_population_from_expected_counts():
    share = np.array([0.3, 0.25, 0.2, 0.15])
    held = tables.members(4)
    counts = 10_000 * np.where(held, share, 1 - share).prod(axis=1)
    table = Lists(counts)
    model = undercount.log_linear(table)
    assert table.observed + model.hidden == pytest.approx(10_000)
    assert model.deviance == pytest.approx(0, abs=1e-8)
    assert undercount.chao(table).estimate == pytest.approx(10_000)
    assert undercount.heterogeneous(table).estimate == pytest.approx(10_000)


def test_lists_that_exclude_one_another_are_told():
    share, held = np.array([0.3, 0.3, 0.25, 0.25]), tables.members(4)
    odds = np.where(held[:, 0] & held[:, 1], np.exp(-1.5), 1.0)
    counts = np.rint(3_000 * np.where(held, share, 1 - share).prod(axis=1) * odds)
    answer = undercount.estimate(Lists(counts))
    assert concerns(answer)[Concern.NEGATIVE_DEPENDENCE] == [(0, 1)]


def test_a_pair_that_shares_nobody_is_told_and_its_tie_is_taken_as_impossible():
    # 111, 110, 101, 100, 011, 010, 001
    table = in_order(0, 0, 30, 100, 25, 90, 80)
    answer = undercount.estimate(table)
    assert concerns(answer)[Concern.PAIR_WITHOUT_OVERLAP] == [(0, 1)]
    design = undercount_fits.frame(3, 2)
    fitted = undercount_fits.fit(table, design, design.uses([[(0, 1)]]))
    assert fitted.beta[0, 4] == -np.inf
    assert fitted.standing[0] == undercount_fits.Standing.GOOD


def test_overlaps_that_no_model_explains_are_told():
    share, held = np.array([0.3, 0.3, 0.3, 0.3]), tables.members(4)
    counts = np.rint(20_000 * np.where(held, share, 1 - share).prod(axis=1))
    counts[-1] *= 5  # all four at once: a tie that terms of three cannot make up for
    counts[2] *= 3
    answer = undercount.estimate(Lists(counts), order=1, heterogeneity=False)
    assert Concern.POOR_FIT in concerns(answer)


def test_all_hierarchical_models_are_tried():
    # 114 hierarchical models of four lists that have all lists, and one of them ties all four
    assert len(undercount_models.candidates(3, 2, False).terms) == 8
    assert len(undercount_models.candidates(4, 3, False).terms) == 113
    graphs = product((False, True), repeat=10)
    places = {pair: i for i, pair in enumerate(tables.terms(5, 2))}
    triangles = [[places[pair] for pair in combinations(t, 2)] for t in combinations(range(5), 3)]
    many = sum(2 ** sum(all(graph[i] for i in t) for t in triangles) for graph in graphs)
    assert len(undercount_models.candidates(5, 3, False).terms) == many
    assert len(undercount_models.candidates(4, 1, True).terms) == 2
    with_heterogeneity = undercount_models.candidates(4, 3, True)
    assert int(with_heterogeneity.heterogeneous.sum()) == 2**6 - 1
    for model in undercount_models.candidates(4, 3, False).terms:
        for term in model:
            assert all(pair in model for pair in tables.terms(4, 2) if set(pair) < set(term))


def test_linkage_error_widens_the_interval_and_moves_the_estimate_back():
    table = in_order(*FOUR)
    plain = undercount.estimate(table)
    exact = undercount.estimate(table, linkage_error=LinkageError(missed=0.1), draws=60)
    unsure = undercount.estimate(
        table, linkage_error=LinkageError(missed=0.1, missed_sd=0.05), draws=60
    )
    assert exact.estimate < plain.estimate
    assert exact.corrected < exact.observed == plain.observed
    assert unsure.upper - unsure.lower > exact.upper - exact.lower
    assert Concern.LINKAGE_TAKEN_AS_PERFECT not in concerns(exact)
    false = undercount.estimate(table, linkage_error=LinkageError(false=0.05), draws=60)
    assert false.estimate > plain.estimate
    assert false.corrected > false.observed


def test_the_same_seed_gives_the_same_answer():
    asked = {"linkage_error": LinkageError(0.1, 0.03, 0.01, 0.005), "draws": 60}
    one, same, other = (
        undercount.estimate(in_order(*FOUR), seed=seed, **asked) for seed in (1, 1, 2)
    )
    assert one == same
    assert one.upper != other.upper


def test_rates_of_none_change_nothing():
    plain = undercount.estimate(in_order(*FOUR))
    none = undercount.estimate(in_order(*FOUR), linkage_error=LinkageError(), draws=50)
    assert none.estimate == pytest.approx(plain.estimate)
    assert none.upper == pytest.approx(plain.upper)


def test_more_false_matches_than_there_are_overlaps_are_told():
    answer = undercount.estimate(
        in_order(10, 300, 200), linkage_error=LinkageError(false=0.2), draws=50
    )
    assert Concern.LINKAGE_OVERCORRECTED in concerns(answer)


def test_rates_for_each_pair_of_lists():
    rate = np.array([[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]])
    rates = undercount_linkage.central(LinkageError(missed=rate), 3)
    pieces = undercount_linkage.pieces(3, rates)
    # a person of all three: whole where at most one of the three matches was missed
    whole = 0.9 * 0.8 * 0.7 + 0.1 * 0.8 * 0.7 + 0.9 * 0.2 * 0.7 + 0.9 * 0.8 * 0.3
    assert pieces[6, 6] == pytest.approx(whole)
    assert pieces[2, 6] == pytest.approx(0.9 * 0.2 * 0.3)  # 1 and 2, without 3
    assert pieces[3, 6] == pytest.approx(0.2 * 0.3)  # 3 alone
    drawn = undercount_linkage.drawn(
        LinkageError(rate, rate / 5), 3, np.random.default_rng(3)
    ).missed
    assert (drawn == drawn.T).all()
    assert len(set(drawn[np.triu_indices(3, 1)])) == 3
    one = undercount_linkage.drawn(LinkageError(0.1, 0.02), 3, np.random.default_rng(3)).missed
    assert len(set(one[np.triu_indices(3, 1)])) == 1


def test_a_rate_of_checked_cases():
    mean, sd = undercount_linkage.rate_of_counts(8, 200)
    assert mean == pytest.approx(8.5 / 201)
    assert sd == pytest.approx(np.sqrt(mean * (1 - mean) / 202))
    with pytest.raises(ValueError, match="errors"):
        undercount_linkage.rate_of_counts(3, 2)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"order": 4}, "order"),
        ({"order": 0}, "order"),
        ({"level": 1.0}, "level"),
        ({"draws": 3}, "draws"),
        ({"linkage_error": LinkageError(missed=1.0)}, "missed"),
        ({"linkage_error": LinkageError(missed=-0.1)}, "missed"),
        ({"linkage_error": LinkageError(false=[0.1, 0.2])}, "false"),
        ({"linkage_error": LinkageError(missed=np.triu(np.full((4, 4), 0.1)))}, "differ"),
        ({"linkage_error": LinkageError(missed=0.1, missed_sd=-1)}, "missed_sd"),
        ({"linkage_error": LinkageError(missed=0.1, missed_sd=0.5)}, "missed_sd"),
    ],
)
def test_what_cannot_be_asked(asked, told):
    with pytest.raises(ValueError, match=told):
        undercount.estimate(in_order(*FOUR), **asked)


def test_one_model_needs_as_many_lists_as_it_is_made_for():
    with pytest.raises(ValueError, match="two lists"):
        undercount.two_lists(in_order(*FOUR))
    with pytest.raises(ValueError, match="three lists"):
        undercount.chao(in_order(40, 160, 110))
