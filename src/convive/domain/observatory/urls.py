from __future__ import annotations

from django.urls import path

from convive.domain.observatory import (
    analysis_views,
    evaluation_views,
    finding_views,
    map_views,
    undercount_views,
    views,
)

app_name = "observatory"
urlpatterns = [
    path("analyses/", analysis_views.analyses, name="analyses"),
    path("analyses/<int:number>/", analysis_views.analysis, name="analysis"),
    path("analyses/<int:number>/keep/", finding_views.keep, name="keep"),
    path("findings/<int:number>/", finding_views.finding, name="finding"),
    path("findings/<int:number>/confirm", finding_views.confirm, name="finding_confirm"),
    path("findings/<int:number>/set-aside", finding_views.set_aside, name="finding_set_aside"),
    path("findings/<int:number>/take-up/", finding_views.take_up, name="finding_take_up"),
    path("findings/<int:number>/sheet/", finding_views.sheet, name="finding_sheet"),
    path("findings/<int:number>/rounds/", finding_views.rounds, name="finding_rounds"),
    path("analyses/<int:number>/again", analysis_views.again, name="analysis_again"),
    path("analyses/<int:number>/stop", analysis_views.stop, name="analysis_stop"),
    path("analyses/<int:number>/<slug:name>.csv", analysis_views.table_csv, name="analysis_csv"),
    path("evaluations/", evaluation_views.evaluations, name="evaluations"),
    path("evaluations/new/", evaluation_views.new_evaluation, name="evaluation_new"),
    path("evaluations/<int:number>/", evaluation_views.evaluation, name="evaluation"),
    path(
        "evaluations/<int:number>/design/",
        evaluation_views.evaluation_design,
        name="evaluation_design",
    ),
    path("evaluations/<int:number>/open", evaluation_views.evaluation_open, name="evaluation_open"),
    path(
        "evaluations/<int:number>/set-aside",
        evaluation_views.evaluation_set_aside,
        name="evaluation_set_aside",
    ),
    path("effects/<int:number>/", evaluation_views.effect, name="effect"),
    path("effects/<int:number>/<slug:name>.csv", evaluation_views.effect_csv, name="effect_csv"),
    path("map/", map_views.map_of_programme, name="map"),
    path("map/shapes.json", map_views.map_shapes, name="map_shapes"),
    path("places/", views.places, name="places"),
    path("places/<slug:scheme>:<slug:code>/", views.place, name="place"),
    path("places/<slug:scheme>:<slug:code>/questions/", analysis_views.questions, name="questions"),
    path(
        "places/<slug:scheme>:<slug:code>/questions/undercount/",
        undercount_views.undercount,
        name="undercount",
    ),
    path("places/<slug:scheme>:<slug:code>/questions/<slug:kind>/", analysis_views.ask, name="ask"),
    path("places/<slug:scheme>:<slug:code>/<slug:name>.csv", views.place_csv, name="place_csv"),
    path("places/<slug:scheme>:<slug:code>/<slug:name>.xlsx", views.place_xlsx, name="place_xlsx"),
]
