"""Addresses of the register of sources, of quality reports and of withdrawal."""

from __future__ import annotations

from django.urls import URLPattern, path

from convive.evidence import views_withdraw
from convive.evidence.quality import views as views_quality
from convive.evidence.register import views

_SOURCE = "evidence/sources/<slug:code>/"
_BATCH = "evidence/batches/<slug:number>/"

urlpatterns: list[URLPattern] = [
    path("evidence/sources/", views.sources, name="sources"),
    path(_SOURCE, views.source, name="source"),
    path(f"{_SOURCE}releases/", views.releases, name="releases"),
    path(f"{_SOURCE}quality/", views_quality.source_quality, name="source_quality"),
    path(f"{_BATCH}quality/", views_quality.batch_quality, name="batch_quality"),
    path(f"{_BATCH}withdraw/", views_withdraw.withdraw, name="withdraw"),
    path(f"{_BATCH}restore/", views_withdraw.restore, name="restore"),
]
