"""How a commitment is shown: the step of the chain at which it stands."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from convive.domain.plans.models import Commitment
from convive.domain.plans.vocabulary import CommitmentState
from convive.look.templatetags.look import chip

register = template.Library()


@register.simple_tag
def commitment_chip(commitment: Commitment) -> SafeString:
    """Promised is the second step of five; done is an action, the third; "could not" an answer."""
    if commitment.state == CommitmentState.DONE:
        return SafeString(chip(3, _("Kept")))
    if commitment.state == CommitmentState.NOT_DONE:
        return SafeString(chip(5, _("It could not be done"), answered_no=True))
    return SafeString(chip(2, _("Commitment")))
