from __future__ import annotations

from django.urls import path

from convive.domain.committees import views, views_sessions

app_name = "committees"
urlpatterns = [
    path("committees/", views.committees, name="list"),
    path("committees/new/", views.new, name="new"),
    path("committees/seats/<int:number>/", views.seat, name="seat"),
    path("committees/sessions/<int:number>/", views_sessions.session, name="session"),
    path("committees/sessions/<int:number>/change/", views_sessions.change, name="change_session"),
    path("committees/sessions/<int:number>/presence/", views_sessions.presence, name="presence"),
    path("committees/sessions/<int:number>/decide/", views_sessions.decide, name="decide"),
    path("committees/sessions/<int:number>/close/", views_sessions.close, name="close_session"),
    path("committees/sessions/<int:number>/call-off/", views_sessions.call_off, name="call_off"),
    path("committees/decisions/<int:number>/", views_sessions.decision, name="decision"),
    path("committees/decisions/<int:number>/promise/", views_sessions.promise, name="promise"),
    path("committees/decisions/<int:number>/decline/", views_sessions.decline, name="decline"),
    path("committees/<slug:code>/", views.committee, name="committee"),
    path("committees/<slug:code>/change/", views.change, name="change"),
    path("committees/<slug:code>/seats/new/", views.new_seat, name="new_seat"),
    path("committees/<slug:code>/sessions/new/", views_sessions.new, name="new_session"),
]
