from __future__ import annotations

from django.urls import path

from convive.domain.offline import views

app_name = "offline"
urlpatterns = [
    path("phone/", views.phone, name="phone"),
    path("phone/send/", views.send, name="send"),
]
