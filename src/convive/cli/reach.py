"""convive reach: how many different people several agencies reached, without sharing a name."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.domain.reach.coded.encode import Encoded

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def reach() -> None:
    """Different people over the lists of several agencies, without sharing a name.

    The agencies make a key, each encodes its own list, and whoever links holds no key.

    Example: convive reach link a.tokens b.tokens --json
    """


@command(reach)
@click.option("--out", required=True, type=_OUT, help="The file to make; parts get .1, .2, …")
@click.option("--split", default="", metavar="K-of-N", help="In N parts, any K of which give it.")
def key(session: Session, out: Path, split: str) -> None:
    """Make the key of a run. The agencies make it together, never whoever links.

    It is shown to nobody but the file's owner. Delete it once all have encoded: with it, an
    eight-digit DNI can be guessed.

    Example: convive reach key --out run.key --split 2-of-3
    """
    session.load()
    import datetime as dt

    from django.utils.translation import gettext as _

    from convive.domain.reach.coded import keys
    from convive.kernel.errors import BadInput

    made = keys.make(dt.datetime.now(dt.UTC).date())
    files = {out: made}
    if split:
        found = re.fullmatch(r"(\d{1,3})-of-(\d{1,3})", split)
        if not found:
            raise BadInput.at(f"--split {split}", _("This is not K-of-N."), _("Write 2-of-3."))
        parts = keys.split(made, int(found[1]), int(found[2]))
        files = {out.with_name(f"{out.name}.{each.part}"): each for each in parts}
    keys.write_all(files)
    session.answer({"run": made.run, "name": made.name, "files": [str(path) for path in files]})
    if not session.as_json:
        for path in files:
            session.say(str(path))
        session.say(
            _("Run %(run)s. Delete the key once every agency has encoded.") % {"run": made.run}
        )


@command(reach)
@click.argument("file", type=_FILE)
@click.option("--key", "keys_", required=True, multiple=True, type=_FILE, help="Or its parts.")
@click.option("--agency", required=True, metavar="CODE", help="unfpa, unodc, …")
@click.option("--out", required=True, type=_OUT, help="The file to send to whoever links.")
@click.option("--schema", "schema_", type=_FILE, help="Fields and weights; default: the usual.")
@click.option("--id", "id_column", default="", metavar="COLUMN", help="Default: the first.")
@click.option("--keep-ids", is_flag=True, help="Write the list's own ids: for tests.")
@click.option("--sample", is_flag=True, help="The people are made up.")
def encode(
    session: Session,
    file: Path,
    keys_: tuple[Path, ...],
    agency: str,
    out: Path,
    schema_: Path | None,
    id_column: str,
    keep_ids: bool,
    sample: bool,
) -> None:
    """Encode a list of people on the agency's own machine. No name is left in what it writes.

    CSV, XLSX or ODS. Columns are known by their names in Spanish or English; the first one is the
    list's own id. Beside the tokens it writes OUT.ids.csv, which says whose each random id is: it
    stays with the agency. Whoever did not consent to linkage is left out.

    Example: convive reach encode people.csv --key run.key --agency unfpa --out unfpa.tokens
    """
    session.load()
    from convive.domain.reach.coded import columns, keys, schema, tokens
    from convive.domain.reach.coded.encode import encode as encoded_list

    people = columns.read(file, id_column)
    encoded = encoded_list(
        people, keys.read(keys_), agency, schema.read(schema_), keep_ids=keep_ids, is_sample=sample
    )
    from convive.domain.reach.coded.files import write_private

    table = out.with_name(f"{out.name}.ids.csv")
    write_private({table: _table(encoded), out: tokens.to_bytes(encoded.tokens)})
    receipt = encoded.receipt
    session.answer(receipt.as_json() | {"out": str(out), "ids": str(table)})
    if not session.as_json:
        for line in receipt.lines():
            session.say(line)
        session.say(f"{out}\n{table}")


def _table(encoded: Encoded) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["token_id", "own_id"])
    rows.writerows(encoded.table)
    return out.getvalue().encode()


@command(reach)
@click.option(
    "--lang",
    "language",
    type=click.Choice(["es", "en"]),
    default="es",
    show_default=True,
    help="Language of the document.",
)
@click.option(
    "--run", "number", type=click.IntRange(1), help="Which count. Default: the newest finished."
)
@click.option(
    "--out",
    type=_OUT,
    required=True,
    help="The PDF to write. An older file of this name is replaced in one step.",
)
def report(session: Session, language: str, number: int | None, out: Path) -> None:
    """The report of a finished count, as a PDF that a screen reader follows; small counts hidden.

    Example: convive reach report --lang es --out r.pdf
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.cli.report import print_now
    from convive.domain.reach import queries
    from convive.kernel.errors import BadInput
    from convive.reports import reach as reports

    run = None
    if number is not None and (run := queries.run(number)) is None:
        raise BadInput.at(
            f"--run {number}", _("There is no such count."), _("See the page of counts.")
        )
    print_now(session, reports.order_for(language, run), out)


@command(reach, name="link")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--pairs", "pairs_", type=_OUT, help="A table of matched pairs: for tests and checks."
)
@click.option("--pack", "pack_", type=_FOLDER, help="Its targets are held against the count.")
@click.option(
    "--aim", "aims", multiple=True, metavar="INDICATOR", help="…=young_women: who it is of."
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of chance.")
def link_command(
    session: Session,
    files: tuple[Path, ...],
    pairs_: Path | None,
    pack_: Path | None,
    aims: tuple[str, ...],
    seed: int,
) -> None:
    """Link lists of tokens: how many different people are in them. No key is needed.

    With --json, `answer` is what may be passed on; the rest is for whoever links.

    Example: convive reach link unfpa.tokens unodc.tokens --pack packs/trujillo --aim people-reached
    """
    session.load()
    from convive.cli.analyse_told import Progress
    from convive.cli.reach_told import aims_of, lines_of
    from convive.domain.reach.coded import count, link, tokens
    from convive.domain.reach.coded.files import write_private

    targets = aims_of(pack_, aims)
    lists = [tokens.read(path) for path in files]
    with Progress(session) as progress:
        linked = link.link(lists, seed=seed, progress=progress)
    if pairs_:
        write_private({pairs_: link.pairs_csv(linked).encode()})
    told = count.answer(linked, targets, seed=seed).as_json()
    session.answer(link.as_json(linked) | {"answer": told})
    if not session.as_json:
        for line in lines_of(told):
            session.say(line)
