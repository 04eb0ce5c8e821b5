"""Which personal data stand in which table: every field of every table is of one kind.

`inventory.toml` says it, beside this module; a test compares it with the models, so that no field
comes in unnoticed. docs/personal-data.md and the page of the auditors are made from it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.kernel.texts import in_language

_FILE = Path(__file__).with_name("inventory.toml")


class Kind(StrEnum):
    """What a field holds of a person."""

    NONE = "none"
    IDENTITY = "identity"
    CONTACT = "contact"
    ACCOUNT = "account"
    BEHAVIOUR = "behaviour"
    FREE_TEXT = "free_text"
    SECRET = "secret"  # noqa: S105  the word, not one
    SEALED = "sealed"
    TRAIT = "trait"


KIND_NAMES: dict[Kind, str | Promise] = {
    Kind.NONE: _("nothing personal"),
    Kind.IDENTITY: _("a name"),
    Kind.CONTACT: _("how somebody is reached"),
    Kind.ACCOUNT: _("whose account it is, or who did it, as a number"),
    Kind.BEHAVIOUR: _("what somebody did or chose, and when"),
    Kind.FREE_TEXT: _("free text, in which somebody may be named"),
    Kind.SECRET: _("what lets somebody in, as a hash or sealed"),
    Kind.SEALED: _("names, contacts and texts, sealed"),
    Kind.TRAIT: _("what people are counted by: sex, age, language, disability"),
}


@dataclass(frozen=True)
class Table:
    """One table.

    model : `app.Model`. fields : names by kind. who, why, kept : whom it is about, what for and for
    how long, in both languages; blank where nothing in it is personal. subject : the account that
    its texts are about, where it is tied to several; blank where they are about none of them.
    """

    model: str
    fields: Mapping[Kind, tuple[str, ...]]
    who_es: str = ""
    who_en: str = ""
    why_es: str = ""
    why_en: str = ""
    kept_es: str = ""
    kept_en: str = ""
    subject: str = ""

    @property
    def is_personal(self) -> bool:
        return any(kind is not Kind.NONE for kind in self.fields)

    @property
    def who(self) -> str:
        return in_language(self, "who")

    @property
    def why(self) -> str:
        return in_language(self, "why")

    @property
    def kept(self) -> str:
        return in_language(self, "kept")

    @property
    def personal(self) -> list[tuple[str, str]]:
        """What is personal in it: the kind in words, and the names of its fields."""
        return [
            (str(KIND_NAMES[kind]), ", ".join(names))
            for kind, names in self.fields.items()
            if kind is not Kind.NONE
        ]


@cache
def inventory() -> tuple[Table, ...]:
    """Every table, by its name."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(_table(model, said) for model, said in sorted(data.items()))


def _table(model: str, said: dict[str, object]) -> Table:
    fields, texts = {}, {}
    for name, value in said.items():
        if isinstance(value, list):
            fields[Kind(name)] = tuple(str(field) for field in value)
        else:
            texts[name] = str(value)
    ordered = {kind: fields[kind] for kind in Kind if kind in fields}
    return Table(model, ordered, **texts)


def differences() -> list[str]:
    """Where the inventory and the models part: what to write into inventory.toml, or take out."""
    said = {table.model: table for table in inventory()}
    found = []
    models = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    found += [f"{name}: there is no such table" for name in sorted(set(said) - set(models))]
    for name, model in sorted(models.items()):
        names = set(columns(model))
        listed = [f for kind in said[name].fields.values() for f in kind] if name in said else []
        found += [f"{name}.{field}: which kind?" for field in sorted(names - set(listed))]
        found += [f"{name}.{field}: no such field" for field in sorted(set(listed) - names)]
        found += [f"{name}.{f}: twice" for f in sorted(set(listed)) if listed.count(f) > 1]
    return found


def columns(model: type[Model]) -> Iterator[str]:
    """The fields of a table that hold something, or say what it is tied to."""
    for field in model._meta.get_fields():
        if (field.concrete and not field.auto_created) or getattr(field, "primary_key", False):
            yield field.name


def markdown() -> str:
    """docs/personal-data.md."""
    lines = [_HEAD]
    for table in inventory():
        if table.is_personal:
            lines += [
                f"## `{table.model}`",
                "",
                f"{table.who_en}. {table.why_en} Kept: {table.kept_en}",
                "",
                "| what | fields |",
                "|---|---|",
            ]
            for kind, names in table.fields.items():
                if kind is not Kind.NONE:
                    lines.append(f"| {_ENGLISH[kind]} | {_code(names)} |")
            lines.append("")
    plain = [table.model for table in inventory() if not table.is_personal]
    lines += ["## Tables with nothing personal in them", "", f"{_code(plain)}", ""]
    return "\n".join(lines)


def _code(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


_ENGLISH = {
    Kind.IDENTITY: "a name",
    Kind.CONTACT: "how somebody is reached",
    Kind.ACCOUNT: "whose account it is, or who did it, as a number",
    Kind.BEHAVIOUR: "what somebody did or chose, and when",
    Kind.FREE_TEXT: "free text, in which somebody may be named",
    Kind.SECRET: "what lets somebody in, as a hash or sealed",
    Kind.SEALED: "names, contacts and texts, sealed",
    Kind.TRAIT: "what people are counted by: sex, age, language, disability",
}
_HEAD = """# Personal data, table by table

Written by `tools/personal_data.py update` from `domain/privacy/inventory.toml`, in which every
field of every table is of one kind; a test fails where a field of a model is missing there. In the
workspace the same stands at `/privacy/inventory/`, for auditors and whoever answers for data.

Records of crime (evidence) are Parquet files outside these tables: places, times and kinds of
offence, no names; positions of incidents never leave the house. Uploads lie in the home until they
are imported or given up.
"""
