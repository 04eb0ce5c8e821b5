"""The look: its colours, its files, its frames, its error pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation
from markup import Balanced, rendered

from convive.urls import urlpatterns as house

SOURCE = Path(__file__).resolve().parents[2] / "src" / "convive"
CSS = sorted((SOURCE / "look" / "static" / "look").glob("*.css"))
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))

# --- Colours -------------------------------------------------------------------------------------

# Text on ground, at least 4.5 : 1 (WCAG 2.2, 1.4.3)
TEXT = {
    "ink": "page sky surface sand sand-2 band warn-bg info-bg",
    "ink-2": "page sky surface sand",
    "link": "page sky surface sand info-bg",
    "accent": "page surface",
    "on-primary": "primary primary-hover",
    "on-accent": "accent accent-hover",
    "on-deep": "deep",
    "on-deep-2": "deep",
    "deep": "on-deep",
    "info-ink": "info-bg",
    "ok-ink": "ok-bg",
    "warn-ink": "warn-bg",
    "error-ink": "error-bg page surface",
    "step-1-ink": "page surface sand",
    "step-2-ink": "page surface sand",
    "step-3-ink": "page surface sand",
    "step-4-ink": "page surface sand",
    "step-5-ink": "page surface sand",
    "on-seq-1": "seq-1",
    "on-seq-2": "seq-2",
    "on-seq-3": "seq-3",
    "on-seq-4": "seq-4",
    "on-seq-5": "seq-5",
    "chart-ink": "page surface",
    "data": "page",
    "data-2": "page",
    "mark": "page",
}
# Shapes that carry meaning, at least 3 : 1 (1.4.11)
SHAPES = {
    "line-strong": "page surface",
    "data": "band",
    "up": "page",
    "still": "page",
    "border": "land",
    "step-1": "sky",
    "step-2": "sky",
    "step-3": "sky",
    "step-4": "sky",
    "step-5": "sky",
    "step-5b": "sky",
}


def colours(scheme: str) -> dict[str, str]:
    light, dark = (SOURCE / "look/static/look/tokens.css").read_text().split("@media screen")
    read = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        read |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return read


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(scheme: str) -> None:
    tokens = colours(scheme)
    for least, pairs in ((4.5, TEXT), (3.0, SHAPES)):
        for ink, grounds in pairs.items():
            for ground in grounds.split():
                ratio = contrast(tokens[ink], tokens[ground])
                assert ratio >= least, f"{ink} on {ground} ({scheme}): {ratio:.2f}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_focus_ring_can_be_seen_on_every_ground(scheme: str) -> None:
    tokens = colours(scheme)
    for ground in ("page", "sky", "surface", "sand", "sand-2", "deep", "primary", "accent"):
        best = max(contrast(tokens[ring], tokens[ground]) for ring in ("focus", "focus-halo"))
        assert best >= 3, f"{ground} ({scheme}): {best:.2f}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_order_of_the_map_classes_survives_grey_print(scheme: str) -> None:
    tokens = colours(scheme)
    steps = [luminance(tokens[f"seq-{n}"]) for n in range(1, 6)]
    assert steps == sorted(steps, reverse=scheme == "light")


# --- Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", CSS, ids=lambda file: file.name)
def test_the_styles_load_nothing_and_use_only_colours_of_the_tokens(file: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.S)
    assert "@import" not in text
    assert "@font-face" not in text
    assert "url(" not in text
    if file.name != "tokens.css":
        assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b", text)) <= {"#fff"}  # paper, and the QR code
        known = set(re.findall(r"--[\w-]+", (file.parent / "tokens.css").read_text()))
        assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= known
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda f: str(f.relative_to(SOURCE)))
def test_no_template_carries_what_the_content_policy_refuses(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"\sstyle=|<style|javascript:|\son[a-z]+=", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_every_class_of_our_templates_has_its_style() -> None:
    styles = "".join(file.read_text() for file in CSS)
    known = set(re.findall(r"\.([a-z][\w-]*)", styles))
    used: dict[str, str] = {}
    for file in TEMPLATES:
        if {"look", "doors"} & set(file.relative_to(SOURCE).parts[:1]):
            for value in re.findall(r'class="([^"{]*)"', file.read_text()):
                used |= dict.fromkeys(value.split(), file.name)
    hooks = {"name", "say", "tasks"}  # named for people, unstyled
    assert {name: file for name, file in used.items() if name not in known | hooks} == {}


# --- Frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("here", "other"),
    [
        ("/accounts/login/?next=/workspace/", "/en/accounts/login/?next=/workspace/"),
        ("/en/accounts/login/", "/accounts/login/"),
        ("/no/such/page", "/en/"),
    ],
)
def test_a_page_links_to_itself_in_the_other_language(here: str, other: str) -> None:
    with translation.override("en" if here.startswith("/en/") else "es"):
        text = rendered("{% load look %}{% language_link %}", request=RequestFactory().get(here))
    assert f'href="{other}"' in text.replace("&amp;", "&")


def test_a_form_that_came_back_links_to_its_page_not_to_its_data() -> None:
    request = RequestFactory().post("/accounts/login/?next=/workspace/", {"password": "secret"})
    with translation.override("es"):
        text = rendered("{% load look %}{% language_link %}", request=request)
    assert 'href="/en/accounts/login/"' in text


@pytest.mark.parametrize(
    ("path", "current"), [("/places/", True), ("/places/PE-INEI:130105/", True), ("/plan/", False)]
)
def test_navigation_marks_the_part_of_the_house_where_one_is(path: str, current: bool) -> None:
    tag = "{% load look %}{% nav_link 'observatory:places' 'Districts' %}"
    text = rendered(tag, request=RequestFactory().get(path))
    assert 'href="/places/"' in text
    assert ("aria-current" in text) is current


def test_navigation_marks_a_part_on_the_pages_that_belong_to_it() -> None:
    tag = "{% load look %}{% nav_link 'observatory:places' 'Districts' 'observatory:map' %}"
    assert "aria-current" in rendered(tag, request=RequestFactory().get("/map/?layer=fine"))
    assert "aria-current" not in rendered(tag, request=RequestFactory().get("/values/"))


def test_the_home_is_not_marked_on_the_pages_below_it() -> None:
    tag = "{% load look %}{% nav_link 'workspace:home' 'Home' %}"
    assert "aria-current" in rendered(tag, request=RequestFactory().get("/workspace/?a=1"))
    assert "aria-current" not in rendered(tag, request=RequestFactory().get("/workspace/else/"))


def test_every_form_of_the_workspace_has_a_way_back() -> None:
    source = Path(__file__).parents[2] / "src" / "convive"
    frame = re.compile(r'extends "look/(base_work|account)\.html"')
    forms = [
        page
        for page in source.rglob("templates/**/*.html")
        if frame.search(text := page.read_text()) and 'method="post"' in text
    ]
    assert len(forms) > 40
    way = re.compile(r'href=|include "[a-z]+/_\w*head\.html"')
    assert [page.name for page in forms if not way.search(page.read_text())] == []


def test_a_page_with_sample_data_says_so_before_anything_else() -> None:
    text = render_to_string("look/base_public.html", {"path": "/", "is_sample": True})
    assert text.index('class="sample"') < text.index("<header")
    assert 'class="sample"' not in render_to_string("look/base_public.html", {"path": "/"})


# --- Error pages ---------------------------------------------------------------------------------


def _broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


_broken.convive_access = "public"  # type: ignore[attr-defined]


class _House:
    """The house with one more room, in which everything breaks."""

    urlpatterns = [path("broken", _broken), *house]


def test_a_missing_page_says_so_in_both_languages_with_a_way_on(client: Client) -> None:
    spanish, english = client.get("/nada"), client.get("/en/nothing")
    assert (spanish.status_code, english.status_code) == (404, 404)
    assert "Esta página no existe" in spanish.content.decode()
    assert "There is no such page" in english.content.decode()
    assert 'href="/en/"' in english.content.decode()


@override_settings(ROOT_URLCONF=_House)
def test_a_broken_page_still_has_a_frame_and_tells_nothing_of_the_fault() -> None:
    answer = Client(raise_request_exception=False).get("/broken")
    assert answer.status_code == 500
    assert "Algo falló de nuestro lado" in answer.content.decode()
    assert "on purpose" not in answer.content.decode()


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_error_page_has_a_way_on(name: str, language: str) -> None:
    with translation.override(language):
        text = render_to_string(f"{name}.html")
    assert re.search(r'<a class="btn" href="/', text)
    Balanced(text)
