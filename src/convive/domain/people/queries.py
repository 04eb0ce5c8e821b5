"""Every read of the register of people. Whoever asks sees the people of their organisation only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils.functional import cached_property

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope
from convive.domain.people import rules, search
from convive.domain.people.consent import Word
from convive.domain.people.facts import Facts
from convive.domain.people.models import Consent, ConsentScan, Import, Person, PersonToken
from convive.domain.people.rules import Said
from convive.domain.people.vocabulary import ADULT, Purpose
from convive.domain.programme import queries as programme
from convive.kernel import names

MOST_FOUND = 50
_TOKENS_AT_ONCE = 500
_AT_ONCE = 5000  # people read in one query
_WHOLE = ("organisation", "district", "same_as__organisation", "same_as__district")
_LOOKED_AT = 400  # of those that share most words, so many are opened and compared


@dataclass(frozen=True)
class Double:
    """Somebody on the register who may be the person that is being written down.

    row : theirs that is alike: their own, or one that was joined to it.
    """

    person: Person
    row: Person
    same_dni: bool
    same_birth: bool


def people_visible_to(
    who: Actor, permission: Permission = Permission.SEE_PEOPLE
) -> QuerySet[Person]:
    """The people whom this actor may see, each once: a double stands under the other."""
    rows = Person.objects.filter(programme.reached(who, permission), same_as=None, erased_on=None)
    return rows.select_related("organisation", "district", "worker")


def person(who: Actor, code: str) -> Person | None:
    """By its code, of those within this actor's reach, forgotten and joined ones among them: of
    others it takes the same work to find nobody. What they may do with it, `scope_of` tells."""
    rows = Person.objects.select_related("organisation", "district", "worker", "same_as")
    return rows.filter(programme.reached(who, Permission.SEE_PEOPLE), code=code).first()


def within_reach(who: Actor, permission: Permission = Permission.SEE_PEOPLE) -> QuerySet[Person]:
    """Every row of whom this actor has a right on: a double goes with the row it stands under."""
    own = Person.objects.filter(programme.reached(who, permission)).order_by().values("pk")
    rows = Person.objects.filter(Q(same_as=None, pk__in=own) | Q(same_as__in=own))
    return rows.order_by()


def scope_of(found: Person) -> Scope:
    return Scope(found.organisation.code, found.district.ref if found.district else None)


def find(who: Actor, text: str, permission: Permission = Permission.SEE_PEOPLE) -> list[Person]:
    """People whose name or DNI is like what was written, the likest first; MOST_FOUND at most.
    Who was entered twice is found by what either row says."""
    visible = people_visible_to(who, permission)
    number, wanted = names.dni(text), search.words(text)
    least = 1 if number else max(1, len(wanted) - 1)
    shared: dict[int, int] = {}
    for code in _registers(who, permission):
        tokens = search.Tokens(code)
        words = [{tokens.of_number(number)}] if number else [tokens.of_word(w) for w in wanted]
        shared.update(_likest(words, least, visible))
    # Where somebody has every word, only they are shown; else one word may be another
    best = max(shared.values(), default=0)
    found = [pk for pk, count in shared.items() if count == best][:_LOOKED_AT]
    rows = list(visible.filter(pk__in=found).prefetch_related("doubles"))
    alike = {one.pk: max(_alike(row, wanted) for row in (one, *one.doubles.all())) for one in rows}
    rows.sort(key=lambda row: (-alike[row.pk], row.name))
    return rows[:MOST_FOUND]


def likely_doubles(organisation: str, facts: Facts, apart: Person | None = None) -> list[Double]:
    """People of one register who may be the one with these facts. apart : one who is not asked of.

    Those of the same DNI; and those whose names are alike and whose births do not differ.
    """
    tokens = _tokens(search.Tokens(organisation), facts)
    dni, *words = tokens
    same = _sharing([dni], 1) if dni else Counter()
    shared = _sharing(words, least_shared(len(words)))
    return _doubles(organisation, facts, set(same), shared, apart)


class Alike:
    """Who on one register may be one of many people: their tokens are read at once.

    organisation : whose register. many : the facts that `to` is asked of.
    """

    def __init__(self, organisation: str, many: Iterable[Facts]) -> None:
        self._organisation, self._tokens = organisation, search.Tokens(organisation)
        self._people: dict[int, set[int]] = {}
        wanted: set[int] = set()
        for facts in many:
            for tokens in _tokens(self._tokens, facts):
                wanted |= tokens
        found = sorted(wanted)
        for start in range(0, len(found), _TOKENS_AT_ONCE):
            rows = PersonToken.objects.filter(token__in=found[start : start + _TOKENS_AT_ONCE])
            for token, person in rows.order_by().values_list("token", "person"):
                self._people.setdefault(token, set()).add(person)

    def to(self, facts: Facts) -> list[Double]:
        """As `likely_doubles`."""
        dni, *words = _tokens(self._tokens, facts)
        shared: Counter[int] = Counter()
        for tokens in words:
            shared.update(self._with(tokens))
        return _doubles(self._organisation, facts, self._with(dni), shared, None)

    def _with(self, tokens: set[int]) -> set[int]:
        """Whoever is kept under one of these tokens."""
        return set().union(*(self._people.get(token, ()) for token in tokens))


def _tokens(tokens: search.Tokens, facts: Facts) -> list[set[int]]:
    """The tokens of the DNI, then those of each word of the name."""
    number = names.dni(facts.dni)
    words = search.words(facts.given, facts.paternal, facts.maternal)
    return [{tokens.of_number(number)} if number else set(), *map(tokens.of_word, words)]


def _doubles(
    organisation: str, facts: Facts, same: set[int], shared: Counter[int], apart: Person | None
) -> list[Double]:
    """same : rows that have the DNI. shared : how many words of the name others bear.

    A row that was joined to another speaks for that one, as long as it knows of no other DNI.
    """
    number = names.dni(facts.dni)
    least = least_shared(len(search.words(facts.given, facts.paternal, facts.maternal)))
    alike = {pk for pk, count in shared.most_common(_LOOKED_AT) if count >= least}
    if not same | alike:
        return []
    rows = Person.objects.filter(organisation__code=organisation, erased_on=None)
    rows = rows.filter(Q(pk__in=same) | Q(pk__in=alike) & _may_be_born(facts))
    found = []
    for row in rows.select_related(*_WHOLE):
        kept = row.same_as or row
        if apart is not None and kept.pk == apart.pk:
            continue
        birth = births(row.born, facts)
        others = _other_dni(row, number) or _other_dni(kept, number)
        if row.pk in same or (birth is not False and not others):
            found.append(Double(kept, row, row.pk in same, birth is True))
    found.sort(key=lambda each: (not each.same_dni, not each.same_birth, -shared[each.row.pk]))
    likest: dict[int, Double] = {}
    for each in found:
        likest.setdefault(each.person.pk, each)
    return list(likest.values())[:10]


def _may_be_born(facts: Facts) -> Q:
    """Those whose month of birth, which lies in the clear, does not speak against these facts."""
    if facts.born is None:
        return Q()
    months = {facts.born.replace(day=1)}
    if facts.born.day <= 12:  # month and day swapped
        months.add(date(facts.born.year, facts.born.day, 1))
    return Q(birth_month=None) | Q(birth_month__in=months)


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
            said = Said(row.purpose, row.voice, row.agrees, row.given_on)
            found.setdefault(row.person_id, []).append(said)
        return found

    def to(self, purpose: str, person: Person) -> bool:
        said = self._said.get(person.pk, ())
        return rules.agrees(said, purpose, self.day, is_minor=minor_on(person))


def agrees(found: Person, purpose: Purpose | str) -> bool:
    """Whether this purpose is consented to now. What was withdrawn a moment ago is not."""
    return Agreed([found], programme.today()).to(purpose, found)


def newest_words(
    people: Collection[int] | QuerySet[Any, Any], purpose: Purpose | None = None
) -> QuerySet[Consent]:
    """The newest word of each voice on each purpose, for each person; or on one purpose."""
    newest = Consent.objects.filter(person__in=people).order_by()
    if purpose is not None:
        newest = newest.filter(purpose=purpose)
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
    """The day of birth is opened where its month, which lies in the clear, does not tell."""
    born = found.birth_month
    if born is not None and (day.year - born.year, day.month) == (ADULT, born.month):
        born = date.fromisoformat(found.born)
    return rules.is_minor(born, found.age_band, found.age_band_on, day)


def minor_on(found: Person) -> Callable[[date], bool]:
    """Whether somebody is under age on a day."""
    return partial(is_minor, found)


def yes_by(found: Person) -> list[Word]:
    """What each voice says yes to by its newest word, where that counts."""
    return [
        Word(row.purpose, row.voice, row.agrees, row.way, row.given_on)
        for row in newest_words([found.pk])
        if rules.counts(Said(row.purpose, row.voice, row.agrees, row.given_on), minor_on(found))
    ]


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


def those_counted(pks: Iterable[int]) -> list[Person]:
    """Of these people, who agrees to be counted in reports, and who was forgotten since."""
    found: list[Person] = []
    every, today = sorted(set(pks)), programme.today()
    for start in range(0, len(every), _AT_ONCE):
        part = Person.objects.filter(pk__in=every[start : start + _AT_ONCE])
        rows = list(part.select_related("district"))
        agreed = Agreed(rows, today)
        found += [one for one in rows if one.is_erased or agreed.to(Purpose.REPORTING, one)]
    return found


def unasked(account: int, day: date) -> int:
    """Of how many of a caseload it is not known that they agree to be attended."""
    people = caseload(account).order_by()
    words = newest_words(people.values("pk"), Purpose.SERVICES)
    said: dict[int, list[Said]] = {}
    for person, voice, says, on in words.values_list("person", "voice", "agrees", "given_on"):
        said.setdefault(person, []).append(Said(Purpose.SERVICES, voice, says, on))
    narrow = people.select_related(None).only(
        "code", "born", "birth_month", "age_band", "age_band_on"
    )
    return sum(
        not rules.agrees(said.get(one.pk, ()), Purpose.SERVICES, day, is_minor=minor_on(one))
        for one in narrow
    )


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


def _sharing(words: Sequence[set[int]], least: int) -> Counter[int]:
    """The rows that bear at least so many of some words, and how many. words : the tokens of each.

    Half a register may bear a common surname: the database counts, and tells those few alone.
    """
    if not words:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(*_borne(words, least))
        return Counter(dict(cursor.fetchall()))


def _likest(
    words: Sequence[set[int]], least: int, visible: QuerySet[Person]
) -> list[tuple[int, int]]:
    """Of these people, those of whom one row bears most of some words, at least so many, and how
    many; _LOOKED_AT at most. words : the tokens of each."""
    if not words:
        return []
    counted, values = _borne(words, least)
    seen, more = visible.order_by().select_related(None).values("pk").query.sql_with_params()
    sql = (
        "SELECT seen.pk, max(borne.words) FROM ({}) AS borne"
        " JOIN people_person AS own ON own.id = borne.person_id"
        " JOIN ({}) AS seen ON seen.pk = COALESCE(own.same_as_id, own.id)"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.format(counted, seen), [*values, *more, _LOOKED_AT])
        return [(int(pk), int(count)) for pk, count in cursor.fetchall()]


def _borne(words: Sequence[set[int]], least: int) -> tuple[str, list[Any]]:
    """SQL of the rows that bear at least so many of some words, with how many, and its values."""
    rows = PersonToken.objects.order_by().values("person_id").distinct()
    first, *rest = (rows.filter(token__in=tokens) for tokens in words)
    sql, values = first.union(*rest, all=True).query.sql_with_params()
    counted = (
        "SELECT person_id, count(*) AS words FROM ({}) AS each_word"
        " GROUP BY 1 HAVING count(*) >= %s"
    )
    return counted.format(sql), [*values, least]


def _alike(row: Person, wanted: list[str]) -> int:
    """How many of the words sound exactly so."""
    own = set(search.words(row.given, row.paternal, row.maternal))
    return sum(word in own for word in wanted)


def _other_dni(row: Person, number: str) -> bool:
    return bool(number and row.dni and row.dni != number)
