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
from convive.domain.people.models import Consent, ConsentScan, Import, Person, PersonToken
from convive.domain.people.rules import Said
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.kernel import names

MOST_FOUND = 50
_TOKENS_AT_ONCE = 500
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
        rows = rows.filter(programme.within_reach(who, permission))
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
    return Alike(organisation, [facts]).to(facts, apart)


class Alike:
    """Who on one register may be one of many people: their tokens are read at once.

    organisation : whose register. many : the facts that `to` is asked of.
    """

    def __init__(self, organisation: str, many: Iterable[Facts]) -> None:
        self._organisation, self._tokens = organisation, search.Tokens(organisation)
        self._people: dict[int, set[int]] = {}
        wanted: set[int] = set()
        for facts in many:
            for tokens in self._asked(facts):
                wanted |= tokens
        found = sorted(wanted)
        for start in range(0, len(found), _TOKENS_AT_ONCE):
            rows = PersonToken.objects.filter(token__in=found[start : start + _TOKENS_AT_ONCE])
            for token, person in rows.order_by().values_list("token", "person"):
                self._people.setdefault(token, set()).add(person)

    def to(self, facts: Facts, apart: Person | None = None) -> list[Double]:
        """As `likely_doubles`."""
        number, wanted = names.dni(facts.dni), _words(facts)
        dni, *words = self._asked(facts)
        same = self._with(dni)
        shared: Counter[int] = Counter()
        for tokens in words:
            shared.update(self._with(tokens))
        least = least_shared(len(wanted))
        alike = {pk for pk, count in shared.most_common(_LOOKED_AT) if count >= least}
        if not same | alike:
            return []
        rows = Person.objects.filter(pk__in=same | alike, same_as=None, erased_on=None)
        rows = rows.filter(organisation__code=self._organisation)
        found = []
        for row in rows.select_related("organisation", "district"):
            if apart is not None and row.pk == apart.pk:
                continue
            birth = births(row.born, facts)
            if row.pk in same or (birth is not False and not _other_dni(row, number)):
                found.append(Double(row, row.pk in same, birth is True))
        found.sort(
            key=lambda each: (not each.same_dni, not each.same_birth, -shared[each.person.pk])
        )
        return found[:10]

    def _asked(self, facts: Facts) -> list[set[int]]:
        """The tokens of the DNI, then those of each word of the name."""
        number = names.dni(facts.dni)
        dni = {self._tokens.of_number(number)} if number else set()
        return [dni, *(self._tokens.of_word(word) for word in _words(facts))]

    def _with(self, tokens: set[int]) -> set[int]:
        """Whoever is kept under one of these tokens."""
        return set().union(*(self._people.get(token, ()) for token in tokens))


def _words(facts: Facts) -> list[str]:
    return search.words(facts.given, facts.paternal, facts.maternal)


def least_shared(words: int) -> int:
    """How many of so many words of a name two people share who may be one."""
    return max(2, words - 1) if words > 1 else 1


def births(own: str, facts: Facts) -> bool | None:
    """Whether somebody born on a day (`2001-07-30`) was born on that of these facts, month and day
    swapped or not; None where one does not say, or by band alone."""
    if facts.born is None or not own:
        return None
    said = facts.born.isoformat()
    swapped = f"{said[:4]}-{said[8:]}-{said[5:7]}"
    return own in (said, swapped)


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


def scans(found: Person) -> QuerySet[ConsentScan]:
    """The papers on which somebody agreed, the newest first; what they show is not read."""
    rows = ConsentScan.objects.filter(Q(person=found) | Q(person__same_as=found))
    return rows.defer("content")


def is_minor(found: Person, day: date) -> bool:
    return rules.is_minor(found.birth_month, found.age_band, found.age_band_on, day)


def age_band(found: Person, day: date) -> str:
    return rules.band_on(found.birth_month, found.age_band, found.age_band_on, day)


def doubles_of(found: Person) -> QuerySet[Person]:
    """Rows that were joined to this one."""
    return found.doubles.order_by("pk")


def import_of(who: Actor, code: str) -> Import | None:
    """A file that this very actor brought in."""
    rows = Import.objects.select_related("organisation")
    return rows.filter(code=code, made_by=who.id).first()


def was_imported(organisation: str, file_hash: str) -> bool:
    """Whether people of this very file were written down before."""
    rows = Import.objects.filter(organisation__code=organisation, file_hash=file_hash)
    return rows.exclude(done_at=None).exists()


def caseload(account: int) -> QuerySet[Person]:
    """The people whom somebody attends."""
    rows = Person.objects.filter(worker=account, same_as=None, erased_on=None)
    return rows.select_related("organisation", "district")


def unasked(account: int, day: date) -> list[Person]:
    """Those of a caseload of whom it is not known that they agree to be attended."""
    people = list(caseload(account))
    agreed = Agreed(people, day)
    return [one for one in people if not agreed.to(Purpose.SERVICES, one)]


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


def _other_dni(row: Person, number: str) -> bool:
    return bool(number and row.dni and row.dni != number)
