from django.urls import path

from convive.reports import views

app_name = "reports"
urlpatterns = [
    path("reports/", views.reports, name="list"),
    path("reports/new/<str:ref>/", views.new, name="new"),
    path("reports/<int:number>/", views.report, name="report"),
    path("reports/<int:number>/again", views.again, name="again"),
    path("reports/<int:number>/file", views.file, name="file"),
]
