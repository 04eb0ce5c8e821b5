"""Faults in the plan, indicators and targets are told where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from packs import Break, row_of, told_in_place

PEOPLE, EXTORTION = row_of("people-reached"), row_of("extortion-rate")
SCHOOL = row_of("back-in-school")
VICTIMS = row_of("victimisation")

BREAKS = {
    "a plan that ends first": Break("plan.toml", "end = 2017", "end = 2013", "before it starts"),
    "an unknown plan": Break(
        "plan.toml", 'plan = "programa-conjunto"', 'plan = "otro"', "declared nowhere"
    ),
    "an objective twice": Break(
        "plan.toml",
        'code = "1.2"',
        'code = "1.1"',
        "stands twice",
        'code = "1.1"\nlevel = "output"\nparent = "1"\nname_es = "La violencia',
    ),
    "an unknown objective above": Break(
        "plan.toml", 'parent = "0"', 'parent = "9"', "declared nowhere"
    ),
    "an outcome below an output": Break(
        "plan.toml", 'parent = "0"', 'parent = "1.1"', "cannot stand below"
    ),
    "an output of nobody": Break(
        "plan.toml",
        'lead = "undp"\ndimensions = ["community", "political"]',
        'dimensions = ["community"]',
        "belongs to nobody",
        '[[objective]]\nplan = "programa-conjunto"\ncode = "1.1"',
    ),
    "an unknown lead": Break("plan.toml", 'lead = "undp"', 'lead = "pnud"', "declared nowhere"),
    "an unknown dimension": Break(
        "plan.toml", '"economic"', '"economical"', "economic", '"economical"'
    ),
    "an unknown objective": Break(
        "indicators.csv", "people-reached,0,", "people-reached,8,", "declared nowhere"
    ),
    "an indicator twice": Break(
        "indicators.csv",
        "victimisation,0",
        "extortion-rate,0",
        "stands twice",
        "extortion-rate,0,1,2014-05-22,Población",
    ),
    "a percentage that is averaged": Break(
        "indicators.csv",
        VICTIMS,
        VICTIMS.replace("latest,none,parallel", "avg,none,parallel"),
        "never combined",
    ),
    "a percentage that is summed over places": Break(
        "indicators.csv",
        VICTIMS,
        VICTIMS.replace("latest,none,parallel", "latest,sum,parallel"),
        "never combined",
    ),
    "a percentage of nothing": Break(
        "indicators.csv",
        VICTIMS,
        VICTIMS.replace(
            "Personas de 18 y más años entrevistadas,People of 18 and more years interviewed", ","
        ),
        "denominator",
    ),
    "the latest of places": Break(
        "indicators.csv", SCHOOL, SCHOOL.replace("sum,sum", "sum,latest"), "latest"
    ),
    "an unknown measure": Break(
        "indicators.csv",
        EXTORTION,
        EXTORTION.replace("vatory.rate", "vatory.rat"),
        "observatory.rat",
    ),
    "an unknown filter": Break(
        "indicators.csv", EXTORTION, EXTORTION.replace("offence=", "offense="), "offence"
    ),
    "a filter by an unknown source": Break(
        "indicators.csv",
        EXTORTION,
        EXTORTION.replace("sidpol-counts", "sidpol-count"),
        "sidpol-counts",
    ),
    "filters without a measure": Break(
        "indicators.csv", EXTORTION, EXTORTION.replace("observatory.rate", ""), "without a measure"
    ),
    "categories without disaggregation": Break(
        "indicators.csv", SCHOOL, SCHOOL.replace("parallel,", "none,"), "do not fit together"
    ),
    "a target equal to the baseline": Break(
        "indicators.csv", PEOPLE, PEOPLE.replace(",7600,", ",0,"), "equals the baseline"
    ),
    "a target against the direction": Break(
        "indicators.csv", PEOPLE, PEOPLE.replace(",yes,", ",no,"), "against the direction"
    ),
    "a baseline without a day": Break(
        "indicators.csv", PEOPLE, PEOPLE.replace("2014-05-21", ""), "stand together"
    ),
    "a baseline after the target": Break(
        "indicators.csv", PEOPLE, PEOPLE.replace("2014-05-21", "2018-05-21"), "not before"
    ),
    "a target before the plan": Break(
        "indicators.csv",
        PEOPLE,
        PEOPLE.replace("2017-05-21", "2014-05-22")
        .replace("2014-05-21", "2014-01-01")
        .replace("2014-05-22,,,0", "2014-02-01,,,0"),
        "before any plan",
    ),
    "a target beyond 100 %": Break(
        "indicators.csv", ",100,2014-12-31", ",101,2014-12-31", "between 0 and 100"
    ),
    "a target of no place": Break(
        "indicators.csv", ",7600,2017-05-21,", ",7600,2017-05-21,PE-INEI:139999", "declared nowhere"
    ),
    "a target of no cell": Break(
        "indicators.csv", ",7600,2017-05-21,,,", ",7600,2017-05-21,,sexo=mujer,", "not a cell"
    ),
    "a target twice": Break(
        "indicators.csv",
        PEOPLE,
        f"{PEOPLE}\npeople-reached{',' * 21},7000,2017-05-21,,,,,,",
        "stands twice",
        f"people-reached{',' * 21}",
    ),
    "a target of no indicator": Break(
        "indicators.csv",
        PEOPLE,
        f"{PEOPLE}\npeople-rached{',' * 21},7000,2016-05-21,,,,,,",
        "people-reached",
        "people-rached",
    ),
    "not a number": Break("indicators.csv", ",7600,", ",7.600.000,", "not a number"),
}


@pytest.mark.parametrize("slip", BREAKS.values(), ids=BREAKS)
def test_a_fault_is_told_with_file_line_reason_and_remedy(tmp_path: Path, slip: Break):
    assert told_in_place(slip, tmp_path)
