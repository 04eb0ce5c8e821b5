"""Pages of certificates: issued by the team, checked by whoever holds one."""

from __future__ import annotations

from typing import Any

import pytest
from cast import client_as, make_programme
from django.test import Client
from offered import make_activity, make_catalogue, make_completed
from shown import addresses_of, text

from convive.domain.services import certificates
from convive.domain.services.models_certificates import Certificate
from convive.kernel import limits

pytestmark = pytest.mark.django_db

url = addresses_of("services")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()


def test_from_issuing_to_checking_and_withdrawing() -> None:
    worker, anybody = client_as("case_worker"), Client()
    row = make_completed(make_activity(sessions=1))
    page = url("certificates", code=row.activity.code)
    assert f'value="{row.code}"' in text(worker.get(page))
    assert worker.post(page, {"enrolments": [row.code], "hours": "0"}).status_code == 422
    answer = worker.post(page, {"enrolments": [row.code], "hours": "24"}, follow=True)
    one = Certificate.objects.get()
    assert "Issued: 1." in text(answer) and row.person.name in text(answer)
    paper = worker.get(url("certificate", code=one.code))
    assert paper.content[:5] == b"%PDF-" and "Quispe" not in paper["Content-Disposition"]

    spoken = certificates.spoken(one.code).upper()
    answer = anybody.post(url("ask_code"), {"code": f" {spoken} "})
    assert answer.status_code == 302 and answer.url == url("check", code=one.code)
    told = text(anybody.get(answer.url))
    for word in ("is valid", "Bakery", "Vocational training", "24", "UNFPA", "A. Q."):
        assert word in told
    assert "Quispe" not in told and row.person.code not in told and row.code not in told
    same = text(anybody.post(answer.url, {"name": "ana QUISPEA"}))
    assert "It is the name of this certificate" in same
    assert "It is not the name" in text(anybody.post(answer.url, {"name": "Ana Flores"}))
    assert anybody.post(answer.url, {"name": ""}).status_code == 422

    worker.post(url("revoke", code=one.code))
    told = text(anybody.get(answer.url))
    assert "written by mistake and withdrawn" in told and "A. Q." not in told
    assert "<form" not in told.split("<main", 1)[1]


def test_a_code_that_is_none_says_nothing_and_cannot_be_tried_for_long(
    settings: Any,
) -> None:
    settings.RATE_LIMITS = {"code": "10/10m"}
    limits.buckets.forget()
    anybody = Client()
    assert anybody.post(url("ask_code"), {"code": "¡!"}).status_code == 200
    answers = [anybody.get(url("check", code=f"bcdfghjkmnp{n}")) for n in range(12)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429] * 2


def test_of_a_sensitive_service_nobody_is_chosen_beforehand() -> None:
    worker = client_as("case_worker")
    row = make_completed(make_activity(service="legal-aid", sessions=1))
    page = url("certificates", code=row.activity.code)
    assert "checked" not in text(worker.get(page)).split("<main", 1)[1]
    chosen = {"enrolments": [row.code], "hours": "3"}
    assert worker.post(page, chosen).status_code == 422
    assert worker.post(page, {**chosen, "wished": "on"}).status_code == 302
    told = text(Client().get(url("check", code=Certificate.objects.get().code)))
    assert "Guidance service A" in told and "Legal aid" not in told and "Bakery" not in told
    other = client_as("agency_officer")
    assert other.get(page).status_code == 403
