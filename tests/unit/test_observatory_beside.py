"""Districts beside each other, and people on no list: how peers are chosen, what is refused, what
is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from analysed import work
from cast import EL_PORVENIR, LA_ESPERANZA, actor
from diagnosed import make_diagnosed, restless
from django.utils import translation

from convive.domain.observatory import actions, traits
from convive.domain.observatory.analyses import compare, counted, monthly, similar, undercount
from convive.domain.observatory.analyses.undercount_given import Given, histories
from convive.domain.observatory.models import Analysis, State
from convive.domain.observatory.profile import place_profile
from convive.domain.programme import queries as programme
from convive.domain.programme.models import BoundaryEdition, Place, Population
from convive.domain.programme.queries import SYSTEM
from convive.evidence import queries as evidence
from convive.evidence.actions import put_source
from convive.evidence.mapping import EditionSpan
from convive.kernel.errors import BadInput, NotAllowed, Refused
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
YEAR = Period.between("2021", "2021")
FLORENCIA, TRUJILLO = "PE-INEI:130103", "PE-INEI:130101"
LISTS = Given(("police", "cem", "Comedor"), dict(zip(histories(3), (90, 80, 70, 20, 18, 16, 6), strict=True)))  # fmt: skip  # noqa: E501


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("diagnosed.count", restless)
    make_diagnosed(tmp_path, "quejas", only=("hurto",))
    with translation.override("en"):
        yield


def asked(peers: str, place: str = LA_ESPERANZA, period: Period = YEAR) -> Analysis:
    found = actions.ask_analysis(
        by=actor("coordinator"), kind="compare", source="quejas", period=period, place=place,
        options={"peers": peers},
    )  # fmt: skip
    work()
    found.refresh_from_db()
    return found


def rows(found: Analysis) -> dict[str, dict]:
    return {row["ref"]: row for row in found.result["numbers"]["places"]}


# Districts alike


def test_the_nearest_are_those_whose_people_are_nearest_by_ratio(people):
    found = similar.answer(programme.place(LA_ESPERANZA), year=2021, edition="pe-2017", number=3)
    assert [unit["ref"] for unit in found.numbers["units"]] == [EL_PORVENIR, TRUJILLO, FLORENCIA]
    assert found.numbers["traits"] == [{"trait": "people", "years": [2021]}]
    near = found.numbers["units"][0]
    logs = np.log([300_000, 240_000, 40_000, 200_000])
    assert near["distance"] == pytest.approx(np.log(1.2) / logs.std())
    assert near["traits"] == {"people": 240_000}


def test_the_choice_does_not_look_at_what_is_counted(people, tmp_path):
    def chosen() -> list[str]:
        found = similar.answer(
            programme.place(LA_ESPERANZA), year=2021, edition="pe-2017", number=2
        )
        return [unit["ref"] for unit in found.numbers["units"]]

    before = chosen()
    from convive.evidence.models import Batch

    Batch.objects.update(visible=False)
    assert chosen() == before


def test_women_and_growth_are_traits_where_one_source_counted_them_alike(people):
    edition = BoundaryEdition.objects.get(code="pe-2017")
    shares = {"130101": 0.5, "130102": 0.51, "130103": 0.52, "130105": 0.55}
    for place in Place.objects.filter(code__in=shares):
        whole = Population.objects.get(place=place, year=2022)
        Population.objects.create(
            place=place, year=2022, sex="female", value=int(whole.value * shares[place.code]),
            source="Censo", edition=edition,
        )  # fmt: skip
        Population.objects.create(
            place=place, year=2018, value=whole.value // (2 if place.code == "130105" else 1),
            source="Censo", edition=edition,
        )  # fmt: skip
    known = traits.known(traits.candidates("pe-2017"), "pe-2017", 2022)
    assert set(known) == {"people", "growth", "women"}
    assert known["women"].values[LA_ESPERANZA] == pytest.approx(55)
    assert known["growth"].years == (2018, 2022)
    assert known["growth"].values[LA_ESPERANZA] == pytest.approx(100 * (2**0.25 - 1))
    assert known["growth"].values[FLORENCIA] == 0
    early = traits.known(traits.candidates("pe-2017"), "pe-2017", 2020)
    assert early["people"].years == (2020,) and early["women"].years == (2022,)
    told = similar.answer(programme.place(LA_ESPERANZA), year=2020, edition="pe-2017", number=1)
    assert any("later years" in caveat for caveat in told.caveats)


def test_a_trait_or_number_that_there_is_not_is_refused(people):
    here = programme.place(LA_ESPERANZA)
    with pytest.raises(BadInput, match="not known of every district"):
        similar.answer(here, year=2021, edition="pe-2017", names=["poverty"])
    with pytest.raises(BadInput, match="3 other districts"):
        similar.answer(here, year=2021, edition="pe-2017", number=4)
    with pytest.raises(Refused, match="not a district within"):
        similar.answer(programme.place("PE-INEI:130112"), year=2021, edition="pe-2017")


# A place beside its peers


def test_each_rule_compares_with_its_own_districts(people):
    found = asked("programme")
    assert list(rows(found)) == [LA_ESPERANZA, EL_PORVENIR, FLORENCIA]
    small = rows(found)[FLORENCIA]
    assert small["ratio"] == pytest.approx(5) and small["side"] == "up" and small["q"] < 0.05
    assert found.result["en"]["sentence"].startswith("La Esperanza: 180.0 per 100,000")
    # 180 beside 150: more than Poisson counts allow, and no more than these months vary
    assert found.result["en"]["sentence"].endswith(
        "Lower than: Florencia de Mora. No evidence of a difference from: El Porvenir."
    )
    assert "Más baja que: Florencia de Mora." in found.result["es"]["sentence"]
    assert any("vary up to" in caveat for caveat in found.result["en"]["caveats"])
    assert any("Alto Trujillo" in caveat for caveat in found.result["en"]["caveats"])
    assert list(rows(asked("province")))[1:] == [TRUJILLO, EL_PORVENIR, FLORENCIA]


def test_districts_alike_are_compared_and_how_alike_they_are_is_kept(people):
    found = asked("similar")
    assert list(rows(found)) == [LA_ESPERANZA, EL_PORVENIR, TRUJILLO, FLORENCIA]
    assert [unit["ref"] for unit in found.result["numbers"]["similar"]["units"]] == [
        EL_PORVENIR, TRUJILLO, FLORENCIA,
    ]  # fmt: skip
    assert found.result["asked"]["traits"] == ["people"] and found.result["asked"]["year"] == 2021
    assert any("Most like La Esperanza" in caveat for caveat in found.result["en"]["caveats"])


def test_where_rates_are_the_same_there_is_no_evidence_of_a_difference(people):
    first = asked("programme")
    Population.objects.filter(place__code="130102").update(value=200_000)
    second = asked("programme")
    assert second.pk != first.pk, "new people make a new answer"
    assert "No evidence of a difference from: El Porvenir." in second.result["en"]["sentence"]
    assert rows(second)[EL_PORVENIR]["side"] == "unclear"


def test_a_place_is_beside_itself_in_the_same_months_before(people):
    found = asked("before")
    assert list(rows(found)) == ["2021", "2020"]
    assert rows(found)["2020"]["ratio"] == pytest.approx(1)
    assert "No evidence of a difference from: 2020." in found.result["en"]["sentence"]


def parted() -> None:
    """From January 2021 the source counts Alto Trujillo apart."""
    spec = replace(
        evidence.source("quejas").spec,
        editions=(EditionSpan("pe-2017"), EditionSpan("pe-2024", date(2021, 1, 1))),
    )
    put_source(by=SYSTEM, spec=spec)


def test_nothing_is_compared_across_a_break_and_both_sides_are_offered(people):
    parted()
    across = asked("programme", EL_PORVENIR, Period.between("2020-07", "2021-06"))
    assert across.state == State.FAILED
    assert "2020-07 – 2020-12 / 2021-01 – 2021-06" in across.reason
    assert "cannot be compared" in asked("before", EL_PORVENIR).reason
    before = asked("programme", EL_PORVENIR, Period.between("2020", "2020"))
    assert before.state == State.DONE


def test_why_a_series_breaks_is_kept_in_each_language(people):
    """The clock asks in Spanish; whoever reads in English reads the reason in English."""
    parted()
    with translation.override("es"):
        (cut,) = monthly.of_source("quejas", EL_PORVENIR, Period.between("2020", "2021")).breaks
    for language, words in (
        ("en", "counts within the boundaries"),
        ("es", "dentro de los límites"),
    ):
        with translation.override(language):
            assert words in cut.said


def test_only_a_district_is_compared(people):
    with pytest.raises(BadInput, match="A comparison is of a district"):
        asked("programme", "PE-INEI:1301")


def test_the_profile_says_what_the_question_says(people):
    profile = place_profile(LA_ESPERANZA, Period.between("2020", "2021"), source="quejas")
    assert profile.recent == YEAR
    found = asked("programme")
    assert profile.peers_said == found.result["en"]["sentence"]
    assert [row.found.ref for row in profile.peers] == list(rows(found))
    assert place_profile("PE-INEI:1301", YEAR, source="quejas").peers == ()


def test_the_profile_says_where_too_little_is_known_to_tell_a_difference(people):
    """An interval may leave out "the same" there: the reader must learn why it stays grey."""
    whole = place_profile(LA_ESPERANZA, Period.between("2020", "2021"), source="quejas")
    assert whole.peers and whole.peers_unsure == ""
    short = place_profile(LA_ESPERANZA, Period.between("2020", "2020"), source="quejas")
    assert [row.varies for row in short.peers] == [None] * len(short.peers)
    assert short.peers_unsure.startswith("Too few months are known of La Esperanza, ")
    assert all(row.found.place in short.peers_unsure for row in short.peers)


# Lists


def test_counts_given_by_hand_are_answered_once_and_are_not_in_the_journal(people):
    by = actor("analyst")
    found = actions.ask_undercount(by=by, place=LA_ESPERANZA, period=YEAR, given=LISTS)
    work()
    found.refresh_from_db()
    numbers = found.result["numbers"]
    assert numbers["observed"] == 300 and numbers["lower"] < numbers["estimate"] < numbers["upper"]
    assert numbers["chao"]["estimate"] > 300
    assert {"on": ["police", "cem", "Comedor"], "n": 6} in numbers["overlaps"]
    again = actions.ask_undercount(by=by, place=LA_ESPERANZA, period=YEAR, given=LISTS)
    assert again.pk == found.pk
    invented = actions.ask_undercount(
        by=by, place=LA_ESPERANZA, period=YEAR, given=LISTS, is_sample=True
    )
    assert invented.pk != found.pk and invented.is_sample
    told = json.dumps(list(JournalEntry.objects.filter(kind="analysis").values_list("data")))
    assert "Comedor" not in told and ":90" not in told


def test_who_may_not_see_a_place_exactly_gives_no_counts_of_it(people):
    with pytest.raises(NotAllowed):
        actions.ask_undercount(
            by=actor("other_municipal_officer"), place=LA_ESPERANZA, period=YEAR, given=LISTS
        )
    assert not Analysis.objects.exists()


def test_lists_that_do_not_allow_it_say_so(people):
    given = Given(("police", "cem"), {(1, 0): 40, (0, 1): 30, (1, 1): 0})
    found = actions.ask_undercount(
        by=actor("analyst"), place=LA_ESPERANZA, period=YEAR, given=given
    )
    work()
    found.refresh_from_db()
    assert found.result["numbers"]["refusal"] == "no_overlap"
    assert "cannot be told" in found.result["en"]["sentence"]


# Refusals speak the reader's language


@pytest.mark.parametrize(
    ("counts", "people_", "why"),
    [
        ([[1.5], [2]], [[10], [10]], "números enteros"),
        ([[-1], [2]], [[10], [10]], "números enteros"),
        ([[1], [2]], [[0], [10]], "sin habitantes"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_spanish(counts, people_, why):
    given = counted.Counted(["A", "B"], [""], np.array(counts, float), np.array(people_, float))
    with translation.override("es"), pytest.raises(BadInput, match=why):
        compare.rows_of(given, compare.Options())


@pytest.mark.parametrize(
    ("held", "n", "why"),
    [
        ([[1, 2]], [3], "1 o 0"),
        ([[1, 0]], [0.5], "número entero"),
        ([[0, 0]], [3], "ninguna lista"),
    ],
)
def test_what_are_no_counts_of_lists_is_refused_in_spanish(held, n, why):
    with translation.override("es"), pytest.raises(BadInput, match=why):
        undercount.lists_of(np.array(held, float), np.array(n, float), "file")
    with translation.override("es"), pytest.raises(BadInput, match="entre 0 y 1"):
        undercount.answer(
            undercount.lists_of(np.eye(2), np.ones(2), "file"), ["a", "b"],
            undercount.Options(missed=1.0),
        )  # fmt: skip


def test_evidence_that_would_be_answered_otherwise_is_asked_anew(people, monkeypatch):
    first = asked("programme")
    assert asked("programme").pk == first.pk
    question = actions.QUESTIONS["compare"]
    monkeypatch.setitem(actions.QUESTIONS, "compare", replace(question, way=question.way + 1))
    assert asked("programme").pk != first.pk
