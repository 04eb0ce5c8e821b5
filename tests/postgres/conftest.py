"""One throw-away server for all tests of this folder, a database of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from cluster import PASSWORD, cluster, programs
from psycopg import sql

_numbers = count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server's programs in /usr/lib/postgresql/*/bin or on the path")
    with cluster(binaries) as address:
        yield address


@pytest.fixture(scope="session")
def guarded() -> Iterator[str]:
    """A server that asks for the password PASSWORD; its address without it."""
    binaries = programs()
    if binaries is None:
        pytest.skip("no PostgreSQL server's programs in /usr/lib/postgresql/*/bin or on the path")
    with cluster(binaries, PASSWORD) as address:
        yield address


@pytest.fixture
def new_database(server) -> Callable[[], str]:
    """Makes empty databases: each call gives the address of another."""

    def make() -> str:
        name = f"proof_{next(_numbers)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return server.rpartition("/")[0] + f"/{name}"

    return make


@pytest.fixture
def database(new_database) -> str:
    return new_database()
