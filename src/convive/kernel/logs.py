"""Messages of the system carry codes and counts: never names, free text, addresses or places.

Our own messages are written so. Other libraries put into theirs what somebody typed, and a
traceback ends with the value that broke it: of those only the fixed words are written, and of an
exception where it was raised, never what it says.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

OURS = "convive"
_PLACEHOLDER = re.compile(r"%(\(\w+\))?[-#0 +]*(\d+|\*)?(\.(\d+|\*))?[a-zA-Z]")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|«[^»]*»")
_LEFT_OUT = "…"
# What no message needs: e-mail and network addresses, positions, documents, telephones, codes
_PERSONAL = re.compile(
    r"\S+@\S+"
    r"|\b\d{1,3}(\.\d{1,3}){3}\b"
    r"|\b[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){3,7}\b"
    r"|[-+]?\d{1,3}[.,]\d{3,}"
    r"|\b\d[\d\s-]{6,}\d\b"
    r"|https?://\S+"
)


class Line(logging.Formatter):
    """One message: when, how grave, from whom, what; and where an exception came from."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        clean = logging.makeLogRecord(record.__dict__)
        clean.msg, clean.args, clean.exc_text = said(record), None, None
        clean.stack_info = None
        return super().format(clean)

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        return raised(ei[1]) if ei[1] is not None else ""


def said(record: logging.LogRecord) -> str:
    """The words of a message without anything that somebody brought in."""
    if record.name.split(".")[0] == OURS:
        return personal_left_out(record.getMessage())
    text = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    text = _QUOTED.sub(_LEFT_OUT, _PLACEHOLDER.sub(_LEFT_OUT, text))
    return personal_left_out(text) + _page(record)


def personal_left_out(text: str) -> str:
    """Belt and braces: what looks like an address, a position or a number of somebody."""
    return _PERSONAL.sub(_LEFT_OUT, " ".join(text.split()))


def raised(error: BaseException) -> str:
    """The kind of an exception and where it was raised, each cause before it; never its words."""
    lines = []
    while error is not None:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = reversed(traceback.extract_tb(error.__traceback__))
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or error.__context__  # type: ignore[assignment]
    return "\n".join(lines)


def _page(record: logging.LogRecord) -> str:
    """The page by its name: an address can hold a key."""
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return f" (page {match.view_name})" if match is not None else ""
