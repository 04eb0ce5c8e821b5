"""Makes the sample evidence from the rules: the same input gives the same files, byte for byte."""

from __future__ import annotations

import calendar
import csv
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator, SeedSequence, default_rng
from scipy import special

from convive.demo import rules
from convive.stats.rates import proportion

Month = tuple[int, int]
Counts = dict[tuple[str, Month, str], int]
"""(place, (year, month), offence) -> complaints, by where they happened."""

MONTHS: tuple[Month, ...] = tuple((year, m) for year in rules.YEARS for m in range(1, 13))
_METRES_PER_DEGREE = 111_320.0


def write(folder: Path, people: Mapping[str, int], outlines: Mapping[str, Any]) -> dict[str, Path]:
    """Write one CSV for each sample source into `folder`.

    people : place ref -> inhabitants, for every district of the province.
    outlines : place ref -> GeoJSON geometry in degrees. A district without one has no positions.

    Returns source code -> file.
    """
    streams = [default_rng(seed) for seed in SeedSequence(rules.SEED).spawn(5)]
    counts = happened(people, streams[0])
    files = {
        "sample-complaints": (
            ("place", "year", "month", "offence", "n"),
            complaint_rows(counts),
        ),
        "sample-points": (
            ("id", "date", "day_part", "place", "offence", "lon", "lat", "attempted", "sex"),
            point_rows(counts, outlines, streams[1], streams[4]),
        ),
        "sample-survey": (
            ("place", "year", "question", "estimate", "lower", "upper", "n"),
            survey_rows(streams[2]),
        ),
        "sample-microdata": (
            (
                *("id", "date", "district", "block", "weight", "sex", "age"),
                *rules.ANSWERS,
            ),
            questionnaires(people, streams[3]),
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return {code: _csv(folder / f"{code}.csv", *content) for code, content in files.items()}


def expected(place: str, month: Month, offence: str, people: int) -> float:
    """The mean number of complaints that the rules give for one district, month and offence."""
    year, number = month
    passed = (year - rules.YEARS[0]) + (number - 1) / 12
    level = rules.LEVEL[offence] * rules.DISTRICT.get(place, rules.OTHER_DISTRICTS)
    level *= rules.YEARLY.get(offence, 1.0) ** passed
    level *= 1 + rules.SEASON * math.cos(2 * math.pi * (number - 1) / 12)
    since, step = rules.STEPS.get(offence, (month, 1.0))
    if place == rules.STEP_PLACE and month >= since:
        level *= step
    return level * people / 100_000 / 12 * rules.LATE.get(month, 1.0)


def happened(people: Mapping[str, int], stream: Generator) -> Counts:
    """Poisson counts around the expected ones, for every district, month and offence."""
    return {
        (place, month, offence): int(stream.poisson(expected(place, month, offence, number)))
        for place, number in sorted(people.items())
        for month in MONTHS
        for offence in rules.LEVEL
    }


def complaint_rows(counts: Counts) -> Iterable[tuple[Any, ...]]:
    """Counts as the police would book them; months without complaints have no row."""
    booked: Counts = {}
    for (place, month, offence), number in counts.items():
        key = (booked_under(place, month), month, offence)
        booked[key] = booked.get(key, 0) + number
    for (place, (year, number), offence), total in sorted(booked.items()):
        if total:
            yield _code(place), year, number, offence, total


def booked_under(place: str, month: Month) -> str:
    """The district that the register names: before the split, the whole instead of its part."""
    return rules.WHOLE if place == rules.PART and month < rules.SPLIT else place


def point_rows(
    counts: Counts, outlines: Mapping[str, Any], stream: Generator, people: Generator
) -> Iterable[tuple[Any, ...]]:
    """The same acts one by one, with day, part of the day and, where permitted, a position.

    people : the stream from which the sex of the victims is drawn.
    """
    areas = {place: _Area(outline, stream) for place, outline in sorted(outlines.items())}
    parts, weights = list(rules.DAY_PARTS), list(rules.DAY_PARTS.values())
    number = 0
    for (place, (year, month), offence), count in sorted(counts.items()):
        if offence not in rules.PLACED + rules.UNPLACED:
            continue
        area = areas.get(place) if offence in rules.PLACED else None
        days = np.sort(stream.integers(1, calendar.monthrange(year, month)[1] + 1, count))
        chosen = stream.choice(len(parts), count, p=weights)
        attempted = stream.random(count) < rules.ATTEMPTED.get(offence, 0.0)
        where = area.positions(count, stream) if area else [("", "")] * count
        sexes = _victims(offence, count, people)
        for day, part, tried, (lon, lat), sex in zip(
            days, chosen, attempted, where, sexes, strict=True
        ):
            number += 1
            yield (
                f"M-{number:06}",
                f"{year}-{month:02}-{day:02}",
                parts[part],
                _code(place),
                offence,
                lon,
                lat,
                int(tried),
                sex,
            )


def _victims(offence: str, count: int, stream: Generator) -> list[str]:
    """F or M; nothing where there is no victim, or nobody wrote it down."""
    if offence not in rules.VICTIMS:
        return [""] * count
    women, unsaid = stream.random((2, count))
    return [
        "" if no < rules.NO_VICTIM else "F" if one < rules.VICTIMS[offence] else "M"
        for one, no in zip(women, unsaid, strict=True)
    ]


def survey_rows(stream: Generator) -> Iterable[tuple[Any, ...]]:
    """Shares found among the people asked, in percent, each with its 95 % interval."""
    for place, more in sorted(rules.SURVEY_DISTRICT.items()):
        for index, year in enumerate(rules.YEARS):
            for question, shares in rules.SURVEY.items():
                sign = -1 if question == "trust-police" else 1
                yes = int(stream.binomial(rules.ASKED, shares[index] + sign * more))
                estimate, lower, upper = (float(x) for x in proportion(yes, rules.ASKED))
                row = (round(100 * share, 1) for share in (estimate, lower, upper))
                yield _code(place), year, question, *row, rules.ASKED


def questionnaires(people: Mapping[str, int], stream: Generator) -> Iterable[tuple[Any, ...]]:
    """One row for each adult asked: where and when, for how many they stand, what they said.

    A district of the survey whose people are not known is left out.
    """
    year, month = rules.FIELDWORK
    asked = rules.BLOCKS * rules.IN_BLOCK
    number = 0
    for place in sorted(set(rules.SURVEY_DISTRICT) & set(people)):
        days = np.sort(stream.integers(1, calendar.monthrange(year, month)[1] + 1, asked))
        adults = stream.integers(1, rules.HOUSE + 1, asked)
        weights = people[place] * rules.ADULTS * adults / adults.sum()
        is_woman = stream.random(asked) < rules.WOMEN
        ages = stream.integers(18, 81, asked)
        said = [_said(name, is_woman, stream) for name in rules.ANSWERS]
        for i in range(asked):
            number += 1
            yield (
                f"C-{number:05}",
                f"{year}-{month:02}-{days[i]:02}",
                _code(place),
                f"{_code(place)}-{i // rules.IN_BLOCK + 1:02}",
                round(float(weights[i]), 3),
                "M" if is_woman[i] else "H",
                int(ages[i]),
                *(int(answers[i]) for answers in said),
            )


def _said(
    question: str, is_woman: np.ndarray[Any, np.dtype[np.bool_]], stream: Generator
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """What the people of a district answer: 1 or 2 (yes, no), or 1 to 4 and 9 on a scale."""
    shares = np.where(is_woman, *rules.ANSWERS[question])
    blocks = np.repeat(stream.normal(0, rules.ALIKE, rules.BLOCKS), rules.IN_BLOCK)
    yes = stream.random(len(shares)) < special.expit(special.logit(shares) + blocks)
    if question not in rules.SCALES:
        return np.where(yes, 1, 2)
    step = np.where(yes, 1, 3) + stream.integers(0, 2, len(shares))
    return np.where(stream.random(len(shares)) < rules.UNSAID, 9, step)


class _Area:
    """A district's outline and the corners around which more happens."""

    def __init__(self, outline: Any, stream: Generator) -> None:
        self.shape = shapely.geometry.shape(outline)
        shapely.prepare(self.shape)
        self.corners = self._anywhere(rules.CORNERS, stream)

    def positions(self, count: int, stream: Generator) -> list[tuple[float, float]]:
        """Positions (lon, lat) inside the outline, shape (count, 2), rounded as the rules say."""
        near = stream.random(count) < rules.NEAR_CORNER
        found = self._anywhere(count, stream)
        corner = self.corners[stream.integers(0, rules.CORNERS, count)]
        offset = stream.normal(0, rules.SPREAD_METRES, (count, 2)) / _METRES_PER_DEGREE
        moved = corner + offset
        keep = near & shapely.contains_xy(self.shape, moved)
        found[keep] = moved[keep]
        return [(float(x), float(y)) for x, y in np.round(found, rules.DECIMALS)]

    def _anywhere(self, count: int, stream: Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
        """`count` points evenly spread over the outline, by rejection from its bounding box."""
        west, south, east, north = self.shape.bounds
        found = np.empty((0, 2))
        while len(found) < count:
            drawn = stream.uniform((west, south), (east, north), (2 * count + 16, 2))
            found = np.vstack([found, drawn[shapely.contains_xy(self.shape, drawn)]])
        return found[:count]


def _code(place: str) -> str:
    return place.partition(":")[2]


def _csv(path: Path, header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
