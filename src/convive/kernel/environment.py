"""Reads settings from the environment; docs/settings.md lists every name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_noop as _

from convive.kernel.errors import BadSetting

# What may stand after the ? of an address: words, a number, or the path of a file
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_WORDS = {
    "sslmode": _SSL_MODES,
    "gssencmode": ("disable", "prefer", "require"),
    "channel_binding": ("disable", "prefer", "require"),
    "target_session_attrs": ("any", "read-write", "primary"),
}
_NUMBERS = frozenset({"connect_timeout", "keepalives_idle", "keepalives_interval"})
_FILES = frozenset({"sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile"})
_TEXTS = frozenset({"application_name"})
_KNOWN = frozenset({*_WORDS, *_NUMBERS, *_FILES, *_TEXTS})


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
    """Django's settings for `postgresql://user@host:port/name?sslmode=…`, else SQLite at `file`.

    Raises BadSetting.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # What is deleted must not go on standing in free pages, and so in every backup
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA secure_delete=ON;",
            },
        }
    parts, port = _parts(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "OPTIONS": _options(parts.query),
    }


def without_password(url: str) -> str:
    """The address as it may be shown: nothing stands between the user's name and the host."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=user.partition(":")[0] + at + place).geturl()


def _parts(url: str) -> tuple[SplitResult, str]:
    """The parts of the address of a PostgreSQL database, and its port."""
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError:  # its own text may hold a piece of the password
        parts, port = SplitResult("", "", "", "", ""), ""
    name = parts.path.removeprefix("/")
    is_one = parts.scheme in {"postgresql", "postgres"} and name and "/" not in name
    if not is_one or parts.fragment:
        raise BadSetting(
            "CONVIVE_DATABASE",
            _("This is no address of a PostgreSQL database."),
            _("Write postgresql://user@host:port/name; in a password write # as %%23, / as %%2F."),
        )
    return parts, port


def _options(query: str) -> dict[str, str]:
    """What the address says after its ?, for the driver of PostgreSQL."""
    found: dict[str, str] = {}
    try:
        said = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        said = [(query.partition("=")[0], "")]
    for name, value in said:
        if name not in _KNOWN:
            raise BadSetting(
                "CONVIVE_DATABASE",
                _("Nothing is known of %(name)s in the address of a database."),
                _("These may stand after its ?: %(known)s."),
                name=name if name.isidentifier() else "?",
                known=", ".join(sorted(_KNOWN)),
            )
        if not _fits(name, value) or name in found:
            raise BadSetting(
                "CONVIVE_DATABASE",
                _("%(name)s in the address of a database cannot be used as it stands."),
                _("Write it once, as %(wanted)s."),
                name=name,
                wanted=_wanted(name),
            )
        found[name] = value
    return found


def _fits(name: str, value: str) -> bool:
    if name in _WORDS:
        return value in _WORDS[name]
    if name in _NUMBERS:
        return value.isdecimal() and int(value) > 0
    if name in _FILES:  # a relative path would mean another file in each directory
        return value.startswith("/") or (name, value) == ("sslrootcert", "system")
    return bool(value)


def _wanted(name: str) -> str:
    if name in _WORDS:
        return " | ".join(_WORDS[name])
    return f"{name}=10" if name in _NUMBERS else f"{name}=/…" if name in _FILES else f"{name}=…"
