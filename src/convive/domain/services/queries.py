"""Every read of services. Whoever asks sees the activities of their organisation and district; of a
sensitive service, those of whose team they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, may
from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.queries import Agreed
from convive.domain.people.vocabulary import Purpose
from convive.domain.programme import queries as programme
from convive.domain.programme.models import CatalogueEntry, Organisation, User
from convive.domain.services import rules
from convive.domain.services.models import (
    Activity,
    Attendance,
    EarlierStay,
    Enrolment,
    Session,
)
from convive.domain.services.models_certificates import Certificate
from convive.domain.services.rules import Presence, Spell, Time
from convive.domain.services.vocabulary import Came, Progress, Reason, Standing
from convive.kernel.errors import BadInput
from convive.stats.retention import Retention, kaplan_meier

Whose = tuple[int, int]  # an activity, a person


def services() -> QuerySet[CatalogueEntry]:
    """What the pack offers today."""
    return CatalogueEntry.objects.filter(kind=CatalogueEntry.Kind.SERVICE, retired_on=None)


def bodies() -> QuerySet[Organisation]:
    """The organisations that give or gave activities."""
    return programme.organisations().filter(pk__in=Activity.objects.values("organisation"))


def activities_visible_to(
    who: Actor, permission: Permission = Permission.SEE_SERVICES
) -> QuerySet[Activity]:
    """The activities that this actor may see. Of a sensitive service there are none for others."""
    rows = _activities()
    if who.is_system:
        return rows
    account = programme.account_of(who)
    own = Activity.objects.filter(team=account.pk) if account else Activity.objects.none()
    sensitive = CatalogueEntry.objects.filter(data__sensitive=True)
    open_ = ~Q(service__in=sensitive) | Q(pk__in=own)
    return rows.filter(programme.within_reach(who, permission) & open_)


def with_counts(rows: QuerySet[Activity]) -> QuerySet[Activity]:
    """With how many have a place and how many wait, the newest first."""
    there = Q(enrolments__state__in=[Standing.ENROLLED, Standing.COMPLETED])
    return rows.annotate(
        taken=Count("enrolments", filter=there),
        waiting=Count("enrolments", filter=Q(enrolments__state=Standing.WAITING)),
    ).order_by("-first_day", "-pk")


def activity(who: Actor, code: str) -> Activity | None:
    """By its code, of those that this actor may see: it takes the same work to find none as to find
    that of others. What they may do with it, `sees` tells."""
    return activities_visible_to(who).filter(code=code).first()


def activity_of_anybody(code: str) -> Activity | None:
    """By its code, for a page that anybody opens."""
    return _activities().filter(code=code).first()


def run_now_by(who: Actor) -> QuerySet[Activity]:
    """The activities that this actor keeps and of whose team they are, whatever the service."""
    account = programme.account_of(who)
    rows = _activities().filter(programme.within_reach(who, Permission.KEEP_SERVICES))
    return rows.filter(pk__in=Activity.objects.filter(team=account).values("pk"))


def scope_of(found: Activity) -> Scope:
    return Scope(found.organisation.code, found.district.ref)


def sees(who: Actor, found: Activity, permission: Permission = Permission.SEE_SERVICES) -> bool:
    """Whether this actor has this right on this activity. Deny by default."""
    if not may(who, permission, scope_of(found)):
        return False
    return who.is_system or not found.is_sensitive or is_of_team(who, found)


def is_of_team(who: Actor, found: Activity) -> bool:
    account = programme.account_of(who)
    return account is not None and found.team.filter(pk=account.pk).exists()


def may_be_of_team(found: Activity, account: User) -> bool:
    """Whether an account may run this activity."""
    return may(programme.actor_of(account), Permission.KEEP_SERVICES, scope_of(found))


def run_by(account: int) -> QuerySet[Activity]:
    """The activities that somebody runs and that are not over."""
    rows = Activity.objects.filter(team=account).exclude(state=Progress.CLOSED)
    return rows.select_related("service", "organisation", "district")


def enrolments(found: Activity) -> QuerySet[Enrolment]:
    """Everybody of an activity, in the order in which they asked."""
    return found.enrolments.select_related("person__district", "person__same_as", "activity")


def enrolment(who: Actor, code: str) -> Enrolment | None:
    """By its code, in the activities that this actor may see."""
    rows = Enrolment.objects.select_related(
        "person__same_as", "activity__service", "activity__organisation", "activity__district"
    )
    visible = activities_visible_to(who).order_by().values("pk")
    return rows.filter(code=code, activity__in=visible).first()


def enrolments_of(people_: Iterable[int], who: Actor) -> list[Enrolment]:
    """Of these people, in the activities that this actor may see, the newest first."""
    visible = activities_visible_to(who).order_by().values("pk")
    rows = Enrolment.objects.filter(person__in=list(people_), activity__in=visible)
    found = rows.select_related("activity__service").prefetch_related("earlier")
    return list(found.order_by("-asked_on", "-pk"))


def without_certificate(found: Activity) -> list[Enrolment]:
    """Those who completed, have no certificate that is valid, and agree to be attended."""
    has = Certificate.objects.filter(enrolment__activity=found, revoked_on=None)
    rows = enrolments(found).filter(state=Standing.COMPLETED)
    return still_agreeing(rows.exclude(pk__in=has.values("enrolment")))


def certificates(found: Activity) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(enrolment__activity=found)
    return rows.select_related("enrolment__person__same_as").order_by("-pk")


def certificate(code: str) -> Certificate | None:
    """By its code, for the public page: whoever has it may ask."""
    return _certificates().filter(code=code).first()


def certificate_seen_by(who: Actor, code: str) -> Certificate | None:
    """By its code, of the activities that this actor may see."""
    visible = activities_visible_to(who).order_by().values("pk")
    return _certificates().filter(code=code, enrolment__activity__in=visible).first()


def free_places(found: Activity) -> int:
    """How many places nobody has: those who completed keep theirs, those who left do not."""
    taken = found.enrolments.filter(state__in=[Standing.ENROLLED, Standing.COMPLETED]).count()
    return max(0, found.places - taken)


def sessions(found: Activity) -> QuerySet[Session]:
    """With how many came, of how many that were written down."""
    return found.sessions.annotate(
        came=Count("attendance", filter=Q(attendance__state=Came.PRESENT)),
        written=Count("attendance"),
    ).order_by("day", "hour", "pk")


def next_session(found: Activity) -> Session | None:
    """The next that is still to come."""
    return found.sessions.filter(day__gt=programme.today()).first()


def session(found: Activity, number: int) -> Session | None:
    return found.sessions.filter(pk=number).first()


def session_to_read(who: Actor, number: int) -> Session | None:
    """By the number on its sheet, of the activities that this actor keeps."""
    rows = Session.objects.select_related(
        "activity__service", "activity__organisation", "activity__district"
    )
    kept = activities_visible_to(who, Permission.KEEP_SERVICES).order_by().values("pk")
    return rows.filter(pk=number, activity__in=kept).first()


def expected_at(one: Session) -> list[Enrolment]:
    """Who is asked about at a session: whoever had a place on its day, or is written down there,
    and still agrees to be attended."""
    had = Q(from_day__lte=one.day) & (Q(ended_on=None) | Q(ended_on__gte=one.day))
    before = Q(earlier__from_day__lte=one.day, earlier__ended_on__gte=one.day)
    rows = enrolments(one.activity).filter(had | before | Q(attendance__session=one)).distinct()
    return still_agreeing(rows.order_by("pk"))


def still_agreeing(rows: Iterable[Enrolment]) -> list[Enrolment]:
    """Those of people who agree to be attended now. A consent withdrawn holds at once."""
    found = list(rows)
    agreed = Agreed([row.whom for row in found], programme.today())
    return [row for row in found if agreed.to(Purpose.SERVICES, row.whom)]


def attendance(one: Session) -> dict[int, str]:
    """What is written down of a session, by enrolment."""
    return dict(one.attendance.values_list("enrolment", "state"))


def presence(found: Activity) -> dict[int, Presence]:
    """How often each came, by enrolment."""
    words: dict[int, list[str]] = {}
    for pk, state in Attendance.objects.filter(session__activity=found).values_list(
        "enrolment", "state"
    ):
        words.setdefault(pk, []).append(state)
    return {pk: rules.presence(each) for pk, each in words.items()}


def unwritten(activities: QuerySet[Activity], day: date) -> QuerySet[Session]:
    """Sessions of these activities that were, and of which nobody wrote who came."""
    there = Enrolment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gte=OuterRef("day")),
        activity=OuterRef("activity"),
        from_day__lte=OuterRef("day"),
    )
    before = EarlierStay.objects.filter(
        enrolment__activity=OuterRef("activity"),
        from_day__lte=OuterRef("day"),
        ended_on__gte=OuterRef("day"),
    )
    rows = Session.objects.filter(
        Exists(there) | Exists(before),
        activity__in=activities.exclude(state=Progress.CLOSED),
        day__lt=day,
        recorded_at=None,
    )
    return rows.select_related("activity__service").order_by("day", "pk")


def find_to_enrol(who: Actor, found: Activity, text: str) -> list[Person]:
    """People of the same organisation with a name like this, who are not in the activity yet."""
    alike = people.find(who, text)
    whose = Coalesce("person__same_as", "person")
    inside = set(found.enrolments.annotate(whose=whose).values_list("whose", flat=True))
    return [
        one
        for one in alike
        if one.organisation_id == found.organisation_id and one.pk not in inside
    ]


def times(rows: QuerySet[Enrolment]) -> dict[Whose, list[Time]]:
    """The times with a place that these enrolments tell of, by activity and person.

    What was written down by mistake is none. Whoever was entered twice, and joined, is one.
    """
    of = ("row", "within", "whose", "stood", "began", "ended", "why")
    now = rows.filter(from_day__isnull=False).exclude(reason=Reason.MISTAKE).order_by()
    before = EarlierStay.objects.filter(enrolment__in=rows.order_by()).order_by()
    told = now.annotate(
        row=F("pk"), within=F("activity"), whose=Coalesce("person__same_as", "person"),
        stood=F("state"), began=F("from_day"), ended=F("ended_on"), why=F("reason"),
    ).values_list(*of).union(
        before.annotate(
            row=F("enrolment"),
            within=F("enrolment__activity"),
            whose=Coalesce("enrolment__person__same_as", "enrolment__person"),
            stood=Value(Standing.LEFT.value, output_field=CharField()),
            began=F("from_day"), ended=F("ended_on"), why=F("reason"),
        ).values_list(*of),
        all=True,
    )  # fmt: skip
    lost = Q(enrolment__reason=Reason.LOST) | Q(enrolment__earlier__reason=Reason.LOST)
    came = Attendance.objects.filter(lost, enrolment__in=rows.order_by(), state=Came.PRESENT)
    seen: dict[int, list[date]] = defaultdict(list)
    for row, day in came.values_list("enrolment", "session__day").distinct():
        seen[row].append(day)
    found: dict[Whose, list[Time]] = defaultdict(list)
    for row, activity_, whose, state, began, ended, why in told:
        days = [day for day in seen[row] if began <= day <= (ended or day)]
        time = Time(state, began, ended, why, max(days, default=None))
        found[activity_, whose].append(time)
    return {each: rules.joined(every) for each, every in found.items()}


def spells(rows: QuerySet[Enrolment], until: date) -> list[Spell]:
    """How long people were seen in these activities, up to a day: of several times of one person in
    one activity, the first."""
    found = (rules.spell(every[0], until) for every in times(rows).values())
    return [each for each in found if each is not None]


def retention(rows: QuerySet[Enrolment], until: date) -> Retention | None:
    """The estimate of Kaplan and Meier, in days; None where nobody began."""
    found = spells(rows, until)
    if not found:
        return None
    return kaplan_meier([each.days for each in found], [each.left for each in found])


def by_mark(marks: Iterable[UUID]) -> set[UUID]:
    return set(Attendance.objects.filter(mark__in=list(marks)).values_list("mark", flat=True))


def word_of(session: int, enrolment: str) -> Attendance | None:
    """What is written down of somebody at a session."""
    rows = Attendance.objects.select_related("enrolment__person__same_as")
    return rows.filter(session=session, enrolment__code=enrolment).first()


def is_newer(at: datetime, mark: UUID, than: Attendance) -> bool:
    """Which of two words on one person holds: the later; of two at one moment always the same one,
    in whichever order they arrive."""
    return (at, str(mark)) > (than.taken_at, str(than.mark))


def ended_in(first: date, last: date) -> QuerySet[Enrolment]:
    """Those who had a place and completed or left within these days."""
    now = Q(ended_on__range=(first, last), from_day__isnull=False) & ~Q(reason=Reason.MISTAKE)
    before = EarlierStay.objects.filter(ended_on__range=(first, last))
    return Enrolment.objects.filter(now | Q(pk__in=before.values("enrolment")))


def begun_in(first: date, last: date) -> QuerySet[Enrolment]:
    """Those who had a place since one of these days."""
    now = Q(from_day__range=(first, last)) & ~Q(reason=Reason.MISTAKE)
    before = EarlierStay.objects.filter(from_day__range=(first, last))
    return Enrolment.objects.filter(now | Q(pk__in=before.values("enrolment")))


def service(code: str) -> CatalogueEntry:
    """Raises BadInput where the catalogue offers no such service."""
    found = services().filter(code=code).first()
    if found is None:
        raise BadInput.at(
            "service",
            _("The catalogue offers no such service."),
            _("Choose a service of the list."),
        )
    return found


def _activities() -> QuerySet[Activity]:
    return Activity.objects.select_related("service", "organisation", "district")


def _certificates() -> QuerySet[Certificate]:
    return Certificate.objects.select_related(
        "enrolment__person__same_as", "enrolment__activity__service",
        "enrolment__activity__organisation", "enrolment__activity__district",
    )  # fmt: skip
