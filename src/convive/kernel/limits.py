"""How often somebody may ask: each account, or each address where nobody is signed in.

A bucket holds as many requests as are allowed at once and fills up again over time. The counts
live in the memory of the one process that serves, as those of signing in do: nothing about who
asked is stored. `settings.RATE_LIMITS` says how many of what; docs/security.md has them in words.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_MB = 1_000_000
# Bytes that somebody who is not signed in may send: forms and no files, for those would be on the
# disk before anybody has asked who sends them
_STRANGERS = 100_000
_MANY = 50_000  # buckets; the ones least recently used go first
_FILE = re.compile(r"\.(csv|xlsx|pdf|json|geojson|zip)$|/(file|scan)/?$")
_SEARCH = ("q", "search")


@dataclass(frozen=True)
class Rate:
    """So many at once, and as many again in so many seconds: `30/10m`."""

    most: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """`60/m`, `30/10m`, `5/h`. Raises ValueError for anything else."""
        found = re.fullmatch(r"(\d+)/(\d*)([smh])", text)
        if found is None or int(found[1]) < 1:
            raise ValueError(f"{text!r}: write so many per time, such as 60/m or 30/10m")
        unit = {"s": 1, "m": 60, "h": 3600}[found[3]]
        return cls(int(found[1]), int(found[2] or 1) * unit)


class Buckets:
    """Token buckets by name. clock : seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = _MANY) -> None:
        self._clock, self._most = clock, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, name: str, rate: Rate) -> int:
        """Take one; the seconds to wait where none is left, else 0."""
        now = self._clock()
        with self._lock:
            left, since = self._left.pop(name, (float(rate.most), now))
            left = min(float(rate.most), left + (now - since) * rate.most / rate.seconds)
            wait = 0 if left >= 1 else ceil((1 - left) * rate.seconds / rate.most)
            self._left[name] = (left if wait else left - 1, now)
            while len(self._left) > self._most:
                self._left.popitem(last=False)
        return wait

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._left.clear()


buckets = Buckets()


class Limits:
    """Turns away whoever asks too often, and whatever is far larger than anything we take in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = _size(request)
        # Who asks is looked up for a large body alone: the front page reads no session
        if size > settings.BODY_MB * _MB or (
            size > _STRANGERS and not request.user.is_authenticated
        ):
            return render(request, "413.html", status=413)
        wait = taken(request, kind_of(request))
        return too_often(request, wait) if wait else self.get_response(request)


def kind_of(request: HttpRequest) -> str:
    """What a request costs: write, upload, export, search, or nothing of it."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        is_upload = (request.content_type or "") == "multipart/form-data"
        return "upload" if is_upload else "write"
    if _FILE.search(request.path):
        return "export"
    return "search" if any(name in request.GET for name in _SEARCH) else ""


def taken(request: HttpRequest, kind: str) -> int:
    """Count one request of this kind; the seconds to wait where there were too many."""
    text = settings.RATE_LIMITS.get(kind)
    return buckets.take(f"{kind} {who(request)}", Rate.parse(text)) if text else 0


def too_often(request: HttpRequest, wait: int) -> HttpResponse:
    """The answer to somebody who must wait."""
    minutes = ceil(wait / 60)
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(wait)
    return response


def who(request: HttpRequest) -> str:
    """Whom a request is counted under: the account, else the address as one line has it."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return address(request)


def address(request: HttpRequest) -> str:
    """The address that asks; of IPv6 the network that one line is given (/64)."""
    text = request.META.get("REMOTE_ADDR", "")
    if hops := settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        # What the nearest proxy wrote: anything before it could have been made up
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        text = forwarded[-hops].strip() if len(forwarded) >= hops else text
    try:
        found = ip_address(text)
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)


def _size(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else 0
