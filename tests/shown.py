"""Where the pages of a part stand, and what they say. Any test may borrow them."""

from __future__ import annotations

import re
from typing import Protocol

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import override


class Addresses(Protocol):
    def __call__(
        self, view: str, *args: object, language: str = "en", query: str = "", **kwargs: object
    ) -> str: ...


def addresses_of(part: str) -> Addresses:
    """The addresses of the pages of a part, such as `people`."""

    def url(
        view: str, *args: object, language: str = "en", query: str = "", **kwargs: object
    ) -> str:
        with override(language):
            return reverse(f"{part}:{view}", args=args or None, kwargs=kwargs or None) + query

    return url


def text(answer: HttpResponse) -> str:
    """What a page says, each run of blanks as one."""
    return re.sub(r"\s+", " ", answer.content.decode())
