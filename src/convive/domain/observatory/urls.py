from __future__ import annotations

from django.urls import path

from convive.domain.observatory import views

app_name = "observatory"
urlpatterns = [
    path("places/", views.places, name="places"),
    path("places/<slug:scheme>:<slug:code>/", views.place, name="place"),
    path("places/<slug:scheme>:<slug:code>/<slug:name>.csv", views.place_csv, name="place_csv"),
]
