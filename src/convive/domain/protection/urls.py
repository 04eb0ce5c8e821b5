from __future__ import annotations

from django.urls import path

from convive.domain.protection import views, views_sealed

app_name = "protection"
urlpatterns = [
    path("protection/", views.units, name="units"),
    path("protection/new/", views.new, name="new"),
    path("protection/<slug:code>/", views.unit, name="unit"),
    path("protection/<slug:code>/members/", views.members, name="members"),
    path("protection/<slug:code>/intake/", views.intake, name="intake"),
    path("protection/<slug:code>/correct/<slug:record>/", views.correct, name="correct"),
    path("protection/<slug:code>/keys/", views.keys, name="keys"),
    path("protection/<slug:code>/keys/own/", views_sealed.own_key, name="own_key"),
    path("protection/<slug:code>/keys/unit/", views_sealed.unit_key, name="unit_key"),
    path("protection/<slug:code>/keys/handed/", views_sealed.hand_over, name="hand_over"),
    path("protection/<slug:code>/sealed/", views_sealed.sealed, name="sealed"),
    path("protection/<slug:code>/keep/", views_sealed.keep, name="keep"),
    path("protection/<slug:code>/erase/", views_sealed.erase, name="erase"),
]
