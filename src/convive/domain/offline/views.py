"""What a phone opens without a line, and where it sends what was written down meanwhile."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from convive.access.permissions import Permission
from convive.domain.offline import reading
from convive.domain.offline.answers import answers
from convive.domain.programme.guard import actor, opens, public
from convive.kernel.errors import BadInput

# All that a page of the workspace is made of, and no page of anybody
_STYLES = ("tokens", "base", "components", "forms", "charts", "work", "print")
_SCRIPTS = ("bar", "form", "page", "queue", "start", "store", "words")
_FILES = (
    *(f"look/{name}.css" for name in _STYLES),
    *(f"look/phone/{name}.js" for name in _SCRIPTS),
    "look/mark.svg",
)


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. It is asked for by phones whose owner said so, and holds no data."""
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"  # a new version is seen at the next visit
    return answer


@public
@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """What is kept on this phone and what waits to be sent: read from the phone by its script.

    The same for everybody, signed in or not: the server knows nothing of it.
    """
    return render(request, "offline/phone.html")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@opens(Permission.SEE_WORKSPACE)
def send(request: HttpRequest) -> HttpResponse:
    """Whose session this is, with a token to send by; or a batch, each entry answered."""
    if request.method == "GET":
        return JsonResponse({"owner": str(request.user.pk), "token": get_token(request)})
    try:
        entries = reading.batch(request.body, timezone.now())
    except BadInput as error:
        return JsonResponse({"problems": [each.as_json() for each in error.problems]}, status=400)
    return JsonResponse({"answers": answers(actor(request), entries)})


@lru_cache(maxsize=1)
def _worker() -> str:
    """The script, told what to keep and a version that changes with any of it."""
    script = Path(__file__).with_name("worker.js").read_text(encoding="utf-8")
    shells, files = [], [static(name) for name in _FILES]
    marks = sha256(script.encode())
    for language in ("es", "en"):
        with translation.override(language):
            shells.append(reverse("offline:phone"))
            marks.update(render_to_string("offline/phone.html", {"path": shells[-1]}).encode())
    for name in _FILES:
        marks.update(Path(str(finders.find(name))).read_bytes())
    told = {"VERSION": marks.hexdigest()[:16], "SHELLS": shells, "FILES": files}
    head = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in told.items())
    return head + script
