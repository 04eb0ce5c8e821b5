"""The tables of a kept answer, with their words. Small counts were hidden when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from convive.domain.programme import queries as programme
from convive.domain.reach import queries
from convive.kernel import words
from convive.kernel.leaving import (
    HIDDEN,
    Audience,
    Cell,
    Cleared,
    Column,
    Kind,
    Row,
    Table,
    Told,
    leave,
)
from convive.kernel.periods import Period

BY = ("sex", "age_band", "district", "quarter")
NAMES = ("lists", "overlap", *BY)
Answer = Mapping[str, Any]


def cleared(answer: Answer) -> Cleared:
    """Every table that the answer has, in the language of the reader."""
    found = [_lists(answer), _overlap(answer)]
    found += [_stratum(answer, name) for name in BY if answer["by"].get(name)]
    return leave(found, Audience.OUTSIDE)


def _lists(answer: Answer) -> Table:
    names = _bodies()
    columns = (
        Column(_("Organisation"), Kind.LABEL),
        Column(_("People on its list"), Kind.COUNT),
        Column(_("Not linked"), Kind.COUNT),
    )
    rows = [
        (
            Cell(names.get(row["agency"], row["agency"])),
            *map(_cell, (row["people"], row["not_linked"])),
        )
        for row in answer["lists"]
    ]
    return _table("lists", columns, rows, answer)


def _overlap(answer: Answer) -> Table:
    """Each organisation with each other; on the diagonal its own list."""
    names, short = _bodies(), _bodies(short=True)
    codes = [row["agency"] for row in answer["lists"]]
    both = {(row["agency"], row["agency"]): row["people"] for row in answer["lists"]}
    for row in answer["overlap"]:
        for pair in ((row["agency"], row["other"]), (row["other"], row["agency"])):
            both[pair] = row["people"]
    columns = [Column(_("Organisation"), Kind.LABEL)]
    columns += [Column(short.get(code, code), Kind.COUNT) for code in codes]
    rows = [
        (Cell(names.get(one, one)), *(_cell(both[one, other]) for other in codes)) for one in codes
    ]
    return _table("overlap", columns, rows, answer)


def _stratum(answer: Answer, name: str) -> Table:
    columns = (
        Column(_heads()[name], Kind.LABEL),
        Column(_("Different people"), Kind.COUNT),
        Column(_("At least"), Kind.APART),
        Column(_("At most"), Kind.APART),
        Column(_("Times on a list"), Kind.COUNT),
    )
    rows = [
        (
            Cell(_level(name, str(row[name]))),
            _cell(row["people"]),
            _end(row["lower"]),
            _end(row["upper"]),
            _cell(row["on_lists"]),
        )
        for row in answer["by"][name]
    ]
    return _table(name, columns, rows, answer)


def _table(name: str, columns: Any, rows: Any, answer: Answer) -> Table:
    limit = int(answer["threshold"])
    return Table(
        name,
        titles()[name],
        definitions()[name],
        tuple(columns),
        tuple(Row(tuple(cells), threshold=limit) for cells in rows),
    )


def _cell(kept: Mapping[str, Any]) -> Cell:
    if kept["status"] == "suppressed":
        lower, upper = kept["range"]
        return HIDDEN if upper is None else Cell(None, Told.SUPPRESSED, lower, upper)
    return Cell(kept["value"], Told.OK if kept["value"] else Told.ZERO)


def _end(kept: Any) -> Cell:
    """One end of an interval, hidden with its number."""
    return Cell(kept) if isinstance(kept, int) else HIDDEN


def _bodies(*, short: bool = False) -> dict[str, str]:
    return {
        each.code: (each.acronym or each.name) if short else each.name
        for each in programme.organisations()
    }


def _level(name: str, level: str) -> str:
    if not level:
        return _("not known")
    if name == "sex":
        return {"F": _("Women and girls"), "M": _("Men and boys")}.get(level, level)
    if name == "district":
        return queries.district_names().get(level, level.capitalize())
    if name == "quarter":
        return words.period(Period.parse(level.replace("-", "")))
    return level


def _heads() -> dict[str, str]:
    return {
        "sex": _("Sex"),
        "age_band": _("Age"),
        "district": _("District"),
        "quarter": _("Quarter"),
    }


def titles() -> dict[str, str]:
    return {
        "lists": _("Each organisation's list"),
        "overlap": _("People on two lists at once"),
        "sex": _("By sex"),
        "age_band": _("By age"),
        "district": _("By district"),
        "quarter": _("By the quarter in which they were first reached"),
    }


def definitions() -> dict[str, str]:
    by = _("Different people among those who were linked; somebody in several lists counts once.")
    return {
        "lists": _(
            "Who stands twice on one list counts once. Not linked: who did not agree, or of whom "
            "too little is written."
        ),
        "overlap": _("Where row and column are one organisation: the people on its list."),
        "sex": by,
        "age_band": _("By the age on the day on which the key was made."),
        "district": by,
        "quarter": by,
    }
