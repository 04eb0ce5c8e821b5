"""What the access matrix shows on the pages of the evidence: one of each, made on demand.

Each function takes whose the thing is and gives the arguments of its address.
"""

from __future__ import annotations

import tempfile
import tomllib
from datetime import date
from pathlib import Path

from cast import LA_ESPERANZA
from django.utils import timezone

from convive.domain.programme import queries as programme
from convive.evidence import actions
from convive.evidence.models import Batch, KeyedTable, Source, Upload
from convive.evidence.spec import from_json
from convive.evidence.suggest.suggestion import Suggestion

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "packs" / "trujillo" / "sources" / "mininter-vaw.toml"


def batch(organisation: str) -> dict[str, str]:
    """A small import, one of its two rows rejected, of a source that this organisation owns."""
    code = f"counts-{organisation}"
    if not Source.objects.filter(code=code).exists():
        table = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
        spec = from_json(table | {"code": code, "owner": organisation})
        actions.put_source(by=programme.SYSTEM, spec=spec)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{code}.csv"
            rows = (f"2023,1,130105,{len(code)}", "2023,1,130102,x")
            file.write_text("\n".join(["AÑO,MES,UBIGEO_HECHO,CANTIDAD", *rows]), encoding="utf-8")
            actions.import_file(by=programme.SYSTEM, source=code, path=file)
    return {"number": Batch.objects.get(source__code=code).pk}


def upload(organisation: str) -> dict[str, int]:
    """A file that somebody of this organisation began to bring in."""
    batch(organisation)
    now = timezone.now()
    source = Source.objects.get(code=f"counts-{organisation}")
    row, _new = Upload.objects.get_or_create(
        source=source,
        defaults={
            "token": f"upload-{organisation}",
            "file_name": "denuncias.csv",
            "file_hash": "0" * 64,
            "size": 1,
            "organisation": source.owner,
            "look": {"problems": [{"where": "", "why": "x", "remedy": ""}]},
            "suggestion": _SUGGESTION,
            "uploaded_by": "user:0",
            "uploaded_at": now,
            "moved_at": now,
        },
    )
    return {"number": row.pk}


def keyed(organisation: str) -> dict[str, int]:
    """A table that somebody typed in and that waits for a second person."""
    batch(organisation)
    now = timezone.now()
    source = Source.objects.get(code=f"counts-{organisation}")
    row, _new = KeyedTable.objects.get_or_create(
        source=source,
        defaults={
            "organisation": source.owner,
            "places": [LA_ESPERANZA],
            "months": ["2024-01"],
            "categories": ["robo"],
            "cells": {"0-0-0": 1},
            "document_number": "Oficio 1",
            "document_date": date(2024, 2, 1),
            "state": "waiting",
            "entered_by": "user:0",
            "entered_at": now,
            "moved_at": now,
        },
    )
    return {"number": row.pk}


_SUGGESTION = Suggestion("f", "csv", "utf-8", ",", "", 1, True, "counts", ()).as_json()


def source(organisation: str) -> dict[str, str]:
    batch(organisation)
    return {"code": f"counts-{organisation}"}
