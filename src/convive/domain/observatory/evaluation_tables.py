"""The tables of a result, as they may leave: small counts hidden in every file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.observatory.evaluation_pool import names_of
from convive.domain.observatory.models import Design, Opening
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence
from convive.kernel import leaving, words
from convive.kernel.leaving import HIDDEN, Audience, Cell, Cleared, Column, Row, Table
from convive.kernel.periods import Period

_LABEL, _COUNT = leaving.Kind.LABEL, leaving.Kind.COUNT
_OF_ROW, _APART = leaving.Kind.DERIVED, leaving.Kind.APART


def cleared(found: Opening, audience: Audience) -> Cleared:
    """Every table of a result. Inside, whoever reads it sees each of its places exactly."""
    made = (_months(found, audience), _weights(found), *_rounds(found))
    return leaving.leave(made, audience)


def threshold_of(design: Design) -> int:
    """Below which counts are not told outside, read from what the offences are today."""
    known = evidence.offences(design.source)
    rows = [known[design.offence]] if design.offence in known else list(known.values())
    return programme.threshold(sensitive=any("sensitive" in row.flags for row in rows))


def _months(found: Opening, audience: Audience) -> Table:
    columns = (
        Column(_("Month"), _LABEL),
        Column(_("Counted"), _COUNT),
        Column(_("What would have been"), _OF_ROW, 1),
    )
    threshold = threshold_of(found.design)
    rows = []
    for row in found.result["numbers"]["months"]:
        expected = Cell(row["expected"])
        if row["hides"] and audience is Audience.OUTSIDE:
            expected = HIDDEN
        counted = Cell(row["observed"], key=f"month {row['period']}")
        month = Cell(words.period(Period.parse(row["period"])))
        rows.append(Row((month, counted, expected), threshold))
    about = _("Where it was done, all places together.")
    return Table("months", _("Months"), about, columns, tuple(rows))


def _weights(found: Opening) -> Table:
    columns = (Column(_("Place"), _LABEL), Column(_("Weight"), _APART, 3))
    weights = found.result["numbers"]["weights"]["units"]
    names = names_of(weights)
    rows = tuple(Row((Cell(names[ref]), Cell(weight))) for ref, weight in weights.items())
    about = _("How much each place counts in what would have been.")
    return Table("weights", _("Places compared with"), about, columns, rows)


def _rounds(found: Opening) -> list[Table]:
    given = found.result["numbers"]["dose"]
    if given is None:
        return []
    columns = (
        Column(_("Month"), _LABEL),
        Column(_("Rounds told"), _APART),
        Column(_("Done"), _APART),
    )
    rows = tuple(
        Row(
            (
                Cell(words.period(Period.parse(row["period"]))),
                Cell(row["told"]),
                Cell(row["done"]),
            )
        )
        for row in given["months"]
    )
    return [Table("rounds", _("Rounds"), _("As the sheets came back."), columns, rows)]
