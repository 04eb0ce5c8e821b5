"""A one-time link on its way to the next page: shown there once, sealed until then."""

from __future__ import annotations

from django.http import HttpRequest

from convive.kernel.sealing import seal, unseal

_KEY, _PURPOSE = "handed_link", "one-time link"


def keep(request: HttpRequest, account: int, path: str) -> None:
    """Keep the path of a link that opens `account` until it is taken."""
    request.session[_KEY] = [account, seal(path, purpose=_PURPOSE)]


def take(request: HttpRequest, account: int) -> str:
    """The whole address of the link that was kept for this account, once; else an empty text."""
    kept = request.session.get(_KEY)
    if not kept or kept[0] != account:
        return ""
    del request.session[_KEY]
    return request.build_absolute_uri(unseal(kept[1], purpose=_PURPOSE))
