"""Services and organisations set side by side by what became of those who came: hidden counts stay
hidden, and no difference is claimed that may be chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import CAST, EL_PORVENIR, LA_ESPERANZA, make_programme, person
from click.testing import CliRunner
from django.utils import translation
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from offered import make_activity, make_catalogue, make_completed

from convive.cli.analyse import analyse
from convive.domain.observatory.analyses import programmes
from convive.domain.observatory.analyses.answers import Answer
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation
from convive.domain.services import counting, rules
from convive.domain.services.counting import Unit
from convive.domain.services.models import Activity, Enrolment
from convive.kernel.errors import BadInput
from convive.kernel.figures import Question, Status, figure
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
TRAINING, MENTORING = "vocational-training", "mentoring"


@pytest.fixture(autouse=True)
def ground(db: None) -> Iterator[None]:
    with translation.override("en"):
        make_programme()
        make_catalogue()
        yield


def period() -> Period:
    month = programme.today().replace(day=1)
    return Period(rules.after_months(month, -1), rules.after_months(month, 1) - timedelta(days=1))


def ended(
    completed: int, left: int, first: int, *, service=TRAINING, body="unfpa", where=LA_ESPERANZA
) -> None:
    """So many who completed an activity of their own, and so many who left it."""
    made = make_activity(service=service, sessions=1, places=99)
    rows = [make_completed(made, number) for number in range(first, first + completed + left)]
    gone = [row.pk for row in rows[completed:]]
    Enrolment.objects.filter(pk__in=gone).update(state="left", reason="work")
    Activity.objects.filter(pk=made.pk).update(
        organisation=Organisation.objects.get(code=body), district=programme.place(where)
    )


def of(way: str, *codes: str, name: str = "completion", **where: str) -> Answer:
    return programmes.answer(f"services.{name}", way, codes, period(), where)


def rows(found: Answer) -> dict[str, dict]:
    return {row["code"]: row for row in found.numbers["rows"]}


def test_services_are_told_apart_only_beyond_chance():
    ended(24, 6, 0)
    ended(8, 22, 30, service=MENTORING)
    found = of("service", TRAINING, MENTORING)
    other = rows(found)[MENTORING]
    assert other["difference"] == pytest.approx(100 * (8 - 24) / 30)
    assert other["difference_upper"] < 0 and other["q"] < 0.05 and other["side"] == "down"
    assert found.sentence == "Vocational training: 80% (61% to 92%). Higher than: Mentoring."
    assert any("nobody was drawn by lot" in said for said in found.caveats)
    turned = programmes.answer(
        "services.completion", "service", (TRAINING, MENTORING), period(), {}, against=MENTORING
    )
    assert "Lower than: Vocational training." in turned.sentence


def test_where_it_may_be_chance_the_words_say_so():
    ended(20, 10, 0)
    ended(17, 13, 30, service=MENTORING)
    found = of("service", TRAINING, MENTORING)
    assert "No evidence of a difference from: Mentoring." in found.sentence
    with translation.override("es"):
        found = of("service", TRAINING, MENTORING)
        assert "Sin evidencia de diferencia con: Mentoría." in found.sentence


def test_few_people_stay_hidden_and_so_does_their_difference():
    ended(24, 6, 0)
    ended(8, 2, 30, service=MENTORING)
    found = of("service", TRAINING, MENTORING)
    hidden = [row for row in found.numbers["rows"] if row["value"] is None]
    assert hidden and all(row["difference"] is None and row["n"] is None for row in hidden)
    assert "Not told here: Mentoring." in found.sentence or "not told" in found.sentence


def test_organisations_are_compared_and_their_retention_too():
    ended(24, 6, 0)
    ended(12, 18, 30, body="unodc")
    found = of("organisation", "unfpa", "unodc")
    assert [row["n"] for row in found.numbers["rows"]] == [30, 30]
    assert rows(found)["unodc"]["side"] == "down"
    stayed = of("organisation", "unfpa", "unodc", name="retention", days="5")
    assert {row["status"] for row in stayed.numbers["rows"]} <= {"ok", "suppressed", "undefined"}


def test_an_organisation_does_not_give_away_the_few_of_another_in_the_same_service():
    """30 of a service are told; 28 of them of the one organisation would leave two."""
    ended(22, 6, 0)
    ended(2, 0, 28, body="unodc")
    ended(20, 10, 30, service=MENTORING, body="unodc")
    told = figure("services.completion", Question(period(), None, {"service": TRAINING}))
    assert told.status is Status.OK and told.n == 30
    for body in ("unfpa", "unodc"):
        asked = Question(period(), None, {"organisation": body})
        assert figure("services.completion", asked).status is Status.SUPPRESSED


@settings(max_examples=40, deadline=None)
@drawn(
    st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.booleans()),
        st.integers(1, 14), min_size=1,
    )
)  # fmt: skip
def test_services_less_an_organisation_that_is_told_leave_nobody_or_enough(counts):
    units = [
        Unit(service, 1, part, body)
        for (service, body, part), n in counts.items()
        for _each in range(n)
    ]
    bodies = sorted({unit.organisation for unit in units})
    told = [body for body in bodies if counting.tells(units, organisation=body)]
    there = sorted({unit.service for unit in units})
    services = [one for one in there if counting.tells(units, service=one)]
    for part in (True, False):
        for service in services:
            inside = {body: counts.get((service, body, part), 0) for body in bodies}
            elsewhere = {
                b: sum(counts.get((s, b, part), 0) for s in "ab" if s != service) for b in bodies
            }
            known = [b for b in told if inside[b] and not elsewhere[b]]
            rest = sum(inside.values()) - sum(inside[b] for b in known)
            assert rest == 0 or rest >= 5


def test_what_cannot_be_compared_is_refused():
    ended(24, 6, 0)
    for measure, way, codes, where in (
        ("services.people", "service", (TRAINING, MENTORING), {}),
        ("services.completion", "person", ("a", "b"), {}),
        ("services.completion", "service", (TRAINING,), {}),
        ("services.completion", "service", (TRAINING, TRAINING), {}),
        ("services.completion", "service", (TRAINING, "nothing"), {}),
        ("services.completion", "organisation", ("unfpa", "nobody"), {}),
        ("services.completion", "service", (TRAINING, MENTORING), {"service": TRAINING}),
        ("services.completion", "organisation", ("unfpa", "unodc"), {"service": TRAINING}),
    ):
        with pytest.raises(BadInput):
            programmes.answer(measure, way, codes, period(), where)


def test_the_command_tells_it_to_who_may_see_figures(monkeypatch):
    monkeypatch.setenv("CONVIVE_LANG", "en")
    ended(24, 6, 0)
    ended(8, 22, 30, where=EL_PORVENIR)
    months = ["--from", f"{period().start:%Y-%m}", "--to", f"{period().end:%Y-%m}"]
    asked = ["compare", "--measure", "services.completion", *months]
    asked += ["--of", f"place={LA_ESPERANZA}", "--of", f"place={EL_PORVENIR}"]
    done = CliRunner().invoke(analyse, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["rows"][1]["side"] == "down"
    person("municipal_officer")
    refused = CliRunner().invoke(analyse, [*asked, "--as", CAST["municipal_officer"].email])
    assert refused.exit_code == 1
    assert CliRunner().invoke(analyse, asked[:-2]).exit_code == 2
