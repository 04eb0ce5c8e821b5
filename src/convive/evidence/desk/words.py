"""What the desk calls the parts of a mapping, for people who never saw one."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.evidence.suggest.suggestion import IGNORE

Words = str | Promise

KIND_NAMES: dict[str, Words] = {
    "police": _("police"),
    "prosecutor": _("prosecutor"),
    "forensic": _("forensic medicine"),
    "health": _("health"),
    "cem": _("emergency centre for women (CEM)"),
    "survey": _("survey"),
    "programme": _("the programme or a municipality"),
}

SHAPE_NAMES: dict[str, Words] = {
    "incidents": _("one event: one complaint, one call, one case"),
    "counts": _("a number: how many there were in a place and a month"),
    "microdata": _("a person or household that answered a survey"),
}

UNIT_NAMES: dict[str, Words] = {
    "complaint": _("complaints"),
    "offence": _("offences"),
    "victim": _("victims"),
}

RELEASE_NAMES: dict[str, Words] = {
    "add": _("brings what is new since the last one"),
    "replace": _("brings the whole series again"),
}

DATE_ORDER_NAMES: dict[str, Words] = {
    "dmy": _("day/month/year: 31/12/2024"),
    "ymd": _("year-month-day: 2024-12-31"),
    "mdy": _("month/day/year: 12/31/2024"),
}

CRS_NAMES: dict[str, Words] = {
    "EPSG:4326": _("degrees (longitude and latitude, as telephones and GPS give them)"),
    "EPSG:32717": _("metres, UTM zone 17 South (WGS 84)"),
    "EPSG:32718": _("metres, UTM zone 18 South (WGS 84)"),
    "EPSG:32719": _("metres, UTM zone 19 South (WGS 84)"),
    "EPSG:24877": _("metres, UTM zone 17 South (PSAD 56, older maps of Peru)"),
    "EPSG:24878": _("metres, UTM zone 18 South (PSAD 56, older maps of Peru)"),
}

ATTEMPTED_NAMES: dict[str, Words] = {
    "": _("the file does not say"),
    "false": _("all were completed"),
    "true": _("all were attempts"),
}

PROTECTION_NAMES: dict[str, Words] = {
    "none": _("may be shown on maps"),
    "district": _("by district only"),
    "sensitive": _("by district only, with more care"),
}

LEVEL_NAMES: dict[str, Words] = {
    "region": _("region"),
    "province": _("province"),
    "district": _("district"),
}

ROLE_NAMES: dict[str, Words] = {
    IGNORE: _("leave out"),
    "id": _("number of the record"),
    "place": _("place (code or name)"),
    "x": _("longitude or east (x)"),
    "y": _("latitude or north (y)"),
    "category": _("offence"),
    "n": _("how many"),
    "datetime": _("date and time together"),
    "date": _("date"),
    "time": _("time of the day"),
    "part": _("part of the day (morning, night…)"),
    "from": _("start of an interval"),
    "to": _("end of an interval"),
    "period": _("period (2024, 2024-03…)"),
    "year": _("year"),
    "month": _("month"),
    "day": _("day of the month"),
    "hour": _("hour"),
    "minute": _("minute"),
    "registered": _("day on which it was registered"),
    "vintage": _("release to which the row belongs"),
    "victim_sex": _("sex of the victim"),
    "age_band": _("age band of the victim"),
    "weapon": _("weapon"),
    "attempted": _("attempted or completed"),
}

# What the columns of a survey can be, in the order in which they are asked for
SURVEY_NAMES: dict[str, Words] = {
    "weight": _("Weight (expansion factor)"),
    "stratum": _("Stratum"),
    "cluster": _("Cluster: the block or unit that was drawn first"),
    "fpc": _("Number of clusters in the stratum"),
    "place": _("Place (code or name)"),
    "date": _("Day of the interview"),
    "period": _("Period (2024, 2024-03…)"),
    "year": _("Year"),
    "month": _("Month"),
    "day": _("Day of the month"),
    "sex": _("Sex"),
    "age": _("Age in years"),
    "age_band": _("Age band"),
    "round": _("Round, where the file holds several"),
    "id": _("Number of the questionnaire"),
}

SURVEY_HINTS: dict[str, Words] = {
    "weight": _("For how many people, or households, each answer stands."),
    "stratum": _("The parts into which the area was divided before drawing."),
    "cluster": _("Without it the interval would be too narrow where neighbours were asked."),
    "fpc": _("Only if a large share of all clusters was drawn."),
    "age": _("It is kept as a band alone."),
    "id": _("It finds a questionnaire that came twice, and is not kept."),
}

COUNTED_NAMES: dict[str, Words] = {"person": _("people"), "household": _("households")}

LONELY_NAMES: dict[str, Words] = {
    "refuse": _("give no interval (the careful way)"),
    "grand_mean": _("compare it with the mean of all strata"),
}

TOPIC_NAMES: dict[str, Words] = {
    "violence": _("violence in the last twelve months (SDG 16.1.3)"),
    "safe-walking": _("feels safe walking alone at night (SDG 16.1.4)"),
    "trust-police": _("trust in the police"),
    "trust-municipality": _("trust in the municipality"),
    "victimisation": _("victim of a crime in the last twelve months"),
    "other": _("something else"),
}

# What to do about a rejected row, where it can be done on the page
REMEDIES: dict[str, Words] = {
    "bad_date": _("Correct it in the file, or change how the dates are read."),
    "not_degrees": _("Change in what the coordinates are read."),
    "outside_crs": _("Change in what the coordinates are read; x and y may be swapped."),
    "unknown_value": _("Correct its spelling in the file."),
    "repeated_cell": _("Keep the right one of the two rows."),
}

PRECISION_NAMES: dict[str, Words] = {
    "clock": _("minute"),
    "interval": _("interval"),
    "part": _("part of the day"),
    "day": _("day"),
    "month": _("month"),
    "year": _("year"),
}

# What a person reads for the fields of the first rows, beside the roles
FIELD_NAMES: dict[str, Words] = {
    **ROLE_NAMES,
    "row": _("row of the file"),
    "day": _("first day"),
    "last_day": _("last day"),
    "precision": _("known to the"),
    "lon": _("longitude"),
    "lat": _("latitude"),
}

CONFIDENCE_NAMES: dict[str, Words] = {
    "sure": _("sure"),
    "likely": _("likely"),
    "unsure": _("please check"),
}
