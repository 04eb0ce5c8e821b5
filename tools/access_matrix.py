"""Print the access matrix as the pages are now, to compare with docs/access-matrix.csv.

    .venv/bin/python tools/access_matrix.py | diff docs/access-matrix.csv -

The file is what was reviewed: copy a line over only after asking whether it should be so.
"""

from __future__ import annotations

import csv
import logging
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"CONVIVE_HOME": home, "DJANGO_SETTINGS_MODULE": "convive.settings"}
        os.environ.pop("CONVIVE_DATABASE", None)
        sys.path[:0] = [str(ROOT / part) for part in ("src", "tests", "tests/web")]
        import django

        django.setup()
        from django.test.utils import setup_databases, setup_test_environment

        setup_test_environment()
        setup_databases(verbosity=0, interactive=False)
        print_matrix()


def print_matrix() -> None:
    import matrix
    from django.conf import settings

    settings.RATE_LIMITS = {}  # nobody waits
    logging.disable(logging.WARNING)  # each refusal is a warning, and most of this is refusals
    clients = matrix.build()
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*matrix.KEYS, *matrix.WHO])
    for row in matrix.wanted_rows():
        outcomes = [matrix.outcome(row, who, clients[who]) for who in matrix.WHO]
        out.writerow([row.page, row.method, row.organisation, row.district, *outcomes])


if __name__ == "__main__":
    main()
