"""A code that is told once: it goes sealed in a cookie to the page of the receipt, nowhere else."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from convive.kernel import sealing

_ONCE, _SECONDS = "receipt", 900


def hand(answer: HttpResponse, code: str) -> HttpResponse:
    """The answer that leads to the receipt, with the code for it."""
    answer.set_cookie(
        _ONCE,
        sealing.seal(code, purpose=_ONCE),
        max_age=_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return answer


def code_of(request: HttpRequest) -> str:
    """The code that was handed to this browser; "" where there is none."""
    try:
        return sealing.unseal(request.COOKIES.get(_ONCE, ""), purpose=_ONCE)
    except ValueError:
        return ""


def forget(answer: HttpResponse) -> HttpResponse:
    """So that the code is shown once."""
    answer.delete_cookie(_ONCE, samesite="Strict")
    return answer
