from __future__ import annotations

from django.urls import path

from convive.domain.programme import views

app_name = "programme"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("roles/", views.roles, name="roles"),
    path("organisations/", views.organisations, name="organisations"),
    path("members/", views.members, name="members"),
    path("journal/", views.journal, name="journal"),
]
