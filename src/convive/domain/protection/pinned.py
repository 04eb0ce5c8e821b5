"""The scripts of the wall and their hashes, pinned when this version was made.

A browser runs none that differs from its pin. `pinned.txt` is what sha256sum wrote, so that
anybody checks a server with the same tool: docs/protection.md says how.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).resolve().parent / "pinned.txt"
SHARED = ("shares", "hpke", "keys", "records", "page")  # by every page, in this order
OF_PAGE = {
    "intake": ("form", "intake"),
    "unit": ("form", "recorder", "unit"),
    "keys": ("unit-keys",),
}


@dataclass(frozen=True)
class Script:
    """A script by the path of its static file, and what the browser holds it against."""

    path: str
    integrity: str


def scripts(page: str) -> list[Script]:
    """What a page loads, each after what it builds on."""
    return [_script(name) for name in (*SHARED, *OF_PAGE[page])]


def build() -> str:
    """The one hash of all pins, as the page shows it: 64 hexadecimal digits."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


def pins() -> dict[str, str]:
    """The hash of each file, by its path below src/convive."""
    return dict(_lines())


@cache
def _lines() -> tuple[tuple[str, str], ...]:
    lines = [line.split("  ", 1) for line in FILE.read_text(encoding="ascii").splitlines()]
    return tuple((path, digest) for digest, path in lines)


def _script(name: str) -> Script:
    path = next(path for path in pins() if path.endswith(f"/static/{_folder(name)}/{name}.js"))
    integrity = "sha256-" + b64encode(bytes.fromhex(pins()[path])).decode()
    return Script(f"{_folder(name)}/{name}.js", integrity)


def _folder(name: str) -> str:
    return "look" if name == "shares" else "protection"
