"""A fixed cast of people and the small programme in which they act. Any test may borrow them.

Each role has one person; a second municipal officer and a second agency officer stand in another
district and another organisation. The programme is built with plain models, not from the pack, so
that a test knows all of it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import make_password
from django.test import Client

from convive.access.rules import Actor
from convive.domain.plans.models import (
    Combination,
    Commitment,
    Indicator,
    IndicatorVersion,
    Objective,
    Plan,
    Target,
)
from convive.domain.programme import queries
from convive.domain.programme.models import (
    BoundaryEdition,
    Composition,
    Membership,
    Organisation,
    Place,
    Programme,
    User,
)
from convive.domain.programme.signin import note_second_factor

PASSWORD = "una frase larga y clara"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
START = date(2014, 5, 22)
LA_ESPERANZA, EL_PORVENIR = "PE-INEI:130105", "PE-INEI:130102"


@dataclass(frozen=True)
class Person:
    """Somebody of the cast. No districts means all of them."""

    key: str
    role: str
    organisation: str = ""
    districts: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"


CAST = {
    person.key: person
    for person in (
        Person("coordinator", "coordinator"),
        Person("agency_officer", "agency_officer", "unfpa", (LA_ESPERANZA,)),
        Person("other_agency_officer", "agency_officer", "unodc", (EL_PORVENIR,)),
        Person("municipal_officer", "municipal_officer", "muni-la-esperanza", (LA_ESPERANZA,)),
        Person("other_municipal_officer", "municipal_officer", "muni-el-porvenir", (EL_PORVENIR,)),
        Person("case_worker", "case_worker", "unfpa", (LA_ESPERANZA,)),
        Person("analyst", "analyst", districts=(LA_ESPERANZA,)),
        Person("auditor", "auditor"),
        Person("funder", "funder"),
        Person("system_staff", "system_staff"),
    )
}


def make_programme() -> Programme:
    """Trujillo in small: its places, both boundary editions, five organisations."""
    programme = Programme.objects.create(
        code="trujillo",
        title_es="Convivencia pacífica en Trujillo",
        title_en="Peaceful coexistence in Trujillo",
        short_es="Trujillo",
        short_en="Trujillo",
        purpose_es="Reducir la inseguridad.",
        purpose_en="Reduce insecurity.",
        start=START,
        end=date(2017, 5, 21),
        zone="America/Lima",
        country="PE",
        emergency=[{"number": "105", "name_es": "Policía", "name_en": "Police"}],
        schemes={"PE-INEI": {"digits": [2, 4, 6], "name_es": "INEI", "name_en": "INEI"}},
        thresholds={"default": 5, "sensitive": 10},
    )
    make_places()
    for code, kind, name in (
        ("unodc", "un", "UNODC"),
        ("unfpa", "un", "UNFPA"),
        ("muni-la-esperanza", "municipality", "Municipalidad de La Esperanza"),
        ("muni-el-porvenir", "municipality", "Municipalidad de El Porvenir"),
        ("untfhs", "funder", "UNTFHS"),
    ):
        Organisation.objects.create(
            code=code,
            kind=kind,
            name_es=name,
            name_en=name,
            part_es=f"La parte de {name}",
            part_en=f"The part of {name}",
            is_lead=code == "unodc",
            is_funder=code == "untfhs",
            valid_from=START,
        )
    return programme


def make_places() -> dict[str, Place]:
    """Region, province and five districts, by code; Alto Trujillo was part of El Porvenir."""
    places: dict[str, Place] = {}
    for code, level, name in (
        ("13", "region", "La Libertad"),
        ("1301", "province", "Trujillo"),
        ("130101", "district", "Trujillo"),
        ("130102", "district", "El Porvenir"),
        ("130103", "district", "Florencia de Mora"),
        ("130105", "district", "La Esperanza"),
        ("130112", "district", "Alto Trujillo"),
    ):
        places[code] = Place.objects.create(
            scheme="PE-INEI",
            code=code,
            level=level,
            name_es=name,
            name_en=name,
            parent=places.get(code[:-2]),
            in_programme=level == "district" and code != "130101",
            other_codes={"PE-RENIEC": "120111"} if code == "130105" else {},
        )
    old, new = (
        BoundaryEdition.objects.create(
            code=code, name_es=code, name_en=code, valid_from=first, valid_to=last
        )
        for code, first, last in (
            ("pe-2017", date(2010, 1, 1), date(2023, 12, 31)),
            ("pe-2024", date(2024, 1, 1), None),
        )
    )
    for part in ("130102", "130112"):
        Composition.objects.create(
            edition=new, older=old, whole=places["130102"], part=places[part]
        )
    return places


def make_plan(*, baseline: float | None = 0, target: float = 7600, **version: object) -> Plan:
    """The plan of the whole programme with one objective and one indicator, `people-reached`."""
    plan = Plan.objects.create(
        code="joint", name_es="Plan", name_en="Plan", start=START, end=date(2017, 5, 21)
    )
    objective = Objective.objects.create(
        plan=plan, code="1", level="outcome", name_es="Convivencia", name_en="Coexistence"
    )
    indicator = Indicator.objects.create(objective=objective, code="people-reached")
    make_version(indicator, **version)
    Target.objects.create(
        indicator=indicator,
        place=queries.programme_place(),
        combination=total(),
        due=date(2017, 5, 21),
        baseline=baseline,
        baseline_on=None if baseline is None else START,
        value=target,
    )
    return plan


def make_version(indicator: Indicator, **changes: object) -> IndicatorVersion:
    facts: dict[str, object] = {
        "version": 1,
        "valid_from": START,
        "name_es": "Personas alcanzadas",
        "name_en": "People reached",
        "definition_es": "Personas distintas",
        "definition_en": "Different people",
        "unit": "number",
        "numerator_es": "Personas",
        "numerator_en": "People",
        "ascending": True,
        "across_periods": "sum",
        "across_places": "sum",
        "disaggregation": "parallel",
        "categories": ["age_band", "sex"],
        "source": "registro",
    }
    return IndicatorVersion.objects.create(indicator=indicator, **{**facts, **changes})


def total() -> Combination:
    return Combination.objects.get_or_create(code=Combination.TOTAL)[0]


def make_commitment(plan: Plan, *, organisation: str, **changes: object) -> Commitment:
    """A commitment of an organisation, of La Esperanza and among partners unless said otherwise."""
    district = changes.pop("district", LA_ESPERANZA)
    facts: dict[str, object] = {
        "what": "Reparar 38 postes",
        "made_on": date(2016, 1, 1),
        "due": date(2016, 11, 30),
    }
    return Commitment.objects.create(
        plan=plan,
        organisation=queries.organisation(organisation),
        district=queries.place(str(district)) if district else None,
        **{**facts, **changes},
    )


def make_person(key: str, email: str = "", *, second_factor: bool = True) -> User:
    """The account of somebody of the cast, with their role; its sign-in is set up unless told."""
    person = CAST[key]
    user = User.objects.create(email=email or person.email, name=key, password=_hashed())
    membership = Membership.objects.create(
        user=user,
        role=person.role,
        organisation=queries.organisation(person.organisation) if person.organisation else None,
        all_districts=not person.districts,
        valid_from=START,
    )
    membership.districts.set([queries.place(ref) for ref in person.districts])
    if second_factor:
        totp.TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return user


def person(key: str) -> User:
    """The account of somebody of the cast, made on first use."""
    return User.objects.filter(email=CAST[key].email).first() or make_person(key)


def actor(key: str) -> Actor:
    """Somebody of the cast as actions see them."""
    return queries.actor_of(person(key))


def client_as(key: str, *, second_factor: bool = True) -> Client:
    """A browser in which somebody of the cast is signed in, with their second factor given."""
    user = person(key)
    client = Client()
    client.force_login(user)
    if second_factor:
        _give_second_factor(client, user)
    return client


def code_now(secret: str = SECRET) -> str:
    """The code that an authenticator app shows now."""
    now = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, now[len(now) // 2]))


def _give_second_factor(client: Client, user: User) -> None:
    """Mark the session as a sign-in with a code would."""

    class Request:
        session = client.session

    note_second_factor(Request, user)  # type: ignore[arg-type]
    Request.session.save()


@functools.cache
def _hashed() -> str:
    """One hash for the whole cast: argon2 is slow, and meant to be."""
    return make_password(PASSWORD)
