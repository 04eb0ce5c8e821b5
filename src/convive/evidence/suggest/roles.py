"""Which field each column is: its name proposes, its values decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from convive.evidence.reading.header import plain
from convive.evidence.suggest.column import IGNORE, ColumnSuggestion, in_role
from convive.evidence.suggest.fits import fit
from convive.evidence.suggest.places import Surroundings
from convive.evidence.suggest.values import Values
from convive.evidence.suggest.words import (
    AREA_WORDS,
    CRIME_WORDS,
    PERSONAL_WORDS,
    ROLE_WORDS,
    TEXT_WORDS,
    is_number_head,
    match,
)

_SAMPLES, _LENGTH = 5, 40
# Name and values together: 2 and more where both agree in full
_SURE, _LIKELY = 1.8, 1.2
_INTERVAL = 0.5
# A number and not said of what: less than a name that says that it is the complaint's
_BARE_NUMBER = 0.7
# Where no name helps, these may be told by their values alone
_BY_VALUES = ("datetime", "date", "period", "part", "category")
_PARTS_OF_DATE = ("year", "month", "day", "hour", "minute")


@dataclass(frozen=True)
class Named:
    """A column with its header and values."""

    index: int
    header: str
    values: Values


@dataclass(frozen=True)
class _Claim:
    """A column claims a role."""

    strength: float
    role: str
    column: Named
    why: str


def assign(
    columns: Sequence[Named], around: Surroundings, known: Mapping[str, str]
) -> tuple[ColumnSuggestion, ...]:
    """A role for every column; each role is given once, the strongest claim first.

    known : header without case and blanks -> role, of a mapping that is kept.
    """
    taken: dict[int, ColumnSuggestion] = {}
    for column in columns:
        if plain(column.header) in known:
            why = _("The mapping of this source names it.")
            taken[column.index] = _told(column, known[plain(column.header)], "sure", why, around)
        elif _is_personal(column):
            taken[column.index] = _personal(column)
    roles = {column.role for column in taken.values()} - {IGNORE}
    free = [column for column in columns if column.index not in taken]
    claims = _agreeing([claim for c in free for claim in _claims(c, around)], roles)
    for claim in sorted(claims, key=_order):
        index = claim.column.index
        if index in taken or claim.role in roles or _SHUT_OUT.get(claim.role, set()) & roles:
            continue
        roles.add(claim.role)
        confidence = (
            "sure"
            if claim.strength >= _SURE
            else "likely"
            if claim.strength >= _LIKELY
            else "unsure"
        )
        taken[index] = _told(claim.column, claim.role, confidence, claim.why, around)
    for column in columns:
        taken.setdefault(column.index, _left(column, roles, around))
    return tuple(taken[column.index] for column in columns)


def _claims(column: Named, around: Surroundings) -> list[_Claim]:
    if is_number_head(column.header):
        if column.values.is_running:
            return []  # the next export numbers its rows otherwise
        # Beside other numbers it may say how many; in front, or as a code, which record it is
        if column.values.is_record_number and (column.index == 0 or not column.values.numbers):
            why = _("It is headed as a number, and no two rows have the same.")
            return [_Claim(_BARE_NUMBER + 1, "id", column, why)]
    is_area = match(column.header, AREA_WORDS) > 0.6
    is_identifier = match(column.header, ROLE_WORDS["id"]) == 1
    found = []
    for role, phrases in ROLE_WORDS.items():
        named = match(column.header, phrases)
        if not named and (role not in _BY_VALUES or is_area):
            continue
        if role == "n" and is_identifier and named < 1:  # “número de denuncia” is no number of them
            continue
        strength, why = fit(role, column.values, around)
        if not strength or (role == "category" and not _lists_offences(column, named)):
            continue
        if named:
            reason = _("Its name says so") + (f"; {why}." if why else ".")
            found.append(_Claim(named + strength, role, column, reason))
        elif strength >= 1 and why:
            found.append(_Claim(strength - 0.1, role, column, why[0].upper() + why[1:] + "."))
    exact = {claim.role for claim in found if match(column.header, ROLE_WORDS[claim.role]) == 1}
    # “fecha de corte” is no date of an event, although it says “fecha”
    return [claim for claim in found if claim.role in exact] if exact else found


def _lists_offences(column: Named, named: float) -> bool:
    """Kinds of places and of papers are called “type” too: the words or the header must tell."""
    is_named = named == 1 or match(column.header, CRIME_WORDS) > 0.6
    return is_named or column.values.is_offences > 0.3


def _order(claim: _Claim) -> tuple[float, bool, int, int]:
    """The strongest first, an interval before a single date beside it; of equals, a whole date
    before its parts, and the finest offences.
    """
    finest = -claim.column.values.distinct if claim.role == "category" else 0
    is_part = claim.role in _PARTS_OF_DATE
    strength = claim.strength + (_INTERVAL if claim.role in ("from", "to") else 0)
    return -round(strength, 3), is_part, finest, claim.column.index


def _agreeing(claims: list[_Claim], kept: set[str]) -> list[_Claim]:
    """Without claims that make sense only beside another one, where that is missing.

    kept : roles that a known mapping gives.
    """
    roles = {claim.role for claim in claims} | kept
    named = {claim.role for claim in claims if claim.strength > _LIKELY} | kept
    gone: set[str] = set()
    if not {"from", "to"} <= named:
        gone |= {"from", "to"}
    if not {"x", "y"} <= roles:
        gone |= {"x", "y"}
    if "weight" not in named or not {"stratum", "cluster"} & named:
        gone |= {"weight", "stratum", "cluster"}
    if "value" not in named or not {"lower", "upper", "se", "question"} & named:
        gone |= {"question", "value", "lower", "upper", "se"}
    if "year" not in roles:
        gone |= {"day"}
    if not {"hour", "time", "datetime"} & roles:
        gone |= {"minute"}
    claims = [claim for claim in claims if claim.role not in gone]
    return [claim for claim in claims if not _is_odd_one(claim, claims)]


def _is_odd_one(claim: _Claim, claims: list[_Claim]) -> bool:
    """A coordinate in metres where both in degrees are there, or the other way round."""
    pair = {"x": "y", "y": "x"}.get(claim.role)
    if pair is None:
        return False
    others = [c for c in claims if c.role in ("x", "y")]
    best = max(others, key=lambda c: c.strength)
    return _is_degrees(best.column) != _is_degrees(claim.column)


def _is_degrees(column: Named) -> bool:
    return column.values.between(-180, 180)


_SHUT_OUT: dict[str, set[str]] = {
    "datetime": {"from", "to", "date", "period", "year"},
    "date": {"from", "to", "datetime", "period", "year", "day"},
    "period": {"from", "to", "datetime", "date", "year", "month", "day"},
    "month": {"period", "date", "datetime", "from"},
    "from": {"datetime", "date", "period"},
    "to": {"datetime", "date", "period"},
    "hour": {"time", "datetime", "from"},
    "time": {"hour", "datetime", "from"},
    "year": {"date", "datetime", "from", "period"},
    "day": {"date", "datetime", "from", "period"},
    "minute": {"time", "datetime", "from"},
}


# People


def _is_personal(column: Named) -> bool:
    values = column.values
    if not values.filled:
        return False
    if values.is_contact > 0.5 or values.is_free_text:
        return True
    if values.is_about_people and not match(column.header, ROLE_WORDS["id"]):
        return True
    # A name over few different words is a list of kinds; over sexes and ages, what it says
    named = match(column.header, PERSONAL_WORDS)
    field = max(
        match(column.header, ROLE_WORDS[r]) for r in ("victim_sex", "age_band", "n", "part")
    )
    if named > 0.6 and named >= field and values.distinct > 0.2 * values.filled:
        return True
    return match(column.header, TEXT_WORDS) > 0.6 and values.distinct > 0.5 * values.filled


def _personal(column: Named) -> ColumnSuggestion:
    values = column.values
    return ColumnSuggestion(
        index=column.index,
        header=column.header,
        filled=values.filled / values.rows,
        distinct=values.distinct,
        confidence="sure",
        why=_("It seems to name or describe people."),
        warning=_("It is not taken in. Better still: ask for the file without it."),
        is_personal=True,
    )


# How it is told


def _told(
    column: Named, role: str, confidence: str, why: str, around: Surroundings
) -> ColumnSuggestion:
    values = column.values
    told = ColumnSuggestion(
        index=column.index,
        header=column.header,
        samples=tuple(_shortened(text) for text, _n in values.counted[:_SAMPLES]),
        filled=values.filled / values.rows if values.rows else 0.0,
        distinct=values.distinct,
        confidence=confidence,
        why=why,
        texts=tuple(" ".join(text.split()) for text, _n in values.known) if values.is_words else (),
        precision=_precision(values),
    )
    return in_role(told, role, around.names)


def _precision(values: Values) -> str:
    if not values.dates:
        return ""
    return "clock" if values.has_clock else "month" if values.is_first_of_month else "day"


def _shortened(text: str) -> str:
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"


def _left(column: Named, roles: set[str], around: Surroundings) -> ColumnSuggestion:
    values, header = column.values, column.header
    if not values.filled:
        why = _("It is empty.")
    elif is_number_head(header) and values.is_running:
        why = _(
            "It only numbers the rows of this file, from first to last: the next file may number "
            "them otherwise, so it identifies none."
        )
    elif match(header, ROLE_WORDS["id"]) == 1 and values.is_unique <= 0.98:
        why = _(
            "Its name says identifier, but %(rows)s rows share %(distinct)s values: rows that "
            "repeat one would be rejected."
        ) % {"rows": values.filled, "distinct": values.distinct}
    elif match(header, AREA_WORDS + "," + ROLE_WORDS["place"]) > 0.6 and "place" in roles:
        why = _("The code of the place says it already.")
    elif values.is_date > 0.9 and {"from", "date", "datetime"} & roles:
        why = _("Another column tells when it happened.")
    elif max(match(header, ROLE_WORDS[role]) for role in ("x", "y")) > 0.6 and "x" in roles:
        why = _("Other columns tell the position.")
    else:
        why = _("Nothing that is kept was recognised in it.")
    return _told(column, IGNORE, "likely", why, around)
