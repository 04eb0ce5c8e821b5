"""SQL that reads every row of a file, in layers, with the rules under which a row is rejected.

Three layers, each a SELECT over the one below: cleaned texts (`r_…`), typed values (`t_…`), and
the columns that are kept. The rules are asked in order; the first that fails is the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Rule:
    """A row is rejected where `fails` is true.

    key : the field whose value is to blame. reason : a code of `reasons.REASONS`.
    """

    key: str
    fails: str
    reason: str


@dataclass
class Reading:
    """Name -> SQL expression for each layer.

    names : key of a field -> its column as the file calls it.
    unwritten : names among `kept` that serve to check rows and go no further.
    """

    cleaned: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)

    def has(self, key: str) -> bool:
        return key in self.names

    def reject(self, key: str, fails: str, reason: str) -> None:
        self.rules.append(Rule(key, fails, reason))

    def select(self, records: str, row: str) -> str:
        """The whole reading of `records` as one SELECT.

        Its columns: `row` (the SQL `row`), `fault` (1-based number of the failed rule or NULL),
        `bad` (the text to blame), and those of `kept`.
        """
        raw = {rule.key: slot(rule.key) for rule in self.rules}
        faults = " ".join(f"WHEN {rule.fails} THEN {n}" for n, rule in enumerate(self.rules, 1))
        blamed = " ".join(f"WHEN {n} THEN {raw[rule.key]}" for n, rule in enumerate(self.rules, 1))
        return (
            f"SELECT row, fault, CASE fault {blamed} END AS bad, {_aliased(self.kept)} FROM ("
            f"SELECT *, CAST(CASE {faults} END AS UTINYINT) AS fault FROM ("
            f"SELECT *, {_aliased(self.typed)} FROM ("
            f"SELECT {row} AS row, {_aliased(self.cleaned)} FROM {records})))"
        )


def slot(key: str) -> str:
    """The name of a field's cleaned text in SQL. Raises ValueError for what cannot be one."""
    name = "r_" + key.replace(":", "_").replace("-", "_")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{key!r} is no field")
    return name


def _aliased(columns: dict[str, str]) -> str:
    return ", ".join(f'{expression} AS "{name}"' for name, expression in columns.items())
