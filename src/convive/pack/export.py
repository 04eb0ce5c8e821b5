"""The programme as it stands now, as a pack: what pages and packs made of it, in plain files.

Applying what was exported changes nothing. Comments, and definitions that were superseded, are not
part of a pack. Accounts, records and evidence never are.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, require
from convive.kernel.errors import BadInput
from convive.pack import records
from convive.pack.check import check
from convive.pack.contents import Pack
from convive.pack.diff import Change, compared
from convive.pack.present import Row, present
from convive.pack.read import FILES, INDICATORS, OFFENCES, PLACES, POPULATION, SOURCES
from convive.pack.wanted import Table, wanted, whole_of
from convive.pack.written import written

# file -> the kinds that it declares; the thresholds stand among the facts of the programme
_KINDS = {
    "programme.toml": ("programme", "edition", "composition"),
    "organisations.toml": ("organisation", "privacy"),
    "plan.toml": ("plan", "objective"),
    "services.toml": ("service", "income"),
    "categories.toml": ("category",),
    "screening.toml": ("tier", "factor"),
    "safeguarding.toml": ("contact",),
    "resources.toml": ("resource", "holiday"),
    "risk.toml": ("risk",),
    "thresholds.toml": ("programme",),
    "committees.toml": ("committee", "seat"),
    PLACES: ("place",),
    POPULATION: ("population",),
    INDICATORS: ("indicator", "indicator_version", "target"),
    OFFENCES: ("offence",),
}


@dataclass(frozen=True)
class Export:
    """What would be written: every file with its text, and what that changes in the folder.

    changes : by record, as a difference is shown; empty where the folder says the same already.
    files : of the folder, those whose text becomes another; the others stay as they are, with
        their comments.
    """

    folder: Path
    texts: Mapping[str, str]
    changes: list[Change]
    files: list[str]


def stands() -> dict[str, Table]:
    """What a pack would declare, as it stands in the database: nothing retired, no old version."""
    kept = {
        kind: {key: row.facts for key, row in rows.items() if not row.retired}
        for kind, rows in present().items()
    }
    latest: dict[str, int] = {}
    for code, version in kept["indicator_version"]:
        latest[code] = max(version, latest.get(code, 0))
    kept["indicator_version"] = {
        key: facts
        for key, facts in kept["indicator_version"].items()
        if latest[key[0]] == key[1] and (key[0],) in kept["indicator"]
    }
    return kept


def export(folder: Path, *, by: Actor) -> Export:
    """What writing the programme to `folder` would do. Writes nothing there.

    Raises BadInput where there is no programme, where the folder holds something else than a
    pack, or where something stands in the database that no pack can say.
    """
    require(by, Permission.CHANGE_PROGRAMME)
    tables = stands()
    if not tables["programme"]:
        raise BadInput.at(
            folder, _("This home runs no programme yet."), _("Apply a pack first, or name --home.")
        )
    _check_folder(folder)
    texts = written(tables, whole=whole_of(tables["place"]))
    with tempfile.TemporaryDirectory(prefix="convive-pack-") as name:
        made = Path(name)
        _write(made, texts)
        again = check(made)
        _prove(again, tables)
        old = check(folder) if folder.is_dir() else Pack(folder)
        _check_same(old, again)
        before, after = wanted(old), wanted(again)
    files = [name for name in texts if _is_another(name, folder, old, before, after)]
    files += [name for name in _files_of(folder) if name not in texts]
    rows = {
        kind: {key: Row(facts, retired=False) for key, facts in table.items()}
        for kind, table in before.items()
    }
    changes = compared(after, rows)
    return Export(folder, texts, changes, sorted(files))


def save(export: Export) -> None:
    """Write it. A reader finds the old folder or the new one, never one that is half-written."""
    target = export.folder.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    aside = made.with_name(f"{made.name}.old")
    try:
        if target.is_dir():
            shutil.copytree(target, made, symlinks=True, dirs_exist_ok=True)
            made.chmod(target.stat().st_mode & 0o777)
        else:
            made.chmod(0o755)
        for name in export.files:
            (made / name).unlink(missing_ok=True)
        _write(made, {name: export.texts[name] for name in export.files if name in export.texts})
        if target.is_dir():
            target.rename(aside)
        try:
            made.rename(target)
        except OSError:
            if aside.is_dir():
                aside.rename(target)
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _check_same(old: Pack, again: Pack) -> None:
    """A folder that holds the pack of another programme stays as it is."""
    there, here = (pack.one(records.Programme) for pack in (old, again))
    if there and here and there.code != here.code:
        raise BadInput.at(
            old.folder,
            _("It holds the pack of another programme, “%(code)s”.") % {"code": there.code},
            _("Name a new directory, or that of “%(code)s”.") % {"code": here.code},
        )


def _prove(again: Pack, tables: Mapping[str, Table]) -> None:
    """What was written says what stands, all of it and nothing else. Raises BadInput."""
    if again.problems:
        raise BadInput(again.problems)
    rows = {
        kind: {key: Row(facts, retired=False) for key, facts in table.items()}
        for kind, table in tables.items()
    }
    lost = compared(wanted(again), rows)
    if lost:
        raise BadInput.at(
            f"{lost[0].kind} {lost[0].title}",
            _("It stands in a form that no pack can hold: %(fields)s.")
            % {"fields": ", ".join(lost[0].fields) or lost[0].what},
            _("Write it anew on its page, without unusual characters."),
        )


def _is_another(
    name: str, folder: Path, old: Pack, before: Mapping[str, Table], after: Mapping[str, Table]
) -> bool:
    """Whether a file would say something else than it says now. A fault in it: yes."""
    if not (folder / name).is_file():
        return True
    if any(problem.where.partition(":")[0] == name for problem in old.problems):
        return True
    return bool(_said(name, before) != _said(name, after))


def _said(name: str, tables: Mapping[str, Table]) -> Any:
    """All that one file declares."""
    if name.startswith(f"{SOURCES}/"):
        code = name.removeprefix(f"{SOURCES}/").removesuffix(".toml")
        return tables["source"].get((code,))
    said: list[Any] = []
    for kind in _KINDS[name]:
        table = tables[kind]
        if kind == "programme":
            of_thresholds = name == "thresholds.toml"
            table = {
                key: {k: v for k, v in facts.items() if (k == "thresholds") == of_thresholds}
                for key, facts in table.items()
            }
        said.append(table)
    return said


def _files_of(folder: Path) -> list[str]:
    """The files of a pack that stand in a folder."""
    if not folder.is_dir():
        return []
    sources = [f"{SOURCES}/{path.name}" for path in sorted((folder / SOURCES).glob("*.toml"))]
    return [*(name for name in FILES if (folder / name).is_file()), *sources]


def _check_folder(folder: Path) -> None:
    """A folder that is written to is a pack, or empty: nothing else is ever put aside."""
    if folder.exists() and not folder.is_dir():
        raise BadInput.at(folder, _("This is a file."), _("Name a directory."))
    if not folder.is_dir():
        return
    strangers = [
        path.name
        for path in sorted(folder.iterdir())
        if not (path.name.startswith(".") or path.suffix == ".md" or path.name in (*FILES, SOURCES))
    ]
    if strangers:
        raise BadInput.at(
            folder / strangers[0],
            _("The directory holds something that is no part of a pack."),
            _("Name a new directory, or one that holds a pack."),
        )
