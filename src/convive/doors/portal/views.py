"""What anybody may see. Reads published files only: it holds no database handle, no session."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from convive.doors.portal import methods as pages
from convive.doors.portal import published
from convive.doors.portal.map import district_maps, programme_map

# The bodies that take part, in the order in which they are shown
_GROUPS: tuple[tuple[tuple[str, ...], Callable[[], str]], ...] = (
    (("municipality", "regional"), lambda: _("Local governments")),
    (("ministry", "state"), lambda: _("Ministries, justice and police")),
    (("un",), lambda: _("Agencies of the United Nations")),
    (("civil_society",), lambda: _("Neighbours and civil society")),
    (("funder",), lambda: _("Who pays for it")),
)


def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The front page. Rendered without the request: nothing in it may depend on who asks."""
    found = published.programme()
    if found is None:
        return HttpResponse(render_to_string("portal/no_programme.html", {"path": request.path}))
    names = [district.name for district in found.districts]
    return HttpResponse(
        render_to_string(
            "portal/front.html",
            {
                "path": request.path,
                "programme": found,
                "emergency": found.emergency,
                "places": get_text_list(names, _("and")),
                "map": programme_map(found.districts),
                "districts": district_maps(found.districts),
                "groups": _groups(found.bodies),
            },
        )
    )


@require_safe
def safeguarding(request: HttpRequest) -> HttpResponse:
    """To whom abuse by somebody of the programme is reported. It asks nothing and keeps nothing."""
    found = published.programme()
    context = {
        "path": request.path,
        "emergency": found.emergency if found else (),
        "contacts": found.contacts if found else (),
    }
    return HttpResponse(render_to_string("portal/safeguarding.html", context))


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """Every method by the question that it answers."""
    return _about_methods(request, "portal/methods.html", questions=pages.QUESTIONS.items())


@require_safe
def method(request: HttpRequest, code: str) -> HttpResponse:
    """One method, as it is written for whoever checks it."""
    found = pages.method(code)
    if found is None:
        raise Http404
    question = pages.QUESTIONS[code]
    return _about_methods(request, "portal/method.html", method=found, question=question)


def _about_methods(request: HttpRequest, template: str, **more: object) -> HttpResponse:
    beside = "" if get_language() == "en" else _("The pages of methods are written in English.")
    return HttpResponse(render_to_string(template, {"path": request.path, "beside": beside} | more))


def _groups(bodies: tuple[published.Body, ...]) -> list[tuple[str, list[published.Body]]]:
    groups = [
        (title(), [body for body in bodies if body.kind in kinds]) for kinds, title in _GROUPS
    ]
    return [(title, members) for title, members in groups if members]


health.convive_access = "public"  # type: ignore[attr-defined]
front.convive_access = "public"  # type: ignore[attr-defined]
safeguarding.convive_access = "public"  # type: ignore[attr-defined]
methods.convive_access = "public"  # type: ignore[attr-defined]
method.convive_access = "public"  # type: ignore[attr-defined]
