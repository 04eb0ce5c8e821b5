"""Nothing that somebody brought in is written to the messages of the system: planted, and looked
for."""

from __future__ import annotations

import copy
import io
import logging
import logging.config
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from cast import client_as, make_programme
from desk_files import as_csv, as_xlsx, complaints
from desk_pages import bring_in, classed, fields, read_as, upload
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from matrix import PAGES, names
from ports import free_port

from convive.kernel import jobs
from convive.kernel.errors import BadInput
from convive.kernel.home import Home
from convive.kernel.jobs import registry
from convive.kernel.logs import Line, personal_left_out, raised

# A name, a text, an e-mail address, a network address, a position, a document, a telephone, a code
PLANTED = {
    "name": "Zoraida Quispealaya",
    "text": "me siguió hasta Mz. Q17",
    "email": "zoraida.q17@correo.example",
    "address": "203.0.113.177",
    "address6": "2001:db8:77:1::177",
    "position": "-8.0717731",
    "document": "47291773",
    "telephone": "+51 977 417 731",
    "code": "4817209355617731",
}
SECRET = "ñawpa-q17-frase"  # every planted thing holds one of these words
WORDS = (*PLANTED.values(), "Quispealaya", "Q17", "q17", "7731", SECRET, quote("Mz. Q17"))


@contextmanager
def listening(level: str = "DEBUG") -> Iterator[io.StringIO]:
    """All that the system would write to stderr, however talkative it is set."""
    heard = io.StringIO()
    told = copy.deepcopy(settings.LOGGING)
    told["handlers"]["stderr"] |= {"stream": heard}
    told["root"]["level"] = level
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(told)
    try:
        yield heard
    finally:
        logging.config.dictConfig(settings.LOGGING)
        root.handlers[:], root.level = before[0], before[1]


def assert_clean(text: str) -> None:
    for word in WORDS:
        assert word not in text, f"{word!r} in: " + next(
            line for line in text.splitlines() if word in line
        )


HEADERS = {
    "user-agent": f"Mozilla {SECRET}",
    "referer": f"https://{SECRET}.example/{PLANTED['name']}",
    "x-forwarded-for": PLANTED["address"],
    "accept-language": f"es;q=1,{SECRET}",
    "origin": f"https://{SECRET}.example",
}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    own = Home(tmp_path / "home")
    own.make()
    with override_settings(HOME=own):
        yield own


@pytest.mark.django_db
def test_whatever_is_sent_to_any_page_nothing_of_it_is_written(home):
    make_programme()
    given = dict.fromkeys(("name", "what", "title", "successor", "where"), PLANTED["name"])
    given |= {"email": PLANTED["email"], "login": PLANTED["email"], "password": SECRET}
    given |= {"text": PLANTED["text"], "reason": PLANTED["text"], "contact": PLANTED["telephone"]}
    given |= {"code": PLANTED["code"], "ask": SECRET, "organisation": SECRET, "next": SECRET}
    query = "?" + urlencode({"q": PLANTED["name"], "page": SECRET, "source": SECRET})
    with listening() as heard:
        for client in (Client(), client_as("coordinator"), client_as("municipal_officer")):
            client.raise_request_exception = False
            for name in names():
                page = PAGES.get(name)
                try:
                    arguments = page.arguments("unfpa", "PE-INEI:130105") if page else {}
                    url = reverse(name, kwargs=arguments)
                except Exception:
                    continue
                client.get(url + query, headers=HEADERS, REMOTE_ADDR=PLANTED["address"])
                file = SimpleUploadedFile(f"{PLANTED['name']}.csv", PLANTED["text"].encode())
                client.post(
                    url, given | {"file": file}, headers=HEADERS, REMOTE_ADDR=PLANTED["address6"]
                )
        assert_clean(heard.getvalue())


@pytest.mark.django_db
def test_errors_of_every_kind_say_where_and_not_what(home, monkeypatch):
    make_programme()
    from convive.doors.workspace import views

    client = client_as("coordinator")
    client.raise_request_exception = False

    def broken(kind: type[Exception]):
        def render(*_more: object) -> None:
            try:
                int(PLANTED["name"])
            except ValueError as error:
                raise kind(PLANTED["text"]) from error

        return render

    with listening() as heard:
        client.get(f"/{quote(PLANTED['name'])}/{PLANTED['document']}/")
        client.get(f"/accounts/password/reset/key/{SECRET}-{PLANTED['code']}/")
        client.get("/", headers={"host": f"{SECRET}.example"})
        client.post("/places/", data=b"\xff" + SECRET.encode(), content_type="application/json")
        client.get(f"/places/{quote(PLANTED['name'])}:1/")
        Client(enforce_csrf_checks=True).post("/privacy/ask/", {"text": PLANTED["text"]})
        client.post("/accounts/login/", {f"{SECRET}{i}": "x" for i in range(2001)})
        for kind in (RuntimeError, KeyError, BadInput.at, PermissionError):
            with monkeypatch.context() as patched:
                patched.setattr(views, "render", broken(kind))  # type: ignore[arg-type]
                client.get(f"/workspace/?name={quote(PLANTED['name'])}")
    text = heard.getvalue()
    assert_clean(text)
    assert "RuntimeError" in text and "(page workspace:home)" in text  # it can be mended
    assert "doors/workspace/views.py" in text


@pytest.mark.django_db
def test_an_import_and_a_job_that_fails_write_nothing_of_the_rows(home, monkeypatch):
    make_programme()
    officer = client_as("municipal_officer")
    officer.raise_request_exception = False
    rows = complaints({9: {"FECHA DEL HECHO": PLANTED["text"]}, 11: {"UBIGEO": PLANTED["name"]}})
    rows = [[*row[:-1], PLANTED["name"]] for row in rows]
    with listening() as heard:
        found = upload(officer, as_xlsx(rows), f"{PLANTED['name']}.xlsx", agreement=SECRET)
        bring_in(officer, classed(officer, read_as(officer, found, **{"role-0": "id"})))
        upload(officer, as_csv(rows)[:200] + b"\xff\x00" + SECRET.encode(), "x.csv")
        fields(officer, "/evidence/uploads/new/")
        with monkeypatch.context() as patched:
            patched.setitem(registry.kinds, "proof.breaks", registry.kinds["evidence.import"])
            broken = jobs.order("proof.breaks", by="user:1", subject="proof:1", upload=SECRET)
            call_command(
                "db_worker", queue_name="*", interval=0, batch=True, startup_delay=False,
                reload=False, worker_id="test", verbosity=2,
            )  # fmt: skip
    assert jobs.get(broken.pk).state == "failed"
    assert "proof.breaks" in heard.getvalue() or "django_tasks" in heard.getvalue()
    assert_clean(heard.getvalue())


# The formatter itself


def written(name: str, message: object, *args: object, error: BaseException | None = None) -> str:
    info = (type(error), error, error.__traceback__) if error else None
    return Line().format(logging.LogRecord(name, logging.ERROR, "x.py", 1, message, args, info))


def test_of_other_libraries_only_the_fixed_words_are_written():
    assert "took … s" in written("django.x", "took %.2f s", 1.5)
    text = written("allauth.y", "login of %s from %s", PLANTED["email"], PLANTED["address"])
    assert "login of … from …" in text
    assert_clean(written("lib", f"Invalid HTTP_HOST header: '{SECRET}'."))
    assert_clean(written("lib", f'for "{PLANTED["name"]}" at {PLANTED["position"]}'))
    assert_clean(written("lib", ValueError(SECRET)))


def test_our_own_messages_keep_their_codes_and_counts():
    text = written("convive.evidence", "batch %s: %s rows, %s rejected", "9f3c2a", 288, 12)
    assert text.endswith("batch 9f3c2a: 288 rows, 12 rejected")


def test_what_looks_personal_is_left_out_of_our_own_messages_too():
    for value in PLANTED.values():
        if value not in (PLANTED["name"], PLANTED["text"]):
            assert_clean(personal_left_out(f"something with {value} in it"))
    assert personal_left_out("1 204 rows in 3.5 s") == "1 204 rows in 3.5 s"


def test_an_exception_says_its_kind_and_place_and_never_its_words():
    try:
        try:
            raise KeyError(PLANTED["name"])
        except KeyError as error:
            raise ValueError(PLANTED["text"]) from error
    except ValueError as error:
        text = raised(error)
        assert_clean(text)
        assert_clean(written("convive.x", "it failed", error=error))
    assert "builtins.ValueError" in text and "builtins.KeyError" in text
    assert "test_logs.py:" in text


# The server and its worker, as they run


def ask(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> int:
    connection = HTTPConnection("localhost", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {**HEADERS, "content-length": str(len(body)), **headers}.items():
            connection.putheader(name, value.encode())
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    finally:
        connection.close()


def raw(port: int, content: bytes) -> None:
    """What no browser would send."""
    with socket.create_connection(("localhost", port), 5) as line:
        line.sendall(content)
        line.settimeout(2)
        try:
            line.recv(4096)
        except OSError:
            return


def test_the_server_and_its_worker_write_nothing_of_what_is_sent(tmp_path):
    port = free_port()
    log = tmp_path / "server.log"
    environment = os.environ | {"CONVIVE_LOG": "DEBUG", "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        command = [sys.executable, "-m", "convive", "serve", "--port", str(port)]
        server = subprocess.Popen(
            [*command, "--home", str(tmp_path / "home")],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
        )
    try:
        until = time.monotonic() + 180
        while ask(port, "GET", "/health") != 200:
            assert server.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.3)
        form = urlencode({"login": PLANTED["email"], "password": SECRET, "text": PLANTED["text"]})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        for path in ("/accounts/login/", "/privacy/ask/", "/privacy/answer/", "/workspace/"):
            assert ask(port, "GET", f"{path}?next={quote(PLANTED['name'])}")
            assert ask(port, "POST", path, form.encode(), **kind)
        assert ask(port, "GET", f"/{quote(PLANTED['name'])}/{PLANTED['document']}") == 404
        assert ask(port, "GET", "/", host=f"{SECRET}.example") == 400
        ask(port, "POST", "/accounts/login/", b"x", **{"content-length": "999999999"})
        for content in (
            f"GET /{SECRET} HTTP/9.9\r\n\r\n".encode(),
            f"{SECRET}\r\n\r\n".encode(),
            f"GET / HTTP/1.1\r\nhost: x\r\nx: {SECRET * 9000}\r\n\r\n".encode(),
            b"\x16\x03\x01" + SECRET.encode(),
        ):
            raw(port, content)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    text = log.read_text(errors="replace")
    assert_clean(text)
    assert "127.0.0.1 " not in text.replace(f"127.0.0.1:{port}", "")  # nobody's address
