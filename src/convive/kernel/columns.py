"""Which column of a list of people is which, by the names that agencies give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

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

# How a cell says yes or no
YES = frozenset(
    "YES Y SI S X TRUE VERDADERO V 1 OK ACEPTA AUTORIZA CONSIENTE AGREED".split()  # noqa: SIM905
)
NO = frozenset("NO NOT SIN NIEGA RECHAZA".split())  # noqa: SIM905


def found(
    headers: Iterable[str], synonyms: Mapping[str, Sequence[str]] = SYNONYMS
) -> dict[str, str]:
    """role -> the header of its column, whatever its accents, marks and capitals."""
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(plain(header), header)
    return {
        role: by_name[match]
        for role, names in synonyms.items()
        if (match := next((each for each in names if each in by_name), None)) is not None
    }


def plain(header: str) -> str:
    """As a name stands in `SYNONYMS`: small letters and digits, everything else a blank."""
    return letters(header).casefold()
