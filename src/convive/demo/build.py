"""Builds the demo through the same actions that people use: nothing is written past them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.permissions import Role
from convive.access.rules import Actor
from convive.demo import (
    cases,
    committees,
    courses,
    lists,
    referrals,
    register,
    rules,
    sample,
    values,
    wall,
)
from convive.demo import home as demo_home
from convive.demo.people import ACCOUNTS, of_role
from convive.domain.observatory import queries as observatory
from convive.domain.plans.actions import close_commitment, make_commitment
from convive.domain.programme import queries
from convive.domain.programme.actions_members import add_member, set_up_sign_in
from convive.evidence.actions import import_file
from convive.kernel.home import Home
from convive.kernel.periods import Period
from convive.pack.apply import apply
from convive.pack.check import check
from convive.reports import actions as reports
from convive.reports.orders import Order

PACK, PLAN = "trujillo", "programa-conjunto"
DIAGNOSIS = Order(
    place=rules.STEP_PLACE,
    period=Period.between(str(rules.YEARS[0]), str(rules.YEARS[-1])),
    language="es",
    source="sample-complaints",
)


@dataclass(frozen=True)
class Promise:
    """A commitment of the demo; days are counted from the day it is built."""

    what: str
    organisation: str
    district: str
    due_in: int
    is_public: bool = False
    kept: bool = False


PROMISES = (
    Promise(
        "Muestra: presentar el diagnóstico del distrito al CODISEC",
        "md-la-esperanza",
        "PE-INEI:130105",
        20,
        is_public=True,
    ),
    Promise(
        "Muestra: revisar con los vecinos el alumbrado de las rutas de los colegios",
        "md-el-porvenir",
        "PE-INEI:130102",
        45,
        is_public=True,
    ),
    Promise(
        "Muestra: entregar la lista de servicios de atención para mujeres, con horario y dirección",
        "mimp-cem",
        "PE-INEI:130103",
        -5,
    ),
    Promise(
        "Muestra: acordar el calendario de patrullaje integrado del trimestre",
        "pnp",
        "PE-INEI:130105",
        -20,
        kept=True,
    ),
)


def build(home: Home, *, by: Actor, say: Callable[[str], None]) -> None:
    """Fill an open and empty home. `say` is told each step as it begins."""
    say(_("The programme: applying the pack %(name)s.") % {"name": PACK})
    apply(check(Path(settings.PACKS) / PACK), by=by)
    say(_("People: one account or two for each role."))
    for account in ACCOUNTS:
        add_member(
            by=by,
            email=account.email,
            name=account.name,
            role=account.role.value,
            organisation=account.organisation,
            districts=account.districts,
        )
        set_up_sign_in(
            by=by,
            email=account.email,
            password=demo_home.password(home),
            secret=demo_home.totp_secret(home, account.email),
        )
    say(_("Evidence: three years of sample records, made by the rules of docs/demo.md."))
    _bring_in_samples(by)
    say(_("Results: eleven quarters, recorded by the agency and accepted by the coordinator."))
    _record_results()
    say(_("Commitments: four, one of them overdue and one kept."))
    _promise(by)
    say(_("A committee: one session held and one to come."))
    committees.hold(by=_municipality())
    say(_("A count of people: five lists that are made up, coded, counted and deleted."))
    lists.count(home, by=by)
    say(_("Registers: the people of five agencies, who are made up too."))
    agencies = [account for account in ACCOUNTS if account.role is Role.AGENCY_OFFICER]
    officers = {each.organisation: queries.actor_by_email(each.email) for each in agencies}
    register.fill(home, by=by, officers=officers)
    say(_("Courses of two agencies, who came to them, and referrals from one to the other."))
    courses.hold(officers)
    cem = queries.actor_by_email(of_role(Role.CASE_WORKER).email)
    referrals.send(officers, cem=cem)
    say(_("Cases of young people whom a team of an agency accompanies."))
    team = next(each for each in ACCOUNTS if each.local == "acompanamiento")
    cases.accompany(
        works=queries.actor_by_email(team.email), supervises=officers[team.organisation]
    )
    say(_("A protection unit, with sealed records of nobody. Its passphrase: %s") % wall.PASSPHRASE)
    wall.fill(leads=queries.actor_by_email(of_role(Role.COORDINATOR).email), works=cem)
    say(_("A diagnosis of La Esperanza, as a PDF."))
    reports.make(by=by, number=reports.ask(by=by, order=DIAGNOSIS).pk)


def _bring_in_samples(by: Actor) -> None:
    districts = observatory.districts_in(queries.programme_place())
    year = rules.YEARS[-1]
    edition = queries.edition_on(Period.parse(str(year)).end)
    known = observatory.census(districts, observatory.drawings())
    people = {}
    for place in districts:
        found = known.people(place.ref, year, edition.code) if edition else None
        if found is not None:
            people[place.ref] = found.value
    outlines = {place.ref: place.outline for place in districts if place.outline}
    with tempfile.TemporaryDirectory(prefix="convive-demo-") as folder:
        for source, path in sample.write(Path(folder), people, outlines).items():
            import_file(by=by, source=source, path=path)


def _record_results() -> None:
    agency = of_role(Role.AGENCY_OFFICER)
    with transaction.atomic():  # some three hundred acts: one wait for the disk instead of each
        values.record(
            by=queries.actor_by_email(agency.email),
            organisation=agency.organisation,
            reviewer=queries.actor_by_email(of_role(Role.COORDINATOR).email),
        )


def _municipality() -> Actor:
    return queries.actor_by_email(of_role(Role.MUNICIPAL_OFFICER).email)


def _promise(by: Actor) -> None:
    today = queries.today()
    for promise in PROMISES:
        made = make_commitment(
            by=by,
            plan=PLAN,
            what=promise.what,
            organisation=promise.organisation,
            district=promise.district,
            made_on=today - timedelta(days=60),
            due=today + timedelta(days=promise.due_in),
            is_public=promise.is_public,
        )
        if promise.kept:
            close_commitment(
                by=by, commitment=made.pk, state="done", on=made.due - timedelta(days=1)
            )
