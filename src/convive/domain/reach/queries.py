"""Every read of runs: which there are, what each waits for, whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.reach.coded.schema import USUAL, Schema
from convive.domain.reach.models import Run, RunList
from convive.kernel.names import letters
from convive.kernel.periods import Period

LEAST_LISTS = 2  # one list has nobody to be counted twice with


def runs() -> QuerySet[Run]:
    """Every run with its lists, the latest first."""
    return Run.objects.select_related("job").prefetch_related("lists__organisation")


def run(number: int) -> Run | None:
    return runs().filter(pk=number).first()


def newest_finished() -> Run | None:
    """The run that was finished last; a real one goes before any trial."""
    return runs().filter(state=Run.State.DONE).order_by("is_sample", "-finished_at").first()


def newest_in(period: Period) -> Run | None:
    """The same of the runs that lie within a period; of those, one of most days goes first."""
    rows = runs().filter(state=Run.State.DONE, start__gte=period.start, end__lte=period.end)
    newest_first = rows.order_by("is_sample", "-finished_at")
    return min(newest_first, key=lambda row: (row.is_sample, -row.period.days), default=None)


def asked(number: int, organisation: str) -> RunList | None:
    """What a run asks an organisation for."""
    rows = RunList.objects.select_related("run", "organisation")
    return rows.filter(run=number, organisation__code=organisation).first()


def scope_of(found: RunList) -> Scope:
    return Scope(organisation=found.organisation.code)


def may_send(who: Actor, found: RunList) -> bool:
    return may(who, Permission.SEND_LIST, scope_of(found))


def lists_of(who: Actor, found: Run) -> list[RunList]:
    """What this person's organisations are asked for."""
    return [each for each in found.lists.all() if may_send(who, each)]


def missing(found: Run) -> list[RunList]:
    """Those whose list is not here."""
    return [each for each in found.lists.all() if not each.is_here]


def here(found: Run) -> list[RunList]:
    return [each for each in found.lists.all() if each.is_here]


def can_start(found: Run) -> bool:
    return found.state == Run.State.LISTS and len(here(found)) >= LEAST_LISTS


def who_can_be_asked() -> list[Organisation]:
    """Organisations that attend people: all but those that only pay."""
    rows = programme.organisations().filter(is_funder=False)
    return list(rows.exclude(kind=Organisation.Kind.FUNDER))


def schema() -> Schema:
    """How lists of this programme are encoded: the usual way, its districts known by name."""
    return Schema(USUAL.fields, USUAL.bits, _codes(programme.places().filter(level="district")))


def district_names() -> dict[str, str]:
    """The name of each district by its code, in the language of the reader."""
    return {place.code: place.name for place in programme.places().filter(level="district")}


def _codes(places: Iterable[object]) -> dict[str, str]:
    """Code by plain name; a name that two places bear is left to itself."""
    found: dict[str, set[str]] = {}
    for place in places:
        for name in (place.name_es, place.name_en):  # type: ignore[attr-defined]
            found.setdefault(letters(name), set()).add(place.code)  # type: ignore[attr-defined]
    return {name: codes.pop() for name, codes in sorted(found.items()) if len(codes) == 1}
