"""The engine that reads evidence: DuckDB inside this process, without network or extensions.

Nothing is read but the Parquet files of visible batches.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.evidence.reading.fields import literal
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

_MEMORY = "600MB"
_local = threading.local()
log = logging.getLogger(__name__)


def settings_of_engine(temporary: Path) -> dict[str, str | bool | int | float | list[str]]:
    """DuckDB's settings: bounded memory, spilling below `temporary`; nothing is ever downloaded."""
    return {
        "threads": min(os.cpu_count() or 1, 4),
        "memory_limit": _MEMORY,
        "temp_directory": str(temporary),
        "autoload_known_extensions": False,
        "autoinstall_known_extensions": False,
        "allow_community_extensions": False,
    }


def query(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows that `sql` gives. Each thread keeps one connection.

    Raises BadInput where a batch's file has been lost.
    """
    with _readable():
        return _connection().execute(sql, parameters or []).fetchall()


def arrays(sql: str, parameters: list[Any] | None = None) -> dict[str, NDArray[Any]]:
    """The columns that `sql` gives, as arrays; numbers that may be missing as masked arrays.

    Raises BadInput where a batch's file has been lost.
    """
    with _readable():
        return _connection().execute(sql, parameters or []).fetchnumpy()


@contextmanager
def _readable() -> Iterator[None]:
    """Say what to do where a batch's file has been lost."""
    try:
        yield
    except duckdb.IOException as error:
        log.error("evidence: a file cannot be read (%s)", type(error).__name__)  # no values of it
        raise BadInput.at(
            _("evidence"),
            _("A file of the evidence cannot be read."),
            _("Import its source file again: the batch gets its file back."),
        ) from error


def _connection() -> duckdb.DuckDBPyConnection:
    home: Home = settings.HOME
    kept = getattr(_local, "kept", None)
    if kept is None or kept[0] != home.evidence:
        made = duckdb.connect(":memory:", config=settings_of_engine(home.evidence))
        # In this order: afterwards no statement can reach another folder
        made.execute(f"SET allowed_directories = [{literal(str(home.evidence))}]")
        made.execute("SET enable_external_access = false")
        _local.kept = kept = (home.evidence, made)
    connection: duckdb.DuckDBPyConnection = kept[1]
    return connection
