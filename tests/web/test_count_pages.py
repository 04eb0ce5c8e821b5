"""Pages of a count: who opens it, how lists are sent, what is refused, what nobody takes away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cast import client_as, make_plan, make_programme
from coded import coded, new_key
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from shown import addresses_of, text

from convive.domain.programme import queries as programme
from convive.domain.reach.models import Run
from convive.kernel.models import JournalEntry

pytestmark = pytest.mark.django_db

url = addresses_of("reach")
BODIES = ["unfpa", "unodc", "muni-la-esperanza"]


@pytest.fixture(autouse=True)
def plan() -> Iterator[None]:
    make_programme()
    make_plan()
    yield
    for path in settings.HOME.lists.iterdir():
        path.unlink()


def form(**changes: object) -> dict[str, object]:
    due = programme.today() + timedelta(days=14)
    return {
        "first": "2016",
        "last": "2016",
        "organisations": BODIES,
        "due": due.isoformat(),
        "everybody": "people-reached",
        **changes,
    }


def opened(**changes: object) -> Run:
    answer = client_as("coordinator").post(url("new"), form(**changes))
    assert answer.status_code == 302, text(answer)
    return Run.objects.latest("pk")


def named(key: object, **changes: object) -> Run:
    run = opened(**changes)
    where = url("key", number=run.pk, organisation="unfpa")
    answer = client_as("agency_officer").post(where, {"key_id": key.name})  # type: ignore[attr-defined]
    assert answer.status_code == 302, text(answer)
    return run


def sent(run: Run, body: str, who: str, content: bytes, name: str = "list.tokens") -> HttpResponse:
    where = url("send", number=run.pk, organisation=body)
    return client_as(who).post(where, {"file": SimpleUploadedFile(name, content)})


def test_whoever_coordinates_opens_a_count_and_everybody_sees_whose_turn_it_is():
    run = opened()
    assert run.targets == [{"indicator": "people-reached", "of": "everybody"}]
    page = text(client_as("funder").get(url("run", number=run.pk)))
    assert "First the agencies make a key together" in page
    assert page.count("not sent yet<") == 3 and "Start the count" not in page
    assert "People reached, 2016" in text(client_as("funder").get(url("runs")))


def test_a_form_that_cannot_be_comes_back_with_what_to_mend():
    client = client_as("coordinator")
    for wrong, told in (
        ({"organisations": ["unfpa"]}, "two organisations"),
        ({"first": "soon"}, "not a period"),
        ({"first": "2017"}, "ends before it starts"),
        ({"due": "2010-01-01"}, "has passed"),
    ):
        answer = client.post(url("new"), form(**wrong))
        assert answer.status_code == 422 and told in text(answer)
    assert not Run.objects.exists()


def test_a_list_is_sent_replaced_and_taken_back_by_its_own_organisation():
    key = new_key()
    run = named(key)
    assert sent(run, "unfpa", "agency_officer", coded("unfpa", range(100), key)).status_code == 302
    page = text(client_as("agency_officer").get(url("run", number=run.pk)))
    assert "98 people" in page and "Send another in its place" in page
    other = text(client_as("municipal_officer").get(url("run", number=run.pk)))
    assert "98 people" not in other and "here since" in other
    assert sent(run, "unfpa", "municipal_officer", b"x").status_code == 403
    where = url("take_back", number=run.pk, organisation="unfpa")
    assert client_as("agency_officer").post(where).status_code == 302
    assert not run.lists.exclude(token="").exists()


def test_what_cannot_be_counted_is_refused_beside_the_file():
    key = new_key()
    run = named(key)
    answer = sent(run, "unfpa", "agency_officer", coded("unfpa", range(20), new_key()))
    assert answer.status_code == 422 and "another key" in text(answer)
    answer = sent(run, "unfpa", "agency_officer", key.text().encode(), "run.key")
    assert answer.status_code == 422 and "This is a key" in text(answer)
    assert key.secret.hex() not in text(answer)
    assert not list(settings.HOME.lists.iterdir()) and not list(settings.HOME.uploads.iterdir())


def test_a_key_written_into_the_form_is_neither_kept_nor_shown_again():
    key, run = new_key(), opened()
    where = url("key", number=run.pk, organisation="unfpa")
    answer = client_as("agency_officer").post(where, {"key_id": key.secret.hex()})
    assert answer.status_code == 422 and "no name of a key" in text(answer)
    assert key.secret.hex() not in text(answer)
    told = json.dumps([[e.subject, e.why, e.data] for e in JournalEntry.objects.all()])
    assert key.secret.hex() not in told


def test_a_file_that_is_too_large_is_refused(settings):
    settings.UPLOAD_MB = 0.001
    key = new_key()
    run = named(key)
    answer = sent(run, "unfpa", "agency_officer", coded("unfpa", range(100), key))
    assert answer.status_code == 422 and "larger than" in text(answer)


def test_the_encoder_is_one_file_that_allows_itself_nothing():
    answer = client_as("agency_officer").get(url("encoder"))
    page = text(answer)
    assert answer["Content-Disposition"].startswith("attachment")
    policy = page.partition('Content-Security-Policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "connect" not in policy
    for word in (" src=", 'href="http', "import(", "fetch(", "@import", "XMLHttp", "WebSocket"):
        assert word not in page
    assert client_as("funder").get(url("encoder")).status_code == 403


def test_no_address_gives_a_coded_list_back():
    key = new_key()
    run = named(key)
    content = coded("unfpa", range(20), key)
    sent(run, "unfpa", "agency_officer", content)
    line = content.splitlines()[1][:40]
    for who in ("coordinator", "agency_officer", "auditor"):
        for view in ("run", "send"):
            given = {"number": run.pk} | ({"organisation": "unfpa"} if view == "send" else {})
            assert line not in client_as(who).get(url(view, **given)).content
