"""Ports of this machine for the servers that tests start."""

from __future__ import annotations

import socket
from contextlib import suppress
from random import SystemRandom

# Below those that systems give to connections (from 32768, or 49152): of them, one that is free now
# may be somebody's a moment later, and whoever stops a server to start it again loses its own
OURS = range(20_000, 32_000)


def free_port() -> int:
    """One of this machine's own address that nobody has."""
    while True:
        port = SystemRandom().choice(OURS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
