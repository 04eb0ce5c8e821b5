"""A diagnosis from records to PDF: the numbers of the measures, the small ones hidden."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA
from diagnosed import FIRST_YEAR, LAST_YEAR, WHOLE, add_source, expected, make_diagnosed
from django.db import transaction
from django.utils.translation import override
from pypdf import PdfReader

from convive.domain.observatory.profile import place_profile
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Question, figure
from convive.kernel.periods import Period
from convive.reports import diagnosis
from convive.reports.diagnosis.material import gather
from convive.reports.document import Cards, Cell, Document, Heading, Pair, Paragraph, Picture, Table
from convive.reports.orders import Made, Order

REAL, SAMPLE, WOMEN = "quejas", "sample-quejas", "mujeres"


@pytest.fixture(scope="module", autouse=True)
def records(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The programme and three sources, read by every test here and changed by none."""
    with django_db_blocker.unblock(), transaction.atomic():
        folder = tmp_path_factory.mktemp("sources")
        make_diagnosed(folder, REAL, SAMPLE)
        add_source(folder, WOMEN, only=("violencia",))
        yield
        transaction.set_rollback(True)


pytestmark = pytest.mark.django_db


def order(**changes: object) -> Order:
    facts = {"place": LA_ESPERANZA, "period": WHOLE, "language": "es", "source": REAL}
    return Order(**{**facts, **changes})  # type: ignore[arg-type]


@functools.cache  # the records stay as they are: each document is made once
def composed(asked: Order) -> Document:
    with override(asked.language):
        return diagnosis.compose(gather(asked))


@functools.cache
def made(asked: Order) -> Made:
    return diagnosis.make(asked)


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(re.sub(r"\s+", " ", page.extract_text()) for page in pages)


def tables(document: Document) -> list[Table]:
    found = []
    for block in document.blocks:
        if isinstance(block, Table):
            found.append(block)
        if isinstance(block, Pair):
            found.append(block.table)
    return found


def pictures(document: Document) -> list[Picture]:
    found = []
    for block in document.blocks:
        if isinstance(block, Picture):
            found.append(block)
        if isinstance(block, Pair):
            found.append(block.picture)
    return found


def cells(table: Table) -> list[str]:
    return [c.text if isinstance(c, Cell) else c for row in table.rows for c in row]


def table_of(document: Document, caption: str) -> Table:
    return next(table for table in tables(document) if caption in table.caption)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_numbers_of_the_chapter_are_those_of_the_measures(language):
    asked = order(language=language, internal=True)
    text = text_of(made(asked).pdf)
    with override(language):
        profile = place_profile(LA_ESPERANZA, WHOLE, source=REAL)
        question = Question(profile.recent, LA_ESPERANZA, {"source": REAL})
        rate = figure("observatory.rate", question)
        count = figure("observatory.count", question)
        for said in (
            words.number(rate.value, 1),
            words.between(rate.lower, rate.upper, 1),
            words.number(count.value),
        ):
            assert re.sub(r"\s+", " ", said) in text


def test_each_month_and_year_of_the_grid_is_a_hand_count_of_the_records():
    grid = table_of(composed(order(internal=True)), "meses y años")
    assert [row[0].text for row in grid.rows] == ["2020", "2021", "2022"]
    first = [cell.text.rstrip("*") for cell in grid.rows[0]]
    assert first[1:5] == ["74", "74", "75", "76"]
    assert sum(int(re.sub(r"\D", "", row[-1].text)) for row in grid.rows) == expected()


def test_the_chapter_has_the_parts_that_a_diagnosis_is_asked_for():
    with override("es"):
        heads = [b.text for b in composed(order()).blocks if isinstance(b, Heading)]
    for wanted in (
        "El problema y cómo lo miramos",
        "Enfoques",
        "La población del distrito",
        "Quién registra qué",
        "Qué se denuncia",
        "Junto a sus vecinos",
        "Quién hace qué",
        "Compromisos públicos abiertos",
        "El futuro que queremos",
        "Lo que no sabemos",
        "De dónde sale cada número",
    ):
        assert wanted in heads


def test_partners_promises_objectives_and_people_come_from_the_programme():
    text = text_of(made(order()).pdf)
    for said in ("La parte de UNODC", "Reparar 38 postes", "Convivencia", "Censo", "pe-2017"):
        assert said in text


def test_every_chart_says_what_it_shows_and_every_table_has_heads_and_a_source():
    document = composed(order())
    assert len(pictures(document)) >= 4
    for picture in pictures(document):
        assert len(picture.alt) > 20
    for table in tables(document):
        assert all(column.title for column in table.columns)
        assert all(len(row) == len(table.columns) for row in table.rows)
        assert table.source or "Definición" in table.caption


# Hiding


def test_small_counts_are_hidden_and_say_so():
    offences = table_of(composed(order()), "Delitos")
    rows = {row[0]: row for row in offences.rows}
    assert rows["Homicidio"][2].is_hidden
    assert rows["Robo"][2].text != ""
    assert "oculto" in text_of(made(order()).pdf)


def test_no_chart_and_no_sentence_gives_a_hidden_count_away():
    """Twelve months hold three homicides: neither a bar nor its words say it."""
    document = composed(order())
    bars = next(p for p in pictures(document) if p.caption.startswith("Delitos"))
    assert re.search(r"Homicidio[^;]*oculto", bars.alt)
    assert not re.search(r"Homicidio 3\b", bars.alt + bars.svg)


def test_a_figure_of_a_hidden_offence_is_not_in_the_head_and_the_total_is():
    """Of 12 months the rate of all records is told, and that of three homicides is not."""
    for internal, named in ((False, False), (True, True)):
        (cards,) = [b for b in composed(order(internal=internal)).blocks if isinstance(b, Cards)]
        names = [card.name for card in cards.items]
        assert f"Denuncias ({REAL})" in names
        assert ("Homicidios" in names) is named


def test_for_internal_use_small_counts_are_printed_and_every_page_says_so():
    pages = [
        page.extract_text() for page in PdfReader(io.BytesIO(made(order(internal=True)).pdf)).pages
    ]
    assert all("USO INTERNO" in page for page in pages)
    offences = table_of(composed(order(internal=True)), "Delitos")
    assert cells(offences)[-4:-1] == ["Homicidio", "0101", "3"]
    assert "INTERNAL USE" in text_of(made(order(internal=True, language="en")).pdf)


def test_without_it_no_page_says_so():
    assert "USO INTERNO" not in text_of(made(order()).pdf)


# Counted apart


def test_sensitive_offences_stand_in_a_table_of_their_own():
    document = composed(order())
    apart = cells(table_of(document, "Contados aparte"))
    together = cells(table_of(document, "Delitos"))
    assert "Violencia familiar" in apart
    assert "Violencia familiar" not in together


def maps(document: Document) -> list[Picture]:
    return [p for p in pictures(document) if "por 100 mil" in p.caption]


def test_all_offences_together_are_drawn_on_a_map_with_every_district_named():
    (drawn,) = maps(composed(order()))
    assert "La Esperanza" in drawn.alt
    assert "Florencia de Mora" in drawn.alt


def test_violence_against_women_is_never_drawn_on_a_map():
    document = composed(order(source=WOMEN))
    assert maps(document) == []
    assert any("Distritos de" in table.caption for table in tables(document))


def test_violence_against_women_comes_after_the_other_sources_and_is_added_to_none():
    document = composed(order(source=""))
    heads = [b.text for b in document.blocks if isinstance(b, Heading) and b.level == 1]
    assert heads.index(f"Denuncias ({REAL})") < heads.index(f"Denuncias ({WOMEN})")
    totals = [row[-1].text for table in tables(document) if "meses y años" in table.caption
              for row in table.rows]  # fmt: skip
    assert len(totals) == 2 * (LAST_YEAR - FIRST_YEAR + 1)


# Sample and real


def test_every_page_of_a_sample_says_sample():
    for language, said in (("es", "MUESTRA"), ("en", "SAMPLE")):
        printed = made(order(source=SAMPLE, language=language))
        assert printed.is_sample
        assert all(said in page.extract_text() for page in PdfReader(io.BytesIO(printed.pdf)).pages)


def test_real_records_are_taken_first_and_never_mixed_with_a_sample():
    material = gather(order(source=""))
    assert {read.profile.source for read in material.reads} == {REAL, WOMEN}
    assert not material.is_sample
    assert all(not view.is_sample for view in material.views)
    assert "MUESTRA" not in text_of(made(order(source="")).pdf)


# Nothing to say


def test_a_place_without_records_makes_no_document_and_says_why():
    with pytest.raises(Refused) as refused, override("en"):
        diagnosis.make(order(place="PE-INEI:130112", language="en"))
    assert "El Porvenir" in str(refused.value)


def test_a_period_that_no_source_covers_makes_no_document_and_says_what_is_covered():
    long_ago = Period.between("2010", "2011")
    for source in ("", REAL):
        with pytest.raises(Refused, match="2020 to 2022"):
            diagnosis.make(order(period=long_ago, source=source, language="en"))


def test_an_unknown_place_or_source_is_refused():
    with pytest.raises(BadInput):
        diagnosis.make(order(place="PE-INEI:999999"))
    with pytest.raises(BadInput):
        diagnosis.make(order(source="nobody"))


def test_months_are_whole_and_languages_known():
    with pytest.raises(BadInput):
        order(period=Period.parse("2020-01-15"))
    with pytest.raises(BadInput):
        order(language="qu")


# The same again


def test_the_same_records_and_order_give_the_same_bytes():
    assert diagnosis.make(order()).pdf == diagnosis.make(order()).pdf


def test_another_place_gives_another_document():
    assert "El Porvenir" in text_of(made(order(place=EL_PORVENIR)).pdf)


def test_the_sentence_of_the_head_tells_no_more_than_its_interval():
    lead = next(b for b in composed(order()).blocks if isinstance(b, Paragraph))
    assert "azar" in lead.text
