"""convive demo: a whole programme to try, with sample records, in a home of its own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import click

from convive.cli.common import Session, command, early_words
from convive.cli.serve import check_port, held, run_together
from convive.kernel.errors import BadInput
from convive.kernel.home import Home

_HOST = "127.0.0.1"


@command(cls=click.Group, invoke_without_command=True)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port."
)
@click.option("--no-serve", is_flag=True, help="Build it, but serve no pages.")
@click.option("--reset", is_flag=True, help="Throw this demo away and build it again.")
def demo(session: Session, port: int, no_serve: bool, reset: bool) -> None:
    """Build a programme to try, with sample records, and serve it.

    An empty or missing home is built; a demo's own home is started again as it was left. Any other
    home is refused. Every number in it is made up by the rules of docs/demo.md, and says so.

    Example: ./convive demo --port 8000
    """
    if click.get_current_context().invoked_subcommand:
        return
    from convive.demo import home as demo_home
    from convive.demo.home import State

    home = session.home
    found = demo_home.state(home)
    _refuse_what_is_not_ours(home, found is State.FOREIGN)
    if not no_serve:
        check_port(_HOST, port)
    if found is State.ABSENT:
        demo_home.claim(home)
    with held(home):
        if reset or found is State.UNFINISHED:
            demo_home.clear(home)
        session.open()
        if reset or found is not State.READY:
            from convive.demo.build import build

            build(home, by=session.actor, say=session.say)
            demo_home.finish(home)
        if no_serve:
            session.say(_what_to_try(home))
            session.answer(_summary(home))
        else:
            run_together(session, _HOST, port, _welcome(session, home))


@command(demo)
@click.argument("user")
def code(session: Session, user: str) -> None:
    """Print the six digits with which USER of the demo signs in, after the password.

    USER is an address, or the part of it before the @. The digits hold for thirty seconds.

    Example: convive demo code coordinacion
    """
    from convive.demo import home as demo_home
    from convive.demo.people import ACCOUNTS, account

    home = session.home
    _ = early_words()
    if demo_home.state(home) is not demo_home.State.READY:
        raise BadInput.at(home.root, _("No demo lives here."), _("Build it: ./convive demo"))
    found = account(user)
    if found is None:
        names = ", ".join(each.local for each in ACCOUNTS)
        raise BadInput.at(
            user,
            _("The demo has no such account."),
            _("Choose one of: %(names)s.") % {"names": names},
        )
    session.open()
    from allauth.mfa.totp.internal import auth as totp

    now = list(totp.yield_hotp_counters_from_time())
    secret = demo_home.totp_secret(home, found.email)
    digits = totp.format_hotp_value(totp.hotp_value(secret, now[len(now) // 2]))
    if session.as_json:
        session.answer({"user": found.email, "code": digits})
    else:
        click.echo(digits)


def _refuse_what_is_not_ours(home: Home, is_foreign: bool) -> None:
    _ = early_words()
    if is_foreign:
        raise BadInput.at(
            home.root,
            _("This home is not the demo's, and is left as it is."),
            _("Name an empty directory: ./convive demo --home DIR"),
        )
    if os.environ.get("CONVIVE_DATABASE"):
        raise BadInput.at(
            "CONVIVE_DATABASE",
            _("The demo keeps its records in its own home, never in another database."),
            _("Take this setting away for the demo."),
        )


def _welcome(session: Session, home: Home) -> Callable[[str], None]:
    def welcome(url: str) -> None:
        session.say(_what_to_try(home, url))
        session.answer(_summary(home) | {"url": url})

    return welcome


def _summary(home: Home) -> dict[str, object]:
    from convive.demo import home as demo_home
    from convive.demo.people import ACCOUNTS

    return {
        "home": str(home.root),
        "accounts": [{"email": each.email, "role": each.role.value} for each in ACCOUNTS],
        "password": demo_home.password(home),
        "documents": [str(path) for path in sorted(home.documents.glob("*.pdf"))],
    }


def _what_to_try(home: Home, url: str = "") -> str:
    """What to do next: pages where they are served, accounts, commands."""
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from convive.access.permissions import ROLE_NAMES
    from convive.demo import home as demo_home
    from convive.demo.people import ACCOUNTS
    from convive.demo.rules import STEP_PLACE

    usual = home.root == Path(".convive").resolve()
    where = "" if usual else f" --home {shlex.quote(str(home.root))}"
    lines = ["", _("Every record of this demo is made up: sample data.")]
    if url:
        scheme, _colon, code = STEP_PLACE.partition(":")
        pages = [reverse("portal:front"), reverse("workspace:home")]
        pages += [reverse("observatory:place", args=[scheme, code])]
        lines += ["", *(f"  {url}{page}" for page in pages), ""]
        lines += [_("Ctrl-C stops it; the same command starts it again.")]
    else:
        lines += [_("Serve it: %(command)s") % {"command": f"./convive demo{where}"}]
    lines += [
        "",
        _("Sign in as any of these, with the password %(password)s")
        % {"password": demo_home.password(home)},
    ]
    lines += [f"  {each.email:42} {ROLE_NAMES[each.role]}" for each in ACCOUNTS]
    lines += [_("and the digits that this prints:"), f"  ./convive demo code coordinacion{where}"]
    lines += ["", _("Try also:")]
    tries = (
        "figure observatory.rate --place PE-INEI:130105 --from 2023"
        " --where source=sample-complaints",
        "report diagnosis --place PE-INEI:130105 --from 2022-01 --to 2024-12 --out d.pdf",
        "journal verify",
    )
    lines += [f"  ./convive {each}{where}" for each in tries]
    return "\n".join(lines)
