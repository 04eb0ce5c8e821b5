"""Every read of the register of people. Whoever asks sees the people of their organisation only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Q, QuerySet
from django.utils.functional import cached_property

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope
from convive.domain.people import rules, search
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, Person, PersonToken
from convive.domain.people.rules import Said
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.kernel import names

MOST_FOUND = 50
_LOOKED_AT = 400  # of those that share most words, so many are opened and compared


@dataclass(frozen=True)
class Double:
    """Somebody on the register who may be the person that is being written down."""

    person: Person
    same_dni: bool
    same_birth: bool


def people_visible_to(
    who: Actor, permission: Permission = Permission.SEE_PEOPLE
) -> QuerySet[Person]:
    """The people whom this actor may see, each once: a double stands under the other."""
    rows = Person.objects.filter(same_as=None, erased_on=None)
    if not who.is_system:
        rows = rows.filter(_reach(who, permission))
    return rows.select_related("organisation", "district", "worker")


def person(code: str) -> Person | None:
    """By its code; whoever asks is checked by `scope_of`."""
    rows = Person.objects.select_related("organisation", "district", "worker", "same_as")
    return rows.filter(code=code).first()


def scope_of(found: Person) -> Scope:
    return Scope(found.organisation.code, found.district.ref if found.district else None)


def find(who: Actor, text: str, permission: Permission = Permission.SEE_PEOPLE) -> list[Person]:
    """People whose name or DNI is like what was written, the likest first; MOST_FOUND at most."""
    visible = people_visible_to(who, permission)
    number, wanted = names.dni(text), search.words(text)
    shared: Counter[int] = Counter()
    for code in _registers(who, permission):
        tokens = search.Tokens(code)
        if number:
            shared.update(_with({tokens.of_number(number)}))
        else:
            for word in wanted:
                shared.update(_with(tokens.of_word(word)))
    # Where somebody has every word, only they are shown; else one word may be another
    most = shared.most_common(_LOOKED_AT)
    best = most[0][1] if most else 0
    if best < (1 if number else max(1, len(wanted) - 1)):
        return []
    rows = list(visible.filter(pk__in=[pk for pk, count in most if count == best]))
    rows.sort(key=lambda row: (-_alike(row, wanted), row.name))
    return rows[:MOST_FOUND]


def likely_doubles(organisation: str, facts: Facts, apart: Person | None = None) -> list[Double]:
    """People of one register who may be the one with these facts. apart : one who is not asked of.

    Those of the same DNI; and those whose names are alike and whose births do not differ.
    """
    tokens = search.Tokens(organisation)
    number = names.dni(facts.dni)
    same = set(_with({tokens.of_number(number)})) if number else set()
    wanted = search.words(facts.given, facts.paternal, facts.maternal)
    shared: Counter[int] = Counter()
    for word in wanted:
        shared.update(_with(tokens.of_word(word)))
    least = max(2, len(wanted) - 1) if len(wanted) > 1 else 1
    alike = {pk for pk, count in shared.most_common(_LOOKED_AT) if count >= least}
    rows = Person.objects.filter(pk__in=same | alike, same_as=None, erased_on=None)
    rows = rows.filter(organisation__code=organisation).select_related("organisation", "district")
    found = []
    for row in rows if apart is None else rows.exclude(pk=apart.pk):
        birth = _births(row, facts)
        if row.pk in same or (birth is not False and not _other_dni(row, number)):
            found.append(Double(row, row.pk in same, birth is True))
    found.sort(key=lambda each: (not each.same_dni, not each.same_birth, -shared[each.person.pk]))
    return found[:10]


@dataclass
class Agreed:
    """What the people of a list agreed to, read once."""

    people: Sequence[Person]
    day: date

    @cached_property
    def _said(self) -> dict[int, list[Said]]:
        found: dict[int, list[Said]] = {}
        for row in newest_words([person.pk for person in self.people]):
            said = Said(row.purpose, row.voice, row.agrees)
            found.setdefault(row.person_id, []).append(said)
        return found

    def to(self, purpose: str, person: Person) -> bool:
        return rules.agrees(
            self._said.get(person.pk, ()), purpose, minor=is_minor(person, self.day)
        )


def agrees(found: Person, purpose: Purpose | str) -> bool:
    """Whether this purpose is consented to now. What was withdrawn a moment ago is not."""
    return Agreed([found], programme.today()).to(purpose, found)


def newest_words(people: Iterable[int]) -> QuerySet[Consent]:
    """The newest word of each voice on each purpose, for each person."""
    newest = Consent.objects.filter(person__in=list(people)).order_by()
    last = newest.values("person", "purpose", "voice").annotate(last=Max("pk")).values("last")
    return Consent.objects.filter(pk__in=last)


def consents(found: Person) -> QuerySet[Consent]:
    """Every word that was written down, the newest first."""
    return found.consents.order_by("-pk")


def is_minor(found: Person, day: date) -> bool:
    return rules.is_minor(found.birth_month, found.age_band, found.age_band_on, day)


def age_band(found: Person, day: date) -> str:
    return rules.band_on(found.birth_month, found.age_band, found.age_band_on, day)


def doubles_of(found: Person) -> QuerySet[Person]:
    """Rows that were joined to this one."""
    return found.doubles.order_by("pk")


def caseload(account: int) -> QuerySet[Person]:
    """The people whom somebody attends."""
    rows = Person.objects.filter(worker=account, same_as=None, erased_on=None)
    return rows.select_related("organisation", "district")


def unasked(account: int, day: date) -> list[Person]:
    """Those of a caseload of whom it is not known that they agree to be attended."""
    people = list(caseload(account))
    agreed = Agreed(people, day)
    return [one for one in people if not agreed.to(Purpose.SERVICES, one)]


def _reach(who: Actor, permission: Permission) -> Q:
    """What a list of people is narrowed to: deny by default."""
    found = Q(pk__in=())
    for grant in who.grants_with(permission):
        one = Q()
        if grant.organisations is not None:
            one &= Q(organisation__code__in=grant.organisations)
        if grant.districts is not None:
            one &= Q(district=None) | _in_districts(grant.districts)
        found |= one
    return found


def _in_districts(refs: Iterable[str]) -> Q:
    found = Q(pk__in=())
    for ref in refs:
        scheme, _colon, code = ref.partition(":")
        found |= Q(district__scheme=scheme, district__code=code)
    return found


def _registers(who: Actor, permission: Permission) -> list[str]:
    """The organisations whose people somebody may look for."""
    every = programme.organisations().values_list("code", flat=True)
    if who.is_system:
        return list(every)
    grants = who.grants_with(permission)
    return [
        code
        for code in every
        if any(grant.organisations is None or code in grant.organisations for grant in grants)
    ]


def _with(tokens: set[int]) -> list[int]:
    """Whoever is kept under one of these tokens, once."""
    rows = PersonToken.objects.filter(token__in=tokens).order_by()
    return list(set(rows.values_list("person", flat=True)))


def _alike(row: Person, wanted: list[str]) -> int:
    """How many of the words sound exactly so."""
    own = set(search.words(row.given, row.paternal, row.maternal))
    return sum(word in own for word in wanted)


def _births(row: Person, facts: Facts) -> bool | None:
    """Whether they were born on one day; None where one does not say, or by band alone."""
    if facts.born is None or not row.born:
        return None
    own = row.born
    said = facts.born.isoformat()
    swapped = f"{said[:4]}-{said[8:]}-{said[5:7]}"
    return own in (said, swapped)


def _other_dni(row: Person, number: str) -> bool:
    return bool(number and row.dni and row.dni != number)
