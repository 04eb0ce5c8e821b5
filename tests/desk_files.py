"""Spreadsheets as a municipal officer sends them: 300 rows, accents, and faults in known places."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import xlsxwriter

# Every letter of Latin-1 that Spanish writes stands in a header, and in a column that is kept
HEADER = (
    *("N° DENUNCIA", "FECHA DEL HECHO", "HORA", "UBIGEO", "MODALIDAD"),
    *("VÍCTIMA", "ÁREA", "BILINGÜE", "RESEÑA"),
)
KINDS = (
    *("Robo agravado", "Hurto simple", "Extorsión", "Violación sexual"),
    *("Daño a desagüe público", "Tráfico ilícito de drogas"),
)
ROWS = 300

# Row of the file (the header is row 1) -> column -> what stands there instead
FAULTS: dict[int, dict[str, Any]] = {
    14: {"FECHA DEL HECHO": "31/02/2024"},
    29: {"FECHA DEL HECHO": "sin fecha"},
    44: {"FECHA DEL HECHO": ""},
    59: {"HORA": "25:10"},
    74: {"HORA": "noche"},
    89: {"UBIGEO": "1301"},
    104: {"UBIGEO": "LA ESPERANZA"},
    119: {"UBIGEO": ""},
    134: {"MODALIDAD": ""},
    149: {"N° DENUNCIA": "D-0001"},
    164: {"N° DENUNCIA": ""},
    179: {"FECHA DEL HECHO": "05/03/2091"},
}
# What whoever sends it corrects them to
MENDED: dict[int, dict[str, Any]] = {
    14: {"FECHA DEL HECHO": "29/02/2024"},
    29: {"FECHA DEL HECHO": "02/01/2024"},
    44: {"FECHA DEL HECHO": "17/01/2024"},
    59: {"HORA": "23:10"},
    74: {"HORA": "21:30"},
    89: {"UBIGEO": "130105"},
    104: {"UBIGEO": "130105"},
    119: {"UBIGEO": "130105"},
    134: {"MODALIDAD": "Robo agravado"},
    149: {"N° DENUNCIA": "D-0148"},
    164: {"N° DENUNCIA": "D-0163"},
    179: {"FECHA DEL HECHO": "05/03/2024"},
}


def complaints(faults: dict[int, dict[str, Any]] | None = None) -> list[list[Any]]:
    """The rows below the header, with these faults in them."""
    rows = []
    for number in range(ROWS):
        day = date(2024, 1, 1) + timedelta(days=number % 90)
        row = {
            "N° DENUNCIA": f"D-{number + 1:04}",
            "FECHA DEL HECHO": f"{day:%d/%m/%Y}",
            "HORA": f"{number % 24:02}:{number * 7 % 60:02}",
            "UBIGEO": "130105",
            "MODALIDAD": KINDS[number % len(KINDS)],
            "VÍCTIMA": f"Ñusta Peña N. {number}",
            "ÁREA": ("urbana", "periférica")[number % 2],
            "BILINGÜE": ("sí", "no")[number % 2],
            "RESEÑA": f"Muestra {number}: averigüé en el barrio, nadie vio nada más.",
        }
        row |= (faults or {}).get(number + 2, {})
        rows.append([row[name] for name in HEADER])
    return rows


def as_xlsx(rows: list[list[Any]], header: tuple[str, ...] = HEADER) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Denuncias 2024")
    sheet.write(0, 0, "Gerencia de Seguridad Ciudadana: denuncias, enero a marzo")
    for at, row in enumerate([list(header), *rows]):
        for column, value in enumerate(row):
            sheet.write(at + 1, column, value)
    book.close()
    return out.getvalue()


def as_csv(
    rows: list[list[Any]], header: tuple[str, ...] = HEADER, encoding: str = "latin-1"
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([header, *rows])
    return out.getvalue().encode(encoding)
