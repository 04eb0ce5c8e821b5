"""The measure of girls and young women: how many received what helps them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from convive.domain.people import queries as people
from convive.domain.people.models import Person
from convive.domain.people.rules import age_on
from convive.domain.people.vocabulary import AGE_BANDS, Sex
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.services import counting, telling
from convive.domain.services.counting import ANY
from convive.domain.services.models import Attendance
from convive.domain.services.models_received import Received
from convive.domain.services.vocabulary import Came, ResourceKind
from convive.kernel.errors import BadInput
from convive.kernel.figures import Figure, Question, Status, measure
from convive.kernel.periods import Period
from convive.kernel.words import number


@measure("services.girls_reached", filters=("kind",))
def girls_reached(question: Question) -> Figure:
    """Girls and young women who received a resource or came to a service that is one."""
    telling.whole_months(question)
    kind, district = _asked(question)
    first, last = ages()
    method = _(
        "Women and girls of %(first)d to %(last)d years on the last day of the period, who were "
        "given a resource or came to a service that is one, and agree to be counted, each once "
        "within an organisation, in the district where they live. Small counts are hidden, and "
        "what would tell them."
    ) % {"first": first, "last": last}
    days = (question.period.start, question.period.end)
    given = Received.objects.filter(given_on__range=days)
    came = Attendance.objects.filter(
        state=Came.PRESENT,
        session__day__range=days,
        session__activity__service__data__resource__in=ResourceKind.values,
    )
    (given, came), is_sample = counting.real(
        (given, counting.made_up_person()), (came, counting.made_up("enrolment__"))
    )
    if not (given.exists() or came.exists()):
        said = _("Nobody wrote down what girls and young women received within this period.")
        return Figure(None, _("people"), method, _("Activities"), status=Status.MISSING, words=said)
    pairs = [
        *given.values_list("resource__data__kind", "person__same_as", "person"),
        *came.values_list(
            "session__activity__service__data__resource",
            "enrolment__person__same_as",
            "enrolment__person",
        ),
    ]
    kept = _counted({root or own for _kind, root, own in pairs}, question.period)
    who = [
        (one.pk, each, {"district": str(one.district_id or ANY)})
        for each, root, own in pairs
        if (one := kept.get(root or own))
    ]
    # Most are minors: the higher threshold holds for all
    least = dict.fromkeys(ResourceKind.values, programme.threshold(sensitive=True))
    lives = {"district": [str(pk) for pk in programme.districts().values_list("pk", flat=True)]}
    told = counting.counts(who, least, ["district"], lives)
    value = told.told(kind or ANY, "district" if district else ANY, district or ANY)
    bodies = Organisation.objects.filter(
        Q(pk__in=given.order_by().values("person__organisation"))
        | Q(pk__in=came.order_by().values("session__activity__organisation"))
    )
    return Figure(
        value,
        _("people"),
        method,
        telling.named(bodies),
        n=value,
        as_of=programme.today(),
        status=Status.SUPPRESSED if value is None else Status.OK,
        marks=telling.marks(is_sample) + telling.several(bodies),
        words=(
            telling.too_few()
            if value is None
            else _("%(people)s girls and young women.") % {"people": number(value)}
        ),
    )


def ages() -> tuple[int, int]:
    """From which age to which somebody counts as a girl or young woman: of the pack, else 10–29."""
    one = programme.programme()
    told = one.thresholds if one else {}
    return int(told.get("girls_from", 10)), int(told.get("girls_to", 29))


def is_one(person: Person, day: date) -> bool:
    """Whether somebody is a girl or young woman on a day. Whose birth is not known, by band, is one
    where the whole band lies within the ages."""
    if person.sex != Sex.WOMAN:
        return False
    first, last = ages()
    if person.birth_month is not None:
        return first <= age_on(person.birth_month, day) <= last
    bounds = [least for least, _band in AGE_BANDS] + [200]
    spans = {band: (bounds[n], bounds[n + 1] - 1) for n, (_least, band) in enumerate(AGE_BANDS)}
    lower, upper = spans.get(people.age_band(person, day), (0, 200))
    return first <= lower and upper <= last


def _counted(pks: set[int], period: Period) -> dict[int, Person]:
    day = min(period.end, programme.today())
    return {one.pk: one for one in people.those_counted(pks) if is_one(one, day)}


def _asked(question: Question) -> tuple[str | None, str | None]:
    """The kind or the district that is asked for, the latter by its number."""
    kind = question.where.get("kind") or None
    if kind is not None and kind not in ResourceKind.values:
        raise BadInput.at(
            f"--where kind={kind}",
            _("There is no resource of this kind."),
            _("It takes: %(levels)s.") % {"levels": ", ".join(ResourceKind.values)},
        )
    district = telling.district_of(question)
    if kind and district is not None:
        raise BadInput.at(
            "--place",
            _("Ask for a kind or for a district, not for both at once."),
            _("Give one of them."),
        )
    return kind, None if district is None else str(district)
