"""The page for abuse by staff: for anybody, in both languages, straight to somebody outside."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

import convive
from convive.domain.programme import queries as programme
from convive.kernel.home import Home
from convive.kernel.models import JournalEntry
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.publish import publish_front

pytestmark = pytest.mark.django_db
PACK = Path(__file__).resolve().parents[2] / "packs" / "trujillo"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(shutil.copytree(PACK, tmp_path / "pack"))
    apply(check(folder), by=programme.SYSTEM)
    monkeypatch.setattr(settings, "HOME", Home(tmp_path / "home"))
    publish_front(settings.HOME)


def page(language: str) -> str:
    with override(language):
        answer = Client().get(reverse("portal:safeguarding"))
    assert answer.status_code == 200 and not answer.cookies
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_says_whom_to_call_first_and_leads_straight_to_the_contacts(published, language):
    text = page(language)
    danger, contact = text.index('href="tel:105"'), text.index('href="tel:+12129631111"')
    assert danger < contact
    assert 'href="mailto:investigationsoios@un.org"' in text and 'href="tel:1810"' in text
    assert "<form" not in text and "<textarea" not in text, "nothing is written here"


def test_a_contact_of_a_body_that_takes_part_says_so(published):
    text = page("en")
    assert re.search(r"If it is about somebody of [^<]*Women", text)


def test_opening_it_leaves_no_trace_in_the_record(published):
    before = JournalEntry.objects.count()
    page("es")
    assert JournalEntry.objects.count() == before


def test_it_stands_in_the_footer_of_every_page_of_the_workspace_and_of_the_front():
    for name in ("look/templates/look/base_work.html", "doors/portal/templates/portal/front.html"):
        text = (Path(convive.__file__).parent / name).read_text()
        assert "portal:safeguarding" in text
