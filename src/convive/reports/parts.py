"""What each part in the programme does, sees and never does: the words of its printed sheet."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from convive.access.permissions import Role

Words = str | Promise


@dataclass(frozen=True)
class Part:
    """daily : what is done each day. sees : whom they may see. never : what is never done."""

    daily: tuple[Words, ...]
    sees: tuple[Words, ...]
    never: tuple[Words, ...]


_WAITS = _("Open “Waits for you” and begin with what is due first.")
_OWN_PEOPLE = _("The people whom your organisation attends in your districts, and nobody else.")
_OWN_CASES = _("Of the cases, those of whose team you are or that you supervise.")
_NO_PEOPLE = _("Nobody by name: counts alone, with the small ones hidden.")
_NO_TEXT = _("Send names or stories by message, e-mail or on paper that is left lying.")
_NO_SCORE = _("Give a person a score, or tell the police who is attended.")
_NO_PROMISE = _("Promise that nobody else will know: a child in danger is always reported.")
_NO_SHARE = _("Lend your account, or open a page for somebody else.")
_NO_TYPE = _("Change a number by hand: what is wrong is corrected at its source.")
_ENROL = _("Enrol people in activities and write down who came, the same day.")
_ANSWER = _(
    "Answer the referrals that your organisation received, and say when somebody was attended."
)

PARTS: dict[Role, Part] = {
    Role.COORDINATOR: Part(
        (
            _WAITS,
            _("See which commitments are late, and ask those who promised."),
            _("Accept or return what others report, with the reason."),
            _("Confirm findings that somebody else made."),
        ),
        (_NO_PEOPLE,),
        (_NO_TYPE, _NO_SHARE, _("Ask for the name of a person behind a number.")),
    ),
    Role.AGENCY_OFFICER: Part(
        (
            _WAITS,
            _ENROL,
            _ANSWER,
            _("Review the plans of the cases that you supervise; decide whether they are closed."),
            _("Record what was achieved, and bring in evidence."),
        ),
        (_OWN_PEOPLE, _OWN_CASES),
        (_NO_TEXT, _NO_SCORE, _("Decide alone that a case is closed, or supervise your own.")),
    ),
    Role.MUNICIPAL_OFFICER: Part(
        (
            _WAITS,
            _("Read the figures of your district, and bring in the records you receive."),
            _("Register what your municipality promises, with a day; keep your committee."),
            _ENROL,
            _ANSWER,
        ),
        (_OWN_PEOPLE, _OWN_CASES),
        (_NO_TEXT, _NO_SCORE, _NO_TYPE),
    ),
    Role.CASE_WORKER: Part(
        (
            _WAITS,
            _("Ask each person what they agree to, before you write anything down."),
            _("Work on your cases: goals in the person's words, steps with a day, notes."),
            _ENROL,
            _("Refer who needs it, with their consent; answer the referrals that you received."),
        ),
        (_OWN_PEOPLE, _OWN_CASES),
        (_NO_TEXT, _NO_SCORE, _NO_PROMISE),
    ),
    Role.ANALYST: Part(
        (
            _WAITS,
            _("Bring in evidence, say what each column means, and look at its quality."),
            _("Ask questions of place and time; keep an answer as a finding, to be confirmed."),
        ),
        (_NO_PEOPLE,),
        (_NO_TYPE, _("Show on a map what would point at somebody's door."), _NO_SHARE),
    ),
    Role.AUDITOR: Part(
        (
            _("Read the journal, and check that it is whole."),
            _("Follow a number to its source, and a promise to what was done."),
        ),
        (_NO_PEOPLE,),
        (_("Change anything: whoever checks does not write."), _NO_SHARE),
    ),
    Role.FUNDER: Part(
        (_("See the plan, its figures with their intervals, and what is late."),),
        (_NO_PEOPLE,),
        (_("Ask for the name of a person behind a number."), _NO_SHARE),
    ),
    Role.SYSTEM_STAFF: Part(
        (
            _WAITS,
            _("Invite, change and close accounts; hand over what a leaver held."),
            _("See that backups were made, and try that one can be brought back."),
        ),
        (_("Accounts of those who work here; nobody who is attended, and no figures."),),
        (_("Give yourself a role, or open what a person wrote."), _NO_SHARE),
    ),
}
