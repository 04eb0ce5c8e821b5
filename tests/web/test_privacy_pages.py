"""Personal data: the public notices, what people may ask, who answers, and what is kept of whom."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from cast import actor, client_as, make_programme, person
from django.apps import apps
from django.test import Client, override_settings
from django.utils import timezone

from convive.access import duties
from convive.access.permissions import Role
from convive.domain.privacy import actions, queries
from convive.domain.privacy.account import kept_about, links_of
from convive.domain.privacy.inventory import Kind, inventory
from convive.domain.privacy.models import DataRequest, Notice
from convive.domain.privacy.vocabulary import Ask, State
from convive.domain.programme import queries as programme
from convive.domain.programme.models import Organisation, Programme
from convive.domain.programme.models_access import HandOver
from convive.kernel import codes, limits, retention
from convive.kernel.errors import BadInput, NotAllowed
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db
WORDS = "Quisiera saber qué dice de mí la lista del taller de zampoñas"
REACH = "zampoña@correo.example"
GIVEN = {"ask": "access", "organisation": "unfpa", "text": WORDS, "contact": REACH}


@pytest.fixture(autouse=True)
def a_programme() -> None:
    make_programme()


def send(client: Client, **changes: str):
    return client.post("/privacy/ask/", GIVEN | changes)


def asked(**changes: object) -> tuple[str, DataRequest]:
    """A request, and its code."""
    given = {"ask": Ask.ACCESS, "organisation": "unfpa", "text": WORDS, "contact": REACH}
    code = actions.ask(**{**given, "language": "es", **changes})
    found = queries.by_code(code)
    assert found is not None
    return code, found


# The notices


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_anybody_reads_who_answers_for_personal_data_and_what_can_be_asked(prefix):
    page = Client().get(f"{prefix}/privacy/").content.decode()
    for body in Organisation.objects.all():
        assert body.name in page
    assert "tel:105" in page  # whom to call first
    assert "days" in page if prefix else "días" in page
    notice = Client().get(f"{prefix}/privacy/of/muni-la-esperanza/").content.decode()
    assert "29733" in notice
    agency = Client().get(f"{prefix}/privacy/of/unfpa/").content.decode()
    assert "29733" not in re.sub(r"<dl.*?</dl>", "", agency.split("<h2>")[1])
    assert "2018" in agency


def test_an_organisation_says_it_in_its_own_words_where_its_pack_does():
    actions.put_notice(
        by=programme.SYSTEM, organisation="unfpa", contact="datos@unfpa.example",
        officer_es="Oficina de datos", officer_en="Data office",
    )  # fmt: skip
    page = Client().get("/privacy/of/unfpa/").content.decode()
    assert "datos@unfpa.example" in page and "Oficina de datos" in page
    assert "todavía no" not in page
    actions.retire_notice(by=programme.SYSTEM, organisation="unfpa")
    assert "datos@unfpa.example" not in Client().get("/privacy/of/unfpa/").content.decode()
    assert Notice.objects.get().retired_on


def test_an_unknown_organisation_has_no_notice():
    assert Client().get("/privacy/of/nobody/").status_code == 404


def test_the_pages_about_personal_data_hold_no_count_of_anything():
    asked()
    for path in ("/privacy/", "/privacy/of/unfpa/", "/privacy/ask/", "/privacy/answer/"):
        with override_settings(RATE_LIMITS={}):
            text = re.sub(r"<[^>]+>", " ", Client().get(path).content.decode())
        assert WORDS not in text and "solicitudes" not in text


# Asking


def test_somebody_asks_without_an_account_and_gets_a_code_that_is_shown_once():
    client = Client()
    answer = send(client)
    assert answer.status_code == 302 and answer.url == "/privacy/ask/received/"
    page = client.get(answer.url).content.decode()
    code = codes.read_code(re.search(r'class="code">([\d ]+)<', page)[1])
    assert code is not None
    found = queries.by_code(code)
    assert found is not None and found.organisation.code == "unfpa"
    again = client.get(answer.url).content.decode()
    assert codes.spoken(code) not in again and "una sola vez" in again
    assert "no-store" in client.get(answer.url)["Cache-Control"]


def test_the_code_stands_in_no_address_no_table_and_no_cookie():
    client = Client()
    answer = send(client)
    cookie = client.cookies["receipt"]
    page = client.get("/privacy/ask/received/").content.decode()
    code = codes.read_code(re.search(r'class="code">([\d ]+)<', page)[1])
    assert code not in answer.url and code not in cookie.value
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    row = DataRequest.objects.values().get()
    assert code not in str(row) and len(row["code_hash"]) == 64


def test_what_is_asked_and_how_to_reach_the_person_are_sealed():
    send(Client())
    row = DataRequest.objects.values().get()
    assert WORDS not in str(row) and REACH not in str(row) and "zampo" not in str(row)
    assert queries.opened(DataRequest.objects.get()) == queries.Opened(WORDS, REACH, "")


def test_the_journal_says_that_something_was_asked_and_not_what():
    send(Client())
    entry = JournalEntry.objects.get(did="data-request.received")
    assert (entry.who, entry.kind) == ("anonymous", "data_request")
    assert entry.data == {"ask": "access", "organisation": "unfpa", "state": "open"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 3001}, "text"),
        ({"contact": "x" * 201}, "contact"),
        ({"ask": "everything"}, "ask"),
        ({"organisation": "nobody"}, "organisation"),
        ({"website": "https://spam.example"}, "website"),
    ],
)
def test_a_form_that_cannot_be_used_says_so_beside_the_field_and_keeps_nothing(changes, field):
    answer = send(Client(), **changes)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not DataRequest.objects.exists()


def test_no_script_is_needed_and_a_program_that_fills_everything_in_is_turned_away():
    page = Client().get("/privacy/ask/").content.decode()
    assert "<script" not in page
    assert 'name="website"' in page and 'tabindex="-1"' in page
    assert 'aria-hidden="true"' in page


def test_one_line_may_send_a_few_requests_and_no_more():
    limits.buckets.forget()
    with override_settings(RATE_LIMITS={"data_request": "2/h", "code": "2/h"}):
        found = [send(Client()).status_code for _ in range(3)]
        assert found == [302, 302, 429]
        assert send(Client(), text="").status_code == 422  # a slip costs nothing
        tries = [
            Client().post("/privacy/answer/", {"code": "1" * 16}).status_code for _ in range(3)
        ]
        assert tries == [422, 422, 429]
    assert DataRequest.objects.count() == 2
    limits.buckets.forget()


# Looking for the answer


def test_with_the_code_somebody_finds_how_it_stands_and_then_the_answer():
    code, found = asked()
    page = Client().post("/privacy/answer/", {"code": codes.spoken(code)}).content.decode()
    assert "se está respondiendo" in page and REACH not in page and WORDS not in page
    actions.answer(by=actor("coordinator"), request=found, state=State.GRANTED, text="Aquí está.")
    page = Client().post("/privacy/answer/", {"code": code}).content.decode()
    assert "Aquí está." in page


@pytest.mark.parametrize("code", ["", "1234", "x" * 16, "0" * 16, "9" * 17])
def test_a_code_that_nobody_was_given_finds_nothing(code):
    asked()
    answer = Client().post("/privacy/answer/", {"code": code})
    assert answer.status_code == 422
    assert "found" not in answer.context


# Answering


def test_it_waits_for_whoever_may_answer_by_the_day_the_law_sets():
    _code, found = asked()
    today = timezone.localdate()
    assert found.due == today + timedelta(days=20)
    (duty,) = [d for d in duties.waiting(actor("coordinator"), today) if d.part == "privacy"]
    assert duty.due == found.due and duty.url == f"/privacy/requests/{found.pk}/"
    for key in ("municipal_officer", "auditor", "system_staff", "analyst"):
        assert not [d for d in duties.waiting(actor(key), today) if d.part == "privacy"]


def test_the_pack_may_say_another_number_of_days():
    one = Programme.objects.get()
    rule = {"code": "data-access-days", "value": 7, "valid_from": "2020-01-01"}
    one.thresholds = one.thresholds | {"rules": [rule | {"valid_to": None}]}
    one.save()
    assert asked()[1].due == timezone.localdate() + timedelta(days=7)
    one.thresholds["rules"][0]["valid_to"] = "2021-01-01"
    one.save()
    assert asked()[1].due == timezone.localdate() + timedelta(days=20)
    assert asked(ask=Ask.ERASE)[1].due == timezone.localdate() + timedelta(days=10)


def test_only_whoever_may_answer_opens_a_request_and_each_opening_is_an_entry():
    _code, found = asked()
    url = f"/privacy/requests/{found.pk}/"
    page = client_as("coordinator").get(url).content.decode()
    assert WORDS in page and REACH in page
    assert JournalEntry.objects.filter(did="data-request.read").count() == 1
    for key in ("municipal_officer", "auditor", "system_staff", "funder", "case_worker"):
        refused = client_as(key).get(url)
        assert refused.status_code == 403 and WORDS not in refused.content.decode()
    assert Client().get(url).status_code == 302
    with pytest.raises(NotAllowed):
        actions.read(by=actor("analyst"), request=found)
    with pytest.raises(NotAllowed):
        actions.answer(by=actor("analyst"), request=found, state=State.REFUSED, text="no")


def test_the_answer_is_kept_and_how_to_reach_the_person_is_not():
    _code, found = asked()
    client = client_as("coordinator")
    url = f"/privacy/requests/{found.pk}/"
    assert client.post(url, {"state": "granted", "text": ""}).status_code == 422
    answer = client.post(url, {"state": "partly", "text": "Se corrigió su nombre."})
    assert answer.status_code == 302
    found.refresh_from_db()
    assert (found.state, found.contact) == ("partly", "")
    assert found.answered_by == f"user:{person('coordinator').pk}"
    assert "Se corrigió" not in found.answer  # sealed
    assert queries.opened(found).answer == "Se corrigió su nombre."
    again = client.post(url, {"state": "granted", "text": "otra vez"})
    assert again.status_code == 422
    entry = JournalEntry.objects.get(did="data-request.answered")
    assert entry.data["state"] == "partly" and "nombre" not in str(entry.data)
    with pytest.raises(BadInput):
        actions.answer(by=actor("coordinator"), request=found, state=State.OPEN, text="x")


def test_both_texts_are_deleted_in_time_and_that_it_was_asked_stays():
    code, found = asked()
    other, _open = asked()
    actions.answer(by=actor("coordinator"), request=found, state=State.REFUSED, text="No.")
    kept = next(each for each in retention.classes() if each.name == "data-requests")
    later = timezone.now() + timedelta(days=kept.days + 1)
    assert kept.delete(timezone.now(), kept.days) == 0
    assert kept.delete(later, kept.days) == 1
    found.refresh_from_db()
    assert (found.text, found.answer, found.contact) == ("", "", "")
    page = Client().post("/privacy/answer/", {"code": code}).content.decode()
    assert "se borró" in page
    still = queries.by_code(other)
    assert still is not None and queries.opened(still).text == WORDS


# My own data


def test_everybody_takes_their_own_data_away_and_nobody_elses():
    client = client_as("municipal_officer")
    client_as("other_municipal_officer").get("/workspace/")
    page = client.get("/privacy/my-data/").content.decode()
    assert "programme.User" in page and "/privacy/my-data.json" in page
    assert "Decidir qué puede abrir cada quien." in page  # what a table is for, beside its name
    answer = client.get("/privacy/my-data.json")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    data = json.loads(answer.content)
    (row,) = data["programme.User"]
    assert row["email"] == "municipal_officer@example.org"
    assert "password" not in row
    (membership,) = data["programme.Membership"]
    assert membership["role"] == "municipal_officer" and membership["districts"]
    text = answer.content.decode()
    assert "other_municipal_officer" not in text
    for name in ("argon2", "JBSWY3DP", "data"):
        assert f'"{name}"' not in text


def test_what_was_written_about_a_leaver_is_told_to_them_and_not_to_their_successor():
    leaver, successor = person("municipal_officer"), person("other_municipal_officer")
    HandOver.objects.create(
        leaver=leaver, successor=successor, by="cli", at=timezone.now(), reason="Motivo privado."
    )
    (told,) = kept_about(leaver)["programme.HandOver"]
    assert told["reason"] == "Motivo privado."
    (told,) = kept_about(successor)["programme.HandOver"]
    assert "reason" not in told and told["successor"] == successor.pk


def test_a_table_of_several_accounts_says_whom_its_texts_are_about():
    for table in inventory():
        links = links_of(apps.get_model(table.model))
        if len(links) > 1 and Kind.FREE_TEXT in table.fields:
            assert table.subject in links, f"{table.model}: whose are its texts?"
        elif table.subject:
            assert table.subject in links, f"{table.model}: no such account"


def test_every_role_may_take_its_own_data_away():
    for role in Role:
        assert client_as(role.value).get("/privacy/my-data.json").status_code == 200
    assert Client().get("/privacy/my-data.json").status_code == 302


# The inventory


def test_every_field_of_every_table_is_of_one_kind():
    from convive.domain.privacy import inventory

    assert inventory.differences() == []


def test_every_table_with_personal_data_says_whom_it_is_about_why_and_for_how_long():
    from convive.domain.privacy.inventory import inventory

    for table in inventory():
        said = (
            table.who_es, table.who_en, table.why_es, table.why_en, table.kept_es, table.kept_en,
        )  # fmt: skip
        assert all(said) if table.is_personal else not any(said), table.model


def test_what_looks_like_a_person_is_never_called_nothing_personal():
    from convive.domain.privacy.inventory import Kind, inventory
    from convive.domain.programme.models import User

    for table in inventory():
        model = apps.get_model(table.model)
        for name in table.fields.get(Kind.NONE, ()):
            field = model._meta.get_field(name)
            assert field.related_model is not User, f"{table.model}.{name}"
            assert not re.search(r"email|phone|password|_by$|^who$|secret|token$", name) or (
                f"{table.model}.{name}"
                in {
                    "evidence.Upload.token",
                    "evidence.KeyedTable.scan_token",
                    "reach.RunList.token",
                }
            ), f"{table.model}.{name}"


def test_the_document_is_what_the_inventory_says():
    from pathlib import Path

    from convive.domain.privacy import inventory

    file = Path(__file__).resolve().parents[2] / "docs" / "personal-data.md"
    assert file.read_text(encoding="utf-8") == inventory.markdown()


def test_auditors_read_the_inventory_and_case_workers_do_not():
    page = client_as("auditor").get("/privacy/inventory/").content.decode()
    assert "programme.User" in page and "quien tiene cuenta" in page
    assert client_as("case_worker").get("/privacy/inventory/").status_code == 403
