"""Every address of the house. Spanish at /, English at /en/."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from convive.domain.offline.views import worker
from convive.doors.portal.views import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health, name="health"),
    path("sw.js", worker, name="worker"),  # from the root: it answers for every page below
]
urlpatterns += i18n_patterns(
    path("", include("convive.doors.portal.urls")),
    path("accounts/", include("allauth.urls")),
    path("workspace/", include("convive.doors.workspace.urls")),
    path("", include("convive.domain.programme.urls")),
    path("", include("convive.domain.plans.urls")),
    path("", include("convive.domain.observatory.urls")),
    path("", include("convive.domain.privacy.urls")),
    path("", include("convive.domain.committees.urls")),
    path("", include("convive.domain.offline.urls")),
    path("", include("convive.domain.people.urls")),
    path("", include("convive.domain.referrals.urls")),
    path("", include("convive.domain.services.urls")),
    path("", include("convive.domain.cases.urls")),
    path("", include("convive.domain.protection.urls")),
    path("", include("convive.domain.reach.urls")),
    path("", include("convive.evidence.urls")),
    path("", include("convive.results.urls")),
    path("", include("convive.reports.urls")),
    path("", include("convive.upkeep.urls")),
    prefix_default_language=False,
)
