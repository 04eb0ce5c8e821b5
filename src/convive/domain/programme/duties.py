"""What accounts give people to do: second factors to answer, rights to review, glass to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.access.duties import Duty
from convive.access.permissions import Permission
from convive.access.rules import Actor, may
from convive.domain.programme import queries_access as queries
from convive.domain.programme import rules
from convive.domain.programme.actions_factors import pass_on_factor_requests
from convive.domain.programme.models import Membership
from convive.domain.programme.models_access import BreakGlass, FactorRequest


class Accounts:
    """The part of the house that keeps accounts and rights."""

    name = "accounts"

    @property
    def title(self) -> str:
        return _("Accounts and rights")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        manages, reviews = (
            not who.is_system and may(who, right)
            for right in (Permission.MANAGE_MEMBERS, Permission.REVIEW_ACCESS)
        )
        if not (manages or reviews):
            return
        for request in queries.open_factor_requests():
            if queries.may_approve(who, request):
                yield self._of_request(request)
        quarter = rules.quarter_of(today)
        if left := queries.undecided(who, quarter):
            yield self._of_review(quarter, left)
        if reviews:
            for glass in queries.glasses_to_look_at(who):
                yield self._of_glass(glass)

    def held_by(self, account: int) -> Iterator[Duty]:
        """The requests for somebody else that this person made and that nobody has answered."""
        asked = rules.account_id(account)
        for request in queries.open_factor_requests().filter(asked_by=asked):
            if request.user_id != account:
                yield self._of_request(request)

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return pass_on_factor_requests(by=by, leaver=leaver, successor=successor)

    def _of_request(self, request: FactorRequest) -> Duty:
        return Duty(
            part=self.name,
            id=f"factor-{request.pk}",
            title=_("A new second factor for %(name)s") % {"name": request.user.name},
            url=reverse("programme:factor_request", kwargs={"number": request.pk}),
            due=timezone.localdate(request.until),
            detail=_("the first of two approvals")
            if queries.standing_approver(request) is None
            else _("the second of two approvals"),
            action=_("Answer"),
        )

    def _of_review(self, quarter: date, roles: list[Membership]) -> Duty:
        left = len(roles)
        return Duty(
            part=self.name,
            id=f"review-{rules.quarter_name(quarter)}",
            title=_("Review who has which right"),
            url=reverse("programme:access_review"),
            due=queries.review_due(quarter, roles),
            detail=ngettext("%(count)s role is left", "%(count)s roles are left", left)
            % {"count": left},
            action=_("Review"),
        )

    def _of_glass(self, glass: BreakGlass) -> Duty:
        return Duty(
            part=self.name,
            id=f"glass-{glass.pk}",
            title=_("Look at what %(name)s opened") % {"name": glass.user.name},
            url=reverse("programme:glass", kwargs={"number": glass.pk}),
            due=timezone.localdate(glass.opened_at) + rules.GLASS_LOOKED_AT_WITHIN,
            detail=glass.where,
            action=_("Look at it"),
        )
