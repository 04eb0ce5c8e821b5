"""Where the line of a place stops, and where only the map changed: each day with its name."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from convive.domain.observatory import queries, sayings
from convive.domain.observatory.desk import Desk
from convive.domain.observatory.parts import Break
from convive.kernel.figures import Mark, MarkKind
from convive.kernel.texts import in_language


def breaks(at: Desk) -> tuple[Break, ...]:
    """The breaks of the series, and the changes of the map that it does not follow."""
    found = [_break(at, mark) for mark in sayings.breaks(at.here, at.period)]
    return tuple(sorted([*found, *crossed(at)], key=lambda one: one.on))


def crossed(at: Desk) -> list[Break]:
    """Changes of the map since which the source still counts this place as it was before."""
    end = at.source.edition_on(at.period.end) or ""
    names = _names(at, end)
    return [
        Break(
            edition.valid_from,
            MarkKind.BOUNDARY,
            _label(MarkKind.BOUNDARY),
            _("%(edition)s. This source still counts as before, so the line goes on.")
            % {"edition": in_language(edition, "name")},
            names,
            is_crossed=True,
        )
        for edition in queries.drawn_anew(at.place, end)
        if at.period.start < edition.valid_from <= at.period.end
    ]


def _break(at: Desk, mark: Mark) -> Break:
    if mark.on is None:
        raise ValueError("a break has a day")
    is_map = mark.kind is MarkKind.BOUNDARY
    before = at.source.edition_on(mark.on - timedelta(days=1)) or "" if is_map else ""
    return Break(mark.on, mark.kind, _label(mark.kind), mark.text, _names(at, before))


def _label(kind: MarkKind) -> str:
    return _("boundary change") if kind is MarkKind.BOUNDARY else _("method change")


def _names(at: Desk, edition: str) -> str:
    """The later places that this edition still counts within the place."""
    held = at.census.drawings.holds(at.place.ref, edition)
    names = queries.place_names(held) if held else {}
    return ", ".join(sorted(names[ref] for ref in held))
