"""Letters by mail, where a mail server is set. None carries facts about people or places."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import queries_access, rules, standing
from convive.domain.programme.models import Membership, User
from convive.domain.programme.models_access import DigestChoice

logger = logging.getLogger(__name__)


def are_sent() -> bool:
    """Whether this server sends letters at all."""
    return not settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def send(to: User, subject: str, text: str, headers: Mapping[str, str] | None = None) -> bool:
    """Send one letter; False, and a line in the messages of the server, where it did not leave."""
    letter = EmailMessage(subject, text, to=[to.email], headers=dict(headers or {}))
    try:
        return are_sent() and letter.send() == 1
    except OSError as error:  # every fault of smtplib and of sockets; their text holds addresses
        logger.warning("a letter to account %s was not sent: %s", to.pk, type(error).__name__)
        return False


def address(path: str) -> str:
    """The whole address of a page, for letters written without a request."""
    return settings.SITE_URL.rstrip("/") + path


def language_of(user: User) -> str:
    """The language that this person chose for letters, else the house's own."""
    choice = DigestChoice.objects.filter(user=user).first()
    return choice.language if choice else settings.LANGUAGE_CODE


def send_password_link(to: User, path: str) -> bool:
    """The link on which somebody new, or somebody who lost their second factor, begins."""
    return send(
        to,
        _("Your access to Convive"),
        _(
            "You have an account in Convive. Open this link within three days to set your "
            "password; it works once. Then you set up your second step.\n\n%(link)s\n\n"
            "If you expected no such letter, tell whoever coordinates the programme."
        )
        % {"link": address(path)},
    )


def tell_reviewers_of_glass(number: int, *, but: int) -> int:
    """Tell everybody who reviews rights that something was opened; return how many letters left.

    number : of the broken glass. but : the account that opened it.
    """
    return _tell_reviewers(
        {but},
        gettext_lazy("Somebody opened what is closed to them"),
        gettext_lazy("For some hours and for a reason. Please look at it:\n\n%(link)s"),
        reverse("programme:glass", kwargs={"number": number}),
    )


def tell_reviewers_of_role(given: Membership, *, by: Actor) -> int:
    """Tell them of a role with a say in the rights of others; return how many letters left.

    by : whoever gave it. Neither they nor its owner are told.
    """
    if given.role not in standing.POWERFUL_ROLES:
        return 0
    return _tell_reviewers(
        {rules.account_of(by.id), given.user_id},
        gettext_lazy("Somebody was given a say in the rights of others"),
        gettext_lazy("Please keep or remove the role within seven days:\n\n%(link)s"),
        reverse("programme:access_review"),
    )


def _tell_reviewers(but: Collection[int | None], subject: Promise, text: Promise, path: str) -> int:
    sent = 0
    for user in queries_access.people_with(Permission.REVIEW_ACCESS):
        if user.pk not in but:
            with translation.override(language_of(user)):
                sent += send(user, str(subject), str(text) % {"link": address(path)})
    return sent
