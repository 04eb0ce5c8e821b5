"""Every read of evaluations: what waits for a design, whose places they are, what was opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.observatory import evaluation_rules as rules
from convive.domain.observatory import queries, reading
from convive.domain.observatory.models import Design, Evaluation, Finding, Opening, Round
from convive.domain.plans.models import Commitment
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Place
from convive.evidence import queries as evidence
from convive.kernel.errors import NotAllowed
from convive.kernel.models import JournalEntry

KIND = "evaluation"


def evaluations() -> QuerySet[Evaluation]:
    return Evaluation.objects.select_related(
        "finding__analysis__place", "commitment__organisation", "commitment__district"
    ).prefetch_related("designs")


def evaluation(number: int) -> Evaluation | None:
    return evaluations().filter(pk=number).first()


def opening(number: int) -> Opening | None:
    rows = Opening.objects.select_related("design__evaluation", "job")
    return rows.filter(pk=number).first()


def current(found: Evaluation) -> Design | None:
    """The latest version of the design; None where none was set down."""
    return found.designs.order_by("-version").first()


def openings(found: Evaluation) -> list[Opening]:
    """Every result of every version, the latest first."""
    rows = Opening.objects.select_related("design", "job")
    return list(rows.filter(design__evaluation=found))


def result_was_seen(found: Evaluation) -> bool:
    return Opening.objects.filter(design__evaluation=found, answered_at__isnull=False).exists()


# Whose it is


def treated_places(found: Evaluation) -> list[str]:
    """Where it was done: as the design says, or the place of what led to it."""
    design = current(found)
    if design is not None:
        return list(design.treated)
    place = first_place(found)
    return [place.ref] if place else []


def first_place(found: Evaluation) -> Place | None:
    if found.finding is not None:
        return found.finding.analysis.place
    return found.commitment.district if found.commitment is not None else None


def require_places(who: Actor, permission: Permission, refs: Iterable[str]) -> None:
    """Raise NotAllowed unless somebody has this right in each of these places.

    A district that the pack does not know is open to whoever serves the whole programme.
    """
    require(who, permission)
    for ref in refs:
        require(who, permission, Scope(district=ref))


def require_evaluation(who: Actor, permission: Permission, found: Evaluation) -> None:
    """Raise NotAllowed without this right where it was done; everywhere where nobody says where."""
    where = treated_places(found)
    if where:
        require_places(who, permission, where)
    else:
        queries.require_analysis(who, permission, None)


def may_evaluate(who: Actor, permission: Permission, found: Evaluation) -> bool:
    try:
        require_evaluation(who, permission, found)
    except NotAllowed:
        return False
    return True


def may_open(who: Actor, design: Design) -> bool:
    """Whether somebody may see exact numbers of every place that the result is made of."""
    try:
        require_places(who, Permission.SEE_FIGURES, design.places)
    except NotAllowed:
        return False
    return True


def evaluations_for(who: Actor) -> list[Evaluation]:
    return [row for row in evaluations() if may_evaluate(who, Permission.SEE_FIGURES, row)]


def of_finding(found: Finding) -> list[Evaluation]:
    return list(evaluations().filter(finding=found))


def commitments_for(who: Actor) -> list[Commitment]:
    """What was promised, as far as somebody may read it, and nobody evaluates yet."""
    from convive.domain.plans import queries as plans

    taken = Evaluation.objects.exclude(commitment=None).values("commitment")
    return list(plans.commitments_visible_to(who).exclude(pk__in=taken))


# What waits


def to_design(who: Actor) -> list[Evaluation]:
    """Evaluations without a design, of places where this person may write one."""
    rows = evaluations().filter(designs=None, set_aside_at=None)
    return [row for row in rows if may_evaluate(who, Permission.MAKE_REPORT, row)]


def to_open(who: Actor) -> list[Design]:
    """Designs whose months are all there, that nobody has opened, and that this person may."""
    rows = evaluations().filter(designs__isnull=False, set_aside_at=None).distinct()
    found = [(row, current(row)) for row in rows]
    return [
        design
        for row, design in found
        if design is not None
        and not design.openings.exists()
        and may_evaluate(who, Permission.MAKE_REPORT, row)
        and may_open(who, design)
        and ready(design).is_ready
    ]


def ready(design: Design) -> rules.Ready:
    """Whether the months of a design are there, as its source stands today."""
    view = evidence.source(design.source)
    late = view.limits.late_months
    if view.coverage is None:
        return rules.ready(design.until, late, None, None)
    firm, reach = reading.firm_of(view), reading.reach_of(view)
    return rules.ready(design.until, late, firm, reach)


# What the journal says


def is_as_set_down(design: Design) -> bool:
    """Whether a design is the one whose seal the journal holds."""
    if design.sealed() != design.seal:
        return False
    return design.seal in _told(design.evaluation_id, "seal")


def is_as_opened(found: Opening) -> bool:
    """Whether a result is the one whose hash the journal holds."""
    return not found.answered_at or found.digest() in _told(found.design.evaluation_id, "sha256")


def _told(evaluation: int, name: str) -> set[str]:
    rows = JournalEntry.objects.filter(kind=KIND, subject=str(evaluation))
    return {row[name] for row in rows.values_list("data", flat=True) if name in row}


def missing_versions(found: Evaluation) -> list[int]:
    """Versions of which the journal tells and that stand here no more."""
    rows = JournalEntry.objects.filter(kind=KIND, subject=str(found.pk)).values_list(
        "data", flat=True
    )
    told = {row["version"] for row in rows if "seal" in row}
    return sorted(told - set(found.designs.values_list("version", flat=True)))


def others_seen(treated: Sequence[str], source: str, but: Evaluation | None) -> list[int]:
    """Evaluations of one of these places on the same source whose result has been opened."""
    rows = Design.objects.filter(source=source, openings__answered_at__isnull=False)
    if but is not None:
        rows = rows.exclude(evaluation=but)
    return sorted({row.evaluation_id for row in rows.distinct() if set(row.treated) & set(treated)})


# What was done


def rounds(found: Evaluation, design: Design) -> list[Round]:
    """Rounds told of the finding that led to it, from the first month to the last."""
    if found.finding_id is None:
        return []
    rows = Round.objects.filter(
        finding=found.finding_id, day__gte=design.first, day__lte=design.until
    )
    return list(rows.order_by("day", "sector"))


def district_or_none(ref: str) -> Place | None:
    return (
        programme.places()
        .filter(
            scheme=ref.partition(":")[0], code=ref.partition(":")[2], level=Place.Level.DISTRICT
        )
        .first()
    )
