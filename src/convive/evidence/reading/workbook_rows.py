"""The rows of a workbook, from a process of its own with so much memory and time and no more."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from convive.evidence.reading import workbook_child
from convive.evidence.reading.bounds import not_a_workbook
from convive.kernel import words
from convive.kernel.errors import BadInput

MOST_MEMORY = 2 << 30  # bytes of addresses, where the system can limit them
MOST_SECONDS = 300


class TooMuch(BadInput):
    """Reading the workbook asks for more memory or time than there is for one."""


@dataclass(frozen=True)
class Sheet:
    """names : of all sheets. rows : lines of CSV, the number of the row in the sheet last.

    Empty rows are left out. There is none where there is no such sheet. To be read once; raises
    BadInput where the reader fails at it.
    """

    names: tuple[str, ...]
    rows: Iterator[str]


@contextmanager
def open_sheet(path: Path, name: str, wanted: str = "") -> Iterator[Sheet]:
    """One sheet of a workbook: the first, or the one that is `wanted`.

    name : what a person calls the file. Raises BadInput where it is no workbook, and TooMuch where
    reading it asks for more than MOST_MEMORY or MOST_SECONDS.
    """
    order = {"path": str(path), "sheet": wanted, "memory": MOST_MEMORY, "seconds": MOST_SECONDS}
    with subprocess.Popen(  # noqa: S603  the arguments are ours
        [sys.executable, "-P", workbook_child.__file__, json.dumps(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        patience = threading.Timer(MOST_SECONDS, process.kill)
        patience.start()
        try:
            lines = _lines(process, name)
            yield Sheet(tuple(json.loads(next(lines))), lines)
        finally:
            patience.cancel()
            process.kill()


def _lines(process: subprocess.Popen[str], name: str) -> Iterator[str]:
    assert process.stdout is not None and process.stderr is not None  # both are pipes
    yield from process.stdout
    code = process.wait()
    if code == workbook_child.FAULT:
        raise not_a_workbook(name, process.stderr.read().splitlines()[-1])
    if code < 0 or code == workbook_child.TOO_MUCH:
        raise _too_much(name)
    if code:
        raise RuntimeError(process.stderr.read())


def _too_much(name: str) -> TooMuch:
    return TooMuch.at(
        name,
        _("Reading this workbook asks for more than %(memory)s GiB of memory or %(time)s minutes.")
        % {"memory": words.number(MOST_MEMORY >> 30), "time": words.number(MOST_SECONDS // 60)},
        _("Delete the empty rows and columns at its end, or save the sheet as CSV."),
    )
