"""The page that codes a list in a browser, read as a file: what it says and what it may load."""

from __future__ import annotations

import re

from convive.domain.reach.coded.schema import USUAL
from convive.domain.reach.encoder import assemble
from convive.kernel.columns import SYNONYMS

_WORDS = (assemble.HERE / "words.js").read_text(encoding="utf-8")
_SAID = re.compile(r'"?([\w-]+)"?: "((?:[^"\\]|\\.)*)",')
_BLANK = re.compile(r"{\w+}")


def _language(code: str) -> dict[str, str]:
    found = re.search(rf"^  {code}: {{\n(.*?)^  }},$", _WORDS, re.MULTILINE | re.DOTALL)
    assert found, code
    assert _SAID.sub("", found[1]).split() == ["roles:", "{", "},"]  # nothing is overlooked
    said = _SAID.findall(found[1])
    assert len(dict(said)) == len(said)  # nor said twice
    return dict(said)


def test_it_says_in_spanish_all_that_it_says_in_english() -> None:
    spanish, english = _language("es"), _language("en")
    assert spanish.keys() == english.keys()
    for name, text in english.items():
        assert sorted(_BLANK.findall(spanish[name])) == sorted(_BLANK.findall(text)), name
        assert spanish[name] and text, name


def test_it_has_a_word_for_every_column_and_no_word_too_many() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for path in [*assemble.HERE.glob("*.js"), assemble.HERE / "page.html"]
        if path.name != "words.js"
    )
    said, roles = _language("en").keys(), set(SYNONYMS)
    assert roles <= said
    for name in said - roles:
        assert re.search(rf"\b{name.removeprefix('fault-')}\b", sources), name


def test_it_asks_no_address_for_anything() -> None:
    page = assemble.page(USUAL).content.decode()
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|import)\s*\(", page)
