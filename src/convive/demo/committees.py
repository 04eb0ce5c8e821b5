"""Sample sessions of the committee of La Esperanza: one held, one to come. None happened."""

from __future__ import annotations

from datetime import timedelta

from convive.access.rules import Actor
from convive.demo import rules
from convive.domain.committees import actions_sessions as sessions
from convive.domain.committees import queries
from convive.domain.programme import queries as programme

COMMITTEE = "codisec-la-esperanza"


def hold(*, by: Actor) -> None:
    """A session a month ago, with quorum and two decisions, and the next one in twelve days.

    by : whoever keeps the committee. What it decides for its own municipality is promised at once;
    what it asks of another body waits for that body.
    """
    today = programme.today()
    committee = queries.committee(COMMITTEE)
    held = sessions.plan_session(
        by=by,
        committee=COMMITTEE,
        day=today - timedelta(days=30),
        place="Muestra: municipalidad de La Esperanza",
        agenda="Muestra: alumbrado de las rutas de los colegios\nMuestra: talleres para jóvenes",
        is_sample=True,
    )
    here = [seat for seat in queries.seats_on(committee, held.day) if seat.code != "poder-judicial"]
    present = {seat.pk: "alternate" if seat.code == "comisaria" else "titular" for seat in here}
    sessions.record_presence(by=by, session=held.pk, present=present)
    sessions.decide(
        by=by,
        session=held.pk,
        text="Muestra: reparar el alumbrado frente a tres colegios",
        how="consensus",
        organisation="md-la-esperanza",
        due=today + timedelta(days=25),
        is_public=True,
    )
    sessions.decide(
        by=by,
        session=held.pk,
        text="Muestra: abrir un taller de danza urbana en el distrito",
        how="vote",
        votes_for=4,
        votes_against=0,
        abstained=1,
        organisation="unfpa",
        due=today + timedelta(days=60),
    )
    sessions.close_session(by=by, session=held.pk, minutes=f"MUESTRA-{held.day.year}")
    sessions.plan_session(
        by=by,
        committee=COMMITTEE,
        day=today + timedelta(days=12),
        place="Muestra: municipalidad de La Esperanza",
        agenda=f"Muestra: seguimiento de los acuerdos\nMuestra: diagnóstico de {rules.YEARS[-1]}",
        is_sample=True,
    )
