"""What a pack says of screening and safeguarding: there is always somebody outside to tell."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from convive.pack.check import check

PACK = Path(__file__).resolve().parents[2] / "packs" / "trujillo"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PACK, tmp_path / "pack"))


def said(pack: Path) -> list[str]:
    return [str(problem) for problem in check(pack).problems]


def change(pack: Path, name: str, old: str, new: str) -> None:
    path = pack / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_pack_of_trujillo_has_a_contact_outside_for_children():
    assert said(PACK) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("safeguarding.toml", 'phone = "1810"', 'phone = "call us"', "is not a telephone"),
        ("safeguarding.toml", "investigationsoios@un.org", "un.org", "is not an e-mail"),
        ("safeguarding.toml", 'phone = "1810"\n', "", "Nobody can reach"),
        ("safeguarding.toml", '"mimp-cem"', '"nobody"', "declared nowhere"),
        ("safeguarding.toml", "children = true", "children = false", "done to a child"),
        ("screening.toml", "rescreen_months = 6", "rescreen_months = 0", "screened again"),
        ("screening.toml", 'code = "tertiary"', 'code = "worst"', "not one of the words"),
        ("screening.toml", 'kind = "risk"', 'kind = "bad"', "not one of the words"),
        ("screening.toml", "order = 14", "order = 14\nweight = 3", "is not known here"),
    ],
)
def test_a_fault_says_where_and_why(pack: Path, name: str, old: str, new: str, why: str):
    change(pack, name, old, new)
    problems = said(pack)
    assert problems and all(each.startswith(name) for each in problems)
    assert any(why in each for each in problems)


def test_a_pack_without_anybody_outside_is_refused(pack: Path):
    path = pack / "safeguarding.toml"
    rows = path.read_text().split("[[contact]]")
    path.write_text("[[contact]]".join(rows[:2]))  # the ministry alone, which takes part
    assert any("no contact outside" in each for each in said(pack))
    path.unlink()
    assert any("safeguarding.toml" in each and "missing" in each for each in said(pack))


def test_a_programme_need_not_screen_anybody(pack: Path):
    (pack / "screening.toml").unlink()
    assert said(pack) == []


def test_factors_without_a_tier_to_choose_are_refused(pack: Path):
    path = pack / "screening.toml"
    path.write_text(re.sub(r"\[\[tier\]\].*?(?=\n\[\[)", "", path.read_text(), flags=re.S))
    assert any("no tier" in each for each in said(pack))
