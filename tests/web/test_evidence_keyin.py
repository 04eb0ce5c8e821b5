"""A small table of a letter: typed in by one person, confirmed by another, brought in.

Every part types in the letter at its head; so it stays whole.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from cast import EL_PORVENIR, LA_ESPERANZA, actor, client_as, make_person, make_programme
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from recorded import COUNTS, source

from convive.access import duties
from convive.domain.programme import queries as programme
from convive.domain.programme.queries import SYSTEM
from convive.evidence import actions_handover, actions_keyin, queries
from convive.evidence.models import Batch, KeyedTable, Source
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.home import Home
from convive.kernel.journal import verify
from convive.kernel.models import JournalEntry
from convive.kernel.periods import Period

pytestmark = pytest.mark.django_db
NEW = "/evidence/tables/new/"
OWN = 'owner = "muni-la-esperanza"\nreleases = "add"'
UNKNOWN = COUNTS.replace("absent_rows_are_zero = true", "")
SHEET = {"source": "proof", "places": LA_ESPERANZA, "first": "2023-01", "last": "2023-02",
         "categories": "robo\nhurto", "document_number": "Oficio 31-2023",
         "document_date": "2023-03-05"}  # fmt: skip
NUMBERS = {"n-0-0-0": "12", "n-0-0-1": "0", "n-0-1-0": "7", "n-0-1-1": ""}


def picture() -> bytes:
    """A PNG of one dot, with the words of a camera in it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            chunk(b"tEXt", b"Author\0Maria Quispe"),
            chunk(b"IDAT", zlib.compress(b"\0\0")),
            chunk(b"IEND", b""),
        )
    )


@pytest.fixture(autouse=True)
def home(tmp_path):
    make_programme()
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        source(tmp_path, UNKNOWN, more=OWN)
        yield own


@pytest.fixture
def officer():
    return client_as("municipal_officer")


@pytest.fixture
def colleague() -> Client:
    """A second person of the same municipality."""
    from cast import _give_second_factor

    user = make_person("municipal_officer", "second@example.org")
    client = Client()
    client.force_login(user)
    _give_second_factor(client, user)
    return client


def opened(client, scan: bytes = b"", **changes: Any) -> KeyedTable:
    files = {"scan": SimpleUploadedFile("foto.png", scan)} if scan else {}
    answer = client.post(NEW, SHEET | changes | files)
    assert answer.status_code == 302, answer.content.decode()
    return KeyedTable.objects.latest("pk")


def waiting(client, scan: bytes = b"", **changes: Any) -> KeyedTable:
    table = opened(client, scan, **changes)
    answer = client.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"do": "pass-on"})
    assert answer.status_code == 302, answer.content.decode()
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING
    return table


def page(client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def confirm(client, table: KeyedTable) -> Any:
    return client.post(f"/evidence/tables/{table.pk}/confirm", {"compared": "on"})


def work() -> None:
    call_command(
        "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False, reload=False,
        worker_id="test", verbosity=0,
    )  # fmt: skip


def by_month(category: str) -> dict[str, int]:
    found = queries.by_month(
        queries.Selection("proof", Period.between("2023-01", "2023-02"), category=category)
    )
    return {f"{day:%Y-%m}": n for day, n in found.items()}


# From the letter to the series


def test_a_table_is_typed_in_by_one_and_confirmed_by_another_and_counts(officer, colleague):
    table = waiting(officer)
    assert "Espera a una segunda persona" in page(officer, f"/evidence/tables/{table.pk}/")
    answer = confirm(colleague, table)
    assert answer.status_code == 302 and "/evidence/uploads/" in answer.url
    work()
    assert by_month("robo") == {"2023-01": 12, "2023-02": 7}
    batch = Batch.objects.get()
    assert (batch.read, batch.accepted, batch.correction) == (3, 3, "adds")
    assert batch.notes["document"] == {"number": "Oficio 31-2023", "date": "2023-03-05"}
    assert batch.imported_by != table.entered_by
    assert page(colleague, answer.url, status=302) == ""  # on to the receipt


def test_blank_is_not_known_and_zero_is_zero(officer, colleague):
    confirm(colleague, waiting(officer))
    work()
    assert by_month("hurto") == {"2023-01": 0}


def test_a_blank_is_refused_where_the_series_would_count_it_as_zero(officer, tmp_path):
    source(tmp_path / "zero", COUNTS, "zeros", more=OWN)
    table = opened(officer, source="zeros")
    answer = officer.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"do": "pass-on"}, follow=True)
    assert "cuenta como cero" in answer.content.decode()
    full = NUMBERS | {"n-0-1-1": "3", "do": "pass-on"}
    officer.post(f"/evidence/tables/{table.pk}/", full)
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING


def test_a_later_table_replaces_the_cells_that_it_names_and_no_other(officer, colleague):
    confirm(colleague, waiting(officer))
    later = opened(officer, last="2023-01", categories="robo")
    officer.post(f"/evidence/tables/{later.pk}/", {"n-0-0-0": "15", "do": "pass-on"})
    confirm(colleague, later)
    work()
    assert by_month("robo") == {"2023-01": 15, "2023-02": 7}
    assert by_month("hurto") == {"2023-01": 0}


def test_without_offences_those_of_the_series_are_asked(officer):
    from recorded import offence

    offence("robo", "0401")
    table = opened(officer, categories="")
    assert table.categories == ["robo"]
    assert officer.post(NEW, SHEET | {"source": "", "categories": ""}).status_code == 422


def test_a_new_series_can_be_typed_in_by_an_organisation_that_has_none(officer, colleague):
    new = {"source": "-new-", "name_es": "Serenazgo", "kind": "programme", "edition": "pe-2017"}
    confirm(colleague, waiting(officer, **new))
    work()
    row = Source.objects.get(code="serenazgo")
    assert (row.origin, row.owner.code) == ("page", "muni-la-esperanza")
    found = queries.by_month(queries.Selection("serenazgo", Period.between("2023-01", "2023-02")))
    assert list(found.values()) == [12, 7]


# The second person


def test_nobody_confirms_what_they_typed_in_themselves(officer):
    table = waiting(officer)
    assert "/confirm" not in page(officer, f"/evidence/tables/{table.pk}/")
    confirm(officer, table)
    assert "La digitaste tú" in page(officer, f"/evidence/tables/{table.pk}/")
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING
    with pytest.raises(BadInput):
        actions_keyin.confirm(by=actor("municipal_officer"), table=table)
    assert not Batch.objects.exists()


def test_whoever_typed_a_number_is_whoever_typed_and_not_who_opened_the_table(officer, colleague):
    table = opened(officer)
    colleague.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"do": "pass-on"})
    confirm(colleague, table)
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING
    assert confirm(officer, table).url.startswith("/evidence/uploads/")


def test_passing_on_what_another_typed_does_not_let_them_confirm_it(officer, colleague):
    table = waiting(officer)
    colleague.post(f"/evidence/tables/{table.pk}/return", {"reason": "Falta febrero"})
    colleague.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"do": "pass-on"})
    confirm(officer, table)
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING
    assert table.entered_by == actor("municipal_officer").id
    assert "/confirm" not in page(officer, f"/evidence/tables/{table.pk}/")
    assert confirm(colleague, table).url.startswith("/evidence/uploads/")


def test_nobody_confirms_a_table_of_which_they_typed_any_number(officer, colleague):
    table = waiting(officer)
    colleague.post(f"/evidence/tables/{table.pk}/return", {"reason": "Enero dice 21, no 12"})
    colleague.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"n-0-0-0": "21", "do": "pass-on"})
    for one in (officer, colleague):
        assert (
            "La digitaste tú"
            in one.post(
                f"/evidence/tables/{table.pk}/confirm", {"compared": "on"}, follow=True
            ).content.decode()
        )
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING
    assert confirm(client_as("coordinator"), table).url.startswith("/evidence/uploads/")


def test_a_confirmation_is_said_and_not_only_sent(officer, colleague):
    table = waiting(officer)
    answer = colleague.post(f"/evidence/tables/{table.pk}/confirm", {})
    assert answer.status_code == 422
    assert "Compara primero" in answer.content.decode()


def test_a_table_is_returned_with_its_reason_mended_and_passed_on_again(officer, colleague):
    table = waiting(officer)
    assert colleague.post(f"/evidence/tables/{table.pk}/return", {"reason": " "}).status_code == 422
    colleague.post(f"/evidence/tables/{table.pk}/return", {"reason": "Enero dice 21, no 12"})
    body = page(officer, f"/evidence/tables/{table.pk}/")
    assert "Enero dice 21, no 12" in body and 'value="12"' in body
    officer.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"n-0-0-0": "21", "do": "pass-on"})
    confirm(colleague, table)
    work()
    assert by_month("robo")["2023-01"] == 21


def test_what_waits_is_told_to_whoever_may_do_it(officer, colleague):
    table = waiting(officer)

    def waits(who) -> list[str]:
        return [
            duty.url for duty in duties.waiting(who, programme.today()) if duty.part == "evidence"
        ]

    url = f"/evidence/tables/{table.pk}/"
    second = programme.actor_of(programme.user_by_email("second@example.org"))
    assert waits(second) == [url] and waits(actor("coordinator")) == [url]
    assert waits(actor("municipal_officer")) == [] == waits(actor("other_municipal_officer"))
    colleague.post(f"{url}return", {"reason": "No coincide"})
    assert waits(second) == [] and waits(actor("municipal_officer")) == [url]


def test_a_leavers_tables_pass_to_a_successor_of_the_same_organisation(officer, colleague):
    table = opened(officer)
    leaver, successor = (programme.user_by_email(f"{name}@example.org") for name in
                         ("municipal_officer", "second"))  # fmt: skip
    stranger = make_person("other_municipal_officer", "stranger@example.org")
    with pytest.raises(BadInput):
        actions_handover.hand_over_desk(by=SYSTEM, leaver=leaver.pk, successor=stranger.pk)
    passed = actions_handover.hand_over_desk(by=SYSTEM, leaver=leaver.pk, successor=successor.pk)
    table.refresh_from_db()
    assert (passed, table.entered_by) == (1, f"user:{successor.pk}")


def test_a_successor_neither_typed_what_the_leaver_typed_nor_confirms_it_alone(officer, colleague):
    table = opened(officer)
    officer.post(f"/evidence/tables/{table.pk}/", NUMBERS)
    leaver, successor = (programme.user_by_email(f"{name}@example.org") for name in
                         ("municipal_officer", "second"))  # fmt: skip
    actions_handover.hand_over_desk(by=SYSTEM, leaver=leaver.pk, successor=successor.pk)
    colleague.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"do": "pass-on"})
    table.refresh_from_db()
    assert table.typists == [f"user:{leaver.pk}"]
    for one in (officer, colleague):
        confirm(one, table)
    table.refresh_from_db()
    assert table.state == KeyedTable.State.WAITING


def test_tables_typed_before_keep_everybody_who_saved_them_as_typists(officer, colleague):
    from importlib import import_module

    from django.apps import apps

    table = opened(officer)
    officer.post(f"/evidence/tables/{table.pk}/", NUMBERS)
    colleague.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"n-0-0-0": "21"})
    KeyedTable.objects.update(typists=[])
    import_module("convive.evidence.migrations.0003_keyed_typists").name_typists(apps, None)
    table.refresh_from_db()
    assert set(table.typists) == {
        programme.actor_of(programme.user_by_email(f"{name}@example.org")).id
        for name in ("municipal_officer", "second")
    }


# The document


def test_a_scan_is_sealed_stripped_and_shown_beside_the_figures(officer, colleague, home):
    table = waiting(officer, picture())
    lying = table.scan_path.read_bytes()
    assert b"PNG" not in lying and table.scan_path.stat().st_mode & 0o077 == 0
    shown = colleague.get(f"/evidence/tables/{table.pk}/scan")
    assert shown["Content-Type"] == "image/png" and shown["X-Content-Type-Options"] == "nosniff"
    assert shown.content.startswith(b"\x89PNG") and b"Quispe" not in shown.content
    assert f'src="/evidence/tables/{table.pk}/scan"' in page(
        colleague, f"/evidence/tables/{table.pk}/"
    )
    assert client_as("other_municipal_officer").get(
        f"/evidence/tables/{table.pk}/scan"
    ).status_code == 403  # fmt: skip


def test_a_scan_opens_for_its_own_table_alone(officer):
    table, other = opened(officer, picture()), opened(officer, picture())
    other.scan_path.write_bytes(table.scan_path.read_bytes())
    assert officer.get(f"/evidence/tables/{other.pk}/scan").status_code == 302
    assert officer.get(f"/evidence/tables/{table.pk}/scan").status_code == 200


@pytest.mark.parametrize("content", [b"GIF89a...", b"<html>", b"\xff\xd8\xff\xe0broken", b"MZ"])
def test_what_is_no_scan_is_refused_whatever_it_is_called(officer, content):
    answer = officer.post(NEW, SHEET | {"scan": SimpleUploadedFile("oficio.pdf", content)})
    assert answer.status_code == 422
    assert not KeyedTable.objects.exists()


def test_a_table_that_is_deleted_takes_its_scan_with_it(
    officer, home, django_capture_on_commit_callbacks
):
    table = opened(officer, picture())
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(f"/evidence/tables/{table.pk}/discard")
    assert not KeyedTable.objects.exists() and not list(home.scans.iterdir())


# What goes wrong


@pytest.mark.parametrize(
    "changes",
    [
        {"last": "2022-12"},
        {"first": "enero"},
        {"last": "2091-01"},
        {"places": ""},
        {"document_date": "2091-01-01"},
        {"document_number": ""},
        {"first": "1990-01"},  # more cells than one form holds
        {"categories": "\n".join(f"d{n}" for n in range(31))},
        {"source": "-new-"},
    ],
)
def test_a_sheet_that_cannot_be_used_says_why(officer, changes):
    answer = officer.post(NEW, SHEET | changes)
    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode() or "h-notice" in answer.content.decode()
    assert not KeyedTable.objects.exists()


@pytest.mark.parametrize("bad", ["doce", "-1", "1.5", "99999999999"])
def test_a_cell_that_is_no_number_is_said_beside_it_and_nothing_is_kept(officer, bad):
    table = opened(officer)
    answer = officer.post(f"/evidence/tables/{table.pk}/", NUMBERS | {"n-0-0-0": bad})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    table.refresh_from_db()
    assert table.cells == {}


def test_an_empty_table_is_not_passed_on(officer):
    table = opened(officer)
    answer = officer.post(f"/evidence/tables/{table.pk}/pass-on", follow=True)
    assert "Todas las celdas están en blanco" in answer.content.decode()


# Who may


def test_a_table_is_for_its_organisation_and_the_programme(officer):
    table = waiting(officer)
    for name in ("", "scan"):
        page(
            client_as("other_municipal_officer"), f"/evidence/tables/{table.pk}/{name}", status=403
        )
    for name in ("pass-on", "confirm", "return", "discard"):
        answer = client_as("other_municipal_officer").post(f"/evidence/tables/{table.pk}/{name}")
        assert answer.status_code == 403
    stranger = actor("other_municipal_officer")
    with pytest.raises(NotAllowed):
        actions_keyin.confirm(by=stranger, table=table)
    with pytest.raises(NotAllowed):
        actions_keyin.give_back(by=stranger, table=table, reason="x")
    assert page(client_as("analyst"), f"/evidence/tables/{table.pk}/")


def test_another_organisations_source_is_not_offered(officer):
    other = client_as("other_municipal_officer")
    assert "Cuentas" in page(officer, NEW) and "Cuentas" not in page(other, NEW)
    answer = other.post(NEW, SHEET | {"places": EL_PORVENIR})
    assert answer.status_code == 422


def test_every_act_stands_in_the_journal_with_counts_alone(officer, colleague):
    confirm(colleague, waiting(officer, picture()))
    did = list(
        JournalEntry.objects.filter(kind="keyed_table")
        .order_by("seq")
        .values_list("did", flat=True)
    )
    assert did == ["keyed.opened", "keyed.typed", "keyed.passed-on", "keyed.confirmed"]
    assert "Oficio" not in str(list(JournalEntry.objects.values("data")))
    assert verify().whole
