"""How many there are that no list holds: multiple-systems estimation (capture–recapture).

Two to six lists name some of the same people. How much they overlap tells how many each of them
misses, and so how many all of them miss. With two lists this takes that being on one says nothing
of being on the other. With three and more, such ties between lists can be seen and are modelled;
which ties there are is not known either, and the interval says so: it is of all models together,
weighed by how well they explain the overlaps.

What no method can see: people whom no list could ever hold, and a tie between all lists at once.
The number is of those who could have been listed.

References
----------
Bird SM, King R (2018). Multiple systems estimation (or capture–recapture estimation) to inform
public policy. Annual Review of Statistics and Its Application 5: 95–118.
Seber GAF (1982). The Estimation of Animal Abundance. 2nd ed., Griffin; §3.1 (seven recaptures).
Silverman BW, Chan L, Vincent K (2024). Bootstrapping multiple systems estimates to account for
model selection. Statistics and Computing 34, 44.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from scipy import stats

from convive.stats import undercount_linkage as linkage
from convive.stats import undercount_models as models
from convive.stats.undercount_answers import (
    Bound,
    Concern,
    Model,
    Note,
    Reason,
    Refusal,
    Undercount,
)
from convive.stats.undercount_linkage import LinkageError
from convive.stats.undercount_single import chao, heterogeneous, log_linear, two_lists, two_voice
from convive.stats.undercount_tables import Lists, from_histories

__all__ = [
    "Bound", "Concern", "LinkageError", "Lists", "Model", "Note", "Reason", "Refusal", "Undercount",
    "chao", "estimate", "from_histories", "heterogeneous", "log_linear", "two_lists",
]  # fmt: skip

FEWEST_SHARED = 7
WIDEST = 10.0
POOR_FIT = 0.001


def estimate(
    table: Lists,
    *,
    order: int | None = None,
    heterogeneity: bool = True,
    sample: models.Sample = "histories",
    linkage_error: LinkageError | None = None,
    draws: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> Undercount:
    """People in all, with an interval that carries the choice of model and the errors of linkage.

    Two lists: Chapman's estimate with Sadinle's interval (`two_lists`). Three and more: every
    hierarchical Poisson log-linear model with terms up to `order` is fitted, and each pairwise one
    once more with Darroch's column of heterogeneity; models weigh exp(−BIC / 2), and the interval
    is that of the mixture of what they say, each a log-normal for the hidden number.

    With `linkage_error` the table is corrected for the errors of linkage again and again, with the
    rates drawn from their uncertainty and the chance of which matches were missed; each table gives
    a mixture, and the interval is that of all of them (multiple imputation).

    Parameters
    ----------
    table : people by history, from `from_histories`.
    order : most lists in one term, 1 to K − 1; by default 3 for four lists, else 2.
        For five lists, 3 means 6,212 models instead of 1,024.
    heterogeneity : whether models with Darroch's column are among those averaged.
    sample : what n in BIC counts, see `undercount_models.weigh`. "people" gives narrower intervals
        that miss the truth more often where ties are weak (docs/methods/undercount.md).
    linkage_error : rates of missed and false matches.
    draws : tables that are drawn where there is linkage error.
    level : confidence.
    seed : the same seed, the same answer.

    Returns
    -------
    Undercount
        With `refusal` set and no numbers where the lists do not allow an estimate.

    Raises
    ------
    ValueError
        `order`, `draws` or `level` is out of range; rates are not rates.

    Notes
    -----
    The median is told and not the weighted mean: one model of little weight can have an estimate
    without bounds, and would carry the mean away.
    """
    lists = table.lists
    most = _order(order, lists)
    if not 0 < level < 1:
        raise ValueError("level: give a confidence between 0 and 1, such as 0.95")
    if draws < 50:
        raise ValueError("draws: give 50 or more")
    error = linkage_error or LinkageError()
    rates = linkage.central(error, lists)
    answer = _unanswered(table, level)
    refused = _refused(table)
    if refused:
        return replace(answer, refusal=refused)
    notes = [] if linkage_error else [Note(Concern.LINKAGE_TAKEN_AS_PERFECT)]
    exact = linkage.corrected(table, rates) if linkage_error else table.cells
    if (exact < -0.5).any():
        notes.append(Note(Concern.LINKAGE_OVERCORRECTED))
    middle = Lists(np.maximum(exact, 0.0))
    said = (
        _two_said(middle)
        if lists == 2
        else _many_said(middle, models.candidates(lists, most, heterogeneity), sample)
    )
    if said is None:
        return replace(answer, refusal=Refusal(Reason.NO_MODEL), notes=tuple(notes))
    random = np.random.default_rng(seed)
    voices = [said.voice]
    if linkage_error:
        for _ in range(draws):
            told = _told_again(table, error, said.candidates, sample, random)
            if told is not None:
                voices.append(told)
        voices = voices[1:] or voices
    tail = (1 - level) / 2
    lower, centre, upper = models.quantiles(
        np.array([tail, 0.5, 1 - tail]),
        *(np.concatenate(part) for part in zip(*voices, strict=True)),
    )
    notes += _notes(middle, said)
    bound = chao(middle, level) if lists > 2 else None
    spread = heterogeneous(middle, level=level) if lists > 2 else None
    answer = replace(
        answer, corrected=middle.observed, models=said.found, chao=bound, darroch=spread
    )
    if upper > WIDEST * lower:
        return replace(answer, refusal=Refusal(Reason.TOO_WIDE), notes=tuple(notes))
    if bound and bound.lower > upper:
        notes.append(Note(Concern.CHAO_ABOVE))
    if spread and not lower <= spread.estimate <= upper:
        notes.append(Note(Concern.DEPENDS_ON_HETEROGENEITY))
    seen = middle.observed
    return replace(
        answer,
        estimate=float(max(centre, seen)),
        lower=float(max(lower, seen)),
        upper=float(upper),
        hidden=float(max(centre - seen, 0.0)),
        hidden_lower=float(max(lower - seen, 0.0)),
        hidden_upper=float(max(upper - seen, 0.0)),
        mean=said.mean,
        notes=tuple(notes),
    )


@dataclass(frozen=True)
class _Said:
    """What the models say of one table. voice : base, centre, deviation and weight of each."""

    voice: models.Voice
    found: tuple[Model, ...]
    mean: float
    candidates: models.Candidates | None
    weighed: models.Weighed | None


def _two_said(table: Lists) -> _Said:
    _petersen, chapman = two_lists(table)
    voice = two_voice(table)
    hidden = chapman.estimate - table.observed
    # Seber's variance of Chapman's estimate
    first, second = table.on_each
    m = table.on_all((0, 1))
    variance = (first + 1) * (second + 1) * (first - m) * (second - m) / ((m + 1) ** 2 * (m + 2))
    model = Model((), False, hidden, float(np.sqrt(variance)), 0.0, 0, 0.0, 1.0)
    return _Said(voice, (model,), chapman.estimate, None, None)


def _many_said(table: Lists, candidates: models.Candidates, sample: models.Sample) -> _Said | None:
    weighed = models.weigh(table, candidates, sample)
    if weighed is None:
        return None
    hidden = np.exp(weighed.log_hidden)
    se = np.sqrt(hidden + hidden**2 * weighed.variance)
    found = tuple(
        Model(
            terms=weighed.candidates.terms[i],
            heterogeneity=bool(weighed.candidates.heterogeneous[i]),
            hidden=float(hidden[i]),
            se=float(se[i]),
            deviance=float(weighed.deviance[i]),
            df=len(table.cells) - int(weighed.parameters[i]),
            bic=float(weighed.bic[i]),
            weight=float(weighed.weight[i]),
        )
        for i in range(len(hidden))
    )
    mean = table.observed + float(weighed.weight @ hidden)
    return _Said(_voice(table, weighed), found, mean, weighed.candidates, weighed)


def _voice(table: Lists, weighed: models.Weighed) -> models.Voice:
    return (
        np.full(len(weighed.weight), table.observed),
        weighed.log_hidden,
        models.spread(weighed.log_hidden, weighed.variance),
        weighed.weight,
    )


def _told_again(
    table: Lists,
    error: LinkageError,
    candidates: models.Candidates | None,
    sample: models.Sample,
    random: np.random.Generator,
) -> models.Voice | None:
    """What the models say of one table that may be the true one.

    With rates drawn from their uncertainty, x̂ = C(linked) is the truth that linkage makes into the
    table. Linking x̂ once by chance and undoing that shows how far C strays; x̂ less that is drawn.
    """
    rates = linkage.drawn(error, table.lists, random)
    exact = linkage.corrected(table, rates)
    whole = np.rint(np.maximum(exact, 0.0)).astype(np.int64)
    strayed = linkage.corrected(linkage.simulated(whole, rates, random), rates) - whole
    drawn = Lists(np.maximum(exact - strayed, 0.0))
    if candidates is None:
        return two_voice(drawn)
    weighed = models.weigh(drawn, candidates, sample, check=False)
    return None if weighed is None else _voice(drawn, weighed)


def _refused(table: Lists) -> Refusal | None:
    """Why these lists allow no estimate, if they do not."""
    lists = table.lists
    if not table.observed:
        return Refusal(Reason.NOBODY)
    on_each = table.on_each
    for i in range(lists):
        if not on_each[i]:
            return Refusal(Reason.EMPTY_LIST, (i,))
    shared = {pair: table.on_all(pair) for pair in combinations(range(lists), 2)}
    alone = [i for i in range(lists) if not any(n for pair, n in shared.items() if i in pair)]
    if alone:
        return Refusal(Reason.NO_OVERLAP, tuple(alone) if lists > 2 else ())
    if table.on_lists[1:].sum() < FEWEST_SHARED:
        return Refusal(Reason.FEW_SHARED)
    for (i, j), both in shared.items():
        if both == on_each[i]:
            return Refusal(Reason.LIST_WITHIN_ANOTHER, (i, j))
        if both == on_each[j]:
            return Refusal(Reason.LIST_WITHIN_ANOTHER, (j, i))
    return None


def _notes(table: Lists, said: _Said) -> list[Note]:
    if said.weighed is None:
        return [Note(Concern.INDEPENDENCE_ASSUMED)]
    found = [
        Note(Concern.PAIR_WITHOUT_OVERLAP, pair)
        for pair in combinations(range(table.lists), 2)
        if not table.on_all(pair)
    ]
    weighed = said.weighed
    against = weighed.weight @ (weighed.pull < 0)
    found += [
        Note(Concern.NEGATIVE_DEPENDENCE, term)
        for term, share in zip(weighed.candidates.design.terms, against, strict=True)
        if len(term) == 2 and share > 0.5
    ]
    best = said.found[0]
    if best.df > 0 and stats.chi2.sf(best.deviance, best.df) < POOR_FIT:
        found.append(Note(Concern.POOR_FIT))
    if weighed.without_maximum:
        found.append(Note(Concern.MODELS_LEFT_OUT))
    return found


def _unanswered(table: Lists, level: float) -> Undercount:
    return Undercount(
        observed=round(table.observed), corrected=table.observed,
        estimate=None, lower=None, upper=None, hidden=None, hidden_lower=None, hidden_upper=None,
        mean=None, models=(), chao=None, darroch=None, notes=(), refusal=None, level=level,
    )  # fmt: skip


def _order(order: int | None, lists: int) -> int:
    if order is None:
        return 3 if lists == 4 else min(2, lists - 1)
    if not 1 <= order <= min(lists - 1, 3):
        raise ValueError("order: give 1 to 3, and less than there are lists")
    if order == 3 and lists == 6:
        raise ValueError("order: six lists have too many models with terms of three; give 2")
    return order
