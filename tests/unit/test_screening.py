"""Screening: a person answers and a person chooses; no number is made of what was answered."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from accompanied import FACTORS, account, make_case, make_screening, somebody
from cast import actor, make_programme
from django.template.loader import render_to_string
from django.utils import translation

from convive.access.permissions import Role
from convive.domain import cases
from convive.domain.cases import actions_screening, pages, queries, rules
from convive.domain.cases.actions_screening import Said, screen
from convive.domain.cases.duties import Cases
from convive.domain.cases.models import Case
from convive.domain.programme import queries as programme
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.figures import Question, figure
from convive.kernel.figures import Status as Told
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
HOUSE = Path(cases.__file__).parent


@pytest.fixture(autouse=True)
def ground(db: None):
    with translation.override("en"):
        make_programme()
        make_screening()
        yield


def screened(found: Case, answer: str = "unknown", tier: str = "secondary", **more: object):
    said = {code: Said(answer, "") for code, _kind, _name in FACTORS}
    given = {"on": programme.today(), "said": said, "tier": tier, "why": "We agreed", **more}
    return screen(by=actor("case_worker"), case=found.code, **given)


def page(found: Case) -> str:
    """The page of a case's screenings, as the worker sees it, without addresses."""
    context = pages.screening(Case.objects.get(pk=found.pk), actor("case_worker"))
    text = render_to_string("cases/screening.html", context)
    return re.sub(r"<[^>]*>", " ", text)


def test_a_screening_keeps_each_answer_and_what_the_person_says():
    found = make_case()
    made = screened(found, said={"good-friends": Said("yes", "My cousins")})
    kept = actions_screening.answers(made)
    assert kept["good-friends"] == Said("yes", "My cousins")
    assert kept["substances"] == Said("unknown", "")
    assert list(kept) == [code for code, _kind, _name in FACTORS]


def test_screening_is_due_again_after_the_months_of_the_pack():
    found = make_case()
    screened(found, tier="tertiary")
    found = Case.objects.get()
    assert found.screen_by == rules.months_later(programme.today(), 6)
    near = found.screen_by - timedelta(days=rules.NEAR)
    assert f"screen-{found.code}" in {d.id for d in Cases().waiting(actor("case_worker"), near)}


def test_a_screening_is_dated_and_of_a_known_tier():
    found = make_case()
    with pytest.raises(BadInput, match="still to come"):
        screened(found, on=programme.today() + timedelta(days=1))
    with pytest.raises(BadInput, match="not in the list"):
        screened(found, tier="quaternary")
    with pytest.raises(BadInput, match="not in the list"):
        screened(found, answer="often")
    with pytest.raises(BadInput, match="Nothing is written"):
        screened(found, why=" ")


def test_only_the_team_screens():
    found = make_case()
    other = programme.actor_of(account("other", Role.AGENCY_OFFICER, "unfpa"))
    for who in (other, actor("agency_officer")):
        with pytest.raises(NotAllowed):
            screen(by=who, case=found.code, on=programme.today(), said={}, tier="primary", why="x")


def test_no_number_on_the_page_depends_on_what_was_answered():
    one, two = make_case(somebody(1)), make_case(somebody(1))
    screened(one, "yes")
    screened(two, "no")

    def numbers(found: Case) -> list[str]:
        return re.findall(r"\d+", page(found).replace(found.code, ""))

    def order(found: Case) -> list[str]:
        text = page(found)
        return sorted((name for *_rest, name in FACTORS), key=text.index)

    assert numbers(one) == numbers(two)
    assert order(one) == order(two) == [name for *_rest, name in FACTORS]


def test_the_tier_is_that_of_the_person_whatever_was_answered():
    for answer in ("yes", "no", "unknown"):
        found = make_case(somebody())
        screened(found, answer, tier="primary")
        assert Case.objects.get(pk=found.pk).tier == "primary"


def test_the_list_of_cases_does_not_stand_in_the_order_of_answers():
    first, second = make_case(somebody(1)), make_case(somebody(2))
    before = list(queries.cases_visible_to(actor("case_worker")))
    screened(first, "yes", tier="tertiary")
    screened(second, "no", tier="primary")
    assert list(queries.cases_visible_to(actor("case_worker"))) == before


def test_nothing_in_this_part_counts_adds_or_sorts_answers():
    """Read in the code itself: what handles answers calls nothing that makes a number of them."""
    counting = {"len", "sum", "count", "Count", "Sum", "max", "min", "Counter", "mean", "enumerate"}
    for name in ("actions_screening.py", "pages.py", "forms.py"):
        calls = {
            getattr(node.func, "attr", getattr(node.func, "id", ""))
            for node in ast.walk(ast.parse((HOUSE / name).read_text()))
            if isinstance(node, ast.Call)
        }
        assert not calls & counting, name
    for name in ("screening.html", "screen.html", "case.html", "_rows.html", "list.html"):
        text = (HOUSE / "templates" / "cases" / name).read_text()
        assert not re.search(r"\|length|counter|\|add|dictsort|regroup", text), name


def test_answers_leave_by_no_file_and_no_referral():
    """No other part of the house reads a screening; the demo writes some."""
    readers = [
        str(path.relative_to(HOUSE.parents[1]))
        for path in HOUSE.parents[1].glob("**/*.py")
        if HOUSE not in path.parents
        and re.search(r"domain\.cases|domain import cases", path.read_text())
    ]
    assert sorted(readers) == ["demo/cases.py", "settings.py", "urls.py"]


def test_a_tier_of_few_is_hidden_and_so_is_what_would_tell_it():
    period = Period.parse(f"{programme.today():%Y-%m}")
    for number in range(26):
        found = make_case(somebody(number))
        screened(
            found, tier="primary" if number < 12 else "secondary" if number < 24 else "tertiary"
        )

    def told(tier: str) -> tuple[float | None, Told]:
        found = figure("cases.people", Question(period, where={"tier": tier} if tier else {}))
        return found.value, found.status

    assert told("") == (26, Told.OK)
    assert told("tertiary") == (None, Told.SUPPRESSED)
    hidden = [tier for tier in ("primary", "secondary") if told(tier)[0] is None]
    assert len(hidden) == 1, "one more is hidden, or the total less the others tells it"


def test_sample_cases_are_counted_only_where_there_are_no_others():
    period = Period.parse(f"{programme.today():%Y-%m}")
    for number in range(24):
        make_case(somebody(number))
    Case.objects.update(is_sample=True)
    assert figure("cases.people", Question(period)).is_sample
    for number in range(12):
        make_case(somebody(100 + number))
    found = figure("cases.people", Question(period))
    assert (found.value, found.is_sample) == (12, False)
