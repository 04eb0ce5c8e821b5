from __future__ import annotations

from django.urls import path

from convive.domain.privacy import views, views_public

app_name = "privacy"
urlpatterns = [
    path("privacy/", views_public.notice, name="notice"),
    path("privacy/ask/", views_public.ask, name="ask"),
    path("privacy/ask/received/", views_public.received, name="received"),
    path("privacy/answer/", views_public.answer, name="answer"),
    path("privacy/requests/", views.requests, name="requests"),
    path("privacy/requests/<int:number>/", views.request_page, name="request"),
    path("privacy/inventory/", views.inventory_page, name="inventory"),
    path("privacy/my-data/", views.my_data, name="my_data"),
    path("privacy/my-data.json", views.my_data_file, name="my_data_file"),
    path("privacy/of/<slug:code>/", views_public.notice_of, name="notice_of"),
]
