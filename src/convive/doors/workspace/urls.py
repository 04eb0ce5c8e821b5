from django.urls import path

from convive.doors.workspace import views, views_search

app_name = "workspace"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views_search.found, name="search"),
    path("letters/stopped/", views.letters_stopped, name="letters_stopped"),
    path("letters/stop/<str:key>/", views.stop_letters, name="stop_letters"),
]
