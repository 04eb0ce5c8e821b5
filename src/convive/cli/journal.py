"""convive journal: the account of every act."""

from __future__ import annotations

import sys

import click

from convive.cli.common import Session, command


@click.group()
def journal() -> None:
    """The journal: who did what, when and why.

    Example: convive journal verify
    """


@command(journal)
def verify(session: Session) -> None:
    """Walk the whole journal; say whether an entry was changed, removed, inserted or cut off.

    Example: convive journal verify --json
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.kernel.journal import verify as verify_journal

    require(session.actor, Permission.SEE_JOURNAL)
    verdict = verify_journal()
    for problem in verdict.problems:
        click.echo(str(problem), err=True)
    session.answer(
        {
            "whole": verdict.whole,
            "entries": verdict.entries,
            "head": verdict.head,
            "problems": [problem.as_json() for problem in verdict.problems],
        }
    )
    if not verdict.whole:
        sys.exit(1)
    session.say(
        _("The journal is whole: %(count)s entries, head %(head)s.")
        % {"count": verdict.entries, "head": verdict.head[:12]}
    )
