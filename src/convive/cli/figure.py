"""convive figure: one number with its interval, its source and its date."""

from __future__ import annotations

import click

from convive.cli.common import Session, command


@command()
@click.argument("measure")
@click.option("--place", metavar="SCHEME:CODE", help="Default: the districts of the programme.")
@click.option("--from", "first", required=True, metavar="PERIOD", help="2023, 2023Q1 or 2023-01.")
@click.option("--to", "last", metavar="PERIOD", help="Included. Default: the same as --from.")
@click.option("--where", "filters", multiple=True, metavar="NAME=VALUE", help="May be repeated.")
def figure(
    session: Session,
    measure: str,
    place: str | None,
    first: str,
    last: str | None,
    filters: tuple[str, ...],
) -> None:
    """Answer MEASURE for a place and a period, both ends included.

    Say which source with --where source=NAME; docs/figures.md lists the measures and their filters.

    Example: convive figure observatory.rate --place PE-INEI:130102 --from 2023-01 --to 2023-12
    --where source=mininter-vaw --json
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import EVERYWHERE, require
    from convive.domain.observatory.queries import scope
    from convive.domain.programme import queries
    from convive.kernel import words
    from convive.kernel.errors import BadInput
    from convive.kernel.figures import Question, Status
    from convive.kernel.figures import figure as answer
    from convive.kernel.periods import Period

    where = {}
    for text in filters:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise BadInput.at(f"--where {text}", _("This is not a filter."), _("Write NAME=VALUE."))
        where[name] = value
    here = scope(queries.place(place)) if place else EVERYWHERE
    require(session.actor, Permission.SEE_FIGURES, here)
    found = answer(measure, Question(Period.between(first, last or first), place, where))
    session.answer(found.as_json())
    if session.as_json:
        return
    session.say(found.words)
    session.say(
        _("Source: %(source)s; received up to %(day)s.")
        % {
            "source": found.source,
            "day": words.day(found.as_of),
        }
    )
    session.say(found.method)
    if found.status is not Status.OK:
        session.say(_("Status: %(status)s.") % {"status": found.status.value})
    for mark in found.marks:
        session.say(f"◆ {words.day(mark.on)}: {mark.text}" if mark.on else f"◆ {mark.text}")
