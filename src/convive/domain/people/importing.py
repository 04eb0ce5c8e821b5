"""What would become of a file of people: who would be written down, and which rows would not.

Nothing is written here. A row is taken or it is told why not: taken + refused = read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import columns, consent, facts, queries, search
from convive.domain.people.actions import facts_of
from convive.domain.people.columns import Reader, Said
from convive.domain.people.facts import Facts
from convive.domain.people.queries import Alike
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence.columns import Rows, rows_of
from convive.kernel import names
from convive.kernel.columns import plain
from convive.kernel.errors import BadInput, Problem

MOST_ROWS = 1_000  # a page waits for them, and writing them holds up other writers
# Columns of a file of refused rows, in both languages: of no meaning when it is read again
TOLD = 4  # columns of such a file, before those of the file that was read
_TOLD = {"row", "column", "reason", "remedy", "fila", "columna", "motivo", "que hacer"}


@dataclass(frozen=True)
class Taken:
    number: int
    said: Said


@dataclass(frozen=True)
class Refused:
    """double : whether it is refused because somebody on the register may be this person."""

    number: int
    cells: Sequence[str]
    problems: Sequence[Problem]
    double: bool = False


@dataclass
class Plan:
    """unused : headers of which nothing is taken."""

    headers: Sequence[str]
    unused: Sequence[str]
    taken: list[Taken] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    @property
    def read(self) -> int:
        return len(self.taken) + len(self.refused)

    @property
    def doubles(self) -> int:
        return sum(each.double for each in self.refused)

    def rejects(self) -> str:
        """The refused rows as CSV: where, why and what to do before what the row says. Mended, the
        file is read again as it is. Empty where no row was refused."""
        if not self.refused:
            return ""
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        kept = [at for at, header in enumerate(self.headers) if plain(header) not in _TOLD]
        told = [_("row"), _("column"), _("reason"), _("remedy")]
        writer.writerow([*told, *(self.headers[at] for at in kept)])
        for row in self.refused:
            cells = [*row.cells, *[""] * (len(self.headers) - len(row.cells))]
            more = cells[len(self.headers) :]
            texts = [
                " | ".join(dict.fromkeys(getattr(each, name) for each in row.problems))
                for name in ("where", "why", "remedy")
            ]
            writer.writerow([row.number, *texts, *(cells[at] for at in kept), *more])
        return out.getvalue()


def read(path: Path) -> tuple[Rows, str]:
    """The rows of a file of people, and its SHA-256. CSV, XLSX, ODS, or JSON as KoboToolbox and
    ODK export it. Raises BadInput where it cannot be read."""
    return rows_of(path), hashlib.sha256(path.read_bytes()).hexdigest()


def read_content(name: str, content: bytes) -> tuple[Rows, str]:
    """As `read`, of a file that was sent: it lies in a private folder while it is read."""
    with settings.HOME.scratch() as folder:
        path = folder / (Path(name).name or "list")
        path.write_bytes(content)
        return read(path)


def plan(who: Actor, organisation: str, rows: Rows, *, again: bool = False) -> Plan:
    """What becomes of each row, for whoever brings the file in.

    again : this very file was brought in before: that a row says it is another person is not
    heeded, so nobody is written down twice.

    Raises BadInput where there are too many rows or no column with names.
    """
    headers = columns.known(rows.headers)
    _check(rows, headers)
    used = set(headers.values())
    found = Plan(
        rows.headers,
        [name for name in rows.headers if name not in used and plain(name) not in _TOLD],
    )
    reader = Reader(headers, _places(), _sexes(rows, headers), programme.today())
    read = [(number, cells, _read(reader, rows.headers, cells)) for number, cells in rows.cells]
    known = Alike(organisation, (said.facts for _number, _cells, said in read))
    before = _Before()
    for number, cells, said in read:
        problems = list(_faults(said, who, organisation, reader.today))
        alike = None if problems else _alike(known, said, before, again=again)
        if problems or alike:
            kept = [_in_file(each, headers) for each in ([alike] if alike else problems)]
            found.refused.append(Refused(number, cells, kept, alike is not None))
        else:
            found.taken.append(Taken(number, said))
            before.add(number, said.facts)
    return found


def _read(reader: Reader, headers: Sequence[str], cells: Sequence[str]) -> Said:
    if not cells:
        return Said(problems=[_forgotten()])
    if len(cells) == len(headers):
        return reader.read(dict(zip(headers, cells, strict=True)))
    return Said(problems=[_ragged(len(cells), len(headers))])


def kept(table: str) -> Rows:
    """The rows of a file as `Import.table` keeps them. Of one without cells the person was
    forgotten since."""
    found = json.loads(table)
    return Rows(tuple(found["headers"]), [(number, cells) for number, cells in found["cells"]])


def about(rows: Rows, facts: Facts) -> set[int]:
    """The numbers of the rows that may be about somebody: those of the same DNI or of a name alike
    and no other birth date; of what is not read as a person, those that hold such a name at all."""
    headers = columns.known(rows.headers)
    reader = Reader(headers, _places(), _sexes(rows, headers), programme.today())
    somebody = _Before()
    somebody.add(0, facts)
    found = set()
    for number, cells in rows.cells:
        said = _read(reader, rows.headers, cells).facts
        if said == Facts():
            is_about = _holds(" ".join(cells), facts)
        else:
            is_about = somebody.alike(said) is not None
        if is_about:
            found.add(number)
    return found


def _holds(text: str, facts: Facts) -> bool:
    wanted, own = _words(facts), set().union(*map(search.forms, search.words(text)))
    borne = sum(not own.isdisjoint(search.forms(word)) for word in wanted)
    dni = names.dni(facts.dni)
    return borne >= queries.least_shared(len(wanted)) or bool(dni and dni in text)


def forgotten(number: int) -> Refused:
    """A row of which nothing is kept."""
    return Refused(number, [], [_forgotten()])


def _forgotten() -> Problem:
    return Problem(
        _("the whole row"),
        _("It may be about somebody who was forgotten since, so nothing of it is kept."),
        _("Leave it out. If it is about another person, bring it in again."),
    )


def _in_file(problem: Problem, headers: Mapping[str, str]) -> Problem:
    """With the column as the file calls it."""
    name = {"voice": "consent_voice", "given_on": "consent_on"}.get(problem.where, problem.where)
    return replace(problem, where=headers.get(name, name))


def _check(rows: Rows, headers: Mapping[str, str]) -> None:
    if not any(name in headers for name in columns.NAMED):
        raise BadInput.at(
            _("the header"),
            _("It has no column with names. Its header reads: %(header)s.")
            % {"header": ", ".join(rows.headers[:12])},
            _("Call them nombres, apellido_paterno and apellido_materno, or given_name, surname."),
        )
    if len(rows.cells) > MOST_ROWS:
        raise BadInput.at(
            _("the file"),
            _("It has %(count)d rows; %(most)d are taken at once.")
            % {"count": len(rows.cells), "most": MOST_ROWS},
            _("Part it into several files."),
        )


def _ragged(has: int, wanted: int) -> Problem:
    return Problem(
        _("the whole row"),
        _("It has %(has)d cells, the header has %(wanted)d.") % {"has": has, "wanted": wanted},
        _("Put texts that hold a separator between quotation marks."),
    )


def _faults(said: Said, who: Actor, organisation: str, today: date) -> Iterator[Problem]:
    """What is wrong in a row by itself, each fault once for its column."""
    told: set[str] = set()
    if said.facts == Facts():  # nothing could be read
        yield from said.problems
        return
    for problem in (*said.problems, *_unfit(said, who, organisation, today)):
        if problem.where not in told:
            told.add(problem.where)
            yield problem


def _unfit(said: Said, who: Actor, organisation: str, today: date) -> Iterator[Problem]:
    try:
        facts.checked(said.facts, today)
    except BadInput as error:
        yield from error.problems
    try:
        is_minor, guardian = said.facts.minor_on(today), said.facts.guardian
        consent.checked(said.words, today, is_minor=is_minor, guardian=guardian)
    except BadInput as error:
        yield from error.problems
    scope = Scope(organisation, said.facts.district or None)
    if not may(who, Permission.KEEP_PEOPLE, scope):
        yield Problem(
            "district",
            _("You do not write down people of this district."),
            _("Ask a colleague who attends there to bring this row in."),
        )


def _alike(known: Alike, said: Said, before: _Before, *, again: bool) -> Problem | None:
    """Why a row may be somebody who is written down already, or another row of the file."""
    another = said.is_another and not again
    for double in known.to(said.facts):
        if not another or _same(facts_of(double.row), said.facts):
            return Problem(
                "given",
                _("Perhaps on the register already: %(code)s.") % {"code": double.person.code},
                _("Look the person up. If it is another, write yes in a column is_another."),
            )
    row = None if another else before.alike(said.facts)
    if row is None:
        return None
    return Problem(
        "given",
        _("Perhaps the same person as row %(row)d of this file.") % {"row": row},
        _("Leave one of them out. If it is another, write yes in a column is_another."),
    )


def _same(one: Facts, other: Facts) -> bool:
    """Whether nothing tells two people apart: then even their saying so does not."""
    return _core(one) == _core(other)


def _core(each: Facts) -> tuple[object, ...]:
    said = names.letters(f"{each.given} {each.paternal} {each.maternal}").split()
    return said, names.dni(each.dni), each.born, facts.plain_phone(each.phone), each.district


class _Before:
    """The rows of the file that were taken so far, found as people on the register are."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, Facts]] = []
        self._by_form: dict[str, set[int]] = defaultdict(set)
        self._by_dni: dict[str, int] = {}

    def add(self, number: int, said: Facts) -> None:
        at = len(self._rows)
        self._rows.append((number, said))
        for word in _words(said):
            for form in search.forms(word):
                self._by_form[form].add(at)
        if dni := names.dni(said.dni):
            self._by_dni.setdefault(dni, number)

    def alike(self, said: Facts) -> int | None:
        """The number of a row that may be the same person."""
        wanted, dni = _words(said), names.dni(said.dni)
        if dni in self._by_dni:
            return self._by_dni[dni]
        shared: Counter[int] = Counter()
        for word in wanted:
            shared.update({at for form in search.forms(word) for at in self._by_form[form]})
        least = queries.least_shared(len(wanted))
        for at, count in sorted(shared.items()):
            number, other = self._rows[at]
            if count < least or (dni and names.dni(other.dni)):
                continue
            if queries.births(other.born.isoformat() if other.born else "", said) is not False:
                return number
        return None


def _words(said: Facts) -> list[str]:
    return search.words(said.given, said.paternal, said.maternal)


def _sexes(rows: Rows, headers: Mapping[str, str]) -> dict[str, str]:
    if "sex" not in headers:
        return {}
    at = rows.headers.index(headers["sex"])
    texts = [cells[at] for _number, cells in rows.cells if at < len(cells)]
    return dict(zip(texts, names.sexes(texts), strict=True))


def _places() -> Callable[[str], str]:
    """The district that a text means: its reference, its code or its name."""
    means: dict[str, set[str]] = defaultdict(set)
    districts = programme.places().filter(level=Place.Level.DISTRICT)
    for place in districts:
        for text in (place.ref, place.code, place.name):
            means[plain(text)].add(place.ref)
    own = {place.ref for place in districts if place.in_programme}

    def found(text: str) -> str:
        refs = means.get(plain(text), set())
        refs = refs & own or refs
        return next(iter(refs)) if len(refs) == 1 else ""

    return found


def lines(rejects: str, most: int) -> list[dict[str, str]]:
    """The first refused rows of a file of them, without what they say of a person."""
    records = csv.reader(io.StringIO(rejects, newline=""))
    names_ = ("row", "column", "reason", "remedy")
    found = [dict(zip(names_, record, strict=False)) for record in islice(records, most + 1)]
    return found[1:]
