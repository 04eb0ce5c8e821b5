"""What the access matrix is made of: every page of the house, and the things that pages show.

A new page needs one line in PAGES if its address takes arguments or its outcome depends on whose
or where the thing is, and its rows in docs/access-matrix.csv. `tools/access_matrix.py` prints the
rows as they are now; the file is what was reviewed.
"""

from __future__ import annotations

import csv
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

from cast import (
    CAST,
    EL_PORVENIR,
    LA_ESPERANZA,
    client_as,
    make_person,
    make_plan,
    make_programme,
)
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from convive.access.permissions import Role
from convive.domain.plans.models import Plan
from convive.domain.programme import queries as programme
from convive.evidence import actions as evidence
from convive.evidence.models import Batch, Source
from convive.evidence.spec import from_json
from convive.reports.models import Report

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "access-matrix.csv"
SOURCE = ROOT / "packs" / "trujillo" / "sources" / "mininter-vaw.toml"
WHO = ("anonymous", "no_second_factor", *(role.value for role in Role))
KEYS = ("page", "method", "organisation", "district")

# Whose and where a thing is, seen from the person who asks. Everybody with a district has La
# Esperanza; whoever serves the whole programme has no "other".
DISTRICTS = {"own": LA_ESPERANZA, "other": EL_PORVENIR, "-": ""}
OTHER_ORGANISATION = "unodc"

Arguments = Callable[[str, str], dict[str, Any]]


def _nothing(organisation: str, district: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Page:
    """How to reach a page: its arguments for an organisation and a district, and what varies."""

    arguments: Arguments = _nothing
    varies: frozenset[str] = frozenset()
    methods: tuple[str, ...] = ("GET",)
    data: dict[str, str] = field(default_factory=dict)


def by_district(arguments: Callable[[str], dict[str, Any]], **more: Any) -> Page:
    """A page whose thing stands in a district."""
    return Page(
        lambda _organisation, district: arguments(district), frozenset({"district"}), **more
    )


def by_organisation(arguments: Callable[[str], dict[str, Any]], **more: Any) -> Page:
    """A page whose thing belongs to an organisation."""
    return Page(
        lambda organisation, _district: arguments(organisation),
        frozenset({"organisation"}),
        **more,
    )


def _place(district: str) -> dict[str, str]:
    scheme, _colon, code = district.partition(":")
    return {"scheme": scheme, "code": code}


def _plan(district: str) -> dict[str, str]:
    code = f"plan-{district.partition(':')[2]}"
    plan, _new = Plan.objects.get_or_create(
        code=code,
        defaults={
            "name_es": code,
            "name_en": code,
            "district": programme.place(district),
            "start": date(2016, 1, 1),
            "end": date(2016, 12, 31),
        },
    )
    return {"code": plan.code}


def _report(district: str) -> dict[str, int]:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    report, _new = Report.objects.get_or_create(
        place=programme.place(district),
        defaults={
            "kind": "diagnosis",
            "start": date(2018, 1, 1),
            "end": date(2018, 12, 31),
            "language": "es",
            "state": "done",
            "file_hash": district[-6:] * 10,
            "requested_by": "user:1",
            "requested_at": now,
            "moved_at": now,
        },
    )
    Path(report.path).write_bytes(b"%PDF-1.7")
    return {"number": report.pk}


def _batch(organisation: str) -> dict[str, str]:
    """A small import, one of its two rows rejected, of a source that this organisation owns."""
    code = f"counts-{organisation}"
    if not Source.objects.filter(code=code).exists():
        table = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
        spec = from_json(table | {"code": code, "owner": organisation})
        evidence.put_source(by=programme.SYSTEM, spec=spec)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"{code}.csv"
            rows = (f"2023,1,130105,{len(code)}", "2023,1,130102,x")
            file.write_text("\n".join(["AÑO,MES,UBIGEO_HECHO,CANTIDAD", *rows]), encoding="utf-8")
            evidence.import_file(by=programme.SYSTEM, source=code, path=file)
    return {"number": Batch.objects.get(source__code=code).pk}


PAGES: dict[str, Page] = {
    "account_confirm_email": Page(lambda _o, _d: {"key": "key"}),
    "account_reset_password_from_key": Page(lambda _o, _d: {"uidb36": "1", "key": "no-key"}),
    "evidence:batch": by_organisation(_batch),
    "evidence:rejects": by_organisation(_batch),
    "observatory:place": by_district(_place),
    "observatory:place_csv": by_district(lambda district: {**_place(district), "name": "months"}),
    "results:plan_of": by_district(_plan),
    "reports:new": by_district(lambda district: {"ref": district}, methods=("GET", "POST")),
    "reports:report": by_district(_report),
    "reports:again": by_district(_report, methods=("GET", "POST")),
    "reports:file": by_district(_report),
}


@dataclass(frozen=True)
class Row:
    """One line of the matrix: a page, how it is asked, whose and where its thing is."""

    page: str
    method: str
    organisation: str
    district: str

    def __str__(self) -> str:
        where = f"organisation {self.organisation}, district {self.district}"
        return f"{self.method} {self.page} ({where})"


def names() -> list[str]:
    """The name of every address of the house; an address without one is told by its pattern."""

    def walk(resolver: URLResolver, space: str) -> Iterator[str]:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
                yield from walk(pattern, inner)
            else:
                yield f"{space}{pattern.name}" if pattern.name else f"unnamed {pattern.pattern}"

    return sorted(walk(get_resolver(), ""))


def wanted_rows() -> list[Row]:
    """Every row that the matrix must have."""
    rows = []
    for name in names():
        page = PAGES.get(name, Page())
        sides = [("own", "other") if side in page.varies else ("-",) for side in KEYS[2:]]
        rows += [Row(name, method, *where) for method in page.methods for where in product(*sides)]
    return rows


def reviewed() -> dict[Row, dict[str, str]]:
    """The matrix as it was reviewed."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {
            Row(*(line[key] for key in KEYS)): {who: line[who] for who in WHO}
            for line in csv.DictReader(file)
        }


def build() -> dict[str, Client]:
    """The programme, and a browser for everybody of the matrix."""
    make_programme()
    make_plan()
    _batch("unfpa")  # evidence to show, so that a page of figures has some
    clients = {role.value: client_as(role.value) for role in Role}
    half = Client()  # signed in with a password alone, and with every district
    half.force_login(make_person("coordinator", "half@example.org", second_factor=False))
    return {"anonymous": Client(), "no_second_factor": half, **clients}


def outcome(row: Row, who: str, client: Client) -> str:
    """Ask for the page as this person does, and say what came of it. Leaves nothing changed."""
    page = PAGES.get(row.page, Page())
    organisation = _organisation(row.organisation, who)
    url = reverse(row.page, kwargs=page.arguments(organisation, DISTRICTS[row.district]))
    with transaction.atomic():
        answer = client.generic(row.method, url)
        if row.method == "POST":
            transaction.set_rollback(True)
    if answer.status_code != 302:
        return str(answer.status_code)
    for word, view in (("sign in", "account_login"), ("second factor", "mfa_activate_totp")):
        if answer.url.partition("?")[0] == reverse(view):
            return word
    return "302"


def _organisation(side: str, who: str) -> str:
    if side == "-":
        return ""
    own = CAST[who].organisation if who in CAST else ""
    return OTHER_ORGANISATION if side == "other" else own or "unfpa"
