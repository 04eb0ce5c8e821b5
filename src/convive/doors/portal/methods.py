"""How the numbers are made: the pages of docs/methods, which are also run as tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

FOLDER = Path(__file__).resolve().parents[4] / "docs" / "methods"

# What each page answers, from the plainest to the most particular
QUESTIONS = {
    "rates": _("How sure is a number, what does a rate divide, and when do two periods differ?"),
    "series": _("In which month did the level change, and is the newest month high?"),
    "nowcast": _("What will recent months come to, once late cases are registered?"),
    "compare": _("How are places of unlike people compared, and which places are alike?"),
    "hotspots": _("Where does it concentrate beyond chance, and does that last?"),
    "near-repeat": _("Does one event announce the next one nearby?"),
    "clusters": _("Where and when do cases come together beyond chance?"),
    "aoristic": _("At which hours, where only an interval or a part of the day is known?"),
    "effect": _("Did what was done work, or did it only move next door?"),
    "undercount": _("How many people does no list hold?"),
    "reach": _("How many different people did several agencies reach, without sharing a name?"),
    "reach-count": _("How many different people are on several lists, when linkage errs?"),
    "survey": _("What does a survey of some say of everybody, and how surely?"),
    "disclosure": _("Which counts are hidden, and what does hiding them guarantee?"),
    "map": _("What does the map draw, and what does it never show?"),
    "classes": _("How does a map choose its five shades?"),
    "evidence-quality": _("When is a file or a source good, and when is it bad?"),
}


@dataclass(frozen=True)
class Method:
    """A page: its title and text, in English as they are written and tested."""

    title: str
    text: SafeString


def method(code: str) -> Method | None:
    """The page of that name, or None where there is none."""
    return _rendered(code) if code in QUESTIONS else None


@cache
def _tokens(code: str) -> Sequence[Token]:
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    return _READER.parse(re.sub(r"<!--.*?-->\n?", "", text, flags=re.DOTALL))


def _rendered(code: str) -> Method:
    title, *body = _parted(_tokens(code))
    return Method(title, mark_safe(_READER.renderer.render(body, _READER.options, {})))  # noqa: S308


def _parted(tokens: Sequence[Token]) -> list[Any]:
    """The title, then every other token: headings with ids, tables with names, links of ours."""
    heading = tokens[1].content
    found: list[Any] = [heading]
    tables: Counter[str] = Counter()
    for at, token in enumerate(tokens[3:], start=3):
        if token.type == "heading_open":
            heading = tokens[at + 1].content
            token.attrSet("id", slugify(heading))
        elif token.type == "table_open":
            tables[heading] += 1
            token.attrSet("aria-label", f"{heading}, table {tables[heading]}")
        elif token.type in ("th_open", "td_open") and "right" in str(token.attrs.pop("style", "")):
            token.attrSet("class", "num")
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _served(str(child.attrGet("href"))))
        found.append(token)
    return found


def _served(link: str) -> str:
    """Another page of methods where it is one; else the list of them."""
    page, _hash, part = link.partition("#")
    if not page:
        return link
    code = page.removesuffix(".md")
    if code in QUESTIONS:
        return reverse("portal:method", args=[code]) + (f"#{part}" if part else "")
    return link if "//" in link else reverse("portal:methods")


class _Reader(MarkdownIt):
    """Our own pages only, and no HTML in them. A wide table or line of code scrolls by itself."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")
        self.add_render_rule("table_open", _wide)
        self.add_render_rule("table_close", lambda *_rest: "</table></div>\n")
        self.add_render_rule("fence", _code)


def _wide(_self: Any, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    name = escape(tokens[at].attrGet("aria-label"))
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{name}"><table>\n'


def _code(_self: Any, tokens: Sequence[Token], at: int, *_rest: Any) -> str:
    return f'<pre class="scroll" tabindex="0"><code>{escape(tokens[at].content)}</code></pre>\n'


_READER = _Reader()
