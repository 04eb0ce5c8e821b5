"""What tools/messages.py finds, and what it says is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import messages  # noqa: E402


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small house with one app, `shop`, and one package that is none, `paint`."""
    for app in ("kernel", "shop"):
        (tmp_path / app).mkdir()
        (tmp_path / app / "apps.py").touch()
    (tmp_path / "paint").mkdir()
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    return tmp_path


def says(house, path, text):
    file = house / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def spanish(house, app, **texts):
    """Update, then translate every message that `texts` names by its English."""
    messages.update([], tidy=False)
    kept = messages.apps()[app]
    catalog = kept.read()
    for english, text in texts.items():
        catalog.get(english.replace("_", " ")).string = text
    kept.write(catalog)


def test_every_message_of_convive_has_its_spanish():
    assert messages.faults() == []


def test_messages_of_a_template_are_found(house):
    says(
        house,
        "shop/templates/shop/page.html",
        """{% load i18n %}<p title="{% translate "Plan: 100%" context "menu" %}">it's (odd"
        {% blocktranslate trimmed count n=rows %}
          One {{ n }} row
        {% plural %}
          {{ n }} rows
        {% endblocktranslate %}
    {{ x|default:_("none") }} {% card _("Count") %}""",
    )
    found = messages.found()["shop"]
    ids = [message.id for message in found if message.id]
    assert ids == ["Plan: 100%%", ("One %(n)s row", "%(n)s rows"), "none", "Count"]
    assert found.get("Plan: 100%%", "menu").context == "menu"


def test_messages_of_code_are_found_with_their_plurals(house):
    says(house, "shop/views.py", '_("Here")\nngettext("%(n)s day", "%(n)s days", 2)\n')
    ids = [message.id for message in messages.found()["shop"] if message.id]
    assert ids == ["Here", ("%(n)s day", "%(n)s days")]


def test_a_package_that_is_no_app_keeps_its_messages_in_the_kernel(house):
    says(house, "paint/colours.py", '_("Blue")')
    assert messages.found()["kernel"].get("Blue")


def test_an_update_keeps_what_is_translated(house):
    says(house, "shop/views.py", '_("Blue")')
    spanish(house, "shop", Blue="Azul")
    says(house, "shop/views.py", '_("Blue")\n_("Red")')
    messages.update([], tidy=False)
    catalog = messages.apps()["shop"].read()
    assert (catalog.get("Blue").string, catalog.get("Red").string) == ("Azul", "")


def test_a_translation_comes_back_with_its_message(house):
    says(house, "shop/views.py", '_("Blue")')
    spanish(house, "shop", Blue="Azul")
    says(house, "shop/views.py", "")
    messages.update([], tidy=False)
    says(house, "shop/views.py", '_("Blue")')
    messages.update([], tidy=False)
    assert messages.faults() == []


def test_an_update_without_news_leaves_the_file_alone(house):
    says(house, "shop/views.py", '_("Blue")')
    messages.update([], tidy=False)
    before = messages.apps()["shop"].po.stat().st_mtime_ns
    messages.update([], tidy=False)
    assert messages.apps()["shop"].po.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("english", "text", "fault"),
    [
        ("Blue", "", "has no Spanish"),
        ("%(n)s rows", "filas", "placeholders"),
        ("%(n)s rows", "%(m)s filas", "placeholders"),
        ("rows", "%(n)s filas", "placeholders"),
    ],
)
def test_a_broken_translation_is_named(house, english, text, fault):
    says(house, "shop/views.py", f'_("{english}")')
    messages.update([], tidy=False)
    kept = messages.apps()["shop"]
    catalog = kept.read()
    catalog.get(english).string = text
    kept.write(catalog)
    (problem,) = messages.faults()
    assert problem.startswith("shop")
    assert fault in problem


def test_a_fuzzy_translation_is_named(house):
    says(house, "shop/views.py", '_("Blue")')
    spanish(house, "shop", Blue="Azul")
    po = messages.apps()["shop"].po
    po.write_text(po.read_text().replace('msgid "Blue"', '#, fuzzy\nmsgid "Blue"'))
    (problem,) = messages.faults()
    assert "fuzzy" in problem


def test_a_message_that_is_new_or_gone_is_named(house):
    says(house, "shop/views.py", '_("Blue")')
    spanish(house, "shop", Blue="Azul")
    says(house, "shop/views.py", '_("Red")')
    assert [problem.split(":")[-1].strip() for problem in messages.faults()] == [
        "run tools/messages.py update",
        "run update --tidy",
    ]


def test_the_singular_may_leave_its_number_out(house):
    says(house, "shop/views.py", 'ngettext("%(n)s day", "%(n)s days", 2)')
    messages.update([], tidy=False)
    kept = messages.apps()["shop"]
    catalog = kept.read()
    catalog.get("%(n)s day").string = ("un día", "%(n)s días")
    kept.write(catalog)
    assert len(messages.faults()) == 1  # the English singular has it
    says(house, "shop/views.py", 'ngettext("one day", "%(n)s days", 2)')
    messages.update([], tidy=True)
    catalog = kept.read()
    catalog.get("one day").string = ("un día", "%(n)s días")
    kept.write(catalog)
    assert messages.faults() == []


def test_the_same_english_with_two_spanish_texts_needs_a_context(house):
    says(house, "shop/views.py", '_("Open")')
    says(house, "paint/doors.py", '_("Open")')
    spanish(house, "shop", Open="Abierto")
    spanish(house, "kernel", Open="Abrir")
    (problem,) = messages.faults()
    assert "context" in problem


def test_compiling_writes_what_django_reads(house):
    says(house, "shop/views.py", '_("Blue")')
    spanish(house, "shop", Blue="Azul")
    messages.compile_all()
    import gettext

    with messages.apps()["shop"].po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Blue") == "Azul"
