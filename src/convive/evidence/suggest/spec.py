"""Turns a suggestion into the mapping with which a source is imported."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from convive.evidence.mapping import (
    FIELDS,
    Column,
    EditionSpan,
    FileForm,
    Limits,
    PlaceCodes,
    SourceSpec,
)
from convive.evidence.spec import from_json
from convive.evidence.suggest.suggestion import IGNORE, ColumnSuggestion, Suggestion
from convive.kernel.errors import BadInput


def spec_of(
    found: Suggestion,
    *,
    code: str,
    category: str,
    editions: tuple[str, ...],
    attempted: tuple[str, ...],
    **more: Any,
) -> SourceSpec:
    """The spec; see `Suggestion.as_spec`. Raises BadInput where something is missing."""
    allowed = FIELDS.get(found.shape, ())
    _once(found)
    columns = {
        column.role: _column(column)
        for column in found.columns
        if column.role != IGNORE and column.role in allowed
    }
    for role, value in found.constants.items():
        columns.setdefault(role, Column(constant=value))
    if "category" in allowed and "category" not in columns:
        columns["category"] = Column(constant=category)
    elif attempted and "attempted" in allowed and "attempted" not in columns:
        columns["attempted"] = Column(
            names=columns["category"].names,
            values=dict.fromkeys(attempted, "true"),
            otherwise="false",
        )
    has_place = "place" in columns
    spec = SourceSpec(
        **{
            "code": code,
            "shape": found.shape,
            "zone": found.zone or "UTC",
            "crs": found.crs or "EPSG:4326",
            "absent_rows_are_zero": found.shape == "counts",
            # With identifiers, a record that comes again is the same one
            "releases": "add" if "id" in columns else "replace",
            "place": PlaceCodes(
                scheme=found.scheme, digits=found.digits, extent=min(2, found.digits)
            )
            if has_place
            else PlaceCodes(),
            "file": FileForm(
                date_order=found.date_order,
                missing=found.missing,
                sheet=found.sheet,
            ),
            "columns": columns,
            "day_parts": dict(found.day_parts) if "part" in columns else {},
            "editions": tuple(EditionSpan(edition) for edition in editions),
            "limits": Limits(
                month_only=found.precision == "month" and "date" in columns,
                snapped_points=found.is_snapped and "x" in columns,
            ),
            **more,
        }
    )
    return from_json(spec.as_json())


def _once(found: Suggestion) -> None:
    """Refuse two columns in one role: either could be meant."""
    headers: dict[str, str] = {}
    for column in found.columns:
        if column.role != IGNORE and column.role in headers:
            raise BadInput.at(
                column.header,
                _("It was given the same meaning as “%(other)s”: %(role)s.")
                % {"other": headers[column.role], "role": column.role},
                _("Keep the one that is meant and leave the other out."),
            )
        headers[column.role] = column.header


def _column(column: ColumnSuggestion) -> Column:
    return Column(names=(column.header,), values=dict(column.values), otherwise=column.otherwise)
