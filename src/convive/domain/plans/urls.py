from __future__ import annotations

from django.urls import path

from convive.domain.plans import views, views_edit, views_values

app_name = "plans"
urlpatterns = [
    path("commitments/", views.commitments, name="commitments"),
    path("commitments/new/", views.new_commitment, name="new_commitment"),
    path("commitments/<int:number>/", views.commitment, name="commitment"),
    path("commitments/<int:number>/take/", views.take, name="take"),
    path("commitments/<int:number>/leave/", views.leave, name="leave"),
    path("commitments/<int:number>/move/", views.move, name="move"),
    path("commitments/<int:number>/close/", views.close, name="close"),
    path("values/", views_values.values, name="values"),
    path("values/record/", views_values.record, name="record_value"),
    path("values/locked/", views_values.locks, name="locks"),
    path("values/locked/<int:number>/open/", views_values.open_lock, name="open_lock"),
    path("values/<int:number>/", views_values.value, name="value"),
    path("values/<int:number>/submit/", views_values.submit, name="submit_value"),
    path("values/<int:number>/accept/", views_values.accept, name="accept_value"),
    path("values/<int:number>/return/", views_values.send_back, name="return_value"),
    path("plan/<slug:code>/change/", views_edit.plan, name="edit_plan"),
    path("plan/<slug:code>/changes/", views_edit.revisions, name="revisions"),
    path(
        "plan/<slug:code>/objectives/<str:objective>/", views_edit.objective, name="edit_objective"
    ),
    path("indicators/<slug:code>/change/", views_edit.indicator, name="edit_indicator"),
    path("indicators/<slug:code>/targets/new/", views_edit.new_target, name="new_target"),
    path("indicators/<slug:code>/targets/<int:number>/", views_edit.target, name="edit_target"),
    path(
        "indicators/<slug:code>/targets/<int:number>/drop/",
        views_edit.drop_target,
        name="drop_target",
    ),
]
