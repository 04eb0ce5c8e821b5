"""The file of tokens: what leaves an agency, and all that the linker sees.

UTF-8 lines, each a JSON value without blanks, so that a page in a browser writes the same bytes.
The first is an object about the list; each other is a row:
`[id, encoding in base64, keyed hash of the DNI or "", sex, age band, district, quarter]`.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.kernel.errors import BadInput

STRATA = ("sex", "age_band", "district", "quarter")
_KIND = "convive reach tokens"
_DNI = 32  # hexadecimal digits of a keyed hash
_MOST = 4 << 20  # rows


@dataclass(frozen=True)
class Tokens:
    """One agency's list without a name in it.

    agency : its code. schema : of how it was encoded; other schemas cannot be compared.
    key_id : says whether lists were made with one key, and reveals nothing of it.
    ids : (n,) random ids, or the agency's own where it kept them.
    bits : (n, words) uint64: hardened encodings.
    dni : (n,) keyed hash of the DNI, b"" where there is none.
    strata : sex, age_band, district, quarter: (n,) each, "" where unknown.
    refused : people who did not agree to linkage, by sex; counts only.
    without_fields : people of whom too little is written to be told apart; a count only.
    """

    agency: str
    schema: str
    key_id: str
    ids: NDArray[np.str_]
    bits: NDArray[np.uint64]
    dni: NDArray[np.bytes_]
    strata: Mapping[str, NDArray[np.str_]]
    refused: Mapping[str, int]
    is_sample: bool = False
    without_fields: int = 0

    def __len__(self) -> int:
        return len(self.ids)


def to_bytes(tokens: Tokens) -> bytes:
    """The file's content."""
    about = {
        "kind": _KIND, "version": 1, "agency": tokens.agency, "schema": tokens.schema,
        "key": tokens.key_id, "rows": len(tokens), "words": int(tokens.bits.shape[1]),
        "refused": {sex: int(tokens.refused[sex]) for sex in sorted(tokens.refused)},
        "without_fields": tokens.without_fields, "sample": tokens.is_sample,
    }  # fmt: skip
    width = 8 * tokens.bits.shape[1]
    raw = np.ascontiguousarray(tokens.bits, dtype="<u8").tobytes()
    strata = [tokens.strata[name].tolist() for name in STRATA]
    rows = zip(tokens.ids.tolist(), tokens.dni.tolist(), *strata, strict=True)
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    lines = [write(about)]
    for i, (own, dni, *about_row) in enumerate(rows):
        code = b64encode(raw[i * width : (i + 1) * width]).decode("ascii")
        lines.append(write([own, code, dni.decode("ascii"), *about_row]))
    return ("\n".join(lines) + "\n").encode()


def read(path: Path) -> Tokens:
    """The list of a file. Raises BadInput where it is none, or not whole."""
    try:
        return from_bytes(path.read_bytes(), path.name)
    except OSError as error:
        raise BadInput.at(
            path, _("The file cannot be read: %(error)s.") % {"error": error.strerror},
            _("Check its name and whether you may read it."),
        ) from None  # fmt: skip


def from_bytes(content: bytes, name: str) -> Tokens:
    """The list of a file's content; `name` says which, for an error. As `read`."""
    start, _newline, rest = content.partition(b"\n")
    try:
        about: dict[str, Any] = json.loads(start)
        if about["kind"] != _KIND or about["version"] != 1:
            raise ValueError
        rows, words = int(about["rows"]), int(about["words"])
        if not 0 <= rows <= _MOST or not 1 <= words <= 64:
            raise ValueError
        refused = {str(sex): int(count) for sex, count in about["refused"].items()}
        if any(count < 0 for count in refused.values()):
            raise ValueError
        agency, schema, key = (str(about[each]) for each in ("agency", "schema", "key"))
        is_sample, without_fields = bool(about["sample"]), int(about["without_fields"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput.at(
            name, _("This is not a file of tokens."), _("Make one with: convive reach encode")
        ) from None
    lines = rest.split(b"\n")
    if lines.pop() or len(lines) != rows:
        raise BadInput.at(
            name,
            _("It should hold %(rows)d people and does not: the file was cut off or changed.")
            % {"rows": rows},
            _("Ask the agency to send it again."),
        )
    found = [_row(line, name, number, 8 * words) for number, line in enumerate(lines, 2)]
    columns: list[tuple[Any, ...]] = list(zip(*found, strict=True)) if found else [()] * 7
    bits = np.frombuffer(b"".join(columns[1]), dtype="<u8").reshape(rows, words)
    ids = np.array(columns[0], dtype=np.str_)
    if len(set(columns[0])) < rows:
        raise BadInput.at(
            name, _("An id stands in it twice."), _("Ask the agency to encode its list again.")
        )
    return Tokens(
        agency, schema, key, ids, bits.astype(np.uint64), np.array(columns[2], dtype=f"S{_DNI}"),
        {name: np.array(columns[3 + i], dtype=np.str_) for i, name in enumerate(STRATA)},
        refused, is_sample, without_fields,
    )  # fmt: skip


def _row(line: bytes, name: str, number: int, width: int) -> list[Any]:
    try:
        row: list[Any] = json.loads(line)
        if len(row) != 7 or not all(isinstance(text, str) for text in row) or not row[0]:
            raise ValueError
        row[1] = b64decode(row[1], validate=True)
        if len(row[1]) != width or len(row[2]) not in (0, _DNI):
            raise ValueError
        row[2].encode("ascii")
    except (ValueError, TypeError):
        raise BadInput.at(
            _("%(file)s, line %(line)d") % {"file": name, "line": number},
            _("This is no row of tokens."),
            _("Ask the agency to send it again."),
        ) from None
    return row
