"""Counts of lists as people give them on a page, and as they are kept: numbers, never persons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.evidence import columns as table
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused

History = tuple[int, ...]  # 1 for each list that holds these people, 0 for each that does not
Counts = Mapping[History, int]
COUNT = ("freq", "frequency", "frecuencia", "n", "count", "cantidad", "personas")
FEWEST, MOST = 2, 6
LONGEST = 40  # letters of a list's name
LISTS: dict[str, str | Promise] = {
    "police": gettext_lazy("Police"),
    "health": gettext_lazy("Health centres"),
    "cem": gettext_lazy("Women's emergency centre (CEM)"),
    "prosecutor": gettext_lazy("Prosecutor"),
}


@dataclass(frozen=True)
class Given:
    """names : of the lists: those of LISTS by their code, others as they were written.

    missed, false : shares of matches, None where linking is taken as perfect.
    """

    names: tuple[str, ...]
    counts: Counts
    missed: float | None = None
    false: float | None = None


def list_name(name: str) -> str:
    return str(LISTS.get(name, name))


def histories(lists: int) -> list[History]:
    """Every way to be on at least one list, those on one list first."""
    found = [each for each in product((1, 0), repeat=lists) if any(each)]
    return sorted(found, key=lambda each: (sum(each), [-on for on in each]))


def as_options(given: Given) -> dict[str, str]:
    """What an answer keeps of it, as texts."""
    return {
        "lists": "\n".join(given.names),
        "counts": " ".join(
            f"{''.join(map(str, held))}:{given.counts.get(held, 0)}"
            for held in histories(len(given.names))
        ),
        "missed": "" if given.missed is None else repr(given.missed),
        "false": "" if given.false is None else repr(given.false),
    }


def given_of(options: Mapping[str, str]) -> Given:
    """What `as_options` kept."""
    pairs = (one.partition(":") for one in options["counts"].split())
    return Given(
        tuple(options["lists"].split("\n")),
        {tuple(map(int, held)): int(n) for held, _colon, n in pairs},
        float(options["missed"]) if options["missed"] else None,
        float(options["false"]) if options["false"] else None,
    )


def require_names(names: Sequence[str]) -> None:
    """Two to six names that differ. Raises BadInput."""
    if not FEWEST <= len(names) <= MOST:
        raise BadInput.at(
            "lists",
            _("There are %(n)s lists; two to six are needed.") % {"n": words.number(len(names))},
            _("Choose them, or write their names."),
        )
    if len({list_name(name).casefold() for name in names}) < len(names):
        raise BadInput.at("lists", _("Two lists have one name."), _("Give each its own."))
    if any(not name.strip() or len(name) > LONGEST or "\n" in name for name in names):
        raise BadInput.at(
            "lists",
            _("The name of a list has at most %(n)s letters.") % {"n": LONGEST},
            _("Write a shorter one."),
        )


def require_given(given: Given) -> None:
    """Names and counts that fit. Raises BadInput."""
    require_names(given.names)
    strange = set(given.counts) - set(histories(len(given.names)))
    if strange or any(n < 0 for n in given.counts.values()):
        raise BadInput.at(
            "counts",
            _("How many people: a whole number, 0 or more."),
            _("Correct the table."),
        )
    require_rates(given.missed, given.false)


def require_rates(missed: float | None, false: float | None) -> None:
    """Shares of matches, or None. Raises BadInput."""
    for name, rate in (("missed", missed), ("false", false)):
        if rate is not None and not 0 <= rate < 1:
            raise BadInput.at(
                name, _("A share of matches lies between 0 and 1."), _("Write for instance 0.05.")
            )


def of_file(path: Path) -> tuple[tuple[str, ...], dict[History, int]]:
    """Names and counts of a small table: a column of 0 and 1 for each list, and one of counts.

    Raises Refused for rows of persons, BadInput for what is no such table.
    """
    found = table.columns_of(path)
    count = table.optional(found, "", COUNT)
    lists = [name for name in found if name != count]
    rows = len(found[lists[0]]) if lists else 0
    strange = [name for name in lists if not set(found[name]) <= {"0", "1"}]
    if count is None or strange or rows > 2**MOST:
        raise _persons()
    require_names(lists)
    counts: dict[History, int] = {}
    for row in range(rows):
        held = tuple(int(found[name][row]) for name in lists)
        n = str(found[count][row])
        if held in counts:
            raise _persons()
        if not n.isascii() or not n.isdigit():
            raise BadInput.at(
                _("row %(n)s") % {"n": row + 2},
                _("How many people: a whole number, 0 or more."),
                _("Correct the table."),
            )
        counts[held] = int(n)
    if counts.pop((0,) * len(lists), 0):
        raise BadInput.at(
            count,
            _("People on no list cannot have been counted."),
            _("Leave that row out: it is what is estimated."),
        )
    return tuple(lists), counts


def _persons() -> Refused:
    return Refused.at(
        "file",
        _(
            "This page takes counts only: a column of 0 and 1 for each list and one with how many "
            "people, one row for each combination. Rows of persons are not taken: names stay where "
            "they are."
        ),
        _(
            "Count them first. Where the rows are kept, convive analyse undercount FILE reads rows "
            "of persons and keeps nothing."
        ),
    )
