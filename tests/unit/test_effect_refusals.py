"""What the statistics of effect refuse is said in the reader's language, each of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from django.utils import translation

from convive.domain.observatory.analyses.effect_refusals import refused
from convive.stats import effect, effect_dose

Y = np.random.default_rng(3).poisson(20, (8, 12)).astype(float)
HOLED = np.where(np.arange(12) == 4, np.nan, Y)


def ask(y=Y, treated=(0,), first=8, **more) -> Callable[[], object]:
    return lambda: effect.estimate(y, list(treated), first, **more)


def dose(y=Y, given=None) -> Callable[[], object]:
    return lambda: effect_dose.dose_effect(y, np.zeros_like(y) if given is None else given)


REFUSALS = {
    "too few periods before": ask(first=2),
    "too few to compare with": ask(Y[:2]),
    "a value misses": ask(HOLED),
    "no period before": ask(first=0),
    "nobody treated": ask(treated=()),
    "a unit twice": ask(treated=(1, 1)),
    "treated and next door": ask(buffer=[0, 1]),
    "no level": ask(level=1.5),
    "no placebo": ask(placebos=0),
    "no step": ask(steps=0),
    "too many held out": ask(held_out=7),
    "no such method": ask(method="guess"),
    "a dose of too few": dose(Y[:2]),
    "a dose of nothing": dose(),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_each_refusal_has_its_words(name):
    with pytest.raises(ValueError) as raised:
        REFUSALS[name]()
    told = {}
    for language in ("es", "en"):
        with translation.override(language):
            (told[language],) = refused("effect", raised.value).problems
    assert told["es"].why != told["en"].why
    assert str(raised.value) not in told["en"].why  # no talk of y and of places from 0
    assert told["es"].remedy and told["en"].remedy


def test_what_has_no_words_is_told_as_it_is():
    (problem,) = refused("effect", ValueError("something new")).problems
    assert problem.why == "something new"
    assert "docs/methods/effect.md" in problem.remedy
