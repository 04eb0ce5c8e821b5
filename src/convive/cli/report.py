"""convive report: documents made of the programme's figures."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.reports.orders import Order


_LANGUAGE = click.option(
    "--lang",
    "language",
    type=click.Choice(["es", "en"]),
    default="es",
    show_default=True,
    help="Language of the document.",
)
_SOURCE = click.option(
    "--source", default="", help="Read this source alone. Default: all that cover it."
)
_INTERNAL = click.option(
    "--internal", is_flag=True, help="Print exact numbers and mark every page as internal."
)
_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The PDF to write. An older file of this name is replaced in one step.",
)


@click.group()
def report() -> None:
    """Documents to print and hand over.

    Example: convive report diagnosis --place PE-INEI:130105 --from 2018-01 --to 2024-12 --out d.pdf
    """


@command(report)
@click.option("--place", required=True, metavar="SCHEME:CODE", help="The district.")
@click.option("--from", "first", required=True, metavar="MONTH", help="First month or year.")
@click.option("--to", "last", required=True, metavar="MONTH", help="Last month or year, included.")
@_LANGUAGE
@_SOURCE
@_INTERNAL
@_OUT
def diagnosis(
    session: Session,
    place: str,
    first: str,
    last: str,
    language: str,
    source: str,
    internal: bool,
    out: Path,
) -> None:
    """The diagnosis chapter of a district's security plan, as a PDF that a screen reader follows.

    Small counts are hidden unless --internal. Without data for the place and period there is no
    document: the command says why and ends with 1.

    Example: convive report diagnosis --place PE-INEI:130105 --from 2018-01 --to 2024-12 --out d.pdf
    """
    session.open()
    from convive.kernel.periods import Period
    from convive.reports.orders import Order

    order = Order(place, Period.between(first, last), language, source, internal)
    print_now(session, order, out)


@command(report)
@click.option("--place", required=True, metavar="SCHEME:CODE", help="The district.")
@click.option("--month", required=True, metavar="MONTH", help="For instance 2024-12.")
@_LANGUAGE
@_SOURCE
@_INTERNAL
@_OUT
def brief(
    session: Session,
    place: str,
    month: str,
    language: str,
    source: str,
    internal: bool,
    out: Path,
) -> None:
    """One page on one district and month: what changed, what was found, what to decide.

    A change is told only where the evidence says so. Small counts are hidden unless --internal.

    Example: convive report brief --place PE-INEI:130105 --month 2024-12 --lang es --out b.pdf
    """
    session.open()
    from convive.kernel.periods import Period
    from convive.reports.orders import Kind, Order

    order = Order(place, Period.parse(month), language, source, internal, Kind.BRIEF)
    print_now(session, order, out)


def print_now(session: Session, order: Order, out: Path) -> None:
    """Make the report, write it in one step, and say what was written."""
    from django.utils.translation import ngettext

    from convive.kernel import words
    from convive.reports import actions

    started = time.perf_counter()
    made = actions.print_now(by=session.actor, order=order, out=out)
    seconds = round(time.perf_counter() - started, 2)
    session.say(
        ngettext("%(file)s: %(pages)s page.", "%(file)s: %(pages)s pages.", made.pages)
        % {"file": out, "pages": words.number(made.pages)}
    )
    session.answer(
        {
            "file": str(out),
            "sha256": made.sha256,
            "pages": made.pages,
            "seconds": seconds,
            "is_sample": made.is_sample,
        }
    )
