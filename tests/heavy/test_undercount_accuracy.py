"""How often the interval holds the truth, over many simulated populations and linkages."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from convive.stats import undercount, undercount_linkage
from convive.stats import undercount_tables as tables
from convive.stats.undercount import LinkageError, Lists

pytestmark = pytest.mark.heavy

SEEDS = 300
THREE, FOUR, FIVE = (0.3, 0.25, 0.2), (0.3, 0.25, 0.2, 0.15), (0.2, 0.2, 0.15, 0.15, 0.1)
# people, share on each list, log odds of ties, how much people differ (logit), least coverage
SETTINGS = {
    "two lists": (1000, (0.3, 0.25), {}, 0.0, 0.9),
    "two lists, few people": (150, (0.3, 0.25), {}, 0.0, 0.9),
    "three lists": (1000, THREE, {}, 0.0, 0.9),
    "four lists": (1000, FOUR, {}, 0.0, 0.9),
    "four lists, few people": (300, (0.3, 0.25, 0.25, 0.2), {}, 0.0, 0.9),
    "five lists": (1000, FIVE, {}, 0.0, 0.9),
    "one tie of three": (1000, THREE, {(0, 1): 1.0}, 0.0, 0.9),
    "two ties of three": (2000, THREE, {(0, 1): 1.0, (1, 2): 0.7}, 0.0, 0.9),
    "one tie": (1000, FOUR, {(0, 1): 1.0}, 0.0, 0.9),
    "one weak tie": (1000, FOUR, {(0, 1): 0.4}, 0.0, 0.9),
    "two ties": (1000, (0.2, 0.2, 0.15, 0.15), {(0, 1): 1.0, (2, 3): 0.7}, 0.0, 0.9),
    "two ties, many people": (5000, (0.2, 0.2, 0.15, 0.15), {(0, 1): 1.0, (2, 3): 0.7}, 0.0, 0.9),
    "lists exclude one another": (1000, (0.3, 0.3, 0.25, 0.25), {(0, 1): -1.0}, 0.0, 0.9),
    "one tie of five": (1000, FIVE, {(0, 1): 1.0}, 0.0, 0.9),
    "people differ": (1000, FOUR, {}, 1.0, 0.9),
    "people differ, many people": (5000, FOUR, {}, 1.0, 0.9),
    # what is not claimed, and how bad it is
    "people differ a little": (1000, FOUR, {}, 0.5, 0.82),
    "people differ, three lists": (1000, THREE, {}, 0.8, 0.8),
    "people differ, five lists": (1000, FIVE, {}, 0.7, 0.8),
    "people differ, one tie": (1000, FOUR, {(0, 1): 1.0}, 0.8, 0.8),
}


def population(people, share, ties, differ, random) -> Lists:
    """People by history; a tie multiplies the odds of being on both lists."""
    lists = len(share)
    held = np.vstack([np.zeros(lists, bool), tables.members(lists)])
    odds = np.log(np.array(share) / (1 - np.array(share)))
    tied = sum((bonus * held[:, list(pair)].all(axis=1) for pair, bonus in ties.items()), 0.0)
    own = random.normal(0, differ, people) if differ else np.zeros(1)
    logit = (odds + own[:, None]) @ held.T + tied
    chance = np.exp(logit)
    chance /= chance.sum(axis=1, keepdims=True)
    if not differ:
        return Lists(random.multinomial(people, chance[0])[1:].astype(float))
    drawn = (chance.cumsum(axis=1) < random.random(people)[:, None]).sum(axis=1)
    return Lists(np.bincount(drawn, minlength=1 << lists)[1:].astype(float))


def enough(hits: int, of: int, least: float) -> bool:
    """Whether so few hits would be no surprise (1 in 1,000) were the coverage as stated."""
    return bool(stats.binom.cdf(hits, of, least) > 0.001)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_interval_holds_the_truth(name):
    people, share, ties, differ, least = SETTINGS[name]
    hits, told, middle = 0, 0, []
    for seed in range(SEEDS if len(share) < 5 else SEEDS // 3):
        table = population(people, share, ties, differ, np.random.default_rng(seed))
        answer = undercount.estimate(table)
        if answer.refusal is None:
            told += 1
            hits += answer.lower <= people <= answer.upper
            middle.append((answer.estimate, answer.upper - answer.lower))
    centre, width = np.median(np.array(middle), axis=0) / people
    print(f"{name}: {hits} of {told}, {hits / told:.1%}; median {centre:.2f}, width {width:.2f}")
    assert told >= 0.95 * (SEEDS if len(share) < 5 else SEEDS // 3)
    assert enough(hits, told, least)


LINKED = {
    "two lists": SETTINGS["two lists"],
    "three lists": SETTINGS["three lists"],
    "one tie": SETTINGS["one tie"],
    "one tie, many people": (5000, FOUR, {(0, 1): 1.0}, 0.0, 0.9),
}


@pytest.mark.parametrize("by", ["pair", "record"])
@pytest.mark.parametrize("name", LINKED)
def test_the_interval_holds_the_truth_with_linkage_error(name, by):
    """8 % of matches missed and 1 % false on average, learnt from 200 and 400 checked cases."""
    people, share, ties, differ, least = LINKED[name]
    seeds, hits, told, blind = 60, 0, 0, 0
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        truth = population(people, share, ties, differ, random)
        missed, false = random.beta(8, 92), random.beta(1, 99)
        rates = undercount_linkage.central(LinkageError(missed, false=false, by=by), len(share))
        table = undercount_linkage.simulated(truth.cells.astype(int), rates, random)
        checked = undercount_linkage.rate_of_counts(random.binomial(200, missed), 200)
        others = undercount_linkage.rate_of_counts(random.binomial(400, false), 400)
        answer = undercount.estimate(
            table, linkage_error=LinkageError(*checked, *others, by=by), draws=100
        )
        taken_as_perfect = undercount.estimate(table)
        blind += bool(
            taken_as_perfect.lower and taken_as_perfect.lower <= people <= taken_as_perfect.upper
        )
        if answer.refusal is None:
            told += 1
            hits += answer.lower <= people <= answer.upper
    print(f"{name}, {by}: {hits} of {told}; taken as perfect {blind} of {seeds}")
    assert told >= 0.9 * seeds
    assert enough(hits, told, least)
