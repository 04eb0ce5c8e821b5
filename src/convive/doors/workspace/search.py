"""Search in the workspace: each part finds its own, and only what this person may open.

What is searched are names and codes of the programme: places, bodies, indicators, commitments,
sources, committees, and members for whoever manages accounts. People served are never found here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.committees import queries as committees
from convive.domain.observatory import desk
from convive.domain.observatory import queries as observatory
from convive.domain.plans import queries as plans
from convive.domain.plans.models import Indicator
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence

SHORTEST = 2  # letters: one finds everything
_SHOWN = 10  # of each part; who needs more writes more


@dataclass(frozen=True)
class Found:
    """One thing that matches.

    text : everything of it that is searched.
    """

    title: str
    url: str
    detail: str
    text: str


@dataclass(frozen=True)
class Group:
    """What one part found. `more`: there is more than is shown."""

    title: str | Promise
    found: tuple[Found, ...]
    more: bool


def search(who: Actor, words: str) -> list[Group]:
    """What this person may open and what holds every word, by part; empty parts are left out.

    words : accents and capitals make no difference; a word may be the beginning of one.
    """
    wanted = fold(words).split()
    if len("".join(wanted)) < SHORTEST:
        return []
    groups = []
    for title, find in _PARTS:
        matching = (thing for thing in find(who) if _holds(fold(thing.text), wanted))
        found = tuple(islice(matching, _SHOWN + 1))
        if found:
            groups.append(Group(title, found[:_SHOWN], more=len(found) > _SHOWN))
    return groups


def fold(text: str) -> str:
    """The text without accents and capitals."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in parted if not unicodedata.combining(mark))


def _holds(text: str, wanted: Iterable[str]) -> bool:
    """Whether each word begins a word of the text."""
    spaced = " " + "".join(mark if mark.isalnum() else " " for mark in text)
    return all(f" {_only_letters(word)}" in spaced for word in wanted)


def _only_letters(word: str) -> str:
    return " ".join("".join(mark if mark.isalnum() else " " for mark in word).split())


def _places(who: Actor) -> Iterator[Found]:
    for place in desk.programme_places():
        if may(who, Permission.SEE_FIGURES, observatory.scope(place)):
            url = reverse("observatory:place", args=(place.scheme, place.code))
            names = f"{place.name_es} {place.name_en} {place.code}"
            yield Found(place.name, url, place.ref, names)


def _indicators(who: Actor) -> Iterator[Found]:
    if not may(who, Permission.SEE_PLAN):
        return
    rows = Indicator.objects.filter(retired_on=None).select_related("objective__plan")
    for row in rows.order_by("code").prefetch_related("versions"):
        plan, said = row.objective.plan, plans.latest_version(row)
        url = reverse("results:plan_of", args=(plan.code,)) + f"#{row.code}"
        yield Found(said.name, url, plan.name, f"{row.code} {said.name_es} {said.name_en}")


def _commitments(who: Actor) -> Iterator[Found]:
    for row in plans.commitments_visible_to(who):
        url = reverse("plans:commitment", args=(row.pk,))
        yield Found(row.what, url, row.organisation.name, f"{row.what} {row.organisation.code}")


def _sources(who: Actor) -> Iterator[Found]:
    for row in evidence.source_rows():
        scope = Scope(organisation=row.owner.code if row.owner else None)
        if may(who, Permission.SEE_EVIDENCE, scope):
            url = reverse("evidence:source", args=(row.code,))
            yield Found(row.name, url, row.code, f"{row.code} {row.name_es} {row.name_en}")


def _committees(who: Actor) -> Iterator[Found]:
    for row in committees.committees_visible_to(who):
        url = reverse("committees:committee", args=(row.code,))
        yield Found(row.name, url, row.organisation.name, f"{row.name_es} {row.name_en}")


def _bodies(who: Actor) -> Iterator[Found]:
    if not may(who, Permission.SEE_WORKSPACE):
        return
    for row in programme.organisations():
        url = reverse("programme:organisations") + f"#{row.code}"
        yield Found(row.name, url, row.code, f"{row.code} {row.name_es} {row.name_en}")


def _members(who: Actor) -> Iterator[Found]:
    if not may(who, Permission.MANAGE_MEMBERS):
        return
    seen: set[int] = set()
    for row in programme.members():
        if row.user_id not in seen:
            seen.add(row.user_id)
            url = reverse("programme:member", args=(row.user_id,))
            yield Found(row.user.name, url, row.role_name, f"{row.user.name} {row.user.email}")


_PARTS: tuple[tuple[str | Promise, Callable[[Actor], Iterator[Found]]], ...] = (
    (_("Places"), _places),
    (_("Commitments"), _commitments),
    (_("Indicators"), _indicators),
    (_("Committees"), _committees),
    (_("Sources"), _sources),
    (_("Who takes part"), _bodies),
    (_("Members"), _members),
)
