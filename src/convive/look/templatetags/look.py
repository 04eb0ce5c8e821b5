"""The parts that pages are made of. COMPONENTS.md shows each with an example.

They take plain values: numbers and dates come already written (see `{% load words %}`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from convive.look import drawings

register = template.Library()

_MOTTOES = {
    "es": "Toda preocupación recibe respuesta.",
    "en": "Every concern gets an answer.",
}
_NOTICE_ICONS = {"info": "info", "ok": "info", "warn": "alert", "error": "alert"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of our outline icons: phone, lock, eye, alert, info, search. Always beside a word."""
    return drawings.icon(name)


@register.simple_tag
def mark() -> SafeString:
    """The mark of the house: five adobes."""
    return drawings.MARK


@register.simple_tag
def motto() -> dict[str, str]:
    """The motto `here` (in the language of the page) and `there` (in the other)."""
    here, other = _languages()
    return {"here": _MOTTOES[here], "there": _MOTTOES[other], "other_language": other}


@register.simple_tag
def chip(step: int, word: str, *, answered_no: bool = False) -> SafeString:
    """Status chip: five adobes filled up to `step` (0 to 5), and its word.

    answered_no : the answer was "it could not be done, and why": fills the fifth adobe apart.
    """
    return format_html(
        '<span class="chip k{}">{}{}</span>',
        max(step, 1),
        drawings.adobes(step, answered_no=answered_no),
        word,
    )


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """A notice of kind info, ok, warn or error: one sentence and one way on."""
    heading = format_html('<p class="h-notice">{}</p>', title) if title else ""
    role = mark_safe(' role="alert"') if kind == "error" else ""
    return format_html(
        '<div class="notice {}"{}>{}<div>{}{}</div></div>',
        kind,
        role,
        drawings.icon(_NOTICE_ICONS[kind]),
        heading,
        _block(content),
    )


@register.simple_block_tag
def scroll(content: str, name: str) -> SafeString:
    """The region in which a table may scroll: named, and reached by the keyboard."""
    return format_html(
        '<div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>',
        gettext("Table: %(name)s") % {"name": name},
        _block(content),
    )


@register.simple_block_tag
def as_table(content: str, name: str) -> SafeString:
    """ "See as a table" under a chart; `name` is the chart's title."""
    return format_html(
        '<details><summary>{}<span class="vh">: {}</span></summary>{}</details>',
        gettext("See as a table"),
        name,
        scroll(content, name),
    )


@register.simple_tag
def where_from(rows: Iterable[tuple[str, Any]], name: str = "") -> SafeString:
    """ "Where from?": pairs of term and text. `name` tells a screen reader of what."""
    return format_html(
        '<details class="origin"><summary>{}{}</summary><dl>{}</dl></details>',
        gettext("Where from?"),
        format_html('<span class="vh"> {}</span>', name) if name else "",
        format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows),
    )


@register.simple_tag
def empty(title: str, text: str = "") -> SafeString:
    """An empty list: six pale adobes, what is so, and what would appear."""
    return format_html(
        '<div class="empty">{}<p><b>{}</b></p>{}</div>',
        drawings.PILE,
        title,
        format_html('<p class="small">{}</p>', text) if text else "",
    )


@register.simple_tag
def progress(name: str, value: float, most: float, said: str, key: str) -> SafeString:
    """A named bar. `said` is its state in words ("742 of 1,216"); `key` an id unique on the page.

    Without a `value` (not counted yet) the bar shows that something moves.
    """
    state = format_html(' value="{}"', _plain(value)) if value is not None else ""
    return format_html(
        '<div class="pl"><b id="{}">{}</b><span>{}</span></div>'
        '<progress aria-labelledby="{}" max="{}"{}></progress>',
        key,
        name,
        said,
        key,
        _plain(most),
        state,
    )


@register.simple_block_tag
def receipt(content: str, code: str, when: str) -> SafeString:
    """What was saved, and when: the frieze, the code in mono, what to do with it."""
    return format_html(
        '<div class="receipt"><div class="frieze" aria-hidden="true"></div><div>'
        '<p class="small muted">{}</p><p class="code">{}</p>{}</div></div>',
        when,
        code,
        _block(content),
    )


@register.simple_tag
def field(
    bound: BoundField, label: str = "", hint: str | None = "", **attributes: str
) -> SafeString:
    """Label, hint, error, control: in that order, tied together for a screen reader.

    hint : replaces the form's own; None leaves it out.
    attributes : of the control, such as autocomplete="off"; they replace the form's own.
    """
    identity = bound.auto_id or bound.html_name
    if hint == "":
        hint = str(bound.help_text)
    described = [f"{identity}-hint"] if hint else []
    if bound.errors:
        described.append(f"{identity}-error")
    attributes = {name.replace("_", "-"): value for name, value in attributes.items()}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return render_to_string(
        "look/field.html",
        {
            "bound": bound,
            "identity": identity,
            "label": label or bound.label,
            "hint": hint,
            "described": attributes.get("aria-describedby", ""),
            "control": "" if bound.use_fieldset else _control(bound, attributes),
        },
    )


@register.simple_tag
def error_summary(form: Any) -> SafeString:
    """First on a form that came back: every fault, each a link to its field. Takes focus."""
    return (
        render_to_string("look/error_summary.html", {"form": form}) if form.errors else SafeString()
    )


@register.simple_tag(takes_context=True)
def language_link(context: Context) -> SafeString:
    """This page in the other language; the front page where there is no such page."""
    _here, other = _languages()
    here_path = _path(context)
    path = translate_url(here_path, other)
    if path == here_path:
        path = translate_url(reverse("portal:front"), other)
    return format_html(
        '<a class="lang" href="{}" lang="{}" hreflang="{}">{}</a>',
        path,
        other,
        other,
        {"es": "Español", "en": "English"}[other],
    )


@register.simple_tag(takes_context=True)
def nav_link(context: Context, view: str, words: str, *also: str) -> SafeString:
    """One entry of the main navigation. also : other views that belong to this part."""
    url = reverse(view)
    path = _path(context).partition("?")[0]
    home = url == reverse("workspace:home")
    parts = (url, *map(reverse, also))
    here = path == url or (not home and path.startswith(parts))
    current = mark_safe(' aria-current="page"') if here else ""
    return format_html('<li><a href="{}"{}>{}</a></li>', url, current, words)


@register.simple_tag(takes_context=True)
def pages(context: Context, page: Page) -> SafeString:
    """Links to the page before and after of a long list."""
    if not page.has_other_pages():
        return SafeString()
    query = context["request"].GET.copy()
    links = []
    for number, words in (
        (page.has_previous() and page.previous_page_number(), gettext("Page before")),
        (page.has_next() and page.next_page_number(), gettext("Next page")),
    ):
        if number:
            query["page"] = str(number)
            links.append(("?" + query.urlencode(), words))
    return format_html(
        '<nav class="pages" aria-label="{}"><span class="muted">{}</span>{}</nav>',
        gettext("Pages"),
        gettext("Page %(number)s of %(last)s")
        % {"number": page.number, "last": page.paginator.num_pages},
        format_html_join("", '<a href="{}">{}</a>', links),
    )


@register.inclusion_tag("look/htmx.html")
def htmx() -> dict[str, Any]:
    """htmx, for a page that follows long work. Goes into the block `scripts`."""
    return {}


def _languages() -> tuple[str, str]:
    here = "en" if (get_language() or "es").startswith("en") else "es"
    return here, "es" if here == "en" else "en"


def _path(context: Context) -> str:
    """The path of the page: of the request, or as the view says where it renders without one."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return str(context.get("path") or "/")
    return request.get_full_path() if request.method == "GET" else request.path


def _block(content: str) -> SafeString:
    """What stood inside a block tag: Django has rendered and escaped it already."""
    return mark_safe(content.strip())  # noqa: S308


def _plain(value: float) -> str:
    """A number as HTML wants it, whatever the language of the page."""
    return f"{value:.10g}"


def _control(bound: BoundField, attributes: dict[str, str]) -> SafeString:
    """The control itself, without the placeholder that would repeat its label."""
    bound.field.widget.attrs.pop("placeholder", None)
    bound.help_text = ""  # shown as the hint: Django would describe the control by it once more
    bound.field.widget.attrs.update(attributes)
    return SafeString(bound.as_widget())
