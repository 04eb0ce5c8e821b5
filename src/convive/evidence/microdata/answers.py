"""Answers of a survey, one row for each respondent, as estimates need them: the whole sample.

An estimate about women or one district needs the others too: they show how the sample was drawn.
So a question is answered with every respondent of one round, and with who is meant among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from convive.evidence import engine, queries, store
from convive.evidence.holding import pieces
from convive.evidence.mapping import SourceSpec
from convive.evidence.microdata.rows import answer_slot
from convive.evidence.microdata.xlsform import ProposedQuestion, questions_from_xlsform
from convive.evidence.models import Batch
from convive.evidence.reading.fields import literal
from convive.evidence.releases import Piece
from convive.evidence.spec import from_json
from convive.kernel.periods import Period

__all__ = ["Answers", "ProposedQuestion", "answers", "questions_from_xlsform"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What the n respondents of one round said to one question.

    days : from the first to the last interview among those meant.
    rounds : how many rounds the period holds; this is the latest of them.
    weight, yes : (n,) yes is 1 or 0; 0 also where nothing was said.
    stratum, cluster : (n,) numbers, or None where the source names none. fpc : (n,) or None.
    meant : (n,) whom the question is about, and who answered it.
    met : how many of those it is about were asked, whether they answered or not.
    """

    days: Period
    rounds: int
    weight: Floats
    stratum: NDArray[np.int64] | None
    cluster: NDArray[np.int64] | None
    fpc: Floats | None
    yes: Floats
    meant: NDArray[np.bool_]
    met: int


@dataclass(frozen=True)
class _Round:
    """Rows of one fieldwork: the files that hold it, and its name where one file holds several."""

    files: tuple[Batch, ...]
    spec: SourceSpec
    name: str | None
    last_day: date


def answers(
    source: str,
    question: str,
    period: Period,
    places: Sequence[str] = (),
    sex: str | None = None,
    age_band: str | None = None,
    vintage: date | None = None,
) -> Answers | None:
    """The latest round with interviews within the period; None where there is none.

    places : references `SCHEME:CODE`, any of which will do; one of a region takes in all below it.
    """
    rounds = _rounds(source, question, period, vintage)
    if not rounds:
        return None
    latest = max(rounds, key=lambda found: found.last_day)
    spec = latest.spec
    about, parameters = _about(spec, period, places, sex, age_band)
    said = answer_slot(question)
    named = [
        f"dense_rank() OVER (ORDER BY {key}) AS {key}" if key in spec.columns else f"NULL AS {key}"
        for key in ("stratum", "cluster")
    ]
    found = engine.arrays(
        f"SELECT day, last_day, weight, {', '.join(named)}, "
        f"{'fpc' if 'fpc' in spec.columns else 'NULL'} AS fpc, "
        f"coalesce({said}, 0)::DOUBLE AS yes, {said} IS NOT NULL AS said, ({about}) AS about "
        f"FROM ({_rows(latest)}) WHERE {_of_round(latest)}",
        parameters,
    )
    about_them = np.ma.filled(found["about"], False).astype(bool)
    meant = about_them & found["said"]
    if not about_them.any():
        return None
    days = found["day"][about_them].min(), found["last_day"][about_them].max()
    return Answers(
        days=Period(*(day.astype("datetime64[D]").astype(object) for day in days)),
        rounds=len(rounds),
        weight=found["weight"],
        stratum=found["stratum"] if "stratum" in spec.columns else None,
        cluster=found["cluster"] if "cluster" in spec.columns else None,
        fpc=found["fpc"] if "fpc" in spec.columns else None,
        yes=found["yes"],
        meant=meant,
        met=int(about_them.sum()),
    )


def known(source: str, column: str) -> list[str]:
    """The values that a batch of the source holds in one of its columns: `sex` or `age_band`."""
    found: set[str] = set()
    for piece in pieces(queries.source_row(source)):
        if column in _kept(from_json(piece.batch.spec)):
            path = literal(str(store.parquet_path(settings.HOME, piece.batch.pk)))
            rows = engine.query(f"SELECT DISTINCT {column} FROM read_parquet({path})")
            found.update(value for (value,) in rows if value)
    return sorted(found)


def _rounds(source: str, question: str, period: Period, vintage: date | None) -> list[_Round]:
    """Every round of the source with interviews within the period, each as it was last released."""
    found: list[_Round] = []
    asking = [
        piece
        for piece in pieces(queries.source_row(source), vintage)
        if piece.days and _asks(from_json(piece.batch.spec), question)
    ]
    groups = [list(group) for _number, group in groupby(asking, key=lambda piece: piece.group)]
    for order, group in enumerate(groups):
        if any(_overlap(group, later) for later in groups[order + 1 :]):
            continue  # released anew
        files = tuple(piece.batch for piece in group)
        spec = from_json(files[0].spec)
        whole = _Round(files, spec, None, date.min)
        name = "round" if "round" in spec.columns else "NULL"
        rows = engine.query(
            f"SELECT {name} AS name, max(last_day) FROM ({_rows(whole)}) "
            "WHERE day >= ? AND last_day <= ? GROUP BY ALL HAVING count(*) > 0",
            [period.start, period.end],
        )
        found += [_Round(files, spec, name, last) for name, last in rows]
    return found


def _asks(spec: SourceSpec, question: str) -> bool:
    return spec.survey is not None and spec.survey.question(question) is not None


def _overlap(group: Sequence[Piece], later: Sequence[Piece]) -> bool:
    return any(
        one.days
        and other.days
        and one.days.start <= other.days.end
        and other.days.start <= one.days.end
        for one in group
        for other in later
    )


def _rows(found: _Round) -> str:
    paths = [literal(str(store.parquet_path(settings.HOME, batch.pk))) for batch in found.files]
    return f"SELECT * FROM read_parquet([{', '.join(paths)}])"


def _of_round(found: _Round) -> str:
    return "true" if found.name is None else f"round = {literal(found.name)}"


def _kept(spec: SourceSpec) -> set[str]:
    """Columns of a batch's file that tell who somebody is."""
    columns = set(spec.columns) & {"place", "sex", "age_band"}
    return columns | ({"age_band"} if "age" in spec.columns else set())


def _about(
    spec: SourceSpec,
    period: Period,
    places: Sequence[str],
    sex: str | None,
    age_band: str | None,
) -> tuple[str, list[Any]]:
    """True for those whom the question is about. What the file does not tell is true of nobody."""
    kept = _kept(spec)
    conditions = ["day >= ? AND last_day <= ?"]
    parameters: list[Any] = [period.start, period.end]
    if places:
        place = f"{literal(spec.place.scheme + ':')} || place" if "place" in kept else "NULL"
        one = f"starts_with({place}, ?)" if spec.place.digits else f"{place} = ?"
        conditions.append(f"({' OR '.join(one for _place in places)})")
        parameters += places
    for column, value in (("sex", sex), ("age_band", age_band)):
        if value is not None:
            conditions.append(f"{column} = ?" if column in kept else "NULL = ?")
            parameters.append(value)
    return " AND ".join(conditions), parameters
