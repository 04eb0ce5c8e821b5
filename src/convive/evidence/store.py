"""Where evidence lies on disk: one Parquet file for each batch, named by its content.

A file counts only while a batch of the database names it, so that what a killed import leaves
behind is harmless.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convive.kernel.home import Home

_WORK = ".work-"


def parquet_path(home: Home, batch_id: str) -> Path:
    return home.evidence / f"{batch_id}.parquet"


def rejects_path(home: Home, batch_id: str) -> Path:
    return home.rejects / f"{batch_id}.csv"


def rejected_rows_path(home: Home, batch_id: str) -> Path:
    """The rejected rows as the source wrote them, to be corrected and sent again."""
    return home.rejects / f"{batch_id}.rows.csv"


@contextmanager
def one_at_a_time(home: Home) -> Iterator[None]:
    """Hold the home's one right to import; wait for whoever has it.

    The system takes the lock back from a process that dies.
    """
    home.make()
    with (home.evidence / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def workspace(home: Home) -> Iterator[Path]:
    """A folder for half-made files, on the disk where the finished ones will lie."""
    folder = Path(tempfile.mkdtemp(prefix=_WORK, dir=home.evidence))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(home: Home) -> None:
    """Remove the half-made files of killed imports.

    Call it with the right to import in hand: then none of them belongs to a living process. A
    finished file that no batch names is left alone: its source file, sent again, takes it over.
    """
    for folder in home.evidence.glob(f"{_WORK}*"):
        shutil.rmtree(folder, ignore_errors=True)


def publish(made: Path, final: Path) -> None:
    """Move a finished file to its place so that it survives a loss of power, or is not there."""
    made.chmod(0o600)
    _sync(made)
    made.replace(final)
    _sync(final.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
