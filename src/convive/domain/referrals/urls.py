from __future__ import annotations

from django.urls import path

from convive.domain.referrals import views

app_name = "referrals"
urlpatterns = [
    path("referrals/", views.referrals, name="list"),
    path("referrals/services/", views.rooms, name="rooms"),
    path("referrals/new/<slug:code>/", views.new, name="new"),
    path("referrals/sent/<slug:code>/", views.sent, name="sent"),
    path("referrals/sent/<slug:code>/sheet/", views.sheet, name="sheet"),
    path("referrals/sent/<slug:code>/revoke/", views.revoke, name="revoke"),
    path("referrals/sent/<slug:code>/told/", views.told, name="told"),
    path("referrals/received/<slug:code>/", views.received, name="received"),
    path("referrals/received/<slug:code>/answer/", views.answer, name="answer"),
    path("referrals/received/<slug:code>/done/", views.done, name="done"),
]
