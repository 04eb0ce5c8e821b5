from __future__ import annotations

from django.urls import path

from convive.domain.services import views

app_name = "services"
urlpatterns = [
    path("activities/", views.activities, name="list"),
    path("activities/new/", views.new, name="new"),
    path("activities/<slug:code>/", views.activity, name="activity"),
    path("activities/<slug:code>/sessions/", views.sessions, name="sessions"),
    path("activities/<slug:code>/sessions/<int:number>/", views.attendance, name="attendance"),
    path("activities/<slug:code>/enrol/", views.enrol, name="enrol"),
    path("activities/<slug:code>/team/", views.team, name="team"),
    path("activities/<slug:code>/sheet/", views.sheet, name="sheet"),
    path("activities/<slug:code>/close/", views.close, name="close"),
    path("enrolments/<slug:code>/complete/", views.complete, name="complete"),
    path("enrolments/<slug:code>/leave/", views.leave, name="leave"),
]
