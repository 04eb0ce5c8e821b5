"""What a source of survey answers says of its sample and its questions: the table `[survey]`.

Plain data and its reading from TOML; docs/evidence.md explains every key. Where the answers stand
is said by columns like those of every source: weight, stratum, cluster and fpc are among them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from convive.evidence.toml_values import TomlValues
from convive.kernel.texts import in_language

UNITS = ("person", "household")
LONELY = ("refuse", "grand_mean")
DESIGN = ("weight", "stratum", "cluster", "fpc")  # columns that may be named in [survey] too

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_INDICATOR = re.compile(r"\d{1,2}\.[0-9a-z]{1,2}\.\d{1,2}")
_TEXTS = ("code", "name_es", "name_en", "indicator")
_LISTS = ("columns", "yes", "of", "dont_know")


@dataclass(frozen=True)
class SurveyQuestion:
    """A question with yes or no, made from what the answers say.

    columns : of the file. Yes in any of them is yes; no in all of them is no.
    yes : values that mean yes. of : values that count as an answer at all; empty: all that are not
    among `dont_know`. A value in none of the three is a fault of the row.
    dont_know : does not know, does not answer, was not asked: left out, or no (`dont_know_is_no`).
    indicator : the SDG indicator that it measures. sensitive : the higher threshold of disclosure.
    """

    code: str
    name_es: str
    name_en: str
    columns: tuple[str, ...]
    yes: tuple[str, ...]
    of: tuple[str, ...] = ()
    dont_know: tuple[str, ...] = ()
    dont_know_is_no: bool = False
    indicator: str = ""
    sensitive: bool = False

    @property
    def name(self) -> str:
        return in_language(self, "name")


@dataclass(frozen=True)
class Survey:
    """The sample and its questions.

    unit : whom the weights count. lonely : what to do with a stratum of one cluster, see
    `stats.survey.design`. age_bands : the first years of bands into which `age` is sorted.
    """

    unit: str = "person"
    lonely: str = "refuse"
    age_bands: tuple[int, ...] = ()
    questions: tuple[SurveyQuestion, ...] = field(default_factory=tuple)

    def question(self, code: str) -> SurveyQuestion | None:
        return next((question for question in self.questions if question.code == code), None)

    def bands(self) -> list[tuple[int, int | None, str]]:
        """First and last year and name of each band; the last has no end."""
        ends: list[int | None] = [*(first - 1 for first in self.age_bands[1:]), None]
        return [
            (first, last, f"{first}+" if last is None else f"{first}-{last}")
            for first, last in zip(self.age_bands, ends, strict=True)
        ]

    def as_json(self) -> dict[str, Any]:
        """In the form of its TOML table, without the columns of the design."""
        return {
            "unit": self.unit,
            "lonely": self.lonely,
            "age_bands": list(self.age_bands),
            "question": [
                {**asdict(question), **{key: list(getattr(question, key)) for key in _LISTS}}
                for question in self.questions
            ],
        }

    def deciding(self) -> list[Any]:
        """What of it decides how rows are read: a new name of a question leaves it as it is."""
        read = (*_LISTS, "dont_know_is_no")
        questions = [
            [question.code, *(getattr(question, key) for key in read)]
            for question in self.questions
        ]
        return [self.age_bands, questions]


def columns_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of the design that the table names."""
    return {key: table[key] for key in DESIGN if key in table}


def read_survey(reader: TomlValues, table: Mapping[str, Any]) -> Survey:
    """Read `[survey]`; what is wrong is told to the reader."""
    reader.known(table, ("unit", "lonely", "age_bands", "question", *DESIGN), "survey")
    bands = table.get("age_bands", [])
    if not (isinstance(bands, list) and all(type(year) is int for year in bands)) or any(
        later <= earlier for earlier, later in itertools.pairwise(bands)
    ):
        reader.fault(
            "survey.age_bands",
            _("Bands are written by their first years, each above the one before."),
            _("Write for instance age_bands = [18, 30, 45, 60]."),
        )
        bands = []
    rows = table.get("question", [])
    if not (isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)):
        reader.fault("survey.question", _("A question is a table."), "[[survey.question]]")
        rows = []
    questions = tuple(_question(reader, row) for row in rows)
    codes = [question.code for question in questions]
    if len(set(codes)) < len(codes):
        reader.fault(
            "survey.question.code",
            _("Two questions have the same code."),
            _("Give each question a code of its own."),
        )
    if not questions:
        reader.fault(
            "survey",
            _("A survey without questions answers nothing."),
            _("Add [[survey.question]] with code, names, columns and the values that mean yes."),
        )
    return Survey(
        unit=reader.choice(table, "survey.unit", UNITS) if "unit" in table else "person",
        lonely=reader.choice(table, "survey.lonely", LONELY) if "lonely" in table else "refuse",
        age_bands=tuple(bands),
        questions=questions,
    )


def _question(reader: TomlValues, row: Mapping[str, Any]) -> SurveyQuestion:
    flags = ("dont_know_is_no", "sensitive")
    reader.known(row, (*_TEXTS, *_LISTS, *flags, "column"), "survey.question")
    texts = {
        key: reader.text(row, f"survey.question.{key}", needed=key != "indicator") for key in _TEXTS
    }
    if texts["code"] and not _CODE.fullmatch(texts["code"]):
        reader.fault(
            "survey.question.code",
            _("“%(code)s” cannot be a question's code.") % {"code": texts["code"]},
            _("Use small letters, digits and hyphens."),
        )
    if texts["indicator"] and not _INDICATOR.fullmatch(texts["indicator"]):
        reader.fault(
            "survey.question.indicator",
            _("“%(code)s” is not the number of an SDG indicator.") % {"code": texts["indicator"]},
            _("Write it as 16.1.3, or leave it out."),
        )
    lists = {key: _values(reader, row, key) for key in _LISTS}
    if "column" in row:
        lists["columns"] = (str(row["column"]), *lists["columns"])
    for key, remedy in (
        ("columns", _("Write column = “…”, or columns = […] where yes in any of them is yes.")),
        ("yes", _("Write the values of the file that mean yes, such as yes = [“1”].")),
    ):
        if not lists[key]:
            reader.fault("survey.question", _("“%(key)s” is missing.") % {"key": key}, remedy)
    if lists["of"] and not set(lists["yes"]) <= set(lists["of"]):
        reader.fault(
            "survey.question.of",
            _("A value means yes and yet is no valid answer."),
            _("List under “of” every valid answer, also those that mean yes."),
        )
    if set(lists["dont_know"]) & {*lists["yes"], *lists["of"]}:
        reader.fault(
            "survey.question.dont_know",
            _("A value means “don't know” and yet is a valid answer."),
            _("List each value once."),
        )
    told: dict[str, Any] = {key: reader.flag(row, key, "survey.question") for key in flags}
    return SurveyQuestion(**(told | texts | lists))


def _values(reader: TomlValues, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = row.get(key, [])
    if isinstance(found, list) and all(isinstance(value, str | int) for value in found):
        return tuple(str(value) for value in found)
    reader.fault(
        f"survey.question.{key}", _("It is not a list of texts."), _("Write for instance [“1”].")
    )
    return ()
