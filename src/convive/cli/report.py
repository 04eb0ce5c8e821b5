"""convive report: documents made of the programme's figures."""

from __future__ import annotations

import time
from pathlib import Path

import click

from convive.cli.common import Session, command


@click.group()
def report() -> None:
    """Documents to print and hand over.

    Example: convive report diagnosis --place PE-INEI:130105 --from 2018-01 --to 2024-12 --out d.pdf
    """


@command(report)
@click.option("--place", required=True, metavar="SCHEME:CODE", help="The district.")
@click.option("--from", "first", required=True, metavar="MONTH", help="First month or year.")
@click.option("--to", "last", required=True, metavar="MONTH", help="Last month or year, included.")
@click.option(
    "--lang",
    "language",
    type=click.Choice(["es", "en"]),
    default="es",
    show_default=True,
    help="Language of the document.",
)
@click.option("--source", default="", help="Read this source alone. Default: all that cover it.")
@click.option(
    "--internal", is_flag=True, help="Print exact numbers and mark every page as internal."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The PDF to write. An older file of this name is replaced in one step.",
)
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
    from django.utils.translation import ngettext

    from convive.kernel import words
    from convive.kernel.periods import Period
    from convive.reports import actions
    from convive.reports.orders import Order

    started = time.perf_counter()
    order = Order(place, Period.between(first, last), language, source, internal)
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
