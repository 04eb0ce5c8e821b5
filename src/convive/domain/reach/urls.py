from __future__ import annotations

from django.urls import path

from convive.domain.reach import views, views_lists, views_result

app_name = "reach"
_LIST = "counts/<int:number>/lists/<slug:organisation>"
urlpatterns = [
    path("counts/", views.runs, name="runs"),
    path("counts/new/", views.new, name="new"),
    path("counts/encoder/file/", views_lists.encoder, name="encoder"),
    path("counts/encoder/schema/file/", views_lists.schema, name="schema"),
    path("counts/<int:number>/", views.run, name="run"),
    path("counts/<int:number>/start/", views.start, name="start"),
    path("counts/<int:number>/stop/", views.stop, name="stop"),
    path("counts/<int:number>/abandon/", views.abandon, name="abandon"),
    path("counts/<int:number>/<slug:name>.csv", views_result.table_csv, name="csv"),
    path(f"{_LIST}/", views_lists.send, name="send"),
    path(f"{_LIST}/key/", views_lists.name_key, name="key"),
    path(f"{_LIST}/take-back/", views_lists.take_back, name="take_back"),
    path(f"{_LIST}/key-deleted/", views_lists.key_deleted, name="key_deleted"),
]
