"""The plan with what was achieved, to be taken away: small numbers of people are hidden."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from convive.domain.plans import queries
from convive.domain.plans.models import IndicatorVersion, Plan
from convive.domain.plans.vocabulary import Unit
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.leaving import (
    Audience,
    Cell,
    Cleared,
    Column,
    Kind,
    Number,
    Row,
    Table,
    Told,
    leave,
)
from convive.results.progress import Progress

NAME = "achieved"


def cleared(plan: Plan, found: Iterable[tuple[str, Progress]]) -> Cleared:
    """The indicators of a plan as they may leave the house. found : objective's code and progress.

    A number of people below the threshold is hidden with the progress that follows from it, and so
    is a share or rate whose numerator is that small.
    """
    rows, beside = [], []
    for objective, progress in found:
        parts = _parts(plan, progress)
        beside += parts
        rows.append(_row(objective, progress, [part.key for part in parts]))
    table = Table(
        NAME,
        _("What was achieved: %(plan)s") % {"plan": plan.name},
        _("Values that were accepted, or measured from the sources that the indicator names."),
        (
            Column(_("Objective"), Kind.LABEL),
            Column(_("Indicator"), Kind.LABEL),
            Column(_("Unit"), Kind.LABEL),
            Column(_("Up to"), Kind.LABEL),
            Column(_("Number achieved"), Kind.COUNT),
            Column(_("Share or rate achieved"), Kind.APART, 1),
            Column(_("Baseline"), Kind.APART, 1),
            Column(_("Target"), Kind.APART, 1),
            Column(_("Due"), Kind.LABEL),
            Column(_("Progress, %"), Kind.DERIVED, 1),
        ),
        tuple(rows),
    )
    return leave([table], Audience.OUTSIDE, beside=beside)


def about(plan: Plan, found: Iterable[tuple[str, Progress]]) -> list[tuple[str, str]]:
    """Whose plan it is, from which sources, and whether any of it is made up."""
    figures = [progress.achieved for _objective, progress in found]
    rows = [
        (_("Plan"), f"{plan.name} ({plan.code})"),
        (_("Source"), "; ".join(sorted({figure.source for figure in figures if figure.source}))),
    ]
    days = [figure.as_of for figure in figures if figure.as_of]
    if days:
        rows.append((_("Received up to"), max(days).isoformat()))
    if any(figure.is_sample for figure in figures):
        rows.append((_("Sample"), _("Invented records that show how the system works.")))
    return rows


def _row(objective: str, progress: Progress, parts: list[str]) -> Row:
    figure, target = progress.achieved, progress.target
    is_number = _is_count(progress)
    return Row(
        (
            Cell(objective),
            Cell(progress.name),
            Cell(figure.unit or _("number")),
            Cell(words.period(progress.period)),
            _count(figure.value if is_number else None),
            _amount(None if is_number else figure.value, parts),
            _amount(target.baseline if target else None),
            _amount(target.value if target else None),
            Cell(target.due.isoformat() if target else ""),
            _amount(progress.share.value, parts),
        ),
        threshold_of(progress.version),
    )


def threshold_of(version: IndicatorVersion | None) -> int:
    """Below how many people or cases a value is hidden.

    The lower threshold only where a source says that nothing it counts is sensitive: of values that
    are recorded by hand nobody says whether they are about women or minors.
    """
    source = version.filters.get("source") if version and version.measure else None
    if version is None or source is None:
        return programme.threshold(sensitive=True)
    category, iccs = version.filters.get("category"), version.filters.get("offence", "")
    counted = [
        offence
        for offence in evidence.offences(source).values()
        if offence.iccs.startswith(iccs) and category in (None, offence.category)
    ]
    sensitive = not counted or any("sensitive" in offence.flags for offence in counted)
    return programme.threshold(sensitive=sensitive)


def _is_count(progress: Progress) -> bool:
    """Whether what was achieved is a number of people or things, and no mean of any."""
    value = progress.achieved.value
    if progress.version is None or value is None or progress.version.unit != Unit.NUMBER:
        return False
    return value >= 0 and float(value).is_integer()


def _count(value: float | None) -> Cell:
    if value is None:
        return Cell(None, Told.MISSING)
    return Cell(int(value), Told.OK if value else Told.ZERO)


def _amount(value: float | None, of: Iterable[str] = ()) -> Cell:
    return Cell(value, Told.MISSING if value is None else Told.OK, of=tuple(of))


def _parts(plan: Plan, progress: Progress) -> list[Number]:
    """What a share or rate was made of: its numerator, and how many it is a part of."""
    version, period, figure = progress.version, progress.period, progress.achieved
    if version is None or period is None or version.unit == Unit.NUMBER or figure.value is None:
        return []
    key, threshold = f"{progress.indicator.code} numerator", threshold_of(version)
    if version.measure:
        return [] if figure.n is None else [Number(key, figure.n, threshold)]
    values = queries.accepted(version, place=plan.district, until=period.end)
    numerator = round(sum(value.numerator for value in values))
    whole = round(sum(value.denominator or 0 for value in values))
    found = [Number(key, numerator, threshold)]
    if whole > numerator and version.unit == Unit.PERCENTAGE:
        rest = f"{progress.indicator.code} rest"
        found.append(Number(rest, whole - numerator, threshold))
    return found
