"""The tables of docs/methods/clusters.md are run."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from test_methods import Row, agrees, rows_of

from convive.exchange import satscan
from convive.stats import clusters, scan_kernels, scan_tables, scan_time, scan_zones


@rows_of("scan_llr")
def test_the_statistic_of_a_cylinder_is_the_published_one(row: Row):
    counts = [float(row[name]) for name in ("cases", "expected", "all cases")]
    assert agrees(row["statistic"], scan_kernels.llr(*counts))


@cache
def scan(name: str, data: Path) -> clusters.Scan:
    if name == "new_mexico":
        study = clusters.Window(date(1973, 1, 1), date(1991, 12, 31), time_unit="year")
        return clusters.poisson(
            satscan.read_cases((data / "nm.cas").read_bytes(), near=study.start),
            satscan.read_population((data / "nm.pop").read_bytes(), near=study.start),
            satscan.read_places((data / "nm.geo").read_bytes()),
            study,
            permutations=99,
        )
    return clusters.permutation(
        satscan.read_cases((data / "lima_robo_h1.cas").read_bytes()),
        satscan.read_places((data / "lima_robo_h1.geo").read_bytes()),
        clusters.Window(date(2025, 1, 1), date(2025, 6, 30), max_distance=3, max_time=14),
        permutations=99,
    )


@rows_of("scan_published")
def test_a_published_cluster_is_found_as_published(row: Row, shared: Path):
    answer = scan(row["data"], shared / "methods" / "scan")
    found = answer.clusters[int(row["cluster"]) - 1]
    assert (found.start.isoformat(), found.end.isoformat()) == (row["from"], row["to"])
    assert (len(found.locations), found.cases) == (int(row["places"]), int(row["cases"]))
    assert agrees(row["expected"], found.expected)
    assert agrees(row["statistic"], found.llr)


def test_the_places_of_the_new_mexico_cluster_are_the_published_ones(shared: Path):
    found = scan("new_mexico", shared / "methods" / "scan").clusters
    assert found[0].locations == (
        "Torrance", "Bernalillo", "Valencia", "SantaFe", "Guadelupe", "Socorro", "Sandoval",
        "SanMiguel", "LosAlamos",
    )  # fmt: skip
    assert found[1].locations == ("Chaves",)


@rows_of("scan_distance")
def test_a_distance_is_the_chord_that_the_page_gives(row: Row):
    here, there = (
        [float(row[prefix + name]) for name in ("latitude", "longitude")]
        for prefix in ("", "other ")
    )
    points = scan_zones.on_sphere(np.array([here[1], there[1]]), np.array([here[0], there[0]]))
    assert agrees(row["km"], scan_zones.distances(points, 0)[1])


@rows_of("scan_intervals")
def test_the_intervals_of_a_study_are_those_of_the_page(row: Row):
    start, end = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    length = int(row["length"])
    starts = scan_time.interval_starts(start, end, row["unit"], length)
    days = [scan_time.day_of(number).isoformat() for number in starts]
    assert len(days) - 1 == int(row["intervals"])
    assert (days[0], days[1], days[-2]) == (row["from"], row["second begins"], row["last begins"])
    window = clusters.Window(start, end, time_unit=row["unit"], time_length=length)
    assert scan_tables.longest(window, len(days) - 1) == int(row["longest of 50 %"])


@rows_of("scan_population")
def test_person_days_between_censuses_are_those_of_the_page(row: Row):
    census = [part.split() for part in row["census"].split(";")]
    dates = scan_time.day_numbers([day for day, _people in census])
    starts = scan_time.interval_starts(
        date.fromisoformat(row["from"]), date.fromisoformat(row["to"]), "day", 1
    )
    weights = scan_time.time_weights(dates, starts)
    assert agrees(row["person-days"], float((weights @ [float(n) for _day, n in census]).sum()))


def test_person_days_are_the_same_however_the_study_is_cut():
    dates = scan_time.day_numbers(["2024-07-01", "2025-02-10", "2025-02-20"])
    whole = scan_time.time_weights(dates, np.array([dates[1] - 9, dates[1] + 30]))
    cut = scan_time.time_weights(dates, np.arange(dates[1] - 9, dates[1] + 31))
    assert cut.sum(axis=0) == pytest.approx(whole[0])
