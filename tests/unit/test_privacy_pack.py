"""What a pack says of personal data: read, checked, applied, written back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.utils import translation

from convive.domain.privacy.models import Notice
from convive.domain.programme.queries import SYSTEM
from convive.pack.apply import apply
from convive.pack.check import check
from convive.pack.diff import diff
from convive.pack.export import export, save
from packs import PACK, Break, told_in_place

LEAD = '[[organisation]]\ncode = "unodc"'
NOTICE = """[[privacy]]
organisation = "{code}"
contact = "datos@unodc.example"
officer_es = "Oficina de datos"
officer_en = "Data office"
purposes_es = "Rendir cuentas."
purposes_en = "To give account."

"""


def pack_with(folder: Path, text: str) -> Path:
    pack = Path(shutil.copytree(PACK, folder / "pack"))
    file = pack / "organisations.toml"
    file.write_text(file.read_text().rstrip("\n") + "\n\n" + text)
    return pack


def test_a_notice_of_nobody_or_without_a_contact_is_a_fault(tmp_path):
    first = LEAD.split("\n")[0]
    stranger = NOTICE.format(code="unodx") + first
    slip = Break("organisations.toml", first, stranger, "unodc", at='organisation = "unodx"')
    assert told_in_place(slip, tmp_path / "a")
    twice = pack_with(tmp_path / "b", NOTICE.format(code="unodc") * 2)
    with translation.override("en"):
        assert any("stands twice" in problem.why for problem in check(twice).problems)
    bare = pack_with(tmp_path / "c", '[[privacy]]\norganisation = "unodc"\n')
    assert any("contact" in f"{p.why} {p.remedy}" for p in check(bare).problems)


@pytest.mark.django_db
def test_a_notice_is_applied_exported_as_it_was_and_retired(tmp_path):
    pack = pack_with(tmp_path, NOTICE.format(code="unodc"))
    apply(check(pack), by=SYSTEM)
    found = Notice.objects.get()
    assert (found.organisation.code, found.contact) == ("unodc", "datos@unodc.example")
    assert diff(check(pack)) == []
    written = tmp_path / "written"
    save(export(written, by=SYSTEM))
    assert diff(check(written)) == []
    assert "[[privacy]]" in (written / "organisations.toml").read_text()
    apply(check(PACK), by=SYSTEM)
    found.refresh_from_db()
    assert found.retired_on
