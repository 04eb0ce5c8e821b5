"""Sign-in: accounts are made by the programme, never by signing up; a second factor always."""

from __future__ import annotations

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.domain.programme.models import User
from convive.kernel.sealing import seal, unseal

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_SECOND_FACTOR = "second_factor"  # in the session: the id of the user who gave one in it


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever signed in minutes ago, as to set up their first app, is not asked again."""
        records = get_authentication_records(context.request, context.request.user)
        return (
            not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT
        )


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps sealed in the database, and names things as we do."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("That did not work, or it was used already. Try once more."),
    }

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whose passkeys these are: of this address, under the name that people know."""
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def encrypt(self, text: str) -> str:
        return seal(text, purpose="second factor")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, purpose="second factor")


def note_second_factor(request: HttpRequest, user: User) -> None:
    """Remember that this session was opened with a second factor, and by whom."""
    request.session[_SECOND_FACTOR] = user.pk


def gave_second_factor(request: HttpRequest) -> bool:
    """True where the person behind this very session gave a second factor in it.

    That the account has one is not enough: a session opened by password alone, before the app was
    set up, would then be let in without it.
    """
    return request.session.get(_SECOND_FACTOR) == request.user.pk


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they stand in for an app or a passkey that was lost."""
    return Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists()


def is_first_factor(user: User, authenticator: Authenticator) -> bool:
    """Whether this one, just added, is the only app or passkey of the account."""
    factors = Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS)
    return authenticator.type in SECOND_FACTORS and factors.count() == 1


def password_path(user: User) -> str:
    """Path of the page where this person sets a password: works once, for three days."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    return reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": token},
    )
