"""Districts with a known effect, for evaluations: what was done, where, and what came of it.

The source `efecto` records robberies of 24 districts of the region from 2020 to 2023, four of the
pack and twenty that it does not know. In La Esperanza they fall by half from July 2022 on; in every
other district nothing changes. Its last two months still grow.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from cast import LA_ESPERANZA, make_programme
from observatory_ground import DISTRICTS, OFFENCES, Row, _poisson, _spec

from convive.domain.observatory import actions_evaluations as actions
from convive.domain.observatory.evaluation_rules import Facts
from convive.domain.observatory.models import Design, Opening
from convive.domain.programme.queries import SYSTEM
from convive.evidence.actions import import_file, put_offence, put_source
from convive.evidence.mapping import Limits

SOURCE = "efecto"
START = date(2022, 7, 1)
FURTHER = tuple(f"1302{n:02}" for n in range(1, 21))
YEARS = (2020, 2021, 2022, 2023)


def drawn(effect: float = 0.5, mean: float = 40.0, seed: int = 7) -> list[Row]:
    chance = random.Random(seed)
    rows = []
    for place in (*DISTRICTS, *FURTHER):
        size = chance.uniform(0.7, 1.4)
        for year in YEARS:
            for month in range(1, 13):
                is_after = place == "130105" and date(year, month, 1) >= START
                n = _poisson(chance, mean * size * (effect if is_after else 1.0))
                rows.append(Row(place, year, month, "robo", n))
                if place == "130105":
                    rows.append(Row(place, year, month, "extorsion", _poisson(chance, 3)))
    return rows


def make_evaluated(folder: Path, **more: Any) -> None:
    """The programme, and the source with its records."""
    make_programme()
    add_evidence(folder, drawn(**more))


def add_evidence(folder: Path, rows: list[Row], name: str = "efecto") -> None:
    put_source(by=SYSTEM, spec=replace(_spec(SOURCE), limits=Limits(late_months=2)))
    for offence in OFFENCES.values():
        put_offence(by=SYSTEM, row=replace(offence, source=SOURCE))
    file = folder / f"{name}.csv"
    lines = [f"{row.place},{row.year},{row.month},{row.offence},{row.n}" for row in rows]
    file.write_text("\n".join(["place,year,month,offence,n", *lines]) + "\n")
    assert import_file(by=SYSTEM, source=SOURCE, path=file).rejected == 0


def facts(**changes: Any) -> Facts:
    told = Facts(
        title="¿Bajaron los robos con el alumbrado de La Esperanza?",
        what="Alumbrar tres cuadras del mercado.",
        why="Tres años antes para ver la estación.",
        source=SOURCE,
        offence="robo",
        treated=(LA_ESPERANZA,),
        before=date(2020, 1, 1),
        first=START,
        until=date(2023, 10, 1),
        rule="region",
    )
    return replace(told, **changes)


def designed(by: Any, **changes: Any) -> Design:
    return actions.set_down_design(by=by, facts=facts(**changes))


def silent(_share: float) -> None:
    """No progress is wanted."""


def opened(by: Any, design: Design) -> Opening:
    """The result, worked out at once."""
    found = actions.open_result(by=by, number=design.evaluation_id, order=False)
    return actions.work_out_result(by=by, number=found.pk, progress=silent)
