from __future__ import annotations

from django.urls import path

from convive.domain.people import views, views_files, views_scans

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="list"),
    path("people/new/", views.new, name="new"),
    path("people/hand-over/", views.hand_over, name="hand_over"),
    path("people/import/", views_files.bring_in, name="import"),
    path("people/import/rows-not-taken/", views_files.rejects, name="rejects"),
    path("people/form/", views_files.form, name="form"),
    path("people/export/", views_files.export, name="export"),
    path("people/<slug:code>/", views.person, name="person"),
    path("people/<slug:code>/correct/", views.correct, name="correct"),
    path("people/<slug:code>/consent/", views.consent, name="consent"),
    path("people/<slug:code>/consent/<slug:scan>/scan/", views_scans.scan, name="scan"),
    path("people/<slug:code>/consent/<slug:scan>/drop/", views_scans.drop, name="drop_scan"),
    path("people/<slug:code>/sheet/", views.sheet, name="sheet"),
    path("people/<slug:code>/join/", views.join, name="join"),
    path("people/<slug:code>/part/", views.part, name="part"),
    path("people/<slug:code>/erase/", views.erase, name="erase"),
]
