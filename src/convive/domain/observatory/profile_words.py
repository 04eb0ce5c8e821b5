"""What a profile says in sentences: the lead, the caveats, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from convive.domain.observatory import profile_breaks, sayings, sayings_late
from convive.domain.observatory.analyses import compare
from convive.domain.observatory.desk import Desk
from convive.domain.observatory.parts import ChangeRow, MapRow, MonthPoint, PeerRow
from convive.domain.observatory.rules import Direction, direction
from convive.kernel import words
from convive.kernel.figures import Figure
from convive.stats import rates
from convive.stats.nowcast_releases import Reason

Rows = tuple[tuple[str, str], ...]


def lead(at: Desk, changes: Sequence[ChangeRow]) -> str:
    """What the recent months mean, and whether it may be chance."""
    row = next(row for row in changes if row.is_here)
    said = [_against_before(at, row), _against_the_province(at)]
    if at.here.holds:
        said.append(sayings.holds(at.here))
    return " ".join(capfirst(sentence) for sentence in said if sentence)


def _against_before(at: Desk, row: ChangeRow) -> str:
    said = {
        "recent": words.period(at.recent),
        "baseline": words.period(at.baseline),
        "cases": sayings.cases(at.source, row.after or 0),
        "before": words.number(row.before),
    }
    if row.before is None or row.after is None:
        return _("%(recent)s cannot be compared with %(baseline)s.") % said
    told = _("%(cases)s in %(recent)s against %(before)s in %(baseline)s:") % said
    if row.direction is Direction.UNCLEAR:
        return f"{told} {row.verdict}."
    if row.by_rate:
        more, less = (
            _("for each person more, and chance alone does not explain it."),
            _("for each person fewer, and chance alone does not explain it."),
        )
    else:
        more, less = (
            _("more, and chance alone does not explain it."),
            _("fewer, and chance alone does not explain it."),
        )
    return f"{told} {more if row.direction is Direction.UP else less}"


def _against_the_province(at: Desk) -> str:
    """Against the rest of the province, so that the place is not compared with itself."""
    if at.place.pk == at.province.pk:
        return ""
    here, whole = at.tally(at.place, at.recent), at.tally(at.province, at.recent)
    people_here, people = at.exposure(at.place), at.exposure(at.province)
    if here.uncovered or whole.uncovered or people_here is None or people is None:
        return ""
    rest = people.person_years - people_here.person_years
    if people_here.counted_by != people.counted_by or rest <= 0 or whole.n < here.n:
        return ""
    there, in_place = at.scatter_of_the_rest, at.scatter(at.place)
    if there is None or in_place is None:
        return ""
    found = rates.compare_counts(
        whole.n - here.n, here.n, rest, people_here.person_years, dispersion=(there, in_place)
    )
    said = {"province": at.province.name}
    side = direction(found.lower, found.upper)
    if side is Direction.UP:
        return _("For each person there are more than in the rest of %(province)s.") % said
    if side is Direction.DOWN:
        return _("For each person there are fewer than in the rest of %(province)s.") % said
    return _("For each person it cannot be told apart from the rest of %(province)s.") % said


def peers(rows: Sequence[PeerRow]) -> str:
    """Beside which districts this one is higher or lower, and where there is no evidence of it."""
    if not rows:
        return ""
    hidden = [row.found.ref for row in rows if row.hidden]
    return compare.sentence([row.found for row in rows], hidden=hidden)


def peers_unsure(rows: Sequence[PeerRow]) -> str:
    """Of which districts too little is known to tell a difference; empty where of none."""
    unknown = [row.found.place for row in rows if row.varies is None]
    return compare.too_few_months(unknown) if unknown else ""


def reference_name(at: Desk, series: Sequence[MonthPoint]) -> str:
    """What the dashed line is; empty where there is none."""
    if all(point.reference is None for point in series):
        return ""
    return _("%(province)s, for as many people") % {"province": at.province.name}


def no_band(at: Desk, series: Sequence[MonthPoint]) -> str:
    """Why the provisional months have no estimate; empty where they have one, or there are none."""
    if any(point.expected for point in series) or at.period.end <= at.firm:
        return ""
    return sayings_late.no_band(at.foretold.why_not or Reason.EMPTY)


def map_note(rows: Sequence[MapRow]) -> str:
    """Which outlines share one value."""
    shared = [row for row in rows if row.shared_with]
    return " ".join(
        _("%(part)s is still counted within %(whole)s: both outlines share one value.")
        % {"part": row.name, "whole": row.shared_with}
        for row in shared
    )


def caveats(at: Desk) -> tuple[str, ...]:
    """What must be known before these numbers are used."""
    found = []
    if at.source.is_sample:
        found.append(sayings.sample())
    found.append(_("Only what was reported is counted: more may have happened."))
    if at.here.holds:
        found.append(sayings.holds(at.here))
    found += [f"{words.day(mark.on)}: {mark.text}" for mark in sayings.breaks(at.here, at.period)]
    found += [f"{words.day(one.on)}: {one.text}" for one in profile_breaks.crossed(at)]
    provisional = sayings.provisional_mark(at.asked(at.place, at.period))
    if provisional:
        found.append(provisional.text)
    uncovered = [m.start for m in at.period.months() if m.start not in at.months_here]
    if uncovered:
        found.append(sayings.coverage_mark(at.source, uncovered).text)
    if at.source.spec.absent_rows_are_zero:
        found.append(_("A month without a row in the source is counted as zero."))
    found += _about_people(at)
    if at.source.spec.note:
        found.append(at.source.spec.note)
    return tuple(found)


def _about_people(at: Desk) -> list[str]:
    exposure = at.exposure(at.place, at.period)
    if exposure is None:
        text = _("The people of some of these years are not known within the same boundaries.")
        return [text]
    found = [mark.text for mark in sayings.exposure_marks(exposure.counted_by)]
    row = at.exposure(at.place, at.baseline)
    now = at.exposure(at.place)
    if row is not None and now is not None and row.counted_by != now.counted_by:
        found.append(
            _("The change is of numbers, not of rates: the people were counted anew in between.")
        )
    return found


def origin(at: Desk) -> Rows:
    """Where the counts of the profile come from, as terms with their texts."""
    rows = [
        (_("What is counted"), f"{at.source.name}; {sayings.unit(at.source)}"),
        (_("Source"), sayings.source(at.source)),
        (_("Received up to"), words.day(at.source.as_of)),
        (_("Boundaries"), at.source.edition_on(at.recent.end) or words.no_value()),
        (_("Method"), sayings.count_method()),
    ]
    if at.source.limits.late_months:
        months = at.source.limits.late_months
        rows.append((_("Provisional"), _("the last %(n)s months") % {"n": months}))
    return tuple(rows)


def changes_origin(at: Desk, changes: Sequence[ChangeRow]) -> Rows:
    """How the changes were made: what was compared for each place."""
    rows = [
        (_("Compared"), f"{words.period(at.recent)} – {words.period(at.baseline)}"),
        (_("Source"), sayings.source(at.source)),
        (_("Received up to"), words.day(at.source.as_of)),
    ]
    methods: dict[str, list[str]] = {}
    for row in changes:
        if row.figure is not None:
            methods.setdefault(row.figure.method, []).append(row.name)
    rows += [(", ".join(names), method) for method, names in methods.items()]
    return tuple(rows)


def origin_of(figure: Figure) -> Rows:
    """Where one figure comes from."""
    rows = [
        (_("Method"), figure.method),
        (_("Source"), figure.source),
        (_("Received up to"), words.day(figure.as_of)),
    ]
    if figure.n is not None:
        rows.append((_("Records"), words.number(figure.n)))
    return (*rows, *((_("Note"), mark.text) for mark in figure.marks))
