from __future__ import annotations

from django.urls import path

from convive.domain.programme import views, views_access, views_account, views_members

app_name = "programme"
urlpatterns = [
    path("me/", views_account.me, name="me"),
    path("me/sessions/", views_account.my_sessions, name="sessions"),
    path("me/letters/", views_account.my_letters, name="letters"),
    path("me/open/", views_account.open_closed, name="open_closed"),
    path("me/open/<int:number>/close/", views_account.close_opened, name="close_opened"),
    path("accounts/lost/", views_account.lost_factor, name="lost_factor"),
    path("roles/", views.roles, name="roles"),
    path("organisations/", views.organisations, name="organisations"),
    path("members/", views_members.members, name="members"),
    path("members/invite/", views_members.invite, name="invite"),
    path("members/<int:number>/", views_members.member, name="member"),
    path("members/<int:number>/role/", views_members.add_role, name="add_role"),
    path(
        "members/<int:number>/role/<int:membership>/end/", views_members.end_role, name="end_role"
    ),
    path("members/<int:number>/hand-over/", views_members.hand_over, name="hand_over"),
    path("members/<int:number>/<slug:name>/", views_members.deed, name="member_deed"),
    path("access/review/", views_access.review, name="access_review"),
    path("access/review/<int:number>/keep/", views_access.keep, name="keep_role"),
    path("access/review/<int:number>/remove/", views_access.remove, name="remove_role"),
    path("access/second-factors/", views_access.factor_requests, name="factor_requests"),
    path("access/second-factors/<int:number>/", views_access.factor_request, name="factor_request"),
    path("access/opened/", views_access.glasses, name="glasses"),
    path("access/opened/<int:number>/", views_access.glass, name="glass"),
    path("journal/", views.journal, name="journal"),
]
