from django.urls import path

from convive.doors.portal import views

app_name = "portal"
urlpatterns = [path("", views.front, name="front")]
