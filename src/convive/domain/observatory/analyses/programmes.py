"""Do services, organisations or districts differ in what became of those who came?

Each is a figure of a measure of services, and stays hidden where that figure is. Nobody is drawn by
lot to a service, so a difference is no proof that one works better. People are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.rules import Direction
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Question, Status, figure
from convive.kernel.periods import Period
from convive.stats import compare as method
from convive.stats import fdr

MEASURES = ("services.completion", "services.placement", "services.retention")
WAYS = ("service", "organisation", "place")
LEVEL = 0.05


@dataclass(frozen=True)
class Row:
    """One of those compared: its figure, in percent, and how far it is from the one asked about.

    difference, lower, upper of it : in percentage points, this less the one asked about; None for
    itself and where one of the two is not told, as is `q`, the p-value corrected for all
    comparisons.
    """

    name: str
    code: str
    status: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    difference: float | None = None
    difference_lower: float | None = None
    difference_upper: float | None = None
    q: float | None = None

    @property
    def side(self) -> Direction:
        if self.q is None or self.q > LEVEL or self.difference is None:
            return Direction.UNCLEAR
        return Direction.UP if self.difference > 0 else Direction.DOWN


def answer(
    measure: str,
    way: str,
    codes: Sequence[str],
    period: Period,
    where: Mapping[str, str],
    *,
    against: str = "",
) -> Answer:
    """Figures of the same measure side by side: shares, differences, and in words which differ.

    way : one of WAYS. codes : of services or organisations, or `SCHEME:CODE` of places; two or
    more, the first asked about unless `against` says which. where : what else the measure takes.
    Raises BadInput for what cannot be compared.
    """
    _required(measure, way, codes, where)
    against = against or codes[0]
    if against not in codes:
        raise BadInput.at(against, _("This is none of those compared."), _("Write one of them."))
    ordered = [against, *(code for code in codes if code != against)]
    found = {code: _figure(measure, way, code, period, where) for code in ordered}
    told = [each for each in found.values() if each.value is not None]
    if len({each.is_sample for each in told}) > 1:
        raise BadInput.at(
            way, _("Made-up people and real ones are not compared."), _("Compare real ones.")
        )
    rows = _beside([_row(way, code, each) for code, each in found.items()])
    return Answer(
        lambda: _sentence(rows),
        {
            "rows": [asdict(row) | {"side": row.side.value} for row in rows],
            "unit": "%",
            "sample": any(each.is_sample for each in told),
        },
        lambda: _caveats(found, rows),
        {
            "measure": measure,
            "by": way,
            "of": list(ordered),
            "from": period.start.isoformat(),
            "to": period.end.isoformat(),
            "where": dict(where),
        },
    )


def _required(measure: str, way: str, codes: Sequence[str], where: Mapping[str, str]) -> None:
    if measure not in MEASURES:
        raise BadInput.at(
            measure,
            _("Programmes are not compared by this measure."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(MEASURES)},
        )
    if way not in WAYS:
        raise BadInput.at(
            way,
            _("Programmes are not compared so."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(WAYS)},
        )
    if len(codes) < 2 or len(set(codes)) < len(codes):
        raise BadInput.at(way, _("Give two or more, each once."))
    if way in where:
        raise BadInput.at(way, _("It is what is compared."), _("Leave the filter out."))


def _figure(measure: str, way: str, code: str, period: Period, where: Mapping[str, str]) -> Figure:
    if way == "place":
        return figure(measure, Question(period, programme.place(code).ref, where))
    return figure(measure, Question(period, None, {**where, way: code}))


def _row(way: str, code: str, found: Figure) -> Row:
    return Row(
        _name(way, code), code, found.status.value, found.value, found.lower, found.upper, found.n
    )


def _name(way: str, code: str) -> str:
    if way == "place":
        return programme.place(code).name
    if way == "organisation":
        return programme.organisation(code).name
    return CatalogueEntry.objects.get(kind=CatalogueEntry.Kind.SERVICE, code=code).name


def _beside(rows: Sequence[Row]) -> list[Row]:
    """Each row with its difference from the first, where both are told."""
    here, others = rows[0], [row for row in rows[1:] if row.value is not None]
    if here.value is None or not others:
        return list(rows)
    ends = np.array([[row.value, row.lower, row.upper] for row in others], dtype=np.float64)
    value, lower, upper = ends.T
    found = method.difference((value, lower, upper), _ends(here))
    q = fdr.adjust(found.p).tolist()
    apart = {
        row.code: replace(
            row,
            difference=float(found.difference[i]),
            difference_lower=float(found.lower[i]),
            difference_upper=float(found.upper[i]),
            q=q[i],
        )
        for i, row in enumerate(others)
    }
    return [apart.get(row.code, row) for row in rows]


def _ends(row: Row) -> tuple[float, float, float]:
    value, lower, upper = (
        np.nan if each is None else each for each in (row.value, row.lower, row.upper)
    )
    return value, lower, upper


def _sentence(rows: Sequence[Row]) -> str:
    here, others = rows[0], rows[1:]
    missing = Status.MISSING.value  # told among the caveats
    hidden = [row.name for row in others if row.value is None and row.status != missing]
    if here.value is None or here.lower is None or here.upper is None:
        return _("%(name)s: not told. Nothing can be compared with it.") % {"name": here.name}
    said = [
        _("%(name)s: %(share)s (%(ends)s).")
        % {
            "name": here.name,
            "share": words.percent(here.value / 100),
            "ends": words.percent_interval(here.lower / 100, here.upper / 100),
        }
    ]
    # A difference is that of the other less the one asked about
    for side, text in (
        (Direction.DOWN, _("Higher than: %(places)s.")),
        (Direction.UP, _("Lower than: %(places)s.")),
        (Direction.UNCLEAR, _("No evidence of a difference from: %(places)s.")),
    ):
        if names := [row.name for row in others if row.q is not None and row.side is side]:
            said.append(text % {"places": ", ".join(names)})
    if hidden:
        said.append(_("Not told here: %(places)s.") % {"places": ", ".join(hidden)})
    return " ".join(said)


def _caveats(found: Mapping[str, Figure], rows: Sequence[Row]) -> list[str]:
    first = next(iter(found.values()))
    said = [
        _(
            "Services take in different people, and nobody was drawn by lot: a difference does not "
            "say that one works better."
        ),
        _("Whoever was in two of them counts in both."),
        first.method,
    ]
    why: dict[str, list[str]] = {}
    for row, each in zip(rows, found.values(), strict=True):
        if each.status is not Status.OK:
            why.setdefault(each.words.rstrip("."), []).append(row.name)
    said += [f"{reason}: {', '.join(names)}." for reason, names in why.items()]
    marks = [mark.text for each in found.values() for mark in each.marks if each.value is not None]
    return [*said, *dict.fromkeys(marks)]
