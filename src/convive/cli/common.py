"""What every command shares: --home, --json, --as, its exit codes and how it speaks.

Exit 0: done. Exit 1: the input cannot be used, nothing was written. Exit 2: wrong usage.
"""

from __future__ import annotations

import functools
import gettext
import json
import os
import sys
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from convive.kernel.errors import BadInput, BadSetting, NotAllowed, Problem
from convive.kernel.home import Home
from convive.kernel.occasion import because

if TYPE_CHECKING:
    from convive.access.rules import Actor


class Session:
    """One run of a command: its home, its actor, and how it answers.

    actor : whoever acts, once the home is open: the person named by --as, else the system.
    usual_home : the home that this machine would mean without --home.
    """

    actor: Actor

    def __init__(self, home: Path | None, as_json: bool, email: str | None) -> None:
        self.usual_home = Home.from_environment()
        if home is not None:
            os.environ["CONVIVE_HOME"] = str(home)
        self.as_json = as_json
        self._email = email

    @property
    def names_somebody(self) -> bool:
        """Whether --as was given."""
        return self._email is not None

    @property
    def home(self) -> Home:
        """The home that this run means. Asking for it makes nothing."""
        return Home.from_environment()

    def open(self) -> None:
        """Make the home ready: load the application, bring its database up to date.

        Raises BadInput where the home cannot be made or written.
        """
        self._set_up()
        from convive.cli.schema import bring_up_to_date

        bring_up_to_date()
        from convive.domain.programme import queries

        # Now, not at first use: --as is never passed over in silence
        self.actor = queries.actor_by_email(self._email) if self._email else queries.SYSTEM

    def _set_up(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "convive.settings")
        import django
        from django.utils import translation

        try:
            django.setup()
        except OSError as error:
            _ = early_words()
            raise BadInput.at(
                error.filename or self.home.root,
                _("The home cannot be used: %(why)s.") % {"why": error.strerror},
                _("Name a directory that you may write with --home."),
            ) from None
        translation.activate(language())

    def load(self) -> None:
        """Load the application for a command that reads files alone: no home is made or opened.

        Only with --as a home is opened: one must know the person.
        """
        if self._email:
            self.open()
            return
        named = os.environ.get("CONVIVE_HOME")
        with tempfile.TemporaryDirectory(prefix="convive-") as nowhere:
            os.environ["CONVIVE_HOME"] = nowhere
            try:
                self._set_up()
            finally:
                os.environ.pop("CONVIVE_HOME")
                if named is not None:
                    os.environ["CONVIVE_HOME"] = named
        from convive.domain.programme import queries

        self.actor = queries.SYSTEM

    def say(self, text: str) -> None:
        """A message for a person: on stdout, or on stderr when stdout carries JSON."""
        click.echo(text, err=self.as_json)

    def answer(self, data: dict[str, Any]) -> None:
        """The one JSON object of a command run with --json."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def language() -> str:
    """`CONVIVE_LANG`, else English where the terminal speaks it or no language, else Spanish."""
    names = ("CONVIVE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((os.environ[name] for name in names if os.environ.get(name)), "es")
    return "en" if chosen.lower().partition(".")[0][:2] in {"en", "c", "po"} else "es"


def early_words() -> Callable[[str], str]:
    """`gettext` for the time before a home is open, when Django's own cannot be asked."""
    folder = Path(str(resources.files("convive.kernel"))) / "locale"
    return gettext.translation("django", folder, [language()], fallback=True).gettext


class _Folder(click.Path):
    """A directory that must be named: an unset variable must not mean the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("the name is empty; name a directory.", param, ctx)
        return super().convert(value, param, ctx)


def command(
    group: click.Group | None = None, **options: Any
) -> Callable[[Callable[..., Any]], Any]:
    """A click command with the shared options; its function receives a Session first.

    Give `name=` where the function's own name will not do.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        @click.option(
            "--home",
            type=_Folder(path_type=Path, file_okay=False),
            help="The home directory. Default: $CONVIVE_HOME, else ./.convive.",
        )
        @click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
        @click.option(
            "--as", "email", metavar="EMAIL", help="Act as this person. Default: the system."
        )
        @functools.wraps(function)
        def run(home: Path | None, as_json: bool, email: str | None, **rest: Any) -> Any:
            session = Session(home, as_json, email)
            try:
                with because(click.get_current_context().command_path):
                    return function(session, **rest)
            except BadInput as error:
                _refuse(session, error.problems)
            except BadSetting as error:
                _refuse(session, error.told(early_words()).problems)
            except NotAllowed as error:
                _refuse(session, [_not_allowed(email, error)])
            except click.Abort:
                _refuse(session, [_unanswered()])

        maker = group.command if group else click.command
        return maker(**options)(run)

    return decorate


def _refuse(session: Session, problems: list[Problem]) -> NoReturn:
    for problem in problems:
        click.echo(str(problem), err=True)
    session.answer({"problems": [problem.as_json() for problem in problems]})
    sys.exit(1)


def _unanswered() -> Problem:
    _ = early_words()
    return Problem(
        "?", _("The question was not answered; nothing was changed."), _("Answer it, or add --yes.")
    )


def _not_allowed(email: str | None, error: NotAllowed) -> Problem:
    from django.utils.translation import gettext as _

    return Problem(
        f"--as {email}",
        _("None of this person's roles permits it here: %(what)s.") % {"what": error},
        _("Ask whoever coordinates the programme, or act as somebody who may."),
    )
