"""Reading a list of people: which column is what, by the names that agencies give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.columns import columns_of
from convive.kernel.errors import BadInput
from convive.kernel.names import letters

# role -> names of its column, without accents, marks and capitals. `docs/methods/reach.md` lists
# them; a test holds the two together.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "given": (
        "given name", "given names", "first name", "first names", "forename", "forenames",
        "nombres", "nombre", "nombre s", "prenombres", "primer nombre", "nombres de la persona",
    ),
    "given_more": ("middle name", "middle names", "second name", "segundo nombre"),
    "paternal": (
        "apellido paterno", "ap paterno", "a paterno", "paterno", "primer apellido", "apellido 1",
        "paternal surname", "first surname", "apellidopaterno",
    ),
    "maternal": (
        "apellido materno", "ap materno", "a materno", "materno", "segundo apellido", "apellido 2",
        "maternal surname", "second surname", "apellidomaterno",
    ),
    "surnames": (
        "apellidos", "apellido", "apellido s", "surname", "surnames", "last name", "last names",
        "family name",
    ),
    "full": (
        "nombre completo", "nombres y apellidos", "apellidos y nombres", "full name", "name",
        "nombre y apellido", "nombre y apellidos", "apellidos nombres", "nombres apellidos",
    ),
    "birth": (
        "date of birth", "birth date", "birthdate", "dob", "birthday", "fecha de nacimiento",
        "fecha nacimiento", "fec nacimiento", "fec nac", "f nacimiento", "f nac", "fecha nac",
        "fecha de nac", "nacimiento", "fechanacimiento",
    ),
    "sex": ("sex", "sexo", "gender", "genero"),
    "dni": (
        "dni", "nro dni", "n dni", "no dni", "num dni", "numero dni", "numero de dni",
        "dni numero", "dni nro", "documento nacional de identidad",
    ),
    "document": (
        "documento", "numero documento", "numero de documento", "nro documento", "n documento",
        "nro de documento", "num documento", "document number", "doc identidad",
        "documento de identidad",
    ),
    "document_type": (
        "tipo documento", "tipo de documento", "tipo doc", "tipo de doc", "document type",
    ),
    "district": (
        "district", "distrito", "distrito de residencia", "distrito residencia", "ubigeo",
        "distrito domicilio", "distrito de domicilio",
    ),
    "street": (
        "address", "address 1", "street", "street name", "direccion", "domicilio", "calle",
        "avenida", "jiron", "via", "direccion de domicilio",
    ),
    "block": (
        "address 2", "manzana", "manzana y lote", "mz", "mz lt", "mz lote", "urbanizacion",
    ),
    "house": ("street number", "house number", "numero de casa", "nro casa", "lote", "lt"),
    "locality": (
        "suburb", "locality", "neighbourhood", "neighborhood", "barrio", "sector", "localidad",
        "asentamiento", "asentamiento humano", "aahh", "centro poblado",
    ),
    "postcode": ("postcode", "postal code", "zip", "codigo postal"),
    "region": ("state", "region", "departamento", "province", "provincia"),
    "consent_linkage": (
        "linkage", "consent linkage", "consent to linkage", "enlace", "vinculacion", "cruce",
        "consentimiento enlace", "consentimiento cruce", "consentimiento vinculacion",
        "consentimiento para enlace", "consentimiento para cruce", "consiente cruce",
        "consiente enlace", "consentimiento linkage",
    ),
    "consent": (
        "consent", "consents", "consentimiento", "consentimientos", "consiente", "autoriza",
        "autorizacion",
    ),
    "when": (
        "date", "quarter", "fecha", "trimestre", "fecha de atencion", "fecha atencion",
        "fecha de registro", "fecha registro", "fecha de ingreso", "fecha ingreso",
        "fecha de inscripcion", "registration date", "service date", "date of service",
        "enrolment date", "fecha de actividad",
    ),
}  # fmt: skip
NAMES = ("given", "given_more", "paternal", "maternal", "surnames", "full")
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
    columns = {name.strip(): values for name, values in columns_of(path).items()}
    headers = list(columns)
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(letters(header).casefold(), header)
    found: dict[str, str] = {}
    for role, synonyms in SYNONYMS.items():
        match = next((by_name[each] for each in synonyms if each in by_name), None)
        if match is not None:
            found[role] = match
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
        {role: [str(text) for text in columns[header]] for role, header in found.items()},
        found,
        tuple(header for header in headers if header not in used),
        [str(text) for text in columns[own]],
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
