"""Pages of the one question after a service, from the QR to the answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from cast import client_as, make_programme
from django.test import Client
from offered import make_activity, make_catalogue, make_completed
from shown import addresses_of, text

from convive.domain.programme import queries as programme
from convive.domain.services.models_opinions import Opinion

pytestmark = pytest.mark.django_db

url = addresses_of("services")


@pytest.fixture(autouse=True)
def ground() -> None:
    make_programme()
    make_catalogue()


def test_from_the_question_to_the_answer() -> None:
    found = make_activity(sessions=1)
    make_completed(found)
    anybody, worker, officer = Client(), client_as("case_worker"), client_as("agency_officer")
    team = url("opinions", code=found.code)
    shown = text(worker.get(team))
    page = url("opinion", code=found.code)
    assert "<svg" in shown and found.code in shown and "Nothing is shown yet" in shown
    asked = text(anybody.get(page)).split("<main", 1)[1]
    assert "Bakery" in asked and "checked" not in asked and "Quispe" not in asked
    assert anybody.post(page, {"text": "x"}).status_code == 422
    robot = {"rating": "5", "text": "buy", "website": "http://x"}
    assert anybody.post(page, robot).status_code == 422 and not Opinion.objects.exists()

    answer = anybody.post(page, {"rating": "2", "text": "Llega tarde."})
    assert answer.status_code == 302 and answer.url == url("opinion_said")
    told = text(anybody.get(answer.url))
    code = re.search(r"\d{4} \d{4} \d{4} \d{4}", told)
    assert code and not re.search(r"\d{4} \d{4} \d{4}", text(anybody.get(answer.url)))
    look = url("opinion_answered")
    assert "not answered yet" in text(anybody.post(look, {"code": code[0]}))
    assert anybody.post(look, {"code": "1" * 16}).status_code == 422
    assert anybody.post(look, {"code": "x"}).status_code == 422

    assert "Llega tarde" not in text(worker.get(team))
    one = Opinion.objects.get()
    reply = url("answer_opinion", code=one.code)
    assert worker.get(reply).status_code == 403
    Opinion.objects.update(said_on=programme.today() - timedelta(days=14))
    assert "Llega tarde" in text(worker.get(team)) and reply in text(worker.get(team))
    assert officer.get(team).status_code == 403 and officer.get(reply).status_code == 403
    assert worker.post(reply, {"text": ""}).status_code == 422
    assert worker.post(reply, {"text": "Ya no."}).status_code == 302
    assert "Ya no." in text(anybody.post(look, {"code": code[0]}))


def test_of_a_sensitive_service_the_neutral_name_alone_is_said() -> None:
    found = make_activity(service="legal-aid", sessions=1)
    make_completed(found)
    asked = text(Client().get(url("opinion", code=found.code)))
    assert "Guidance service A" in asked and "Bakery" not in asked and "Legal" not in asked


def test_nobody_is_asked_before_the_first_session() -> None:
    assert Client().get(url("opinion", code=make_activity().code)).status_code == 404
    assert Client().get(url("opinion", code="none")).status_code == 404
