"""Files of the register that somebody takes away: people, rows not taken, a paper, the form."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from convive.domain.people import xlsform
from convive.domain.people.models import ConsentScan, Import
from convive.domain.programme import queries as programme
from convive.kernel import downloads, scans
from convive.kernel.downloads import File


def table(rows: Sequence[Sequence[str]], kind: str) -> File:
    """An export as `csv`, `xlsx` or `ods`. No text of it is taken for a formula."""
    name = _("people")  # part of a file's name: no blanks, no accents
    if kind == "xlsx":
        return downloads.own_workbook(name, {pgettext("register", "People"): rows})
    if kind == "ods":
        return downloads.own_spreadsheet(name, {pgettext("register", "People"): rows})
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return downloads.own_rows(name, out.getvalue().encode())


def rejects(found: Import) -> File:
    """The rows of an import that were not taken, to be mended and brought in again."""
    return downloads.own_rows(_("rows-not-taken"), found.rejects.encode())


def scan(found: ConsentScan) -> File:
    """The paper on which somebody agreed. Its name tells nobody who."""
    name = _("consent")  # part of a file's name: no blanks, no accents
    whole = f"{name}-{found.code}.{scans.ENDINGS[found.kind]}"
    return downloads.own_document(whole, found.content, found.kind)


def form() -> File:
    """The form of enrolment. No person is in it."""
    sheets = xlsform.sheets(programme.today())
    return downloads.own_workbook(_("enrolment"), sheets, internal=False)
