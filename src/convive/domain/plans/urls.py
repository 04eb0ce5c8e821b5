from __future__ import annotations

from django.urls import path

from convive.domain.plans import views

app_name = "plans"
urlpatterns = [path("commitments/", views.commitments, name="commitments")]
