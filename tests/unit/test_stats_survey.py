"""Estimates of a survey against a slow reader of their definitions, a peer and a second method."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from convive.stats import survey

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # it tells that it has a successor
    from samplics.estimation import TaylorEstimator
    from samplics.utils.types import PopParam


class Respondent:
    def __init__(self, stratum, cluster, weight, y, x, inside):
        self.stratum, self.cluster, self.weight = stratum, cluster, weight
        self.y, self.x, self.inside = y, x, inside


# Slow and obvious: one respondent at a time, as the definition says


def slow_variance(people, contribution, clusters_there=None):
    """Σ_h (1 − f) n/(n − 1) Σ_c (z_c − z̄)², from each respondent's contribution."""
    strata = defaultdict(lambda: defaultdict(float))
    for person in people:
        strata[person.stratum][person.cluster] += contribution(person)
    whole = 0.0
    for stratum, clusters in strata.items():
        n, middle = len(clusters), sum(clusters.values()) / len(clusters)
        left = 1 - n / clusters_there[stratum] if clusters_there else 1
        whole += left * n / (n - 1) * sum((z - middle) ** 2 for z in clusters.values())
    return whole


def slow_ratio(people, clusters_there=None):
    """Value, standard error and both ends of Σwy / Σwx within the domain."""
    inside = [person for person in people if person.inside]
    below = sum(p.weight * p.x for p in inside)
    value = sum(p.weight * p.y for p in inside) / below

    def part(p):
        return p.weight * (p.y - value * p.x) / below if p.inside else 0.0

    reached = {p.stratum for p in inside}
    clusters = {(p.stratum, p.cluster) for p in people if p.stratum in reached}
    t = stats.t.ppf(0.975, len(clusters) - len(reached))
    se = math.sqrt(slow_variance(people, part, clusters_there))
    return value, se, value - t * se, value + t * se


def slow_total(people, clusters_there=None):
    def part(p):
        return p.weight * p.y if p.inside else 0.0

    value = sum(part(p) for p in people)
    return value, math.sqrt(slow_variance(people, part, clusters_there))


numbers = st.floats(-50, 50).map(lambda x: round(x, 3))


@st.composite
def samples(draw):
    """Up to four strata of two to four clusters of one to three people; somebody in the domain."""
    people = [
        Respondent(
            f"s{stratum}",
            cluster,
            draw(st.floats(0.5, 40).map(lambda w: round(w, 2))),
            draw(numbers),
            draw(st.floats(0.5, 9)),
            draw(st.booleans()),
        )
        for stratum in range(draw(st.integers(1, 4)))
        for cluster in range(draw(st.integers(2, 4)))
        for _ in range(draw(st.integers(1, 3)))
    ]
    people[0].inside = True
    return draw(st.permutations(people))


def arrays(people):
    columns = ("weight", "stratum", "cluster", "y", "x", "inside")
    return {name: np.array([getattr(p, name) for p in people]) for name in columns}


def designed(people, clusters_there=None):
    a = arrays(people)
    fpc = [clusters_there[p.stratum] for p in people] if clusters_there else None
    return a, survey.design(a["weight"], a["stratum"], a["cluster"], fpc)


def near(found, wanted):
    return found == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@settings(max_examples=150, deadline=None)
@given(samples(), st.booleans())
def test_ratio_and_total_are_what_their_definitions_say(people, is_finite):
    there = {f"s{i}": 6 + i for i in range(4)} if is_finite else None
    a, design = designed(people, there)
    found = survey.ratio(a["y"], a["x"], design, a["inside"])
    assert near((found.value, found.se, found.lower, found.upper), slow_ratio(people, there))
    whole = survey.total(a["y"], design, a["inside"])
    assert near((whole.value, whole.se), slow_total(people, there))
    assert whole.n == sum(p.inside for p in people)
    assert whole.clusters == len({(p.stratum, p.cluster) for p in people if p.inside})


@settings(max_examples=80, deadline=None)
@given(samples(), st.floats(0.1, 1000))
def test_the_unit_of_the_weights_does_not_matter_to_a_mean(people, times):
    a, design = designed(people)
    other = survey.design(a["weight"] * times, a["stratum"], a["cluster"])
    one, two = (survey.mean(a["y"], d, a["inside"]) for d in (design, other))
    assert near((two.value, two.se), (one.value, one.se))


def drawn(seed=7, n=600, strata=4, clusters=8):
    """A sample with unequal weights and people of one cluster who answer alike."""
    draw = np.random.default_rng(seed)
    stratum = draw.integers(0, strata, n)
    cluster = draw.integers(0, clusters, n)
    habit = draw.normal(0, 0.6, (strata, clusters))[stratum, cluster]
    share = 1 / (1 + np.exp(-(habit - 0.7)))
    return {
        "stratum": stratum,
        "cluster": stratum * 100 + cluster,
        "weight": draw.uniform(0.5, 12, n),
        "y": draw.normal(3, 1, n) + habit,
        "yes": (draw.random(n) < share).astype(int),
        "domain": draw.integers(0, 3, n),
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_samplics_gives_the_same_estimates_errors_and_intervals(seed):
    a = drawn(seed)
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    asked = (
        (PopParam.mean, "y", survey.mean),
        (PopParam.total, "y", survey.total),
        (PopParam.prop, "yes", survey.proportion),
    )
    for parameter, name, ours in asked:
        for domain in (None, 0, 1, 2):
            peer = TaylorEstimator(parameter)
            peer.estimate(
                a[name],
                samp_weight=a["weight"],
                stratum=a["stratum"],
                psu=a["cluster"],
                domain=None if domain is None else a["domain"],
            )
            theirs = [peer.point_est, peer.stderror, peer.lower_ci, peer.upper_ci]
            if domain is not None:
                theirs = [found[domain] for found in theirs]
            if parameter is PopParam.prop:
                theirs = [found[1] for found in theirs]
            inside = None if domain is None else a["domain"] == domain
            found = ours(a[name], design, inside)
            assert near((found.value, found.se, found.lower, found.upper), tuple(theirs))


def test_samplics_gives_the_same_ratio():
    a = drawn(4)
    peer = TaylorEstimator(PopParam.ratio)
    peer.estimate(
        a["y"],
        samp_weight=a["weight"],
        x=a["weight"] + 1,
        stratum=a["stratum"],
        psu=a["cluster"],
    )
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    found = survey.ratio(a["y"], a["weight"] + 1, design)
    wanted = (peer.point_est, peer.stderror, peer.lower_ci, peer.upper_ci)
    assert near((found.value, found.se, found.lower, found.upper), wanted)


def test_leaving_out_one_cluster_after_another_gives_nearly_the_same_error():
    """The stratified jackknife (JKn) shares nothing with linearisation but the design."""
    a = drawn(5, n=900, clusters=12)
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    found = survey.proportion(a["yes"], design)
    squares = 0.0
    for stratum in np.unique(a["stratum"]):
        mine = a["stratum"] == stratum
        clusters = np.unique(a["cluster"][mine])
        n = len(clusters)
        for left_out in clusters:
            weight = a["weight"].copy()
            weight[mine] *= n / (n - 1)
            weight[a["cluster"] == left_out] = 0
            squares += (n - 1) / n * (np.average(a["yes"], weights=weight) - found.value) ** 2
    assert found.se == pytest.approx(math.sqrt(squares), rel=0.03)


def test_a_simple_random_sample_has_no_design_effect():
    draw = np.random.default_rng(2)
    yes = draw.random(800) < 0.3
    found = survey.proportion(yes, survey.design(np.full(800, 25.0)))
    p = yes.mean()
    assert found.deff == pytest.approx(1)
    assert found.se == pytest.approx(math.sqrt(p * (1 - p) / 799))


def test_neighbours_who_answer_alike_make_the_design_effect_of_their_number():
    """Clusters of four who say the same are worth one person each."""
    yes = np.repeat(np.random.default_rng(3).random(200) < 0.4, 4)
    cluster = np.repeat(np.arange(200), 4)
    found = survey.proportion(yes, survey.design(np.ones(800), cluster=cluster))
    assert found.deff == pytest.approx(4, rel=0.01)


def test_dropping_the_others_would_shorten_the_interval_of_a_domain():
    """Clusters in which nobody of the domain was met are kept as zeros."""
    a = drawn(6, n=120, strata=2, clusters=10)
    inside = a["cluster"] % 100 < 4
    design = survey.design(a["weight"], a["stratum"], a["cluster"])
    kept = survey.total(a["y"], design, inside)
    dropped = survey.design(a["weight"][inside], a["stratum"][inside], a["cluster"][inside])
    assert kept.value == pytest.approx(survey.total(a["y"][inside], dropped).value)
    assert kept.se > 1.5 * survey.total(a["y"][inside], dropped).se
    assert kept.df == 18


def test_the_interval_of_a_share_covers_the_truth_as_often_as_it_says():
    """95 % of 400 samples of clusters, give or take what chance does to 400."""
    draw = np.random.default_rng(11)
    habits = draw.beta(2, 6, 4000)  # the population: clusters of one size
    truth = habits.mean()
    hits = 0
    for _ in range(400):
        chosen = draw.choice(habits, 30)
        yes = draw.random((30, 12)) < chosen[:, None]
        cluster = np.repeat(np.arange(30), 12)
        found = survey.proportion(yes.ravel(), survey.design(np.ones(360), cluster=cluster))
        hits += found.lower <= truth <= found.upper
    assert 0.92 <= hits / 400 <= 0.98


@pytest.mark.parametrize(("says", "lower", "upper"), [(0, 0.0, 0.3085), (1, 0.6915, 1.0)])
def test_a_share_of_nobody_or_everybody_is_still_uncertain(says, lower, upper):
    design = survey.design(np.ones(10), cluster=np.repeat(np.arange(5), 2))
    found = survey.proportion(np.full(10, says), design)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=5e-5)
    assert math.isnan(found.deff)


def test_a_stratum_of_one_cluster_is_refused_unless_a_way_is_chosen():
    weight, strata, clusters = np.ones(6), [1, 1, 1, 1, 2, 2], [1, 1, 2, 2, 3, 3]
    with pytest.raises(ValueError, match="1 of 2 strata have one cluster alone"):
        survey.design(weight, strata, clusters)
    design = survey.design(weight, strata, clusters, lonely="grand_mean")
    found = survey.total([1, 1, 0, 0, 1, 0], design)
    # z = 2, 0 | 1, with the mean of all at 1: V = 2·(1 + 1) + 0
    assert found.se == pytest.approx(2)
    assert found.df == 1


def test_a_stratum_that_was_taken_whole_adds_no_error():
    weight, strata, clusters = np.ones(5), [1, 1, 2, 2, 3], [1, 2, 3, 4, 5]
    design = survey.design(weight, strata, clusters, fpc=[2, 2, 10, 10, 1])
    # only stratum 2 was drawn from: V = (1 − 2/10)·2·(1/4 + 1/4)
    assert survey.total([1, 0, 1, 0, 1], design).se == pytest.approx(math.sqrt(0.8))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"weight": []}, "weight: give one"),
        ({"weight": [1, 0, 1, 1]}, "above 0"),
        ({"weight": [1, float("nan"), 1, 1]}, "above 0"),
        ({"stratum": [1, 1, 1]}, "stratum: give one"),
        ({"cluster": [1, 2]}, "cluster: give one"),
        ({"fpc": [4, 4, 5, 4]}, "one number of clusters"),
        ({"fpc": [3, 3, 3, 3]}, "more clusters in the sample"),
        ({"fpc": [3]}, "fpc: give one"),
    ],
)
def test_a_design_that_cannot_be_is_refused(change, says):
    good = {"weight": [1, 1, 1, 1], "stratum": [1, 1, 1, 1], "cluster": [1, 2, 3, 4]}
    with pytest.raises(ValueError, match=says):
        survey.design(**{**good, **change})


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda d: survey.mean([1, 2, 3], d), "y: give one"),
        (lambda d: survey.mean([1, 2, 3, float("nan")], d), "give numbers"),
        (lambda d: survey.mean([1, 2, 3, 4], d, [False] * 4), "holds nobody"),
        (lambda d: survey.mean([1, 2, 3, 4], d, [True]), "domain: give one"),
        (lambda d: survey.ratio([1, 2, 3, 4], [0] * 4, d), "its total is 0"),
        (lambda d: survey.proportion([0, 1, 2, 1], d), "0 or 1"),
        (lambda d: survey.mean([1, 2, 3, 4], d, level=95), "between 0 and 1"),
    ],
)
def test_a_question_that_has_no_answer_is_refused(ask, says):
    with pytest.raises(ValueError, match=says):
        ask(survey.design(np.ones(4), cluster=[1, 1, 2, 2]))


def test_a_domain_in_as_many_clusters_as_strata_has_no_error_to_show():
    design = survey.design(np.ones(4), [1, 1, 2, 2], [1, 1, 2, 2], lonely="grand_mean")
    with pytest.raises(ValueError, match="as many clusters as strata"):
        survey.mean([1, 0, 1, 1], design)
