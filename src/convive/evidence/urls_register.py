"""Addresses of the register of sources, of quality reports and of withdrawal."""

from __future__ import annotations

from django.urls import URLPattern, path

from convive.evidence import views_quality, views_register, views_withdraw

_SOURCE = "evidence/sources/<slug:code>/"
_BATCH = "evidence/batches/<slug:number>/"

urlpatterns: list[URLPattern] = [
    path("evidence/sources/", views_register.sources, name="sources"),
    path(_SOURCE, views_register.source, name="source"),
    path(f"{_SOURCE}releases/", views_register.releases, name="releases"),
    path(f"{_SOURCE}quality/", views_quality.source_quality, name="source_quality"),
    path(f"{_BATCH}quality/", views_quality.batch_quality, name="batch_quality"),
    path(f"{_BATCH}withdraw/", views_withdraw.withdraw, name="withdraw"),
    path(f"{_BATCH}restore/", views_withdraw.restore, name="restore"),
]
