from __future__ import annotations

from django.urls import path

from convive.domain.observatory import map_views, views

app_name = "observatory"
urlpatterns = [
    path("map/", map_views.map_of_programme, name="map"),
    path("map/shapes.json", map_views.map_shapes, name="map_shapes"),
    path("places/", views.places, name="places"),
    path("places/<slug:scheme>:<slug:code>/", views.place, name="place"),
    path("places/<slug:scheme>:<slug:code>/<slug:name>.csv", views.place_csv, name="place_csv"),
    path("places/<slug:scheme>:<slug:code>/<slug:name>.xlsx", views.place_xlsx, name="place_xlsx"),
]
