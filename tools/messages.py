"""The messages of the interface: finds them, checks their Spanish, compiles them.

    .venv/bin/python tools/messages.py update [APP...]   write what is new into the .po files
    .venv/bin/python tools/messages.py check             say what is missing or wrong; exit 1
    .venv/bin/python tools/messages.py compile           write the .mo beside each .po

The source language is English. Each Django app keeps its own Spanish in
`locale/es/LC_MESSAGES/django.po`; packages that are no app (access, charts, cli, pack …) keep
theirs in the kernel's. APP is a path below src/convive, such as `domain/plans`. `update` keeps
what is translated; what the code no longer says stays as `#~` until `update --tidy`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

SOURCE = Path(__file__).resolve().parents[1] / "src" / "convive"
LANGUAGE = "es"
HOST_OF_THE_HOMELESS = "kernel"  # holds the messages of packages that are no Django app
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """\
msgid ""
msgstr ""
"Language: es\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-zA-Z]|%[sd]")


@dataclass(frozen=True)
class App:
    """One Django app and the file that holds its messages."""

    name: str
    folder: Path

    @property
    def po(self) -> Path:
        return self.folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"

    def read(self) -> Catalog:
        if not self.po.exists():
            return Catalog(locale=LANGUAGE)
        with self.po.open("rb") as file:
            return read_po(file, locale=LANGUAGE)

    def write(self, catalog: Catalog) -> bool:
        """Write the file where it changed; say whether it did."""
        body = BytesIO()
        write_po(
            body, catalog, width=100, omit_header=True, sort_by_file=True, include_lineno=False
        )
        text = (HEADER + body.getvalue().decode()).rstrip() + "\n"
        if not len(catalog) and not catalog.obsolete:
            return False
        if self.po.exists() and self.po.read_text() == text:
            return False
        self.po.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.po.with_suffix(".part")
        temporary.write_text(text)
        temporary.replace(self.po)
        return True


def apps() -> dict[str, App]:
    folders = sorted(file.parent for file in SOURCE.rglob("apps.py"))
    return {(name := f.relative_to(SOURCE).as_posix()): App(name, f) for f in folders}


def files() -> Iterator[tuple[str, Path]]:
    """Every file that may hold messages, with the app that keeps them."""
    names = sorted(apps(), key=len, reverse=True)
    for path in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")]):
        inside = path.relative_to(SOURCE)
        if "migrations" in inside.parts or "static" in inside.parts:
            continue
        owner = (name for name in names if inside.is_relative_to(name))
        yield next(owner, HOST_OF_THE_HOMELESS), path


def found() -> dict[str, Catalog]:
    """What the code and the templates say now, by app."""
    catalogs = {name: Catalog(locale=LANGUAGE) for name in apps()}
    for owner, path in files():
        text = path.read_text()
        if path.suffix != ".py":
            # In brackets, so that the indentation of a template does not matter
            text = f"(\n{templatize(text, origin=str(path))}\n)"
        where = path.relative_to(SOURCE).as_posix()
        options = {"encoding": "utf-8"}
        stream = BytesIO(text.encode())
        for _line, ids, comments, context in extract(
            "python", stream, KEYWORDS, ["Translators:"], options
        ):
            catalogs[owner].add(
                ids, locations=[(where, 1)], auto_comments=comments, context=context
            )
    return catalogs


def update(names: list[str], *, tidy: bool) -> int:
    """Bring the .po files (of all apps, or of these) up to date with the code."""
    known = apps()
    if unknown := sorted(set(names) - set(known)):
        print(f"no app is called {', '.join(unknown)}; choose of: {', '.join(known)}")
        return 2
    for name, template in found().items():
        if names and name not in names:
            continue
        catalog = known[name].read()
        for message in catalog.obsolete.values():
            catalog[message.id] = message  # said again? Then its Spanish is there already
        catalog.obsolete.clear()
        catalog.update(template, no_fuzzy_matching=True)
        if tidy:
            catalog.obsolete.clear()
        if known[name].write(catalog):
            print(f"written: {known[name].po.relative_to(SOURCE)}")
    return 0


def faults() -> list[str]:
    """Everything that would show a reader English, old or broken Spanish."""
    known, problems = apps(), []
    spanish: dict[tuple[object, object], tuple[object, str]] = {}
    for name, template in found().items():
        catalog = known[name].read()
        for message in template:
            if message.id == "":
                continue
            here = f"{name}: {_first(message.id)!r}"
            kept = catalog.get(_first(message.id), message.context)
            if kept is None or kept.id != message.id:
                problems.append(f"{here} is not in its .po: run tools/messages.py update")
            elif kept.fuzzy:
                problems.append(f"{here} is fuzzy: read it again and remove the mark")
            elif not all(_texts(kept.string)):
                problems.append(f"{here} has no Spanish")
            elif not _placeholders_agree(kept):
                problems.append(f"{here}: the placeholders of its Spanish differ")
            else:
                key = (message.id, message.context)
                other, where = spanish.setdefault(key, (kept.string, name))
                if other != kept.string:
                    problems.append(f"{here} says something else in {where}: add a context")
        problems += [
            f"{name}: {_first(key)!r} is no longer said: run update --tidy"
            for key in _left_over(catalog, template)
        ]
    return problems


def check() -> int:
    problems = faults()
    print("\n".join(problems) or "messages: every one has its Spanish")
    return 1 if problems else 0


def compile_all() -> int:
    """Write each .mo that is older than its .po."""
    for app in apps().values():
        target = app.po.with_suffix(".mo")
        if not app.po.exists():
            target.unlink(missing_ok=True)
        elif not target.exists() or target.stat().st_mtime <= app.po.stat().st_mtime:
            temporary = target.with_suffix(".part")
            with temporary.open("wb") as file:
                write_mo(file, app.read())
            temporary.replace(target)
    return 0


def _left_over(catalog: Catalog, template: Catalog) -> list[object]:
    alive = [m.id for m in catalog if m.id and not template.get(_first(m.id), m.context)]
    return alive + [message.id for message in catalog.obsolete.values()]


def _placeholders_agree(message: Message) -> bool:
    ids = [_placeholders(text) for text in _texts(message.id)]
    strings = [_placeholders(text) for text in _texts(message.string)]
    if len(ids) == 1:
        return ids == strings
    # The singular may leave the number out, as "one district" does
    return strings[0] in ids and all(text == ids[1] for text in strings[1:])


def _placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in _PLACEHOLDER.finditer(text.replace("%%", "")))


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(part) for part in value]  # type: ignore[attr-defined]


def _first(value: object) -> str:
    return _texts(value)[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("act", choices=["update", "check", "compile"])
    parser.add_argument("apps", nargs="*", metavar="APP")
    parser.add_argument("--tidy", action="store_true", help="forget what the code no longer says")
    given = parser.parse_intermixed_args()
    settings.configure(USE_I18N=False)  # templatize asks for no more than this
    if given.act == "update":
        return update(given.apps, tidy=given.tidy)
    return check() if given.act == "check" else compile_all()


if __name__ == "__main__":
    sys.exit(main())
