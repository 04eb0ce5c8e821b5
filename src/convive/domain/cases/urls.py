from __future__ import annotations

from django.urls import path

from convive.domain.cases import views, views_review

app_name = "cases"
urlpatterns = [
    path("cases/", views.cases, name="list"),
    path("cases/of/<slug:code>/", views.of_person, name="of_person"),
    path("cases/<slug:code>/", views.case, name="case"),
    path("cases/<slug:code>/needs/", views.needs, name="needs"),
    path("cases/<slug:code>/note/", views.note, name="note"),
    path("cases/<slug:code>/goal/", views.goal, name="goal"),
    path("cases/<slug:code>/goals/<slug:goal>/step/", views.step, name="step"),
    path("cases/<slug:code>/goals/<slug:goal>/end/", views.end_goal, name="end_goal"),
    path("cases/<slug:code>/steps/<slug:step>/done/", views.step_done, name="step_done"),
    path("cases/<slug:code>/team/", views.team, name="team"),
    path("cases/<slug:code>/screening/", views.screening, name="screening"),
    path("cases/<slug:code>/screen/", views.screen, name="screen"),
    path("cases/<slug:code>/ask/", views_review.ask, name="ask"),
    path("cases/<slug:code>/review/", views_review.review, name="review"),
    path("cases/<slug:code>/close/", views_review.close, name="close"),
    path("cases/<slug:code>/decide/", views_review.decide, name="decide"),
    path("cases/<slug:code>/reopen/", views_review.reopen, name="reopen"),
]
