"""What must hold in a pack for the care of people: screening and safeguarding."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from convive.kernel.errors import Problem
from convive.pack import records
from convive.pack.contents import Pack
from convive.pack.faults import repeated, unknown
from convive.pack.records_care import Contact, Factor, Tier

_CONTACTS = "safeguarding.toml"


def screening(pack: Pack) -> Iterator[Problem]:
    tiers, factors = pack.all(Tier), pack.all(Factor)
    yield from repeated(tiers, lambda tier: tier.code)
    yield from repeated(factors, lambda factor: factor.code)
    for tier in tiers:
        if not 1 <= tier.rescreen_months <= 24:
            yield Problem(
                tier.spot.at("rescreen_months"),
                _("Somebody is screened again within two years, and not at once."),
                _("Write a number of months from 1 to 24."),
            )
    if factors and not tiers and not pack.codes(Tier):
        yield Problem(
            factors[0].spot.at(),
            _("There are factors, and no tier that a person could choose."),
            _("Write at least one [[tier]]."),
        )


def safeguarding(pack: Pack) -> Iterator[Problem]:
    """Whoever is accused, there must be somebody outside to tell; and somebody for children."""
    contacts = pack.all(Contact)
    yield from repeated(contacts, lambda contact: contact.code)
    for contact in contacts:
        yield from unknown(pack, contact, "organisation", records.Organisation)
        if not contact.phone and not contact.email:
            yield Problem(
                contact.spot.at(),
                _("Nobody can reach this contact."),
                _("Write a phone, an email, or both."),
            )
    if len(contacts) < len(pack.codes(Contact)) or not (pack.folder / _CONTACTS).exists():
        return  # told already; and one at fault may be the one that is missed below
    outside = [contact for contact in contacts if not contact.organisation]
    if not outside:
        yield Problem(
            f"{_CONTACTS}:1",
            _("There is no contact outside the programme to whom abuse by its staff is reported."),
            _("Write a [[contact]] that names no organisation of the pack."),
        )
    elif not any(contact.children for contact in outside):
        yield Problem(
            f"{_CONTACTS}:1",
            _("There is no contact outside the programme for what is done to a child."),
            _("Write children = true where that contact attends children."),
        )
