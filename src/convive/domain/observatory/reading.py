"""Reads a question put to the observatory: which source, places and records; or says why not.

What a source does not record is refused here, so that it is never answered with a zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from convive.domain.observatory import queries
from convive.domain.observatory.exposure import Census, Drawings
from convive.domain.observatory.rules import firm_until
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.evidence.queries import Need, Selection, SourceView, require
from convive.evidence.support import lacks
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Question
from convive.kernel.periods import Period

FILTERS = ("source", "offence", "category", "sex", "age_band", "attempted")

# filter -> the fields of which a source must have one for it
_FIELDS = {"sex": {"victim_sex"}, "age_band": {"age_band"}, "attempted": {"attempted"}}
_OF_RESPONDENTS = {"sex": {"sex"}, "age_band": {"age_band", "age"}}
_YES, _NO = {"yes", "true", "1", "sí", "si"}, {"no", "false", "0"}


@dataclass(frozen=True)
class Asked:
    """A question that its source can be asked.

    places : what is counted together: one place, or every district of the programme.
    name : what they are called in a sentence.
    drawings : how the boundary editions differ.
    holds : names of later places that the source still counts within these at the end.
    """

    source: SourceView
    places: tuple[Place, ...]
    name: str
    period: Period
    where: Mapping[str, str]
    drawings: Drawings
    holds: tuple[str, ...] = ()

    @property
    def is_divided(self) -> bool:
        """Whether another drawing of the map parts or joins one of these places."""
        return any(self.drawings.divides(place.ref) for place in self.places)

    def selection(self, period: Period | None = None, *, whole: bool = False) -> Selection:
        """The records that are asked for; `whole` leaves offence and category out."""
        where = {} if whole else self.where
        attempted = self.where.get("attempted")
        return Selection(
            source=self.source.code,
            period=period or self.period,
            places=tuple(ref for place in self.places for ref in queries.refs(place)),
            all_of=queries.all_of(self._apart(), self.source.spec.place.scheme, self.drawings),
            offence=where.get("offence") or None,
            category=where.get("category") or None,
            attempted=None if attempted is None else attempted.lower() in _YES,
            victim_sex=self.where.get("sex") or None,
            age_band=self.where.get("age_band") or None,
        )

    def _apart(self) -> list[Place]:
        """The places that the source counts apart, when the period begins and when it ends."""
        ends = (self.period.start, self.period.end)
        editions = [self.source.edition_on(day) or "" for day in ends]
        return [
            place
            for place in self.places
            if not any(self.drawings.within(place.ref, edition) for edition in editions)
        ]

    def census(self) -> Census:
        """The people of these places, of the sex and age asked for."""
        return queries.census(
            self.places,
            self.drawings,
            sex=self.where.get("sex") or "total",
            age_band=self.where.get("age_band") or "total",
        )


def read(question: Question) -> Asked:
    """Find the source and the places of a question.

    Raises BadInput for what does not exist, Refused for what the source does not record.
    """
    source = _source(question.where)
    _fields(source, question.where)
    if question.place is None:
        places, name = tuple(programme.districts()), _("the districts of the programme")
        if not places:
            raise BadInput.at(
                "--place", _("The programme has no districts yet."), _("Apply a pack first.")
            )
    else:
        place = programme.place(question.place)
        places, name = (place,), place.name
    return asked_of(source, places, name, question.period, question.where, queries.drawings())


def asked_of(
    source: SourceView,
    places: tuple[Place, ...],
    name: str,
    period: Period,
    where: Mapping[str, str],
    drawings: Drawings,
    names: Mapping[str, str] | None = None,
) -> Asked:
    """The question about these places. A place that the source counts within another is refused.

    names : of places, where they are known already.
    """
    refs = {place.ref for place in places}
    first, last = (source.edition_on(day) or "" for day in (period.start, period.end))
    for place in places:
        for edition in (first, last):
            within = drawings.within(place.ref, edition)
            if within is not None and within not in refs:
                said = {
                    "edition": edition,
                    "name": queries.place_names([within])[within],
                    "ref": within,
                }
                raise Refused.at(
                    place.ref,
                    _("This source (boundaries %(edition)s) still counts it within %(name)s.")
                    % said,
                    _("Ask for %(name)s (%(ref)s).") % said,
                )
    held = {ref for place in places for ref in drawings.holds(place.ref, last)} - refs
    if names is None:
        names = queries.place_names(held) if held else {}
    holds = tuple(sorted(names[ref] for ref in held))
    return Asked(source, places, name, period, where, drawings, holds)


def reach_of(view: SourceView) -> date:
    """The day up to which records of a source have come in: its last record, or its cut-off.

    A cut-off tells nothing of a month whose last days are in no file.
    """
    if view.coverage is None:
        raise Refused.at(view.code, _("Nothing has been imported from this source yet."))
    end, whole = view.coverage.end, evidence.whole(view.code)
    if view.as_of is None or whole is None or whole.end < end:
        return end
    return max(end, view.as_of)


def firm_of(view: SourceView) -> date:
    """The last day of the last month of a source that no longer grows."""
    return firm_until(reach_of(view), view.limits.late_months)


def counted(asked: Asked) -> None:
    """Refuse what cannot be counted: a survey, a period finer than the source's months."""
    source = asked.source
    if source.spec.is_survey:
        raise Refused.at(
            source.code,
            _("A survey publishes estimates; its answers are not counts of events."),
            _("Ask for observatory.estimate with --where question=…"),
        )
    if not asked.period.is_whole_months and Need.DAY in lacks(source.spec):
        raise Refused.at(
            words.period(asked.period),
            _("This source counts by month."),
            _("Ask for whole months, such as 2023-01 to 2023-12."),
        )


def complete(asked: Asked) -> None:
    """Refuse what needs every record from a source whose export was cut off at a number of rows."""
    require(asked.source.spec, Need.TREND)


def _source(where: Mapping[str, str]) -> SourceView:
    code = where.get("source")
    if not code:
        known = [source.code for source in evidence.sources() if source.coverage is not None]
        raise BadInput.at(
            "source",
            _("Sources are never mixed in one figure: one must be named."),
            _("Write --where source=NAME with one of: %(names)s.") % {"names": ", ".join(known)}
            if known
            else _("Import evidence first: convive evidence import FILE --source NAME."),
        )
    return evidence.source(code)


def _fields(source: SourceView, where: Mapping[str, str]) -> None:
    fields = _FIELDS if source.shape != "microdata" else _OF_RESPONDENTS
    for name, columns in fields.items():
        if where.get(name) and not columns & set(source.spec.columns):
            raise Refused.at(
                f"{name}={where[name]}",
                _("The source %(source)s does not record this.") % {"source": source.code},
                _("Leave the filter out, or choose another source."),
            )
    attempted = where.get("attempted")
    if attempted and attempted.lower() not in _YES | _NO:
        raise BadInput.at(f"attempted={attempted}", _("Write yes or no."))
    if not source.spec.is_survey:
        _offence(source, where)


def _offence(source: SourceView, where: Mapping[str, str]) -> None:
    """A class or category that the source never records would be answered with a false zero."""
    listed = evidence.offences(source.code)
    iccs, category = where.get("offence"), where.get("category")
    if iccs and not any(row.iccs.startswith(iccs) for row in listed.values()):
        known = sorted({row.iccs for row in listed.values() if row.iccs})
        raise Refused.at(
            f"offence={iccs}",
            _("The source %(source)s records no offence of this ICCS class.")
            % {"source": source.code},
            _("It records: %(names)s.") % {"names": ", ".join(known) or words.no_value()},
        )
    if category and category.upper() not in {name.upper() for name in listed}:
        raise BadInput.at(
            f"category={category}",
            _("The source %(source)s has no category of this name.") % {"source": source.code},
            _("Choose one of: %(names)s.") % {"names": "; ".join(listed)},
        )
