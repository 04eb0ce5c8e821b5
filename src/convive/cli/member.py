"""convive member: accounts and the roles they have."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from convive.cli.common import Session, command

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def member() -> None:
    """Accounts and roles: who may do what, where, from when to when.

    Example: convive member list
    """


@command(member)
@click.argument("address", metavar="EMAIL")
@click.option("--name", default="", help="The person's name. Needed for a new account.")
@click.option("--role", required=True, help="Such as coordinator; the page of roles lists all.")
@click.option("--organisation", default="", help="Code of the organisation the role is played for.")
@click.option(
    "--district",
    "districts",
    multiple=True,
    help="SCHEME:CODE of a district; may be repeated. Or: all.",
)
@click.option("--from", "first", type=_DAY, help="First day. Default: today.")
@click.option("--to", "last", type=_DAY, help="Last day. Default: open.")
def add(
    session: Session,
    address: str,
    name: str,
    role: str,
    organisation: str,
    districts: tuple[str, ...],
    first: datetime | None,
    last: datetime | None,
) -> None:
    """Give a person a role; make their account and print a link to set its password.

    Example: convive member add rosa@example.org --name "Rosa" --role municipal_officer
    --organisation muni-la-esperanza --district PE-INEI:130105
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.programme import actions_members as actions
    from convive.domain.programme import letters

    added = actions.add_member(
        by=session.actor,
        email=address,
        name=name,
        role=role,
        organisation=organisation,
        districts=districts,
        valid_from=first.date() if first else None,
        valid_to=last.date() if last else None,
    )
    letters.tell_reviewers_of_role(added, by=session.actor)
    row = _row(added)
    session.say(_("%(name)s is now: %(role)s.") % {"name": row["name"], "role": added.role_name})
    if not added.user.has_usable_password():
        row["password_link"] = _link(session, address)
    session.answer(row)


@command(member, name="list")
def list_(session: Session) -> None:
    """Everybody with a role: which, for whom, where, and until when.

    Example: convive member list --json
    """
    session.open()
    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.domain.programme import queries

    require(session.actor, Permission.MANAGE_MEMBERS)
    rows = [_row(row) for row in queries.members()]
    for row in rows:
        where = row["organisation"] or "*", ", ".join(row["districts"])
        session.say("\t".join([str(row["id"]), row["email"], row["role"], *where, row["to"] or ""]))
    session.answer({"members": rows})


@command(member)
@click.argument("membership", type=int)
@click.option("--on", type=_DAY, help="Its last day. Default: today.")
def end(session: Session, membership: int, on: datetime | None) -> None:
    """Let a role end. Its number stands in `member list`.

    Example: convive member end 3 --on 2017-05-21
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.programme import actions_members as actions
    from convive.kernel import words

    ended = actions.end_membership(
        by=session.actor, membership=membership, on=on.date() if on else None
    )
    session.say(_("The role ends on %(day)s.") % {"day": words.day(ended.valid_to)})
    session.answer(_row(ended))


@command(member)
@click.argument("address", metavar="EMAIL")
def suspend(session: Session, address: str) -> None:
    """Close an account at once; whoever is signed in with it is out at their next page.

    Example: convive member suspend rosa@example.org
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.programme import actions_members as actions

    actions.suspend_user(by=session.actor, email=address)
    session.say(_("The account is closed."))
    session.answer({"email": address, "suspended": True})


@command(member)
@click.argument("address", metavar="EMAIL")
def restore(session: Session, address: str) -> None:
    """Open a suspended account again.

    Example: convive member restore rosa@example.org
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.programme import actions_members as actions

    actions.restore_user(by=session.actor, email=address)
    session.say(_("The account is open again."))
    session.answer({"email": address, "suspended": False})


@command(member)
@click.argument("address", metavar="EMAIL")
def link(session: Session, address: str) -> None:
    """Print the path of a page where this person sets a password: works once, for three days.

    Example: convive member link rosa@example.org
    """
    session.open()
    session.answer({"email": address, "password_link": _link(session, address)})


@command(member, name="hand-over")
@click.argument("leaver", metavar="LEAVER")
@click.argument("successor", metavar="SUCCESSOR")
@click.option("--why", required=True, help="The reason, in at least 20 characters.")
def hand_over(session: Session, leaver: str, successor: str, why: str) -> None:
    """Pass on all that somebody holds, end their roles and close their account, in one act.

    LEAVER and SUCCESSOR are e-mail addresses. Nothing is done where the successor may not hold
    one of the things.

    Example: convive member hand-over rosa@example.org eva@example.org
    --why "leaves the programme on 30 June"
    """
    session.open()
    from django.utils.translation import ngettext

    from convive.domain.programme.actions_handover import hand_over as pass_on
    from convive.domain.programme.queries_access import account_by_email

    done = pass_on(
        by=session.actor,
        leaver=account_by_email(leaver).pk,
        successor=account_by_email(successor).pk,
        why=why,
    )
    for part, count in sorted(done.counts.items()):
        if count:
            session.say(f"{part}\t{count}")
    passed = sum(done.counts.values())
    said = ngettext(
        "%(count)s thing passed on to %(name)s; the account is closed.",
        "%(count)s things passed on to %(name)s; the account is closed.",
        passed,
    )
    session.say(said % {"count": passed, "name": done.successor.name})
    session.answer({"leaver": leaver, "successor": successor, "passed_on": done.counts})


def _link(session: Session, email: str) -> str:
    from django.utils.translation import gettext as _

    from convive.domain.programme import actions_members as actions

    path: str = actions.make_password_link(by=session.actor, email=email)
    session.say(_("To set the password, open within three days, once: %(path)s") % {"path": path})
    return path


def _row(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "email": row.user.email,
        "name": row.user.name,
        "role": row.role,
        "organisation": row.organisation.code if row.organisation else None,
        "districts": ["all"] if row.all_districts else [p.ref for p in row.districts.all()],
        "from": row.valid_from.isoformat(),
        "to": row.valid_to.isoformat() if row.valid_to else None,
        "active": row.user.is_active,
    }
