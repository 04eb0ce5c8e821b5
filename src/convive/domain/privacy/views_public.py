"""Pages about personal data that anybody may open. They show published words and no counts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from convive.domain.privacy import actions, queries, texts
from convive.domain.privacy.forms import AskForm, CodeForm
from convive.domain.privacy.models import DataRequest
from convive.domain.privacy.vocabulary import ASK_TITLES, STATE_NAMES, Ask, State
from convive.domain.programme import queries as programme
from convive.domain.programme.frame import public_frame
from convive.domain.programme.guard import public
from convive.kernel import codes, limits, receipts
from convive.kernel.errors import BadInput
from convive.kernel.forms import tell


@public
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What the programme does with personal data, and who answers for them."""
    one = programme.programme()
    context = {
        "bodies": queries.controllers(),
        "principles": texts.principles(),
        "rights": texts.rights(),
        "kept": texts.kept_for(one.retention if one else {}),
    }
    return render(request, "privacy/notice.html", _public(context))


@public
@require_safe
def notice_of(request: HttpRequest, code: str) -> HttpResponse:
    """The notice of one organisation."""
    body = next((body for body in queries.controllers() if body.code == code), None)
    if body is None:
        raise Http404
    told = texts.notice_of(body, queries.notices().get(code))
    context = {"body": body, "told": told, "rights": texts.rights()}
    return render(request, "privacy/notice_of.html", _public(context))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask about one's own data, without an account."""
    given = request.POST if request.method == "POST" else None
    form = AskForm(given, initial={"organisation": request.GET.get("organisation", "")})
    if form.is_valid():
        if wait := limits.taken(request, "data_request"):
            return limits.too_often(request, wait)
        said = form.cleaned_data
        try:
            code = actions.ask(
                ask=Ask(said["ask"]),
                organisation=said["organisation"],
                text=said["text"],
                contact=said["contact"],
                language=(get_language() or "es")[:2],
            )
        except BadInput as error:
            tell(form, error)
        else:
            return receipts.hand(redirect("privacy:received"), code)
    status = 422 if form.errors else 200
    return render(request, "privacy/ask.html", _public({"form": form}), status=status)


@public
@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The receipt with the code. Shown once: loading the page again shows it no more."""
    code = receipts.code_of(request)
    found = queries.by_code(code) if code else None
    context: dict[str, Any] = {"found": found, "code": codes.spoken(code)}
    return receipts.forget(render(request, "privacy/received.html", _public(context)))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """What became of a request, by its code. The code never stands in an address."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid():
        if wait := limits.taken(request, "code"):
            return limits.too_often(request, wait)
        found = queries.by_code(form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _no_such_code())
    status = 422 if form.errors else 200
    # The code is not written back: the page may stay open on a shared computer
    context = {"form": CodeForm(), **_state_of(found)} if found else {"form": form}
    return render(request, "privacy/answer.html", _public(context), status=status)


def _state_of(found: DataRequest) -> dict[str, Any]:
    return {
        "found": found,
        "title": ASK_TITLES[Ask(found.ask)],
        "state": STATE_NAMES[State(found.state)],
        "answer": queries.opened(found).answer,
    }


def _no_such_code() -> str:
    from django.utils.translation import gettext as _

    return _("No request has this code. Compare it with what you copied.")


def _public(context: dict[str, Any]) -> dict[str, Any]:
    return context | public_frame()
