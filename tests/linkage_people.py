"""People as agencies of a Peruvian city would list them, made by rules, with the truth kept.

Names are drawn by their frequency; families share surnames and an address, twins also the day of
birth. Each list has its own way of writing. `BUILDING` is what the methods were built on, `JUDGING`
is another city with other habits, kept for the tests that judge them.

The rules of one generator, read from a city to a written record; so it stays whole.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

AGENCIES = ("undp", "unfpa", "unodc", "paho", "unlirec")
HEADER = (
    "codigo", "nombres", "apellido_paterno", "apellido_materno", "fecha_nacimiento", "sexo", "dni",
    "distrito", "direccion", "consentimiento_enlace", "fecha_atencion",
)  # fmt: skip
SPANISH = ("AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "MX", "PY", "UY", "VE")
_NAMES = ("nombres", "apellido_paterno", "apellido_materno")
_TODAY = dt.date(2017, 5, 1)


@dataclass(frozen=True)
class City:
    """How a population and its lists are drawn.

    overlap : share of people on more than one list. errors : of records with a wrong field, before
        `uneven` makes some lists worse than others. dni : share of records with a DNI; half of what
        lacks is people without one, half is records that do not say it.
    refusing : share of people who refuse linkage wherever they are asked; as many records refuse
        it in one list only. doubles : share of records that stand twice in their own list.
    wrong_dni : share of DNI with a wrong digit. foreign : names from beyond the lists of Peru.
    careless : how much less often lists that write worse than others say a DNI.
    """

    people: int = 7_600
    overlap: float = 0.275
    errors: float = 0.15
    dni: float = 0.6
    refusing: float = 0.004
    doubles: float = 0.0
    wrong_dni: float = 0.0
    twins: float = 0.012
    families: float = 0.5
    moves: float = 0.05
    foreign: float = 0.15
    uneven: float = 0.3
    careless: float = 0.0
    districts: tuple[str, ...] = ("La Esperanza", "El Porvenir", "Florencia de Mora", "Trujillo")
    slips: dict[str, float] = field(default_factory=lambda: dict(SLIPS))


@dataclass(frozen=True)
class Made:
    """lists : rows of each list by HEADER. person : the person of each row. truth : how many
    different people there are on the lists, those who refuse linkage included.
    """

    lists: list[list[dict[str, str]]]
    person: list[NDArray[np.int64]]
    truth: int

    def write(self, folder: Path) -> list[Path]:
        """One CSV for each agency."""
        paths = []
        for agency, rows in zip(AGENCIES, self.lists, strict=False):
            path = folder / f"{agency}.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, HEADER)
                writer.writeheader()
                writer.writerows(rows)
            paths.append(path)
        return paths


def make(names: Path, city: City, seed: int, lists: int = 5) -> Made:
    """The lists of one city. `names` is the folder of name tokens."""
    draw = np.random.default_rng(seed)
    people = _population(_Names(names, city, draw), city, draw)
    member = _membership(people, city, lists, draw)
    bad = np.exp(draw.normal(0, city.uneven, lists)) if city.uneven else np.ones(lists)
    bad *= city.errors / bad.mean()
    # Who has none at all, and what is not written down: together 1 − dni
    has = draw.random(len(people)) < _has_dni(people, city)
    written = np.clip(city.dni / max(has.mean(), 1e-9), 0, 1)
    asked = np.clip(written * np.exp(-city.careless * np.log(bad / city.errors)), 0, 1)
    unwilling = draw.random(len(people)) < city.refusing
    found, whose = [], []
    for k in range(lists):
        rows, owners = [], []
        style = _Style(draw)
        for i in np.flatnonzero(member[:, k]):
            agrees = not unwilling[i] and draw.random() >= city.refusing
            says = has[i] and draw.random() < asked[k]
            for _copy in range(1 + (draw.random() < city.doubles)):
                row = _written(people[i], city, bad[k], says, draw)
                row["consentimiento_enlace"] = "sí" if agrees else "no"
                rows.append(style.of(row))
                owners.append(i)
        order = draw.permutation(len(rows))
        for number, at in enumerate(order):
            rows[at]["codigo"] = f"{AGENCIES[k]}-{number + 1:05d}"
        found.append([rows[at] for at in order])
        whose.append(np.array(owners, dtype=np.int64)[order])
    return Made(found, whose, int(member.any(axis=1).sum()))


class _Names:
    """Draws names by their frequency."""

    def __init__(self, folder: Path, city: City, draw: Generator) -> None:
        self.draw, self.city = draw, city
        self.surnames, self.surname_weight = _surnames(folder)
        self.given = {sex: _given(folder, sex) for sex in "FM"}
        self.abroad = _abroad(folder)

    def surname(self) -> str:
        if self.draw.random() < self.city.foreign:
            return self.abroad["surname"][self.draw.integers(len(self.abroad["surname"]))]
        return self.surnames[_drawn(self.surname_weight, self.draw)]

    def names(self, sex: str) -> str:
        """One to three given names: ROSA, ROSA MARIA, MARIA DE LOS ANGELES."""
        first = self._one(sex)
        kind = self.draw.random()
        if kind < 0.22:
            return first
        if kind < 0.9 or sex == "M":
            second = self._one(sex)
            return first if second == first else f"{first} {second}"
        tails = ("DEL PILAR", "DEL CARMEN", "DEL ROSARIO", "DE LOS ANGELES", "DE LAS MERCEDES")
        return f"{first} {tails[self.draw.integers(len(tails))]}"

    def _one(self, sex: str) -> str:
        if self.draw.random() < self.city.foreign:
            return self.abroad[sex][self.draw.integers(len(self.abroad[sex]))]
        tokens, weight = self.given[sex]
        return tokens[_drawn(weight, self.draw)]


def _drawn(up_to: NDArray[np.float64], draw: Generator) -> int:
    """A number drawn by weights that are given as their running sum, up to 1."""
    return int(np.searchsorted(up_to, draw.random(), side="right"))


@cache
def _surnames(folder: Path) -> tuple[list[str], NDArray[np.float64]]:
    with (folder / "peru_jne2021_surname_freq_k5.csv").open(encoding="utf-8-sig") as file:
        rows = [(row["apellido"], int(row["total"])) for row in csv.DictReader(file)]
    weight = np.array([count for _name, count in rows], dtype=float)
    return [name for name, _count in rows], np.cumsum(weight / weight.sum())


@cache
def _given(folder: Path, sex: str) -> tuple[list[str], NDArray[np.float64]]:
    column = "2" if sex == "F" else "1"
    with (folder / "peru_jne2021_forename_token_freq_k5.csv").open(encoding="utf-8-sig") as file:
        rows = [
            (row["nombre"], int(row[column]))
            for row in csv.DictReader(file)
            if int(row[column]) > 1 and row["nombre"] not in ("DE", "DEL", "LOS")
        ]
    weight = np.array([count for _name, count in rows], dtype=float)
    return [name for name, _count in rows], np.cumsum(weight / weight.sum())


@cache
def _abroad(folder: Path) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {"surname": {}, "F": {}, "M": {}}
    with (folder / "common-surnames-by-country.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["Country"] in SPANISH:
                found["surname"][row["Romanized Name"].upper()] = None
    with (folder / "common-forenames-by-country.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row["Country"] in SPANISH and row["Gender"] in found:
                found[row["Gender"]][row["Romanized Name"].upper()] = None
    return {kind: list(names) for kind, names in found.items()}


def _population(names: _Names, city: City, draw: Generator) -> list[dict[str, str]]:
    """Households until there are enough people."""
    people: list[dict[str, str]] = []
    while len(people) < city.people:
        home = {
            "distrito": city.districts[draw.integers(len(city.districts))],
            "direccion": _address(names, draw),
        }
        father, mother = names.surname(), names.surname()
        if draw.random() > city.families:
            sex = "FM"[draw.integers(2)]
            people.append(home | _person(names, sex, father, mother, _born(draw, 8, 60), draw))
            continue
        if draw.random() < 0.6:
            grown = _person(names, "F", mother, names.surname(), _born(draw, 28, 50), draw)
            people.append(home | grown)
        if draw.random() < 0.3:
            grown = _person(names, "M", father, names.surname(), _born(draw, 28, 50), draw)
            people.append(home | grown)
        for _child in range(1 + draw.poisson(1.1)):
            sex = "FM"[draw.integers(2)]
            born = _born(draw, 5, 27)
            child = home | _person(names, sex, father, mother, born, draw)
            people.append(child)
            if draw.random() < city.twins:
                other = "FM"[draw.integers(2)]
                twin = home | _person(names, other, father, mother, born, draw)
                if other == sex and draw.random() < 0.3:  # named alike: JUAN CARLOS, JUAN LUIS
                    first = child["nombres"].split()[0]
                    twin["nombres"] = " ".join([first, *twin["nombres"].split()[-1:]])
                people.append(twin)
    return people[: city.people]


def _person(
    names: _Names, sex: str, father: str, mother: str, born: dt.date, draw: Generator
) -> dict[str, str]:
    return {
        "nombres": names.names(sex),
        "apellido_paterno": father,
        "apellido_materno": mother,
        "fecha_nacimiento": born.isoformat(),
        "sexo": sex,
        "dni": f"{draw.integers(10_000_000, 90_000_000):08d}",
    }


def _born(draw: Generator, youngest: int, oldest: int) -> dt.date:
    return _TODAY - dt.timedelta(days=int(draw.integers(youngest * 365, oldest * 365)))


def _address(names: _Names, draw: Generator) -> str:
    if draw.random() < 0.4:
        return f"MZ {chr(65 + draw.integers(26))} LT {draw.integers(1, 40)}"
    kind = ("CALLE", "JIRON", "AVENIDA", "PASAJE")[draw.integers(4)]
    return f"{kind} {names.surname()} {draw.integers(100, 2_400)}"


def _membership(
    people: list[dict[str, str]], city: City, lists: int, draw: Generator
) -> NDArray[np.bool_]:
    """Who is on which list: everybody on one, a share on several; agencies like other people."""
    n = len(people)
    is_woman = np.array([person["sexo"] == "F" for person in people])
    is_young = np.array([person["fecha_nacimiento"] > "1999" for person in people])
    likes = draw.normal(0, 0.35, lists) + np.outer(is_woman, draw.normal(0, 0.4, lists))
    likes += np.outer(is_young, draw.normal(0, 0.4, lists))
    many = 1 + (draw.random(n) < city.overlap)
    further = draw.random(n)[:, None] >= np.array([0.7, 0.9, 0.97])
    many = np.minimum(many + (many > 1) * further.sum(axis=1), lists)
    # The first of a random order in which what is liked comes earlier: draws without replacement
    place = np.argsort(np.argsort(-(likes + draw.gumbel(size=(n, lists))), axis=1), axis=1)
    found: NDArray[np.bool_] = place < many[:, None]
    return found


def _has_dni(people: list[dict[str, str]], city: City) -> NDArray[np.float64]:
    """Half of what lacks: people without a DNI, children twice as often."""
    child = np.array([person["fecha_nacimiento"] > "2002" for person in people])
    lacking = (1 - city.dni) / 2
    odds = 1 + child
    return 1 - np.clip(lacking * odds / odds.mean(), 0, 1)


def _written(
    person: dict[str, str], city: City, bad: float, says_dni: bool, draw: Generator
) -> dict[str, str]:
    """One record of a person, as somebody wrote it down."""
    row = dict.fromkeys(HEADER, "") | person
    when = dt.date(2014, 6, 1) + dt.timedelta(days=int(draw.integers(0, 1_000)))
    row["fecha_atencion"] = when.isoformat()
    if not says_dni:
        row["dni"] = ""
    elif draw.random() < city.wrong_dni:
        row["dni"] = _other_digit(row["dni"], draw)
    if draw.random() < city.moves:
        row["distrito"] = city.districts[draw.integers(len(city.districts))]
        row["direccion"] = f"MZ {chr(65 + draw.integers(26))} LT {draw.integers(1, 40)}"
    if draw.random() < bad:
        at = draw.random()
        often = 1 + (at >= 0.7) + (at >= 0.92)
        first = -np.log(draw.random(len(city.slips))) / np.array(list(city.slips.values()))
        kinds = list(city.slips)
        for k in np.argsort(first)[:often]:
            _SLIPS[kinds[k]](row, draw)
    return row


class _Style:
    """How one agency writes: capitals or not, dates, and sex."""

    def __init__(self, draw: Generator) -> None:
        self.titled = bool(draw.random() < 0.4)
        self.date = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y")[draw.integers(3)]
        self.is_short = bool(draw.random() < 0.6)

    def of(self, row: dict[str, str]) -> dict[str, str]:
        if self.titled:
            row = row | {name: row[name].title() for name in (*_NAMES, "direccion")}
        if row["fecha_nacimiento"]:
            born = dt.date.fromisoformat(row["fecha_nacimiento"])
            row["fecha_nacimiento"] = born.strftime(self.date)
        if row["sexo"]:
            long = {"F": "Femenino", "M": "Masculino"}
            row["sexo"] = row["sexo"] if self.is_short else long[row["sexo"]]
        return row


# What goes wrong in a record


def _habit(row: dict[str, str], draw: Generator) -> None:
    """A letter as it sounds: VASQUEZ, BASQUES; HUAMAN, UAMAN; YACTA, LLACTA."""
    turns = (
        ("V", "B"), ("B", "V"), ("Z", "S"), ("S", "Z"), ("CE", "SE"), ("CI", "SI"), ("LL", "Y"),
        ("Y", "LL"), ("H", ""), ("QU", "K"), ("K", "C"), ("GE", "JE"), ("GI", "JI"), ("Ñ", "N"),
        ("Y", "I"), ("NN", "N"), ("TH", "T"),
    )  # fmt: skip
    fits = [(name, a, b) for name in _NAMES for a, b in turns if a in row[name].upper()]
    if not fits:
        return _typo(row, draw)
    name, a, b = fits[draw.integers(len(fits))]
    row[name] = row[name].upper().replace(a, b, 1)
    return None


def _typo(row: dict[str, str], draw: Generator) -> None:
    """One letter too many, too few, another, or two the wrong way round."""
    name = _NAMES[draw.integers(3)]
    text = row[name]
    if len(text) < 4:
        return
    at = int(draw.integers(1, len(text) - 1))
    letter = "AEIOUNRSLT"[draw.integers(10)]
    row[name] = (
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :],
    )[draw.integers(4)]


def _one_name(row: dict[str, str], _draw: Generator) -> None:
    row["nombres"] = row["nombres"].split()[0]


def _names_turned(row: dict[str, str], _draw: Generator) -> None:
    row["nombres"] = " ".join(reversed(row["nombres"].split()))


def _initial(row: dict[str, str], _draw: Generator) -> None:
    first, *rest = row["nombres"].split()
    row["nombres"] = " ".join([first, *(f"{name[0]}." for name in rest[-1:])])


def _surnames_turned(row: dict[str, str], _draw: Generator) -> None:
    row["apellido_paterno"], row["apellido_materno"] = (
        row["apellido_materno"],
        row["apellido_paterno"],
    )


def _columns_turned(row: dict[str, str], _draw: Generator) -> None:
    row["nombres"], row["apellido_paterno"] = row["apellido_paterno"], row["nombres"]


def _married(row: dict[str, str], draw: Generator) -> None:
    """A wife's surname: MARIA ROJAS DE TORRES."""
    if row["sexo"] == "F" and row["fecha_nacimiento"] < "1998":
        husband = ("FLORES", "TORRES", "ROJAS", "CHAVEZ", "LEON")[draw.integers(5)]
        row["apellido_materno"] = f"DE {husband}"
    else:
        _habit(row, draw)


def _day_month(row: dict[str, str], draw: Generator) -> None:
    year, _, rest = row["fecha_nacimiento"].partition("-")
    month, _, day = rest.partition("-")
    if day and day != month and int(day) <= 12:
        row["fecha_nacimiento"] = f"{year}-{day}-{month}"
    else:
        _birth_digit(row, draw)


def _birth_digit(row: dict[str, str], draw: Generator) -> None:
    if row["fecha_nacimiento"]:
        born = dt.date.fromisoformat(row["fecha_nacimiento"])
        days = (1, -1, 10, -10, 30, 365, -365, 3_652)[draw.integers(8)]
        row["fecha_nacimiento"] = (born + dt.timedelta(days=days)).isoformat()


def _other_sex(row: dict[str, str], draw: Generator) -> None:
    row["sexo"] = "" if draw.random() < 0.5 else {"F": "M", "M": "F"}.get(row["sexo"], "")


def _address_apart(row: dict[str, str], draw: Generator) -> None:
    row["direccion"] = "" if draw.random() < 0.5 else row["direccion"].rsplit(" ", 1)[0]


def _without(name: str) -> Callable[[dict[str, str], Generator], None]:
    def slip(row: dict[str, str], _draw: Generator) -> None:
        row[name] = ""

    return slip


def _other_digit(dni: str, draw: Generator) -> str:
    at = int(draw.integers(8))
    digit = (int(dni[at]) + int(draw.integers(1, 10))) % 10
    return f"{dni[:at]}{digit}{dni[at + 1 :]}"


_SLIPS: dict[str, Callable[[dict[str, str], Generator], None]] = {
    "habit": _habit, "typo": _typo, "one name": _one_name, "names turned": _names_turned,
    "initial": _initial, "no maternal": _without("apellido_materno"),
    "surnames turned": _surnames_turned, "columns turned": _columns_turned, "married": _married,
    "day and month": _day_month, "birth digit": _birth_digit,
    "no birth": _without("fecha_nacimiento"), "sex": _other_sex,
    "no district": _without("distrito"), "address": _address_apart,
}  # fmt: skip
SLIPS = {
    "habit": 26, "typo": 18, "one name": 10, "names turned": 2, "initial": 4, "no maternal": 8,
    "surnames turned": 3, "columns turned": 1, "married": 2, "day and month": 6, "birth digit": 8,
    "no birth": 5, "sex": 2, "no district": 3, "address": 8,
}  # fmt: skip

BUILDING = City()
JUDGING = City(
    twins=0.02, families=0.65, moves=0.08, foreign=0.05, uneven=0.45, careless=0.3,
    districts=("Comas", "Independencia", "Los Olivos", "Carabayllo", "Puente Piedra", "Ancón"),
    slips={
        "habit": 20, "typo": 24, "one name": 13, "names turned": 3, "initial": 2,
        "no maternal": 6, "surnames turned": 4, "columns turned": 0.5, "married": 3,
        "day and month": 8, "birth digit": 10, "no birth": 4, "sex": 3, "no district": 2,
        "address": 12,
    },
)  # fmt: skip
