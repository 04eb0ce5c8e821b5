from django.urls import path

from convive.doors.workspace import views

app_name = "workspace"
urlpatterns = [path("", views.home, name="home")]
