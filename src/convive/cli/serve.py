"""convive serve: the web server and the worker, together."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import click

from convive.cli.common import Session, command, early_words
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

# One process: SQLite has one writer. More threads than cores, so that a slow line holds up nobody
_THREADS = 16
_START_SECONDS = 60
_STOP_SECONDS = 10


class _Stop(Exception):
    """Somebody asked the server to stop."""


@command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address that is listened on."
)
def serve(session: Session, port: int, host: str) -> None:
    """Serve the pages and do the work that waits, until Ctrl-C.

    Other machines reach the server only where --host says so and CONVIVE_HOSTS names the server;
    put a proxy that speaks HTTPS before it (docs/settings.md).

    Example: convive serve --port 8000
    """
    check_port(host, port)
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import require

    require(session.actor, Permission.KEEP_SYSTEM)

    def ready(url: str) -> None:
        session.say(_("Convive answers at %(url)s. Ctrl-C stops it.") % {"url": url})
        session.answer({"url": url})

    with held(session.home) if session.home.demo_mark.is_file() else contextlib.nullcontext():
        run_together(session, host, port, ready)


@contextlib.contextmanager
def held(home: Home) -> Iterator[None]:
    """Keep every other process from building, clearing or serving this demo meanwhile."""
    with home.demo_mark.open() as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _ = early_words()
            raise BadInput.at(
                home.root,
                _("A demo is running in this home."),
                _("Stop it first, or name another directory with --home."),
            ) from None
        yield


def check_port(host: str, port: int) -> None:
    """Raise BadInput where the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            _ = early_words()
            raise BadInput.at(
                f"{host}:{port}",
                _("It cannot be listened on: %(why)s.") % {"why": error.strerror},
                _("Choose another port, such as --port %(port)s.") % {"port": port + 1},
            ) from None


def run_together(session: Session, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Run web server and worker until a signal, or until one of them ends: then stop the other.

    `ready` is called with the address once the first page can be asked for. Leaves with exit
    status 0 after a signal, 1 where a process ended by itself.
    """
    environment = {**os.environ, "CONVIVE_HOME": str(session.home.root)}
    part = [sys.executable, "-m", "convive.cli.together", str(os.getpid())]
    web = [*part, "web", "convive.wsgi:application", "--interface", "wsgi"]
    web += ["--host", host, "--port", str(port), "--workers", "1", "--no-ws", "--no-access-log"]
    web += ["--blocking-threads", str(_THREADS), "--log-level", "warning"]
    web += ["--http1-header-read-timeout", "10000", "--http1-buffer-size", "65536"]
    web += ["--backlog", "512", "--backpressure", "128"]  # beyond these, the line is busy
    commands = {"web": web, "worker": [*part, "worker"]}
    ended = None
    with _signals_stop(), contextlib.suppress(_Stop), contextlib.ExitStack() as running:
        children = {
            name: running.enter_context(_child(line, environment))
            for name, line in commands.items()
        }
        ended = _wait_for_port(host, port, children)
        if ended is None:
            ready(f"http://{_name(host)}:{port}")
            ended = _wait_for_end(children)
    if ended:
        click.echo(f"convive: {ended}; everything is stopped", err=True)
        sys.exit(1)


@contextlib.contextmanager
def _child(line: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(line, env=environment, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def _signals_stop() -> Iterator[None]:
    """Turn the signals that end a program into _Stop, once; a second one is not needed."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise _Stop

    before: dict[signal.Signals, Any] = {}
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        before[each] = signal.signal(each, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_port(
    host: str, port: int, children: dict[str, subprocess.Popen[bytes]]
) -> str | None:
    """Wait until the server listens. Returns what went wrong, or None."""
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if ended := _ended(children):
            return ended
        with contextlib.suppress(OSError), socket.create_connection((_reach(host), port), 1):
            return None
        time.sleep(0.05)
    return f"nothing listened on port {port} within {_START_SECONDS} s"


def _wait_for_end(children: dict[str, subprocess.Popen[bytes]]) -> str:
    while True:
        if ended := _ended(children):
            return ended
        time.sleep(0.5)


def _ended(children: dict[str, subprocess.Popen[bytes]]) -> str | None:
    for name, process in children.items():
        if process.poll() is not None:
            return f"{name} ended with status {process.returncode}"
    return None


def _reach(host: str) -> str:
    """An address at which a server on `host` can be reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _name(host: str) -> str:
    # Offline pages and passkeys work at localhost, not at 127.0.0.1
    return "localhost" if _reach(host) in {"127.0.0.1", "::1", "localhost"} else host
