"""What anybody may see. Reads published files only: it holds no database handle, no session."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

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


def _groups(bodies: tuple[published.Body, ...]) -> list[tuple[str, list[published.Body]]]:
    groups = [
        (title(), [body for body in bodies if body.kind in kinds]) for kinds, title in _GROUPS
    ]
    return [(title, members) for title, members in groups if members]


health.convive_access = "public"  # type: ignore[attr-defined]
front.convive_access = "public"  # type: ignore[attr-defined]
