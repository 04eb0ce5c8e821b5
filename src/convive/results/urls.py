from __future__ import annotations

from django.urls import path

from convive.results import views

app_name = "results"
urlpatterns = [
    path("plan/", views.plan, name="plan"),
    path("plan/<slug:code>/", views.plan, name="plan_of"),
    path("plan/<slug:code>/achieved.csv", views.achieved_csv, name="achieved_csv"),
    path("plan/<slug:code>/achieved.xlsx", views.achieved_xlsx, name="achieved_xlsx"),
]
