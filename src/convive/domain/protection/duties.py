"""What waits for somebody in a protection unit: to make a key, or to hand it to a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from convive.access import duties
from convive.access.duties import Duty
from convive.access.rules import Actor
from convive.domain.protection import queries


class Units:
    """A member makes their own key; whoever holds that of the unit hands it over."""

    name = "protection"

    @property
    def title(self) -> str:
        return _("Protection units")

    def waiting(self, who: Actor, today: date) -> Iterator[Duty]:
        for unit in queries.own_units(who):
            one = queries.member(who, unit)
            url = reverse("protection:keys", kwargs={"code": unit.code})
            newest = queries.newest_key(unit)
            if one is None:
                continue
            if not one.public_key or newest is None:
                yield Duty(
                    self.name, f"key-{unit.code}", _("Make your key of the protection unit"), url,
                    detail=unit.name, action=_("Make it"),
                )  # fmt: skip
            elif newest.number in queries.copies_of(one):
                for other in queries.without_copy(unit):
                    yield Duty(
                        self.name, f"hand-{unit.code}-{other.pk}",
                        _("Hand the key of the unit to %s") % other.user.name, url,
                        detail=unit.name, action=_("Hand it over"),
                    )  # fmt: skip

    def held_by(self, account: int) -> tuple[Duty, ...]:
        return ()  # a key is of one person: it does not pass on, another member hands over theirs

    def hand_over(self, *, by: Actor, leaver: int, successor: int) -> int:
        return 0


def register() -> None:
    duties.register(Units())
