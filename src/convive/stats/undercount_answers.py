"""What a multiple-systems estimate says, and in which cases it says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from convive.stats.undercount_tables import Term


class Reason(Enum):
    """Why there is no number."""

    NOBODY = "nobody"  # all counts are 0
    EMPTY_LIST = "empty_list"  # a list holds nobody
    NO_OVERLAP = "no_overlap"  # a list shares nobody with any other
    FEW_SHARED = "few_shared"  # fewer than 7 people on two or more lists
    LIST_WITHIN_ANOTHER = "list_within_another"  # all people of a list are on another one
    NO_MODEL = "no_model"  # no model has an estimate
    TOO_WIDE = "too_wide"  # the upper end is more than ten times the lower one


class Concern(Enum):
    """What a reader of the number must know."""

    INDEPENDENCE_ASSUMED = "independence_assumed"  # two lists: their tie cannot be seen
    PAIR_WITHOUT_OVERLAP = "pair_without_overlap"  # two of the lists share nobody
    NEGATIVE_DEPENDENCE = "negative_dependence"  # on one list, so less often on the other
    POOR_FIT = "poor_fit"  # not even the best model explains the overlaps
    MODELS_LEFT_OUT = "models_left_out"  # models of weight had no estimate
    CHAO_ABOVE = "chao_above"  # Chao's lower bound lies above the interval
    DEPENDS_ON_HETEROGENEITY = "depends_on_heterogeneity"  # Darroch's estimate lies outside it
    LINKAGE_OVERCORRECTED = "linkage_overcorrected"  # a corrected count fell below 0
    LINKAGE_TAKEN_AS_PERFECT = "linkage_taken_as_perfect"  # no rates of error were given


@dataclass(frozen=True)
class Refusal:
    """No number, and why. lists : which lists it is about, from 0; none where it is about all."""

    reason: Reason
    lists: Term = ()


@dataclass(frozen=True)
class Note:
    """A remark on a number. lists : which lists it is about, from 0."""

    concern: Concern
    lists: Term = ()


@dataclass(frozen=True)
class Model:
    """One model and what it says.

    terms : lists that are tied to one another beyond chance, as (0, 1) or (0, 1, 2).
    heterogeneity : people differ in how easily any list holds them (Darroch's column).
    hidden : people on no list.
    se : standard error of `hidden` as a prediction, √(hidden + hidden² var β₀).
    deviance, df, bic : of the fit; df is histories − coefficients.
    weight : share of this model, from 0 to 1.
    """

    terms: tuple[Term, ...]
    heterogeneity: bool
    hidden: float
    se: float
    deviance: float
    df: int
    bic: float
    weight: float


@dataclass(frozen=True)
class Bound:
    """An estimate of people in all, and the ends of its interval; `upper` is inf for a bound."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Undercount:
    """How many there are, or why that cannot be told.

    observed : people on at least one list, as linked.
    corrected : the same with linkage error undone; `observed` where none was given.
    estimate, lower, upper : people in all: median and ends of the interval. None where refused.
    hidden, hidden_lower, hidden_upper : those on no list: the same less `corrected`.
    mean : weighted mean of the models' estimates at the corrected table. None where refused.
    models : models of weight at the corrected table, best first.
    chao : Chao's lower bound for three lists and more, with its one-sided lower end.
    darroch : what heterogeneity alone (no tie between lists) would give, for comparison.
    notes : what to tell beside the number.
    refusal : why there is no number.
    level : confidence.
    """

    observed: int
    corrected: float
    estimate: float | None
    lower: float | None
    upper: float | None
    hidden: float | None
    hidden_lower: float | None
    hidden_upper: float | None
    mean: float | None
    models: tuple[Model, ...]
    chao: Bound | None
    darroch: Bound | None
    notes: tuple[Note, ...]
    refusal: Refusal | None
    level: float
