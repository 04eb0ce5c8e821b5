"""Every page says who may open it. A page that does not say so opens for nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import patch_cache_control

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may, reaches_all, require
from convive.domain.programme import queries, sessions, signin
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.occasion import because

View = Callable[..., HttpResponse]
ScopeOf = Callable[..., Scope]

# Pages of the sign-in library that must open before somebody is known
_BEFORE_SIGN_IN = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
# ... before the second factor: to set one up, an app or a passkey
_BEFORE_SECOND_FACTOR = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
}
# ... and after both. The rest of that library (signing up, changing the address) opens for nobody
_AFTER_SIGN_IN = {
    "account_change_password",
    "mfa_index",
    "mfa_deactivate_totp",
    "mfa_list_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}


def public(view: View) -> View:
    """Mark a page that anybody may open."""
    view.convive_access = "public"  # type: ignore[attr-defined]
    return view


def opens(
    permission: Permission, *others: Permission, scope: ScopeOf | None = None
) -> Callable[[View], View]:
    """Mark a page as open to whoever has `permission` in the scope of what it shows.

    others : any of them opens it too.
    scope : called with the request and the URL's arguments; returns where the shown thing stands.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # First anywhere at all: whoever has no such right learns not even what exists
            who = actor(request)
            had = [one for one in (permission, *others) if may(who, one)]
            if not had:
                require(who, permission)
            if scope is None:
                with _not_found_as_refused(who, had):
                    return view(request, *args, **kwargs)
            with _not_found_as_refused(who, had):
                where = scope(request, *args, **kwargs)
            if not any(may(who, one, where) for one in had):
                require(who, permission, where)
            return view(request, *args, **kwargs)

        guarded.convive_access = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


@contextmanager
def _not_found_as_refused(who: Actor, permissions: list[Permission]) -> Iterator[None]:
    """What does not exist is refused like what is somebody else's, so that ids can be guessed for
    nothing. Whoever reaches everything is told that there is no such thing."""
    try:
        yield
    except Http404:
        if any(reaches_all(who, permission) for permission in permissions):
            raise
        raise NotAllowed("no such thing, or not theirs") from None


def actor(request: HttpRequest) -> Actor:
    """Whoever is behind this request, read once."""
    if not hasattr(request, "_convive_actor"):
        request._convive_actor = queries.actor_of(request.user)  # type: ignore[attr-defined]
    return request._convive_actor  # type: ignore[attr-defined]


def _page(request: HttpRequest) -> str:
    """The page by its name: an address can hold a key."""
    try:
        return f"page {resolve(request.path_info).view_name}"
    except Resolver404:
        return ""


class DenyByDefault:
    """Lets through what is marked, asks for sign-in and the second factor, refuses the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with because(_page(request)):
            response = self.get_response(request)
        if getattr(request, "_convive_is_inside", False):
            # What was shown must not be found again on a shared computer
            patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        access = getattr(view, "convive_access", None)
        if access == "public" or name in _BEFORE_SIGN_IN:
            return None
        request._convive_is_inside = True  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if not sessions.follow(request):  # ended on another device, or by whoever manages accounts
            logout(request)
            return _to_sign_in(request)
        has_factor = signin.has_second_factor(request.user)
        if has_factor and not signin.gave_second_factor(request):
            # Before anything else: a password alone must not add a factor to those there are
            logout(request)
            return _to_sign_in(request)
        if name in _BEFORE_SECOND_FACTOR:
            return None
        if not has_factor:
            return redirect("mfa_activate_totp")
        if access is not None or name in _AFTER_SIGN_IN:
            return None
        return _refused(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotAllowed):
            return _refused(request)
        if isinstance(error, BadInput):
            problems = {"problems": error.problems}
            return render(request, "programme/bad_input.html", problems, status=400)
        return None


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), reverse("account_login"))


def _refused(request: HttpRequest) -> HttpResponse:
    return render(request, "403.html", status=403)


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of a workspace page needs: the programme, and what this person may open.

    glasses : what they opened that is closed to them: said on every page while it lasts.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    who = actor(request)
    broken = any(grant.only is not None for grant in who.grants)
    return {
        "programme": queries.programme(),
        "glasses": queries.open_glasses(user) if broken else (),
        "may": {permission.value: may(who, permission) for permission in Permission},
    }
