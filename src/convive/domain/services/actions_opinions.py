"""The writes of opinions: said by anybody who was there, answered by the team."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.rules import ANYBODY, Actor
from convive.domain.programme import queries as programme
from convive.domain.services import opinions, queries
from convive.domain.services.keeping import require_activity
from convive.domain.services.models_opinions import Opinion
from convive.kernel import codes, journal
from convive.kernel.errors import BadInput, NotAllowed


@transaction.atomic
def say(*, by: Actor = ANYBODY, activity: str, rating: int, text: str) -> str:
    """Keep what somebody thought, and return the code by which they find the answer.

    The journal names the activity alone; the hour at which it was written down stands in no row
    of its own.
    """
    found = queries.activity_of_anybody(activity)
    if found is None or not opinions.is_open(found, programme.today()):
        raise NotAllowed("nobody is asked about this activity now")
    words = text.strip()
    if rating not in range(1, 6):
        raise BadInput.at("rating", _("This is not in the list."), _("Choose one that is."))
    if len(words) > opinions.LONGEST:
        raise BadInput.at(
            "text",
            _("It is longer than %(most)d letters.") % {"most": opinions.LONGEST},
            _("Write less."),
        )
    code = codes.new_code()
    one = Opinion(
        activity=found,
        rating=rating,
        text=words,
        said_on=programme.today(),
        code_hash=codes.code_hash(code, purpose=opinions.PURPOSE),
    )
    one.save()
    journal.write(who=by.id, did="services.opinion-said", kind="activity", subject=found.code)
    return code


@transaction.atomic
def answer(*, by: Actor, opinion: str, text: str) -> Opinion:
    """Answer what somebody thought. They find it by their code; it is not published."""
    one = opinions.opinion(by, opinion)
    if one is None:
        raise NotAllowed("no such opinion, or not of this team")
    found = require_activity(by, one.activity.code)
    if not opinions.reads(by, found) or one not in opinions.shown(found, programme.today()):
        raise NotAllowed("not of this team, or not shown yet")
    words = text.strip()
    if not words or len(words) > opinions.LONGEST:
        raise BadInput.at(
            "text",
            _("There is no answer, or it is longer than %(most)d letters.")
            % {"most": opinions.LONGEST},
            _("Say in a few words what was done, or why not."),
        )
    one.answer, one.answered_on, one.answered_by = words, programme.today(), by.id
    one.save()
    journal.write(who=by.id, did="services.opinion-answered", kind="activity", subject=found.code)
    return one
