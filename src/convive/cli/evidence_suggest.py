"""convive evidence suggest: what a file seems to hold, and the source's file that would read it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from convive.cli.common import Session, command

if TYPE_CHECKING:
    from convive.evidence.iccs.classes import IccsGuess
    from convive.evidence.suggest.suggestion import Suggestion

_OFFENCES = 40  # shown in the terminal; --json tells all
_LEAST = 0.5


@command(name="suggest")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", metavar="NAME", help="Keep what this source already says of its columns.")
@click.option("--code", default="", metavar="NAME", help="Code of the new source.")
def suggest_(session: Session, file: Path, source: str | None, code: str) -> None:
    """Propose how to read FILE: its columns, dates, places, positions and offences. Writes nothing.

    Ends with the file of the source (TOML), for the folder sources/ of a pack. Each proposal says
    why; what a person should look at comes first. Tables as CSV, TSV, XLSX, ODS, JSON, GeoJSON or
    Parquet, plain or gzip.

    Example: convive evidence suggest denuncias.xlsx --code denuncias-municipales
    """
    session.open()
    from convive.evidence import queries
    from convive.evidence.iccs.classes import offences
    from convive.evidence.source_toml import as_toml
    from convive.evidence.suggest.places import surroundings
    from convive.evidence.suggest.suggestion import suggest
    from convive.kernel.errors import BadInput

    known = queries.source(source).spec if source else None
    found = suggest(file, known_source=known, around=surroundings())
    guesses = offences(found.categories)
    name = code or source or _code_of(file)
    told: dict[str, Any] = {
        **found.as_json(),
        "offences": {said: [vars(one) for one in ranked] for said, ranked in guesses.items()},
    }
    session.say("\n".join([*_whole(found), *_columns(found), *_offences(guesses)]))
    try:
        spec = known or found.as_spec(
            code=name,
            name_es=file.name,
            editions=_edition() if found.shape == "counts" else (),
            attempted=found.attempted,
        )
    except BadInput as error:
        told |= {"source": None, "problems": [problem.as_json() for problem in error.problems]}
        session.say("\n" + "\n".join(str(problem) for problem in error.problems))
    else:
        told |= {"source": as_toml(spec), "problems": []}
        session.say(f"\n# sources/{spec.code}.toml\n{as_toml(spec)}")
    session.answer(told)


COMMANDS = (suggest_,)


def _edition() -> tuple[str, ...]:
    """The boundary edition of today, in which new counts are probably made."""
    from convive.domain.programme import queries as programme

    found = programme.edition_on(programme.today())
    return (found.code,) if found else ()


def _code_of(file: Path) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", file.name.partition(".")[0].casefold()).strip("-")
    return plain[:60].removeprefix("sample-") or "source"


def _whole(found: Suggestion) -> list[str]:
    from django.utils.translation import gettext as _

    lines = [
        _("%(name)s: %(form)s, %(rows)s rows, %(shape)s")
        % {"name": found.file_name, "form": found.form, "rows": found.rows, "shape": found.shape},
    ]
    if not found.is_whole:
        lines.append("  · " + _("Only its first rows were looked at."))
    if found.crs:
        lines.append(f"  · {found.crs}: {found.crs_why}")
    lines += [
        f"    {guess.code} {guess.name}: {guess.why}"
        for guess in found.crs_candidates
        if guess.code != found.crs
    ]
    if found.zone:
        lines.append("  · " + _("time zone: %(zone)s") % {"zone": found.zone})
    return [*lines, *(f"  ! {warning}" for warning in found.warnings)]


def _columns(found: Suggestion) -> list[str]:
    lines = [""]
    for column in found.columns:
        samples = f" ({', '.join(column.samples[:3])})" if column.samples else ""
        lines.append(f"{column.header} → {column.role}{samples}\n    {column.why}")
        if column.warning:
            lines.append(f"    ! {column.warning}")
    return lines


def _offences(guesses: dict[str, list[IccsGuess]]) -> list[str]:
    from django.utils.translation import gettext as _

    if not guesses:
        return []
    lines = ["", _("Offences, with the class of ICCS that each may belong to:")]
    for said, ranked in list(guesses.items())[:_OFFENCES]:
        likely = [one for one in ranked if one.score >= _LEAST][:3]
        told = [f"{one.code or '–'} {one.label} ({one.score:.2f})" for one in likely]
        lines.append(f"{said} → {'; '.join(told) or _('nothing known')}")
        if likely and likely[0].flags:
            lines.append(f"    {'; '.join(likely[0].flags)}")
    if len(guesses) > _OFFENCES:
        lines.append(_("and %(count)s more") % {"count": len(guesses) - _OFFENCES})
    return lines
