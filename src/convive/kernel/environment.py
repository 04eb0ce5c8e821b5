"""Reads settings from the environment; docs/settings.md lists every name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def env_text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def env_flag(name: str, *, default: bool) -> bool:
    """True for 1, true, yes, on; false for 0, false, no, off and the empty text."""
    text = os.environ.get(name)
    if text is None:
        return default
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"{name}: write 1 or 0, not {text!r}")


def env_number(name: str, default: int) -> int:
    """A whole number above zero."""
    text = os.environ.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name}: write a whole number above zero, not {text!r}")
    return int(text)


def env_list(name: str, default: list[str]) -> list[str]:
    """Values parted by commas."""
    text = os.environ.get(name)
    return default if text is None else [part.strip() for part in text.split(",") if part.strip()]


def database_from_url(url: str, file: Path) -> dict[str, Any]:
    """Django's settings for `postgresql://user:password@host:port/name`, else SQLite at `file`."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError("CONVIVE_DATABASE: write postgresql://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }
