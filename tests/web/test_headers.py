"""What every answer says to the browser, how often one may ask, and how much may be sent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from urllib.parse import urlencode

import pytest
from cast import client_as, make_programme
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse
from matrix import PAGES, Page, build, names

from convive.kernel import limits
from convive.kernel.limits import Buckets, Rate

pytestmark = pytest.mark.django_db

# From here on nothing of another site runs, shows, frames or is framed
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
    "manifest-src": "'self'",
}
FORM = {"content_type": "application/x-www-form-urlencoded"}
SAID = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Permitted-Cross-Domain-Policies": "none",
}


def policy(answer: HttpResponse) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    return {name: value for name, _space, value in parts if name}


def assert_strict(answer: HttpResponse, what: str) -> None:
    found = policy(answer)
    found.pop("sandbox", None)  # of a paper that somebody sent: stricter still
    assert found == POLICY, what
    assert "unsafe" not in answer["Content-Security-Policy"], what
    for name, value in SAID.items():
        assert answer[name] == value, f"{what}: {name}"
    assert "geolocation=()" in answer["Permissions-Policy"], what


def test_every_page_says_so_to_everybody_errors_included():
    clients = build()
    for name in names():
        page = PAGES.get(name, Page())
        try:
            url = reverse(name, kwargs=page.arguments("unfpa", "PE-INEI:130105"))
        except Exception as error:
            pytest.fail(f"{name}: add its arguments to PAGES of matrix.py ({error})")
        for who in ("anonymous", "coordinator", "case_worker"):
            answer = clients[who].get(url)
            assert_strict(answer, f"{name} as {who}: {answer.status_code}")


@pytest.mark.parametrize(
    "path", ["/no-such-page/", "/static/look/tokens.css", "/static/none.css", "/health", "/en/"]
)
def test_what_no_view_answers_says_so_too(path):
    assert_strict(Client().get(path), path)


def test_a_broken_page_a_refused_form_and_a_strange_host_say_so_too(monkeypatch):
    make_programme()
    from convive.doors.workspace import views

    def broken(*_more: object) -> None:
        raise RuntimeError("broken")

    client = client_as("coordinator")
    client.raise_request_exception = False
    monkeypatch.setattr(views, "render", broken)
    answer = client.get("/workspace/")
    assert answer.status_code == 500
    assert_strict(answer, "500")
    refused = Client(enforce_csrf_checks=True).post("/accounts/login/", {})
    assert refused.status_code == 403
    assert_strict(refused, "403")
    strange = Client().get("/", headers={"host": "elsewhere.example"})
    assert strange.status_code == 400
    assert_strict(strange, "400")


def test_no_template_asks_for_what_the_policy_refuses():
    make_programme()
    client = client_as("coordinator")
    for path in ("/", "/workspace/", "/accounts/login/", "/places/", "/plan/"):
        page = client.get(path, follow=True).content.decode()
        assert not re.search(r"\sstyle=|<style|<script(?![^>]* src=)|\son[a-z]+=|javascript:", page)


# What may be kept


def test_what_is_shown_inside_and_every_error_is_kept_by_nobody():
    make_programme()
    client = client_as("coordinator")
    for path in ("/workspace/", "/no-such-page/", "/places/PE-INEI:999999/"):
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_every_page_of_the_workspace_says_internal_use():
    clients = build()
    shown = 0
    for name in names():
        page = PAGES.get(name, Page())
        answer = clients["coordinator"].get(
            reverse(name, kwargs=page.arguments("unfpa", "PE-INEI:130105"))
        )
        text = answer.content.decode(errors="ignore")
        if answer.status_code == 200 and "<h1" in text and "mast two-rows" in text:
            assert '<span class="use">uso interno</span>' in text, name
            shown += 1
    assert shown > 10
    assert "uso interno" not in Client().get("/").content.decode()


# Cookies


def test_cookies_are_for_this_site_alone_and_no_script_reads_them():
    answer = Client().get("/accounts/login/")
    assert answer.cookies
    for cookie in answer.cookies.values():
        assert cookie["httponly"] and cookie["samesite"] == "Lax", cookie


def under_https(code: str, tmp_path) -> str:
    """What the settings of a server behind HTTPS make of a line of code."""
    environment = os.environ | {"CONVIVE_HTTPS": "1", "CONVIVE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment | {"DJANGO_SETTINGS_MODULE": "convive.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_behind_https_the_deployment_check_is_clean_and_cookies_are_of_this_host(tmp_path):
    told = under_https(
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.conf import settings as s\n"
        "call_command('check', '--deploy', '--fail-level', 'WARNING')\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SILENCED_SYSTEM_CHECKS)",
        tmp_path,
    )
    assert "no issues" in told
    assert "__Host-session __Host-csrf True True 31536000 ['security.W021']" in told


# How often


def test_a_bucket_empties_and_fills_up_again():
    clock = {"now": 0.0}
    buckets = Buckets(clock=lambda: clock["now"], most=2)
    rate = Rate.parse("2/10s")
    assert [buckets.take("a", rate) for _ in range(3)] == [0, 0, 5]
    assert buckets.take("b", rate) == 0
    clock["now"] = 5.0
    assert [buckets.take("a", rate) for _ in range(2)] == [0, 5]
    buckets.take("c", rate)  # more names than are kept: the one least recently used goes
    assert buckets.take("b", rate) == 0


@pytest.mark.parametrize("text", ["", "5", "0/m", "5/d", "x/m", "-1/m"])
def test_a_rate_that_says_nothing_is_refused(text):
    with pytest.raises(ValueError, match="write so many"):
        Rate.parse(text)


def test_the_rates_of_the_settings_can_be_read():
    from convive import settings

    assert all(Rate.parse(text).most > 0 for text in settings.RATE_LIMITS.values())


@pytest.fixture
def fresh_buckets():
    limits.buckets.forget()
    yield
    limits.buckets.forget()


@pytest.mark.usefixtures("fresh_buckets")
def test_whoever_asks_too_often_waits_and_others_do_not():
    make_programme()
    client, other = client_as("coordinator"), client_as("funder")
    with override_settings(RATE_LIMITS={"write": "3/m", "search": "2/m", "export": "1/m"}):
        codes = [client.post("/places/", **FORM).status_code for _ in range(5)]
        assert codes[:3] == [200] * 3 and codes[3:] == [429] * 2
        turned = client.post("/places/", **FORM)
        assert int(turned["Retry-After"]) > 0
        assert "Espere un momento" in turned.content.decode()
        assert_strict(turned, "429")
        assert other.post("/places/", **FORM).status_code == 200
        assert client.get("/workspace/").status_code == 200
        assert [client.get("/places/?q=x").status_code for _ in range(3)] == [200, 200, 429]
        urls = ["/places/PE-INEI:130105/months.csv", "/places/PE-INEI:130105/months.xlsx"]
        assert [client.get(url).status_code for url in urls] == [400, 429]


@pytest.mark.usefixtures("fresh_buckets")
def test_without_an_account_the_address_is_counted_and_of_ipv6_the_network():
    with override_settings(RATE_LIMITS={"write": "1/m"}):

        def send(address: str, **more: str) -> int:
            answer = Client().post("/accounts/login/", **FORM, REMOTE_ADDR=address, **more)
            return answer.status_code

        assert [send("203.0.113.7"), send("203.0.113.7"), send("203.0.113.8")] == [200, 429, 200]
        assert [send("2001:db8:1:2::1"), send("2001:db8:1:2:ffff::9")] == [200, 429]
        assert send("2001:db8:1:3::1") == 200
        assert send("::ffff:203.0.113.7") == 429
        # Nobody is asked behind whom they stand: only the server's own proxy says so
        assert send("203.0.113.7", HTTP_X_FORWARDED_FOR="198.51.100.1") == 429
        with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
            assert send("203.0.113.7", HTTP_X_FORWARDED_FOR="203.0.113.8, 198.51.100.1") == 200
            assert send("203.0.113.7", HTTP_X_FORWARDED_FOR="198.51.100.9, 198.51.100.1") == 429


# How much


def test_what_is_far_too_large_is_turned_away_before_it_is_read():
    make_programme()
    client = client_as("coordinator")
    with override_settings(BODY_MB=0):
        answer = client.post("/places/", {"x": "y"})
    assert answer.status_code == 413
    assert_strict(answer, "413")


def test_a_stranger_sends_forms_and_no_files():
    make_programme()
    for path in ("/evidence/uploads/new/", "/privacy/ask/", "/accounts/login/"):
        large = SimpleUploadedFile("a.csv", b"x" * 200_000)
        answer = Client().post(path, {"file": large})
        assert answer.status_code == 413
    assert not [path for path in settings.HOME.uploads.rglob("*") if path.is_file()]


def test_a_form_of_thousands_of_fields_or_dozens_of_files_is_refused():
    client = Client()
    fields = {f"field{i}": "x" for i in range(2001)}
    assert client.post("/accounts/login/", urlencode(fields), **FORM).status_code == 400
    files = {f"file{i}": SimpleUploadedFile(f"{i}.txt", b"x") for i in range(11)}
    client.raise_request_exception = False
    assert client.post("/accounts/login/", files).status_code == 400


def test_a_form_larger_than_any_form_is_refused():
    make_programme()
    large = "x=" + "y" * 3_000_000
    assert client_as("coordinator").post("/me/letters/", large, **FORM).status_code == 400
    assert Client().post("/accounts/login/", large, **FORM).status_code == 413
