"""From what a file seems to hold and what a person chose to the mapping under which it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from convive.evidence.desk import survey as desk_survey
from convive.evidence.mapping import FIELDS, Column, PlaceCodes, SourceSpec
from convive.evidence.microdata.spec import Survey
from convive.evidence.reading.header import plain
from convive.evidence.reading.months import month_columns, months_in_columns
from convive.evidence.register.agreement import Agreement
from convive.evidence.suggest.suggestion import IGNORE, ColumnSuggestion, Suggestion
from convive.kernel.errors import BadInput

# What a page can describe. The published values of a survey have a mapping of their own
SHAPES = ("incidents", "counts", "microdata")
_WHOLE = ("shape", "date_order", "crs", "zone", "is_snapped", "scheme", "digits")
QUESTIONS = "questions"  # where a fault lies that the page of the questions mends
# Of one file, not of its source: the next one is of another year
_OF_A_FILE = ("year", "period")


def roles(shape: str) -> tuple[str, ...]:
    """The roles that a column of a file of this shape can play, besides being left out."""
    return FIELDS.get(shape, ())


def first_choices(suggestion: Suggestion, edition: str) -> dict[str, Any]:
    """What a page shows before anybody chose: what the file suggests, and the usual for the rest.

    edition : code of the boundary edition in force, in which a source of counts probably counts.
    """
    shape = suggestion.shape if suggestion.shape in SHAPES else "incidents"
    if shape == "microdata":
        return first_survey(suggestion)
    return {
        "shape": shape,
        "edition": edition,
        "count_unit": "complaint",
        "releases": "replace" if shape == "counts" else "add",
    }


def first_survey(suggestion: Suggestion) -> dict[str, Any]:
    """As `first_choices`, of a file that holds the answers of a survey."""
    roles = desk_survey.first_roles(suggestion)
    sex = next((c for c in suggestion.columns if roles[str(c.index)] == "sex"), None)
    return {
        "shape": "microdata",
        "roles": roles,
        "sex": desk_survey.first_sexes(sex),
        "survey": {"age_bands": list(desk_survey.BANDS[0])} if "age" in roles.values() else {},
        "count_unit": "respondent",
        "releases": "replace",
        "questions": [],
    }


def chosen(suggestion: Suggestion, choices: Mapping[str, Any]) -> Suggestion:
    """The suggestion with what a person chose instead.

    choices : `roles` (index of a column -> role), `constants` (field -> value that no column
        holds), and any of shape, date_order, crs, zone, is_snapped, scheme, digits.
    """
    whole = {key: choices[key] for key in _WHOLE if key in choices}
    shape = whole.get("shape", suggestion.shape)
    wanted = {int(index): role for index, role in choices.get("roles", {}).items()}
    allowed = {*roles(shape), IGNORE}
    for column in suggestion.columns:
        role = wanted.get(column.index, column.role)
        # A column that the other shape has no place for is left out
        wanted[column.index] = role if role in allowed else IGNORE
    given = {*wanted.values()}
    told = {**suggestion.constants, **choices.get("constants", {})}
    if "month" not in given:  # a year alone is not what the name of the file was asked for
        told.pop("year", None)
    constants = {key: v for key, v in told.items() if key in allowed and key not in given}
    return suggestion.choose(wanted, constants=constants, **whole)


def spec_for_new(
    suggestion: Suggestion, choices: Mapping[str, Any], about: Mapping[str, Any]
) -> SourceSpec:
    """The mapping of a source that does not exist yet.

    about : code, name_es, name_en, kind, owner, publisher, agreement.
    Raises BadInput, in words for the page, where something is missing.
    """
    seen = chosen(suggestion, choices)
    _check(seen)
    survey = None
    if seen.shape == "microdata":
        _check_questions(choices, None)
        survey = desk_survey.survey_of(choices)
    spec = seen.as_spec(
        code=about["code"],
        name_es=about["name_es"],
        name_en=about["name_en"],
        kind=about["kind"],
        owner=about.get("owner", ""),
        category=choices.get("category") or about["name_es"],
        editions=tuple(filter(None, [choices.get("edition")])),
        publisher=about.get("publisher", ""),
        agreement=Agreement(document=about.get("agreement", "")),
        count_unit=choices.get("count_unit", "complaint"),
        releases=choices.get("releases", "add"),
        absent_rows_are_zero=bool(choices.get("absent_rows_are_zero")),
        survey=survey,
    )
    # The next file may have another name on its sheet; and it speaks for the places that it names
    spec = replace(
        spec,
        columns=_with_sexes(spec.columns, choices),
        file=replace(spec.file, sheet=""),
        place=replace(spec.place, extent=spec.place.digits),
    )
    return _told_attempted(spec, choices)


def known_for(suggestion: Suggestion, known: SourceSpec) -> SourceSpec:
    """The mapping of a known source for this file. A year or a month that no column tells is the
    file's own: that of the one before would be wrong for it.

    Raises BadInput where the name of the file does not tell it either.
    """
    constants = _constants_of(known)
    told = {key: suggestion.constants.get(key) for key in _OF_A_FILE if key in constants}
    for key, value in told.items():
        if value is None:
            raise BadInput.at(
                key,
                _("No column says of which year or month this file is."),
                _("Say it below."),
            )
    return replace(
        known, columns={**known.columns, **{k: Column(constant=v) for k, v in told.items()}}
    )


def spec_for_known(
    suggestion: Suggestion, choices: Mapping[str, Any], known: SourceSpec
) -> SourceSpec:
    """The mapping of a source whose file is written in another way than before.

    What the source knows beyond columns (its values, parts of the day, limits) stays. A column of
    another name comes beside the old name, so that older files are still understood.
    """
    seen = chosen(suggestion, {**choices, "shape": known.shape})
    kept = {k: v for k, v in _constants_of(known).items() if k not in _OF_A_FILE}
    constants = {**kept, **seen.constants}
    _check(replace(seen, constants=constants))
    if known.shape == "microdata":
        _check_questions(choices, known)
    columns = {name: Column(constant=value) for name, value in constants.items()}
    for column in seen.columns:
        if column.role != IGNORE:
            columns[column.role] = _column_for(column, known)
    columns |= _beside(seen, known, columns)
    limits = known.limits
    if "is_snapped" in choices:
        limits = replace(limits, snapped_points=bool(choices["is_snapped"]))
    place = known.place
    if "place" in columns and choices.get("scheme"):
        digits = int(choices.get("digits") or place.digits)
        extent = place.extent if digits == place.digits else digits
        place = PlaceCodes(choices["scheme"], digits, extent)
    spec = replace(
        known,
        columns=_with_sexes(columns, choices),
        crs=choices.get("crs") or known.crs,
        zone=choices.get("zone") or known.zone,
        file=replace(known.file, date_order=choices.get("date_order") or known.file.date_order),
        place=place,
        limits=limits,
        survey=_survey_of(choices, known),
    )
    return SourceSpec.from_json(spec.as_json())


def _survey_of(choices: Mapping[str, Any], known: SourceSpec) -> Survey | None:
    if known.shape != "microdata":
        return None
    before = known.survey or Survey()
    survey = desk_survey.survey_of(choices, before)
    return survey if "questions" in choices else replace(survey, questions=before.questions)


def _with_sexes(columns: Mapping[str, Column], choices: Mapping[str, Any]) -> dict[str, Column]:
    """With what the file writes for women and men, where a person said it."""
    values, column = desk_survey.sex_values(choices), columns.get("sex")
    if column is None or not values:
        return dict(columns)
    return {**columns, "sex": replace(column, values=values, otherwise="unknown")}


def _constants_of(known: SourceSpec) -> dict[str, str]:
    return {
        name: column.constant
        for name, column in known.columns.items()
        if column.constant is not None
    }


def _column_for(column: ColumnSuggestion, known: SourceSpec) -> Column:
    """The column under its new name and the ones that the source knows already."""
    before = known.columns.get(column.role)
    if before is None or before.constant is not None:
        return Column((column.header,), None, dict(column.values), column.otherwise)
    return _named(before, column.header)


def _named(before: Column, header: str) -> Column:
    if is_among(header, before.names):
        return before
    return replace(before, names=(header, *before.names))


def _beside(seen: Suggestion, known: SourceSpec, given: Mapping[str, Column]) -> dict[str, Column]:
    """The fields of the source that no list of the page shows, and that the file can still tell.

    A column may serve several fields: the page shows the first of them, and the others go where it
    goes. An optional field stays while its column is away. What a person took away goes.
    """
    first: dict[str, str] = {}  # name of a column -> the field that the page shows for it
    for role, before in known.columns.items():
        for name in before.names:
            first.setdefault(plain(name), role)
    here = {plain(column.header): column for column in seen.columns}
    headers = {column.role: column.header for column in seen.columns}
    found: dict[str, Column] = {}
    for role, before in known.columns.items():
        if role in given or not before.names:
            continue
        column = next((here[plain(n)] for n in before.names if plain(n) in here), None)
        leading = first[plain(before.names[0])]
        if leading != role and leading in headers:
            found[role] = _named(before, headers[leading])
        elif column is None:
            if before.optional:
                found[role] = before
        elif leading != role and column.role != IGNORE:
            found[role] = before
    return found


def with_attempted(spec: SourceSpec, categories: Iterable[str]) -> SourceSpec:
    """The mapping in which these categories are attempts and the others were completed.

    A file that tells it in a column of its own is left as it is.
    """
    named = sorted(categories)
    category = spec.columns.get("category")
    if not named or category is None or not category.names:
        return spec
    told = spec.columns.get("attempted")
    if told is not None and (told.constant is None and told.names != category.names):
        return spec
    attempted = Column(
        names=category.names,
        values=dict.fromkeys(named, "true"),
        otherwise="false",
        optional=category.optional,
    )
    return replace(spec, columns={**spec.columns, "attempted": attempted})


def new_code(name: str, taken: Iterable[str]) -> str:
    """A code for a new source, made of its name; one that nobody has."""
    base = slugify(name)[:50].strip("-") or "source"
    if base.startswith("sample-"):  # such sources are invented
        base = base.removeprefix("sample-") or "source"
    known, code, number = set(taken), base, 2
    while code in known:
        code, number = f"{base}-{number}", number + 1
    return code


def _told_attempted(spec: SourceSpec, choices: Mapping[str, Any]) -> SourceSpec:
    """All of it attempts, or none, where the person says so and no column does."""
    said = choices.get("attempted", "")
    if said not in ("true", "false") or "attempted" in spec.columns:
        return spec
    return replace(spec, columns={**spec.columns, "attempted": Column(constant=said)})


def is_among(header: str, names: Iterable[str]) -> bool:
    """Whether one of the names is that of the column, whatever its case and blanks."""
    return plain(header) in {plain(name) for name in names}


def _check(seen: Suggestion) -> None:
    """What no file can be read without, in the words of the page. Raises BadInput."""
    given = [column.role for column in seen.columns if column.role != IGNORE]
    twice = sorted({role for role in given if given.count(role) > 1})
    if twice:
        raise BadInput.at(
            twice[0],
            _("Two columns were given the same meaning."),
            _("Keep the one that is meant and leave the other out."),
        )
    has = {*given, *seen.constants}
    if "month" in has and "year" not in has:
        raise BadInput.at(
            "year",
            _("A month without its year says nothing."),
            _("Choose the column of the year, or write the year below."),
        )
    if not ({"date", "datetime", "period", "year", "from"} & has):
        months = month_columns(column.header for column in seen.columns)
        if months:
            raise months_in_columns("date", months)
        raise BadInput.at(
            "date",
            _("No column says when it happened."),
            _("Choose the column with the date, or the ones with year and month."),
        )
    if ("from" in has) != ("to" in has):
        raise BadInput.at(
            "to", _("An interval has two ends."), _("Choose the column of the other end.")
        )
    if seen.shape == "microdata" and "weight" not in has:
        raise BadInput.at(
            "weight",
            _("No column holds the weight: for how many people each answer stands."),
            _("Choose it. Without weights nothing can be said of those who were not asked."),
        )
    if seen.shape == "counts" and "n" not in has:
        raise BadInput.at(
            "n",
            _("No column holds the number."),
            _("Choose the column with the count, or say that each row is one event."),
        )
    if "place" not in has and not {"x", "y"} <= has:
        raise BadInput.at(
            "place",
            _("No column says where."),
            _("Choose the column with the code of the place, or both coordinates."),
        )
    if "place" not in has and seen.shape == "counts":
        raise BadInput.at(
            "place", _("No column says where."), _("Choose the column with the code of the place.")
        )


def _check_questions(choices: Mapping[str, Any], known: SourceSpec | None) -> None:
    if not any(row.is_used for row in desk_survey.asked(choices, known)):
        raise BadInput.at(
            QUESTIONS,
            _("No question has been chosen yet."),
            _("Go on: the next page asks which columns answer what."),
        )
    if not desk_survey.is_checked(choices, known):
        raise BadInput.at(
            QUESTIONS,
            _("Nobody has confirmed yet what means yes in each question."),
            _("Go on: the next page asks for it."),
        )
