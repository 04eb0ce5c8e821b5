"""With which others a place is compared: chosen by a rule that never looks at the outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from convive.domain.observatory import queries, traits
from convive.domain.observatory.analyses import compare, counted, similar
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.questions import Beside
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence


def answer(asked: Beside) -> Answer:
    """A place beside its peers; the answer names the rule, and how like it they are.

    Raises Refused where the place cannot be compared in these months.
    """
    rule = asked.chosen["peers"]
    if rule == "before":
        given = counted.of_periods(asked.source, asked.place.ref, asked.period, asked.offence)
        return _told(asked, given, None)
    alike = _alike(asked) if rule == "similar" else None
    others = _chosen(alike) if alike else _RULES[rule](asked.place)
    given = counted.beside(asked.source, asked.place.ref, others, asked.period, asked.offence)
    return _told(asked, given, alike)


def _told(asked: Beside, given: counted.Counted, alike: Answer | None) -> Answer:
    found = compare.answer(given, compare.Options(fewest=asked.fewest))
    more: dict[str, Any] = {"peers": asked.chosen["peers"]}
    if alike is None:
        return replace(found, asked={**found.asked, **more})
    return Answer(
        found.say,
        {**found.numbers, "similar": alike.numbers},
        lambda: [*found.caveats, alike.sentence, *alike.caveats],
        {**found.asked, **more, "traits": alike.asked["traits"], "year": alike.asked["year"]},
    )


def _alike(asked: Beside) -> Answer:
    """Chosen within the boundaries of the records, by what was known when the months began."""
    edition = evidence.source(asked.source).edition_on(asked.period.end) or ""
    number = min(similar.NUMBER, len(traits.candidates(edition)) - 1)
    year = asked.period.start.year
    return similar.answer(asked.place, year=year, edition=edition, number=number)


def _chosen(alike: Answer) -> list[Place]:
    return [programme.place(unit["ref"]) for unit in alike.numbers["units"]]


def _programme(place: Place) -> list[Place]:
    return [each for each in programme.districts().order_by("code") if each.pk != place.pk]


def _province(place: Place) -> list[Place]:
    found = queries.districts_in(queries.province_of(place))
    return [each for each in found if each.pk != place.pk]


_RULES: dict[str, Callable[[Place], list[Place]]] = {
    "programme": _programme,
    "province": _province,
}
