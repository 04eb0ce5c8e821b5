"""Sources to import from, as small as a test wants them, and files as people send them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent
from typing import Any

from convive.domain.programme.models import Organisation, Place, Programme
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.iccs.offences import OffenceRow
from convive.evidence.receipts import Receipt
from convive.evidence.spec import SourceSpec, read_source
from convive.kernel.periods import Period

PACK = Path(__file__).resolve().parents[1] / "packs" / "trujillo"
BETWEEN = Period.between

SURVEY = """
    code = "{code}"
    name_es = "Encuesta"
    name_en = "Survey"
    kind = "survey"
    shape = "survey"
    {more}
    [place]
    scheme = "PE-INEI"
    digits = 6
    [columns]
    place = "place"
    year = "year"
    question = "q"
    value = "v"
    lower = "lo"
    upper = "hi"
    n = "n"
"""

COUNTS = """
    code = "{code}"
    name_es = "Cuentas"
    name_en = "Counts"
    kind = "police"
    shape = "counts"
    absent_rows_are_zero = true
    {more}
    [place]
    scheme = "PE-INEI"
    digits = 6
    extent = 2
    [columns]
    place = "place"
    year = "year"
    month = "month"
    category = "offence"
    n = "n"
    [[editions]]
    edition = "pe-2017"
"""

INCIDENTS = """
    code = "{code}"
    name_es = "Hechos"
    name_en = "Incidents"
    kind = "police"
    shape = "incidents"
    {more}
    [columns]
    category = {{ value = "robo" }}
"""


def spec_of(folder: Path, text: str, code: str = "proof", more: str = "") -> SourceSpec:
    """The spec that a TOML text says; fails with its faults where it has any."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{code}.toml"
    file.write_text(dedent(text).format(code=code, more=more), encoding="utf-8")
    spec, problems = read_source(file)
    assert spec is not None, [str(problem) for problem in problems]
    return spec


def source(folder: Path, text: str = COUNTS, code: str = "proof", more: str = "") -> SourceSpec:
    """Put a source of this TOML text into the database."""
    spec = spec_of(folder, text, code, more)
    put_source(by=SYSTEM, spec=spec)
    return spec


def pack_source(code: str) -> SourceSpec:
    """Put a source of the Trujillo pack, its offences and its owner into the database."""
    from convive.evidence.spec import read_offences

    spec, _problems = read_source(PACK / "sources" / f"{code}.toml")
    assert spec is not None
    if spec.owner:
        Organisation.objects.get_or_create(
            code=spec.owner,
            defaults={
                "name_es": spec.owner,
                "name_en": spec.owner,
                "kind": Organisation.Kind.MINISTRY,
                "part_es": "registra",
                "part_en": "records",
                "valid_from": "2014-05-22",
            },
        )
    put_source(by=SYSTEM, spec=spec)
    for row in read_offences(PACK / "offences.csv")[0]:
        if row.source == code:
            put_offence(by=SYSTEM, row=row)
    return spec


def offence(category: str, iccs: str = "", *flags: str, source: str = "proof") -> None:
    put_offence(by=SYSTEM, row=OffenceRow(source, category, category, category, iccs, flags))


def table(
    folder: Path, rows: Iterable[str], name: str = "file.csv", encoding: str = "utf-8"
) -> Path:
    """A file of these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes("".join(f"{row}\n" for row in rows).encode(encoding))
    return file


def receive(file: Path, source: str = "proof", **said: Any) -> Receipt:
    return import_file(by=SYSTEM, source=source, path=file, **said)


def make_places() -> None:
    """A programme of three districts under the scheme of INEI, which nests by its digits."""
    Programme.objects.create(
        code="proof",
        title_es="Prueba",
        title_en="Proof",
        short_es="Prueba",
        short_en="Proof",
        purpose_es="p",
        purpose_en="p",
        start="2014-05-22",
        end="2017-05-21",
        zone="America/Lima",
        country="PE",
        schemes={"PE-INEI": {"digits": [2, 4, 6]}, "PE-RENIEC": {"digits": [2, 4, 6]}},
    )
    for code, reniec in (("130102", "120110"), ("130103", "120112"), ("130105", "120111")):
        Place.objects.create(
            scheme="PE-INEI",
            code=code,
            level=Place.Level.DISTRICT,
            name_es=code,
            name_en=code,
            in_programme=True,
            other_codes={"PE-RENIEC": reniec},
        )
