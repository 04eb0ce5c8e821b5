"""Takes single values out of a TOML file; each fault is placed at the line where its key stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import Problem


class TomlValues:
    """Collects faults while it reads; each is placed at the line where its key stands."""

    def __init__(self, where: str, text: str) -> None:
        self.where = where
        self.lines = text.splitlines()
        self.problems: list[Problem] = []

    def fault(self, key: str, why: str, remedy: str) -> None:
        line = self._line(key)
        self.problems.append(Problem(f"{self.where}:{line}" if line else self.where, why, remedy))

    def _line(self, key: str) -> int | None:
        """The line of `key`, written `table.name`: the first of that name below its table."""
        table, _dot, name = key.rpartition(".")
        inside = not table
        for number, line in enumerate(self.lines, 1):
            heading = re.match(r"\s*\[+\s*([^\]\s]+)\s*\]+", line)
            if heading:
                inside = heading[1] in (table, key) if table else heading[1] == name
                if inside and heading[1] in (key, name):
                    return number
            elif inside and re.match(rf'\s*"?{re.escape(name)}"?\s*=', line):
                return number
        return self._line(table) if table else None

    def known(self, table: Mapping[str, Any], allowed: Iterable[str], where: str) -> None:
        names = list(allowed)
        for key in table:
            if key not in names:
                self.fault(
                    f"{where}.{key}" if where else key,
                    _("The key “%(key)s” is not known here.") % {"key": key},
                    _("Use one of: %(names)s.") % {"names": ", ".join(names)},
                )

    def table(self, data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = data.get(key, {})
        if isinstance(value, Mapping):
            return value
        self.fault(key, _("“%(key)s” must be a table.") % {"key": key}, f"[{key}]")
        return {}

    def rows(self, data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        value = data.get(key, [])
        if isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
            return value
        self.fault(key, _("“%(key)s” must be a list of tables.") % {"key": key}, f"[[{key}]]")
        return []

    def text(self, table: Mapping[str, Any], key: str, *, needed: bool = False) -> str:
        value = table.get(key.rpartition(".")[2], "")
        if not isinstance(value, str) or (needed and not value.strip()):
            self.fault(
                key,
                _("“%(key)s” must be a text.") % {"key": key},
                _('Write %(key)s = "…".') % {"key": key.rpartition(".")[2]},
            )
            return ""
        return value.strip()

    def choice(self, table: Mapping[str, Any], key: str, allowed: Iterable[str]) -> str:
        value = table.get(key.rpartition(".")[2], "")
        names = list(allowed)
        if value in names or (value == "" and key.startswith("file.")):
            return str(value)
        self.fault(
            key,
            _("“%(value)s” is not among the values of “%(key)s”.") % {"value": value, "key": key},
            _("Use one of: %(names)s.") % {"names": ", ".join(names)},
        )
        return names[0]

    def flag(self, table: Mapping[str, Any], name: str, where: str) -> bool:
        value = table.get(name, False)
        if not isinstance(value, bool):
            self.fault(
                f"{where}.{name}" if where else name,
                _("“%(key)s” is either true or false.") % {"key": name},
                _("Write true or false, without quotation marks."),
            )
        return value is True

    def whole_number(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key.rpartition(".")[2], 0)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.fault(key, _("“%(key)s” must be a whole number.") % {"key": key}, _("Write digits."))
        return 0

    def day(self, table: Mapping[str, Any], key: str) -> date | None:
        value = table.get(key.rpartition(".")[2])
        if value is None or type(value) is date:
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fault(
                key,
                _("“%(value)s” is not a date.") % {"value": value},
                _("Write year-month-day, such as 2014-05-22."),
            )
            return None
