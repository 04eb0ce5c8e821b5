"""Reading a list of people: which column is what, by the names that agencies give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.columns import columns_of
from convive.kernel import columns
from convive.kernel.columns import NAMES
from convive.kernel.errors import BadInput
from convive.kernel.names import letters

# What may never leave as an id of a row, even where own ids are kept
_PERSONAL = (*NAMES, "birth", "dni", "document")


@dataclass(frozen=True)
class People:
    """A list as it was read: the texts of each role, by row.

    found : role -> header of its column. unused : headers of which nothing is taken.
    ids : the agency's own. id_is_personal : the ids are names, dates or numbers of a person.
    """

    file: str
    texts: Mapping[str, list[str]]
    found: Mapping[str, str]
    unused: tuple[str, ...]
    ids: list[str]
    id_is_personal: bool

    def __len__(self) -> int:
        return len(self.ids)


def read(path: Path, id_column: str = "") -> People:
    """The people of a CSV, XLSX or ODS file, its columns known by their names.

    Raises BadInput where the file cannot be read, names a column twice, has no such id column, or
    no column with names.
    """
    values = {name.strip(): texts for name, texts in columns_of(path).items()}
    headers = list(values)
    found = columns.found(headers)
    if not any(role in found for role in NAMES):
        raise BadInput.at(
            path.name,
            _("It has no column with names. Its header reads: %(header)s.")
            % {"header": ", ".join(headers[:12])},
            _("Call them nombres, apellido_paterno and apellido_materno, or given_name, surname."),
        )
    own = _id(path, headers, id_column)
    used = {*found.values(), own}
    return People(
        path.name,
        {role: [str(text) for text in values[header]] for role, header in found.items()},
        found,
        tuple(header for header in headers if header not in used),
        [str(text) for text in values[own]],
        any(found.get(role) == own for role in _PERSONAL),
    )


def _id(path: Path, headers: list[str], wanted: str) -> str:
    if not wanted:
        return headers[0]
    plain = letters(wanted)
    match = next((header for header in headers if letters(header) == plain), None)
    if match is None:
        raise BadInput.at(
            f"--id {wanted}",
            _("%(file)s has no such column.") % {"file": path.name},
            _("Name one of: %(names)s.") % {"names": ", ".join(headers)},
        )
    return match
