from __future__ import annotations

from django.urls import path

from convive.domain.services import (
    views,
    views_certificates,
    views_newcomer,
    views_opinions,
    views_outcomes,
    views_resources,
    views_sheets,
)

app_name = "services"
urlpatterns = [
    path("activities/", views.activities, name="list"),
    path("activities/new/", views.new, name="new"),
    path("activities/<slug:code>/", views.activity, name="activity"),
    path("activities/<slug:code>/sessions/", views.sessions, name="sessions"),
    path("activities/<slug:code>/sessions/<int:number>/", views.attendance, name="attendance"),
    path(
        "activities/<slug:code>/sessions/<int:number>/sheet.pdf",
        views_sheets.paper,
        name="session_sheet",
    ),
    path(
        "activities/<slug:code>/sessions/<int:number>/scan/", views_sheets.read, name="read_sheet"
    ),
    path("activities/<slug:code>/enrol/", views.enrol, name="enrol"),
    path("activities/<slug:code>/enrol/new/", views_newcomer.newcomer, name="newcomer"),
    path("activities/<slug:code>/team/", views.team, name="team"),
    path("activities/<slug:code>/sheet/", views.sheet, name="sheet"),
    path("activities/<slug:code>/close/", views.close, name="close"),
    path("enrolments/<slug:code>/complete/", views.complete, name="complete"),
    path("enrolments/<slug:code>/leave/", views.leave, name="leave"),
    path(
        "activities/<slug:code>/certificates/", views_certificates.of_activity, name="certificates"
    ),
    path("enrolments/certificates/<slug:code>.pdf", views_certificates.paper, name="certificate"),
    path("enrolments/certificates/<slug:code>/revoke/", views_certificates.revoke, name="revoke"),
    path("enrolments/<slug:code>/outcomes/<int:months>/", views_outcomes.outcome, name="outcome"),
    path("received/<slug:code>/", views_resources.give, name="received"),
    path("received/<slug:code>/take-back/", views_resources.take_back, name="take_back"),
    path("resources/", views_resources.directory, name="resources"),
    path("activities/<slug:code>/opinions/", views_opinions.of_activity, name="opinions"),
    path("opinions/<slug:code>/answer/", views_opinions.answer, name="answer_opinion"),
    path("opinion/said/", views_opinions.said, name="opinion_said"),
    path("opinion/answer/", views_opinions.answered, name="opinion_answered"),
    path("opinion/<slug:code>/", views_opinions.say, name="opinion"),
    path("certificates/", views_certificates.ask_code, name="ask_code"),
    path("certificates/<slug:code>/", views_certificates.check, name="check"),
]
