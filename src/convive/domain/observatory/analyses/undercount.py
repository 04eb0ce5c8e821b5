"""How many are there that no list holds?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses import undercount_given
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.undercount_given import COUNT, list_name, require_rates
from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.stats import undercount as method
from convive.stats.undercount import Concern, LinkageError, Lists, Reason
from convive.stats.undercount_tables import FEWEST_LISTS, MOST_LISTS, Floats, members


@dataclass(frozen=True)
class Options:
    """missed, false : shares of matches that linking missed, and that it made wrongly."""

    missed: float | None = None
    false: float | None = None
    level: float = 0.95
    seed: int = 0


def lists_of_file(path: Path, names: Sequence[str] = ()) -> tuple[Lists, list[str]]:
    """Capture histories of a table: a column of 0 and 1 for each list, and how many people.

    names : the columns of the lists; by default all that hold nothing but 0 and 1. Without a
    column of counts each row is a person.
    Raises BadInput where there are fewer than two lists, or a value is something else.
    """
    found = table.columns_of(path)
    count = table.optional(found, "", COUNT)
    chosen = [table.find(found, name, (), "--lists", _("a list")) for name in names] or [
        name for name in found if name != count and set(found[name]) <= {"0", "1"}
    ]
    _require_lists(path.name, chosen)
    held = np.column_stack([table.numbers(found, name, path.name) for name in chosen])
    people = table.numbers(found, count, path.name) if count is not None else np.ones(len(held))
    return lists_of(held, people, path.name), chosen


def lists_of(held: Floats, people: Floats, where: str) -> Lists:
    """The table of histories. Everything that `stats.undercount` refuses of it is refused here.

    held : (rows, lists) of 0 and 1. people : (rows,). where : the file, for the error.
    Raises BadInput, in the reader's language.
    """
    mend = _("Correct the table.")
    if not np.isin(held, (0, 1)).all():
        raise BadInput.at(where, _("A list holds people or does not: 1 or 0."), mend)
    if not (np.isfinite(people) & (people >= 0) & (people == np.floor(people))).all():
        raise BadInput.at(where, _("How many people: a whole number, 0 or more."), mend)
    if people[~held.astype(bool).any(axis=1)].sum():
        raise BadInput.at(
            where,
            _("People on no list cannot have been counted."),
            _("Leave that row out: it is what is estimated."),
        )
    return method.from_histories(held, people)


def of_options(given: Mapping[str, str]) -> Answer:
    """The answer of what was kept of a form: see `undercount_given.as_options`."""
    kept = undercount_given.given_of(given)
    held = np.array(list(kept.counts), dtype=np.float64)
    people = np.array(list(kept.counts.values()), dtype=np.float64)
    found = lists_of(held, people, "counts")
    return answer(found, kept.names, Options(kept.missed, kept.false))


def answer(lists: Lists, names: Sequence[str], options: Options) -> Answer:
    """How many there are in all, or why that cannot be told. Raises BadInput for rates that are
    none."""
    require_rates(options.missed, options.false)
    if not 0 < options.level < 1:
        raise BadInput.at("level", _("A confidence lies between 0 and 1."), _("Write 0.95."))
    given = options.missed is not None or options.false is not None
    error = LinkageError(options.missed or 0.0, options.false or 0.0) if given else None
    found = method.estimate(lists, linkage_error=error, level=options.level, seed=options.seed)
    return Answer(
        lambda: _sentence(found, names),
        {
            "observed": found.observed,
            "estimate": found.estimate,
            "lower": found.lower,
            "upper": found.upper,
            "hidden": found.hidden,
            "chao": _bound(found.chao),
            "darroch": _bound(found.darroch),
            "models": [
                {
                    "ties": [[names[i] for i in term] for term in one.terms],
                    "heterogeneity": one.heterogeneity,
                    "hidden": one.hidden,
                    "bic": one.bic,
                    "weight": one.weight,
                }
                for one in found.models[:10]
            ],
            "refusal": found.refusal.reason.value if found.refusal else None,
            "overlaps": _overlaps(lists, names),
        },
        lambda: [_concern(note.concern, note.lists, names) for note in found.notes] + _always(),
        {
            "lists": list(names),
            "missed": options.missed,
            "false": options.false,
            "level": options.level,
            "seed": options.seed,
        },
    )


def _require_lists(where: str, names: Sequence[str]) -> None:
    if not FEWEST_LISTS <= len(names) <= MOST_LISTS:
        raise BadInput.at(
            where,
            _("There are %(n)s lists; two to six are needed.") % {"n": words.number(len(names))},
            _("Give a column of 0 and 1 for each list, or name them with --lists."),
        )


def _overlaps(lists: Lists, names: Sequence[str]) -> list[dict[str, Any]]:
    """How many people are on just these lists, the most lists last."""
    cells = zip(members(lists.lists), lists.cells, strict=True)
    rows = [
        {"on": [name for name, is_on in zip(names, held, strict=True) if is_on], "n": int(n)}
        for held, n in cells
    ]
    return sorted(rows, key=lambda row: len(row["on"]))


def on_said(on: Sequence[str]) -> str:
    """`Police · Health`: the lists that hold somebody."""
    return " · ".join(list_name(name) for name in on)


def ties_said(ties: Sequence[Sequence[str]], *, heterogeneity: bool) -> str:
    """The ties of a model in words."""
    said = [on_said(tie) for tie in ties]
    if heterogeneity:
        said.append(_("people differ"))
    return "; ".join(said) or _("none")


def _bound(found: method.Bound | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"estimate": found.estimate, "lower": found.lower, "upper": found.upper}


def _sentence(found: method.Undercount, names: Sequence[str]) -> str:
    if found.refusal or found.estimate is None:
        reason = found.refusal.reason if found.refusal else Reason.NO_MODEL
        lists = _named(found.refusal.lists, names) if found.refusal else ""
        return _(
            "The lists hold %(n)s people; how many there are in all cannot be told: %(why)s"
        ) % {
            "n": words.number(found.observed),
            "why": _why(reason, lists),
        }
    return _(
        "The lists hold %(n)s people. About %(estimate)s are there in all (%(level)s: %(lower)s to "
        "%(upper)s): about %(hidden)s on no list."
    ) % {
        "n": words.number(found.observed),
        "estimate": words.number(round(found.estimate)),
        "lower": words.number(round(found.lower or 0)),
        "upper": words.number(round(found.upper or 0)),
        "hidden": words.number(round(found.hidden or 0)),
        "level": words.percent(found.level),
    }


def _why(reason: Reason, lists: str) -> str:
    told = {
        Reason.NOBODY: _("they hold nobody."),
        Reason.EMPTY_LIST: _("a list holds nobody: %(lists)s."),
        Reason.NO_OVERLAP: _("a list shares nobody with any other: %(lists)s."),
        Reason.FEW_SHARED: _("fewer than seven people are on two lists or more."),
        Reason.LIST_WITHIN_ANOTHER: _("all people of a list are on another one: %(lists)s."),
        Reason.NO_MODEL: _("no model has an estimate."),
        Reason.TOO_WIDE: _("the answer would be too uncertain to be of use."),
    }[reason]
    return told % {"lists": lists} if "%(lists)s" in told else told


def _concern(concern: Concern, lists: Sequence[int], names: Sequence[str]) -> str:
    told = {
        Concern.INDEPENDENCE_ASSUMED: _(
            "With two lists it is taken on trust that being on one says nothing of the other."
        ),
        Concern.PAIR_WITHOUT_OVERLAP: _("Two lists share nobody: %(lists)s."),
        Concern.NEGATIVE_DEPENDENCE: _(
            "Whoever is on one of these lists is less often on the other: %(lists)s."
        ),
        Concern.POOR_FIT: _("Not even the best model explains the overlaps well."),
        Concern.MODELS_LEFT_OUT: _("Some models have no estimate and were left out."),
        Concern.CHAO_ABOVE: _("A simple lower bound lies above the interval: it may be too low."),
        Concern.DEPENDS_ON_HETEROGENEITY: _(
            "If people differ much in how easily a list holds them, the number is another."
        ),
        Concern.LINKAGE_OVERCORRECTED: _(
            "The rates of wrong links that were given are larger than the overlaps allow."
        ),
        Concern.LINKAGE_TAKEN_AS_PERFECT: _(
            "Linking is taken as without error: missed matches make the number too high."
        ),
    }[concern]
    return told % {"lists": _named(lists, names)} if "%(lists)s" in told else told


def _named(lists: Sequence[int], names: Sequence[str]) -> str:
    return ", ".join(list_name(names[i]) for i in lists)


def _always() -> list[str]:
    return [_("People whom no list could ever hold are not in the number.")]
