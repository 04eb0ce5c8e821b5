"""The public front page: what was published, for anybody, without database or session."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from convive.doors.portal import published
from convive.kernel.home import Home

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-79.05, -8.1], [-79.0, -8.1], [-79.0, -8.05], [-79.05, -8.1]]],
}


def named(es: str, en: str, **rest: Any) -> dict[str, Any]:
    return {"name_es": es, "name_en": en, **rest}


PROGRAMME: dict[str, Any] = {
    "title_es": "Seguridad humana y convivencia pacífica",
    "title_en": "Human security and peaceful coexistence",
    "short_es": "Convive Trujillo",
    "short_en": "Convive Trujillo",
    "purpose_es": "Reducir la inseguridad, con los vecinos.",
    "purpose_en": "Reduce insecurity, with the neighbours.",
    "start": "2014-05-22",
    "end": "2017-05-21",
    "districts": [
        named("La Esperanza", "La Esperanza", ref="PE-INEI:130105", outline=SQUARE),
        named("El Porvenir", "El Porvenir", ref="PE-INEI:130102", outline=None),
    ],
    "organisations": [
        named(
            "Municipalidad de La Esperanza",
            "Municipality of La Esperanza",
            code="mdle",
            acronym_es="MDLE",
            acronym_en="MDLE",
            kind="municipality",
            is_lead=True,
            part_es="Alumbrado y rondas.",
            part_en="Lighting and patrols.",
        ),
        named(
            "Policía Nacional",
            "National Police",
            code="pnp",
            acronym_es="PNP",
            acronym_en="PNP",
            kind="state",
            is_lead=False,
            part_es="Registra denuncias.",
            part_en="Records complaints.",
        ),
    ],
    "emergency": [named("Policía", "Police", number="105"), named("SAMU", "SAMU", number="106")],
    "objectives": [
        named("Vivir sin miedo", "To live without fear", code="0", parent="", level="impact"),
        named("Menos violencia", "Less violence", code="1", parent="0", level="outcome"),
        named("Plan del distrito", "District plan", code="1.1", parent="1", level="output"),
    ],
}


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    settings.HOME = Home(tmp_path)
    settings.HOME.make()
    return settings.HOME


@pytest.fixture
def programme(home: Home) -> Path:
    path = home.public / "programme.json"
    path.write_text(json.dumps(PROGRAMME))
    return path


@pytest.mark.usefixtures("programme")
def test_the_front_page_says_where_who_what_for_and_whom_to_call(client: Client) -> None:
    text = client.get("/").content.decode()
    for said in (
        '<html lang="es">',
        "Toda preocupación recibe respuesta.",
        "La Esperanza y El Porvenir",
        "Reducir la inseguridad, con los vecinos.",
        "Del 22 may 2014 al 21 may 2017.",
        "Vivir sin miedo",
        "Menos violencia",
        "Plan del distrito",
        "Gobiernos locales",
        "Municipalidad de La Esperanza",
        "Alumbrado y rondas.",
        'href="tel:105"',
        'href="/accounts/login/"',
    ):
        assert said in text, said


@pytest.mark.usefixtures("programme")
def test_the_same_page_stands_in_english_under_en(client: Client) -> None:
    text = client.get("/en/").content.decode()
    for said in (
        '<html lang="en">',
        "Every concern gets an answer.",
        "La Esperanza and El Porvenir",
        "Reduce insecurity, with the neighbours.",
        "Less violence",
        "Lighting and patrols.",
        '<a class="lang" href="/" lang="es" hreflang="es">Español</a>',
    ):
        assert said in text, said


@pytest.mark.usefixtures("programme")
def test_whom_to_call_comes_before_everything_else(client: Client) -> None:
    text = client.get("/").content.decode()
    assert text.index('href="tel:105"') < text.index("<header") < text.index("<h1")


@pytest.mark.usefixtures("programme")
def test_the_front_page_asks_neither_database_nor_session(client: Client) -> None:
    # Without the `db` fixture any query fails; a session that was read would vary the answer
    client.cookies["session"] = "of-somebody"
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Cookie" not in answer.headers.get("Vary", "")
    assert answer.cookies == {}


@pytest.mark.usefixtures("programme")
def test_the_front_page_weighs_no_more_than_60_kb_in_all(client: Client) -> None:
    answer = client.get("/")
    weight = len(answer.content)
    files = re.findall(r'"/static/([^"]+)"', answer.content.decode())
    assert "look/tokens.css" in files
    for name in files:
        weight += Path(str(finders.find(name))).stat().st_size
    assert weight <= 60_000


@pytest.mark.usefixtures("programme")
def test_a_strict_content_policy_is_sent(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.usefixtures("home")
def test_before_a_pack_was_applied_the_page_says_what_to_run(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "./convive pack apply" in answer.content.decode()


def test_what_is_published_anew_is_seen_at_once(client: Client, programme: Path) -> None:
    assert "Menos violencia" in client.get("/").content.decode()
    changed = PROGRAMME | {
        "objectives": [named("Más parques", "More parks", code="1", parent="", level="outcome")]
    }
    programme.with_suffix(".new").write_text(json.dumps(changed))
    programme.with_suffix(".new").replace(programme)
    text = client.get("/").content.decode()
    assert "Más parques" in text
    assert "Menos violencia" not in text


def test_a_text_without_translation_falls_back_to_the_other_language(programme: Path) -> None:
    programme.write_text(json.dumps(PROGRAMME | {"purpose_es": ""}))
    found = published.programme()
    assert found is not None
    assert found.purpose == "Reduce insecurity, with the neighbours."


@pytest.mark.usefixtures("programme")
def test_only_reading_is_answered(client: Client) -> None:
    assert client.post("/").status_code == 405
