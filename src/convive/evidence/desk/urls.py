"""Addresses of the desk: bringing in a file, typing in a table."""

from __future__ import annotations

from django.urls import URLPattern, path

from convive.evidence.desk import views, views_classes, views_survey
from convive.evidence.keyin import views as views_keyin

urlpatterns: list[URLPattern] = [
    path("evidence/uploads/new/", views.new, name="upload_new"),
    path("evidence/uploads/<int:number>/", views.upload, name="upload"),
    path("evidence/uploads/<int:number>/reading/", views.reading, name="reading"),
    path(
        "evidence/uploads/<int:number>/questions/",
        views_survey.questions,
        name="questions",
    ),
    path("evidence/uploads/<int:number>/offences/", views.offences, name="offences"),
    path("evidence/uploads/<int:number>/send", views.send, name="send"),
    path("evidence/uploads/<int:number>/stop", views.stop, name="stop"),
    path("evidence/uploads/<int:number>/discard", views.discard, name="discard"),
    path("evidence/batches/<slug:number>/correct/", views.correct, name="correct"),
    path(
        "evidence/batches/<slug:number>/to-correct.csv",
        views.rejected_rows,
        name="rejected_rows",
    ),
    path("evidence/sources/<slug:code>/offences/", views_classes.classes, name="classes"),
    path("evidence/tables/new/", views_keyin.new, name="keyin_new"),
    path("evidence/tables/<int:number>/", views_keyin.table, name="keyin"),
    path("evidence/tables/<int:number>/scan", views_keyin.scan, name="scan"),
    path("evidence/tables/<int:number>/pass-on", views_keyin.pass_on, name="keyin_pass_on"),
    path("evidence/tables/<int:number>/confirm", views_keyin.confirm, name="keyin_confirm"),
    path("evidence/tables/<int:number>/return", views_keyin.give_back, name="keyin_return"),
    path("evidence/tables/<int:number>/discard", views_keyin.discard, name="keyin_discard"),
]
