"""What the pages of the desk show of an upload, in the words of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.evidence import queries, store
from convive.evidence.actions_sources import may_describe
from convive.evidence.desk import offences, uploads
from convive.evidence.desk.forms_upload import SendForm
from convive.evidence.desk.offences import Classed
from convive.evidence.desk.reading import (
    QUESTIONS,
    SHAPES,
    chosen,
    first_choices,
    first_survey,
)
from convive.evidence.desk.words import (
    FIELD_NAMES,
    PRECISION_NAMES,
    PROTECTION_NAMES,
    REMEDIES,
    SURVEY_NAMES,
)
from convive.evidence.iccs import classes as iccs
from convive.evidence.mapping import SourceSpec
from convive.evidence.microdata.rows import answer_slot
from convive.evidence.models import Batch, Origin, Source, Upload
from convive.evidence.reading.months import month_columns
from convive.evidence.reading.reasons import REASONS
from convive.evidence.spec import from_json
from convive.evidence.suggest.suggestion import IGNORE, Suggestion
from convive.kernel import words

State = Upload.State
MOST_ASKED = 150  # categories on one page: a browser sends no more than a thousand fields


@dataclass(frozen=True)
class Step:
    """One step on the way in. url : name of its page; empty where it cannot be opened."""

    words: str
    page: str
    is_here: bool
    is_done: bool


@dataclass(frozen=True)
class Reason:
    """Why some rows cannot come in, with the first of them."""

    column: str
    why: str
    remedy: str
    rows: int
    row: int
    value: str


@dataclass(frozen=True)
class FirstRows:
    """The first rows as they are understood: the names of their fields, and their values."""

    names: list[str]
    rows: list[list[str]]


# Where somebody is led


def next_page(who: Actor, found: Upload) -> str:
    """The page on which a person goes on with a draft."""
    if lacks_questions(found) and found.choices.get("questions"):
        return "evidence:questions"
    is_unseen = found.source is None and "roles" not in found.choices
    if is_unseen or not found.look or found.look.get("problems"):
        return "evidence:reading"
    if unclassed(found) and not found.offences and may_describe_file(who, found):
        return "evidence:offences"
    return "evidence:upload"


def steps(found: Upload, here: str) -> list[Step]:
    """The way of a file, as far as this one goes it."""
    order = [("file", _("File"), "")]
    order += [("reading", _("Columns"), "evidence:reading")]
    if is_microdata(found):
        order += [("questions", _("Questions"), "evidence:questions")]
    else:
        order += [("offences", _("Offences"), "evidence:offences" if unclassed(found) else "")]
    order += [("send", _("Bring in"), "evidence:upload")]
    names = [name for name, _words, _page in order]
    at = names.index(here)
    return [
        Step(said, page if number < at else "", number == at, number < at)
        for number, (_name, said, page) in enumerate(order)
    ]


# What is known of it


def known_spec(found: Upload) -> SourceSpec | None:
    """How files of its source are read; None for a new source."""
    return from_json(found.source.spec) if found.source else None


def current_spec(found: Upload) -> SourceSpec | None:
    """How this file is read now; None while that is open."""
    return from_json(found.spec) if found.spec else known_spec(found)


def has_months_in_columns(found: Upload) -> bool:
    """Whether it is a table that rather wants to be typed in."""
    return bool(month_columns(one["header"] for one in found.suggestion.get("columns", [])))


def may_describe_file(who: Actor, found: Upload) -> bool:
    """Whether this person may say how the file is read: it becomes the mapping of the source.

    How the published values of a survey are read is said in the pack.
    """
    if found.source:
        if found.source.shape not in SHAPES:
            return False
        return may_describe(who, found.source.owner.code if found.source.owner else None)
    return may_describe(who, found.about.get("owner") or None)


# Answers of a survey


def shape_of(found: Upload) -> str:
    """What a row of the file is, as it stands now."""
    if found.source:
        return str(found.source.shape)
    return str(found.choices.get("shape") or found.suggestion.get("shape", ""))


def is_microdata(found: Upload) -> bool:
    """Whether each row is somebody who answered a survey."""
    return shape_of(found) == "microdata"


def is_another_kind(found: Upload, shape: str | None) -> bool:
    """Whether a person says that the rows are answers after all, or that they are none."""
    if found.source or shape not in SHAPES:
        return False
    return (shape == "microdata") != is_microdata(found)


def choices_of_kind(found: Upload, shape: str) -> dict[str, Any]:
    """What is shown first when the rows are said to be answers, or to be none."""
    suggestion = Suggestion.from_json(found.suggestion)
    if shape == "microdata":
        return first_survey(suggestion)
    edition = programme.edition_on(programme.today())
    return first_choices(replace(suggestion, shape=shape), edition.code if edition else "")


def of_questions(found: Upload) -> dict[str, Any]:
    """What was chosen on the page of the questions, which the page of the columns leaves alone."""
    kept = ("questions", "questions_checked")
    return {key: found.choices[key] for key in kept if key in found.choices}


def lacks_questions(found: Upload) -> bool:
    """Whether nothing is wrong with its columns, but its questions are not settled."""
    return any(one["where"] == QUESTIONS for one in found.look.get("problems", []))


def answer_columns(found: Upload) -> list[str]:
    """The columns that may hold answers: not those of people, nor those that say who was drawn."""
    suggestion = Suggestion.from_json(found.suggestion)
    spec = known_spec(found)
    seen = chosen(suggestion, {**found.choices, "shape": "microdata"}) if found.choices else None
    drawn = {c.index for c in (seen.columns if seen else ()) if c.role != IGNORE}
    known = {name for column in spec.columns.values() for name in column.names} if spec else set()
    return [
        column.header
        for column in suggestion.columns
        if not column.is_personal and column.index not in drawn and column.header not in known
    ]


def unclassed(found: Upload) -> list[tuple[str, int]]:
    """The categories of the file that nobody has classed for its source."""
    categories = [(str(name), int(rows)) for name, rows in found.look.get("categories", [])]
    known = queries.offences(found.source.code) if found.source else {}
    asked = offences.unclassed(categories, {n.upper(): row for n, row in known.items()})
    return asked[:MOST_ASKED]


def unclassed_of_source(source: Source) -> list[tuple[str, int]]:
    """The categories of its imports that nobody has classed; their rows are not counted again."""
    said = [
        str(name)
        for row in queries.batches(source.code).filter(visible=True)
        for name in row.notes.get("unmapped_categories", [])
    ]
    distinct = {name.upper(): (name, 0) for name in reversed(said)}
    known = {name.upper(): row for name, row in queries.offences(source.code).items()}
    return sorted(offences.unclassed(list(distinct.values()), known))[:MOST_ASKED]


@dataclass(frozen=True)
class PacksOffence:
    """A category as the pack classes it, in words."""

    category: str
    iccs: str
    protection: str


def classed_on_pages(source: Source) -> list[Classed]:
    """What people said on pages that the categories of a source are, as it holds now."""
    rows = queries.offences(source.code).values()
    found = [Classed.from_offence(row) for row in rows if row.origin == Origin.PAGE]
    return sorted(found, key=lambda row: row.category)


def classed_by_pack(source: Source) -> list[PacksOffence]:
    """What the pack says of the categories of a source, also where it says so for every source."""
    rows = queries.offences(source.code).values()
    return [
        PacksOffence(
            row.category,
            f"{row.iccs} {iccs.label(row.iccs)}".strip() if row.iccs else "",
            str(PROTECTION_NAMES[offences.protection_of(row.flags)]),
        )
        for row in sorted(rows, key=lambda row: row.category)
        if row.origin == Origin.PACK
    ]


def tells_attempted(found: Upload) -> bool:
    """Whether the file says in a column of its own, or as a whole, which were attempts."""
    spec = current_spec(found)
    if spec is None:
        return True
    told, category = spec.columns.get("attempted"), spec.columns.get("category")
    if category is None or not category.names:
        return True
    return told is not None and told.names != category.names


def has_rejected_rows(batch: Batch) -> bool:
    """Whether its rejected rows can still be downloaded to be corrected."""
    return bool(batch.rejected) and store.rejected_rows_path(settings.HOME, batch.pk).exists()


def is_without_identity(spec: SourceSpec) -> bool:
    """Whether a record that comes twice would be counted twice."""
    return spec.releases == "add" and spec.shape == "incidents" and "id" not in spec.columns


def send_form(found: Upload, data: Any = None) -> SendForm | None:
    """The question whether the file takes the place of another; None where it does not arise."""
    spec = current_spec(found)
    if found.corrects_id or found.is_keyed or spec is None or not is_without_identity(spec):
        return None
    earlier = uploads.overlapping(found)
    return SendForm(earlier, [_which(row) for row in earlier], data) if earlier else None


def _which(row: Batch) -> str:
    return _("the import of %(day)s, %(rows)s rows, %(first)s to %(last)s") % {
        "day": words.day(row.imported_at),
        "rows": words.number(row.accepted),
        "first": words.day(row.first_day),
        "last": words.day(row.last_day),
    }


# What its pages show


def look_context(found: Upload) -> dict[str, Any]:
    """The last dry run, for a template."""
    look = found.look
    return {
        "upload": found,
        "name": uploads.name_of(found),
        "look": look,
        # What the next page asks for is no fault of this one
        "problems": [one for one in look.get("problems", []) if one["where"] != QUESTIONS],
        "reasons": [_reason(one) for one in look.get("reasons", [])],
        "first_rows": _first_rows(look.get("rows", []), current_spec(found)),
        "first_day": _day(look.get("first_day")),
        "last_day": _day(look.get("last_day")),
        "warnings": found.suggestion.get("warnings", []),
        "has_months_in_columns": has_months_in_columns(found),
        "is_published": found.suggestion.get("shape") == "survey" and not found.source,
        "steps": steps(found, "reading"),
        "is_packs": found.source is not None and found.source.origin == "pack",
    }


def upload_page(who: Actor, found: Upload) -> dict[str, Any]:
    """All that the page of an upload shows."""
    job = uploads.job_of(found)
    open_categories = unclassed(found)
    return {
        **look_context(found),
        "job": job,
        "phase": _phase(job.phase if job else ""),
        "is_under_way": uploads.is_under_way(found, job),
        "unclassed": open_categories,
        "classed": found.offences,
        "may_describe": may_describe_file(who, found),
        "uploader": programme.names_of([found.uploaded_by]).get(found.uploaded_by, ""),
        "steps": steps(found, "send"),
        "lacking": uploads.still_wrong(found.corrects) if found.corrects else 0,
        "is_mine": found.uploaded_by == who.id,
    }


def iccs_classes() -> list[tuple[str, str]]:
    """Number and name of every class of ICCS, for the list beside a field."""
    return [(code, one.label) for code, one in iccs.classes().items() if code]


def _phase(phase: str) -> str:
    known = {
        "hash": _("reading the file"),
        "decode": _("finding its encoding and header"),
        "check": _("checking every row"),
        "write": _("writing"),
    }
    return known.get(phase, _("waits for its turn"))


def _reason(one: dict[str, Any]) -> Reason:
    why, remedy = REASONS[one["reason"]]
    remedy = REMEDIES.get(one["reason"], remedy)
    return Reason(one["column"], str(why), str(remedy), one["rows"], one["row"], one["value"])


def _first_rows(rows: list[dict[str, Any]], spec: SourceSpec | None) -> FirstRows:
    keys = list(dict.fromkeys(key for row in rows for key in row))
    places = {row.ref: row.name for row in programme.places()} if rows else {}
    names: dict[str, Any] = {**FIELD_NAMES}
    survey = spec.survey if spec else None
    answers = {answer_slot(q.code): q.name for q in survey.questions} if survey else {}
    if survey:
        names |= SURVEY_NAMES | answers | {"day": FIELD_NAMES["day"]}
    said: dict[Any, str] = {1: _("yes"), 0: _("no")}
    return FirstRows(
        [str(names.get(key, key)) for key in keys],
        [
            [
                said.get(row.get(key, ""), "")
                if key in answers
                else _cell(key, row.get(key), places)
                for key in keys
            ]
            for row in rows
        ],
    )


def _cell(key: str, value: Any, places: Mapping[str, str]) -> str:
    if key == "precision":
        return str(PRECISION_NAMES.get(value, value))
    if key == "place" and value in places:
        return places[value]
    if key in ("day", "last_day", "registered") and value:
        return words.day(_day(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return words.number(value, 5)
    return str(value)


def _day(text: str | None) -> Any:
    from datetime import date

    return date.fromisoformat(text) if text else None
