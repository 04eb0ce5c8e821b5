"""What no single file can tell: references between files, totals, dates, rules of the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from convive.kernel import retention as kept_for
from convive.kernel.errors import Problem
from convive.pack import check_care, check_places, check_plan, records, records_care
from convive.pack.contents import Pack
from convive.pack.faults import dates, repeated, stranger, unknown
from convive.pack.read import OFFENCES, read
from convive.pack.values import suggest

LEAST = {"default": 5, "sensitive": 10}


def check(folder: Path) -> Pack:
    """Read the pack in `folder` and add what its files say against each other to its `problems`.

    The problems come in the order of the files and their lines.
    """
    pack = read(folder)
    for rule in (*_RULES, *check_places.RULES, *check_plan.RULES):
        pack.problems += rule(pack)
    pack.problems.sort(key=_order)
    return pack


def programme(pack: Pack) -> Iterator[Problem]:
    found = pack.one(records.Programme)
    if found is None:
        return
    if found.end <= found.start:
        yield Problem(
            found.spot.at("end"),
            _("The programme ends before it starts."),
            _("Correct start or end."),
        )
    if found.zone not in available_timezones():
        yield Problem(
            found.spot.at("zone"),
            _("“%(zone)s” is not a time zone.") % {"zone": found.zone},
            suggest(found.zone, available_timezones()),
        )
    if not re.fullmatch(r"[A-Z]{2}", found.country):
        yield Problem(
            found.spot.at("country"),
            _("“%(code)s” is not a country code.") % {"code": found.country},
            _("Write the two capital letters of ISO 3166-1, such as PE."),
        )
    if not pack.all(records.Emergency):
        yield Problem(
            found.spot.at(),
            _("No emergency number is given: a person in danger is told first whom to call."),
            _("Add one [[emergency]] with number and names."),
        )


def organisations(pack: Pack) -> Iterator[Problem]:
    bodies = pack.all(records.Organisation)
    yield from repeated(bodies, lambda body: body.code)
    yield from dates(bodies)
    leads = [body for body in bodies if body.lead]
    for body in leads[1:]:
        yield Problem(
            body.spot.at("lead"),
            _("%(first)s leads the programme already.") % {"first": leads[0].code},
            _("Let one organisation lead."),
        )
    if bodies and not leads:
        yield Problem(
            bodies[0].spot.at(),
            _("No organisation leads the programme."),
            _("Write lead = true at the one that does."),
        )


def privacy(pack: Pack) -> Iterator[Problem]:
    notices = pack.all(records.Privacy)
    yield from repeated(notices, lambda notice: notice.organisation)
    for notice in notices:
        yield from unknown(pack, notice, "organisation", records.Organisation)


def thresholds(pack: Pack) -> Iterator[Problem]:
    rules = pack.all(records.Rule)
    yield from repeated(rules, lambda rule: rule.code)
    yield from dates(rules)
    found = pack.one(records.Thresholds)
    if found is None:
        return
    for name, least in LEAST.items():
        if getattr(found, name) < least:
            yield Problem(
                found.spot.at(name),
                _("The threshold %(name)s is below %(least)s: so few people could be recognised.")
                % {"name": name, "least": least},
                _("Write %(least)s or more: thresholds only go up.") % {"least": least},
            )
    if found.girls_to < found.girls_from:
        yield Problem(
            found.spot.at("girls_to"),
            _("It is for nobody: its ages end before they begin."),
            _("Swap the two ages, or correct one."),
        )
    if found.sensitive < found.default:
        yield Problem(
            found.spot.at("sensitive"),
            _("Sensitive offences would be protected less than the others."),
            _("Write at least %(least)s.") % {"least": found.default},
        )


def retention(pack: Pack) -> Iterator[Problem]:
    found = pack.all(records.Retention)
    yield from repeated(found, lambda kept: kept.what)
    known = {kind.name: kind for kind in kept_for.classes()}
    for kept in found:
        kind = known.get(kept.what)
        if kind is None:
            yield Problem(
                kept.spot.at("what"),
                _("No class of data that is kept for a while is called “%(name)s”.")
                % {"name": kept.what},
                suggest(kept.what, known),
            )
        elif kept.days < kind.least:
            yield Problem(
                kept.spot.at("days"),
                _("“%(name)s” is kept for %(least)s days at least.")
                % {"name": kept.what, "least": kind.least},
                _("Write %(least)s or more.") % {"least": kind.least},
            )


def services(pack: Pack) -> Iterator[Problem]:
    offered = pack.all(records.Service)
    yield from repeated(offered, lambda service: service.code)
    for service in offered:
        yield from unknown(pack, service, "objective", records.Objective)
        if service.sensitive and not service.neutral_name_es:
            yield Problem(
                service.spot.at("sensitive"),
                _("A sensitive service needs a neutral name for sheets and screens."),
                _("Write neutral_name_es and neutral_name_en."),
            )


def resources(pack: Pack) -> Iterator[Problem]:
    listed = pack.all(records.Resource)
    yield from repeated(pack.all(records.Income), lambda band: band.code)
    yield from repeated(listed, lambda resource: resource.code)
    yield from repeated(pack.all(records.Holiday), lambda holiday: holiday.code)
    for resource in listed:
        yield from unknown(pack, resource, "district", records.Place)
        if not (resource.phone or resource.address):
            yield Problem(
                resource.spot.at("code"),
                _("Nobody learns where it is, nor how to call."),
                _("Write its address, its phone, or both."),
            )
        first, last = resource.age_from, resource.age_to
        if first is not None and last is not None and last < first:
            yield Problem(
                resource.spot.at("age_to"),
                _("It is for nobody: its ages end before they begin."),
                _("Swap the two ages, or correct one."),
            )


def categories(pack: Pack) -> Iterator[Problem]:
    listed = pack.all(records.Category)
    yield from repeated(listed, lambda category: category.code)
    for category in listed:
        yield from unknown(pack, category, "handled_by", records.Organisation)
        if not category.handled_by:
            yield Problem(
                category.spot.at("handled_by"),
                _("Nobody answers a concern of this category."),
                _("Name at least one organisation."),
            )
        if category.pin and (category.sensitive or category.channel != "public"):
            yield Problem(
                category.spot.at("pin"),
                _("A concern of this category must never show as a point on a map."),
                _("Write pin = false, or the channel public where nobody is put in danger."),
            )


def risk(pack: Pack) -> Iterator[Problem]:
    yield from repeated(pack.all(records_care.RiskQuestion), lambda question: question.code)


def committees(pack: Pack) -> Iterator[Problem]:
    found, seats = pack.all(records.Committee), pack.all(records.Seat)
    yield from repeated(found, lambda committee: committee.code)
    yield from repeated(seats, lambda seat: (seat.committee, seat.code))
    yield from dates([*found, *seats])
    for committee in found:
        yield from unknown(pack, committee, "organisation", records.Organisation)
        yield from unknown(pack, committee, "district", records.Place)
        number, percent = committee.quorum_number, committee.quorum_percent
        if (number is None) == (percent is None):
            yield Problem(
                committee.spot.at("quorum_number"),
                _("A quorum is a number of members or a part of them."),
                _("Write quorum_number or quorum_percent: one of the two."),
            )
        elif number == 0 or (percent is not None and percent > 99):
            yield Problem(
                committee.spot.at("quorum_percent" if number is None else "quorum_number"),
                _("Such a quorum is never reached, or always."),
                _("Write a number from 1, or a part in percent from 0 to 99."),
            )
    for seat in seats:
        yield from unknown(pack, seat, "committee", records.Committee)
        yield from unknown(pack, seat, "organisation", records.Organisation)


def evidence(pack: Pack) -> Iterator[Problem]:
    codes = pack.source_codes | {"*"}
    schemes, editions = pack.codes(records.Scheme), pack.codes(records.Edition)
    bodies = pack.codes(records.Organisation)
    for name, source in pack.sources.items():
        if source.owner and source.owner not in bodies:
            yield stranger(_line(pack, name, source.owner), source.owner, bodies)
        if source.place.scheme and source.place.scheme not in schemes:
            yield stranger(_line(pack, name, source.place.scheme), source.place.scheme, schemes)
        for edition in dict.fromkeys(span.edition for span in source.editions):
            if edition not in editions:
                yield stranger(_line(pack, name, edition), edition, editions)
    for source_code in dict.fromkeys(row.source for row in pack.offences):
        if source_code not in codes:
            yield stranger(_line(pack, OFFENCES, source_code), source_code, codes)


_RULES: tuple[Callable[[Pack], Iterator[Problem]], ...] = (
    programme,
    organisations,
    privacy,
    thresholds,
    retention,
    services,
    resources,
    categories,
    check_care.screening,
    check_care.safeguarding,
    risk,
    committees,
    evidence,
)


def _line(pack: Pack, name: str, word: str) -> str:
    """Where a word first stands in a file whose own reader tells no lines."""
    text = (pack.folder / name).read_text(encoding="utf-8-sig")
    before = text[: max(text.find(word), 0)]
    return f"{name}:{before.count(chr(10)) + 1}"


def _order(problem: Problem) -> tuple[str, int]:
    name, _colon, line = problem.where.partition(":")
    return name, int(line) if line.isdigit() else 0
