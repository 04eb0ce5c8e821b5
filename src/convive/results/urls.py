from __future__ import annotations

from django.urls import path

from convive.results import views

app_name = "results"
urlpatterns = [
    path("plan/", views.plan, name="plan"),
    path("plan/<slug:code>/", views.plan, name="plan_of"),
]
