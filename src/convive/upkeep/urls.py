from django.urls import path

from convive.upkeep import views

app_name = "upkeep"
urlpatterns = [
    path("upkeep/", views.home, name="home"),
    path("upkeep/backup", views.back_up, name="back_up"),
    path("upkeep/jobs/", views.job_list, name="jobs"),
    path("upkeep/jobs/<int:number>/stop", views.stop, name="stop"),
]
