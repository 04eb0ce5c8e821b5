"""How answers of `convive analyse` are told in a terminal: progress, sentence, caveats."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from convive.cli.common import Session
    from convive.domain.observatory.analyses.answers import Answer


class Progress:
    """How far it is, on stderr of a terminal."""

    def __init__(self, session: Session) -> None:
        self._bar = sys.stderr.isatty() and not session.as_json
        self._told = -1

    def __enter__(self) -> Callable[[float], None]:
        return self._tell

    def _tell(self, share: float) -> None:
        percent = int(100 * share)
        if self._bar and percent != self._told:
            self._told = percent
            click.echo(f"\r{percent} %", nl=False, err=True)

    def __exit__(self, *_error: object) -> None:
        if self._bar and self._told >= 0:
            click.echo("\r", nl=False, err=True)


def tell(session: Session, found: Answer, lines: list[str]) -> None:
    session.answer(found.as_json())
    if session.as_json:
        return
    session.say(found.sentence)
    for line in lines:
        session.say(line)
    for caveat in found.caveats:
        session.say(f"◆ {caveat}")


def knox_lines(found: Answer) -> list[str]:
    told = found.numbers
    lines = ["", " " * 16 + "".join(f"{name:>22}" for name in told["day_bins"])]
    for row, name in enumerate(told["distance_bins"]):
        cells = [
            f"{told['observed'][row, c]} · {told['ratio'][row, c]:.2f} · p {told['p'][row, c]:.3f}"
            for c in range(len(told["day_bins"]))
        ]
        lines.append(f"{name:16}" + "".join(f"{cell:>22}" for cell in cells))
    windows = told["windows"]
    return [*lines, "", f"{windows['open']} → {windows['today']}"]


def backtest_lines(found: Answer) -> list[str]:
    return [
        "",
        *(
            f"{row['name']:56} PAI {row['pai']:6.2f} ({row['lower']:.2f}–{row['upper']:.2f})  "
            f"PEI {row['pei']:.2f}  {row['hits']:.1f}/{row['n']}"
            for row in found.numbers["backtest"]
        ),
    ]


def cluster_lines(found: Answer) -> list[str]:
    lines = [""]
    for number, row in enumerate(found.numbers["clusters"][:10], 1):
        lines.append(
            f"{number:3} {row['from']} – {row['to']}  {row['cases']} / {row['expected']:.2f}  "
            f"LLR {row['llr']:.6f}  p {row['p']:.3f}  {len(row['locations'])}  "
            f"{row['radius_km']:.2f} km"
        )
    return lines


def week_lines(found: Answer) -> list[str]:
    by_hour = found.numbers["by_hour"]
    return ["", *(f"{hour:02} h {by_hour[hour]:8.1f}" for hour in range(24))]
