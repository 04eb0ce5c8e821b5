from __future__ import annotations

from django.urls import URLPattern, path

from convive.evidence import views
from convive.evidence.desk import urls as urls_desk
from convive.evidence.register import urls as urls_register

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("evidence/", views.home, name="home"),
    path("evidence/batches/<slug:number>/", views.batch, name="batch"),
    path("evidence/batches/<slug:number>/rejects.csv", views.rejects, name="rejects"),
    *urls_desk.urlpatterns,
    *urls_register.urlpatterns,
]
