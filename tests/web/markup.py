"""Templates rendered for a test, and a check of their HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from django.template import Context, Template


def rendered(text: str, **context: object) -> str:
    return Template(text).render(Context(context))


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not open."""

    VOID = {"input", "img", "br", "hr", "meta", "link", "path", "circle", "rect"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open and self.open.pop() == tag, tag
