from django.urls import path

from convive.doors.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("safeguarding/", views.safeguarding, name="safeguarding"),
    path("methods/", views.methods, name="methods"),
    path("methods/<slug:code>/", views.method, name="method"),
]
