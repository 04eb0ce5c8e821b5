from django.urls import path

from convive.reports import views, views_brief, views_reach, views_roles

app_name = "reports"
urlpatterns = [
    path("reports/", views.reports, name="list"),
    path("reports/new/<str:ref>/", views.new, name="new"),
    path("reports/brief/<str:ref>/", views_brief.latest, name="briefs"),
    path("reports/brief/<str:ref>/<str:month>/", views_brief.page, name="brief"),
    path("reports/brief/<str:ref>/<str:month>/pdf", views_brief.make, name="brief_pdf"),
    path("reports/count/<int:number>/pdf", views_reach.make, name="reach"),
    path("roles/<slug:role>/sheet", views_roles.sheet, name="role"),
    path("reports/<int:number>/", views.report, name="report"),
    path("reports/<int:number>/again", views.again, name="again"),
    path("reports/<int:number>/file", views.file, name="file"),
]
