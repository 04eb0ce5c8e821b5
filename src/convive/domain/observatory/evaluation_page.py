"""What the pages of evaluations show: designs with their versions, what was changed, results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from convive import charts as draw
from convive.domain.observatory import evaluation_rules as rules
from convive.domain.observatory import evaluation_tables as tables
from convive.domain.observatory import queries_evaluations as asked
from convive.domain.observatory.analyses import evaluation_words
from convive.domain.observatory.evaluation_pool import names_of
from convive.domain.observatory.map_page import name_of
from convive.domain.observatory.models import Design, Evaluation, Opening
from convive.domain.observatory.models_evaluations import Method, Pool, Scale
from convive.domain.programme import queries as programme
from convive.evidence import queries as evidence
from convive.kernel import words
from convive.kernel.leaving import Audience, Table

Rows = list[tuple[str, str]]

METHODS = {
    Method.SDID: gettext_lazy(
        "synthetic difference-in-differences: places and months are weighted"
    ),
    Method.SC: gettext_lazy("synthetic control: places are weighted to lie on it before"),
    Method.DID: gettext_lazy("difference-in-differences: all places and months alike"),
}
SCALES = {
    Scale.SHARE: gettext_lazy("in percent of what would have been"),
    Scale.COUNT: gettext_lazy("in incidents a month"),
}
RULES = {
    Pool.PROVINCE: gettext_lazy("every other district of the province"),
    Pool.REGION: gettext_lazy("every other district of the region that the source records"),
    Pool.CHOSEN: gettext_lazy("the districts chosen below"),
}


@dataclass(frozen=True)
class Version:
    """One version on the page. changes : what, as it was, as it is."""

    design: Design
    facts: Rows
    changes: Sequence[tuple[str, str, str]]
    set_by: str
    openings: Sequence[Opening]


@dataclass(frozen=True)
class ResultPage:
    sentence: str
    effect: str
    drawing: SafeString
    told: Rows
    caveats: Sequence[str]
    tables: Sequence[Table]
    origin: Rows


@dataclass(frozen=True)
class Listed:
    """One evaluation in a list."""

    number: int
    title: str
    state: str
    asked_at: datetime
    is_sample: bool


def listed(found: Evaluation) -> Listed:
    design = asked.current(found)
    source = design.source if design else ""
    if design is None and found.finding is not None:
        source = found.finding.analysis.source
    is_sample = bool(source) and evidence.source(source).is_sample
    return Listed(found.pk, title(found), state(found), found.asked_at, is_sample)


def title(found: Evaluation) -> str:
    """The question of its design, or what is to be evaluated."""
    design = asked.current(found)
    if design is not None:
        return design.title
    if found.commitment is not None:
        return _("Did it change anything: %(what)s") % {"what": found.commitment.what}
    return _("Evaluation %(n)s") % {"n": found.pk}


def state(found: Evaluation) -> str:
    """How far it is, in few words."""
    if found.set_aside_at:
        return _("set aside")
    design = asked.current(found)
    if design is None:
        return _("waits for its design")
    if design.openings.filter(answered_at__isnull=False).exists():
        return _("result open")
    return _("can be opened") if asked.ready(design).is_ready else _("waits for its months")


def versions(found: Evaluation) -> list[Version]:
    """Every version, the latest first, each with what it changed."""
    designs = list(found.designs.order_by("version"))
    opened = asked.openings(found)
    who = programme.names_of({design.set_by for design in designs})
    told, facts = [], {design.pk: facts_of(design) for design in designs}
    for n, design in enumerate(designs):
        changes = _changed(facts[designs[n - 1].pk], facts[design.pk]) if n else []
        mine = [row for row in opened if row.design_id == design.pk]
        name = who.get(design.set_by, design.set_by)
        told.append(Version(design, facts[design.pk], changes, name, mine))
    return told[::-1]


def facts_of(design: Design) -> Rows:
    """A design in words."""
    names = names_of([*design.places, *design.left_out])
    view = evidence.source(design.source)

    def listed(refs: Sequence[str]) -> str:
        return ", ".join(names[ref] for ref in refs) or "—"

    offence = evidence.offences(design.source).get(design.offence)
    rows = [
        (_("Question"), design.title),
        (_("What was done"), design.what),
        (_("Where it was done"), listed(design.treated)),
        (_("From"), words.long_month(design.first)),
        (_("Source"), f"{view.name} ({view.code})"),
        (_("Outcome"), name_of(offence) if offence else _("All that the source counts")),
        (_("Months before"), words.long_month(design.before)),
        (_("Until"), words.long_month(design.until)),
        (_("Next door"), listed(design.buffer)),
        (_("Compared with"), f"{RULES[Pool(design.rule)]}: {listed(design.pool)}"),
        (_("Left out, as it cannot be compared"), listed(design.left_out)),
        (_("Method"), str(METHODS[Method(design.method)])),
        (_("Effect"), str(SCALES[Scale(design.scale)])),
        (_("Smallest p there can be"), _least_p(design)),
        (_("Why so"), design.why),
    ]
    return [(term, text) for term, text in rows if text != "—"]


def _least_p(design: Design) -> str:
    if len(design.treated) > 1:
        return "—"
    return words.number(rules.least_p(len(design.pool)), 3)


def _changed(before: Rows, after: Rows) -> list[tuple[str, str, str]]:
    was, now = dict(before), dict(after)
    return [
        (term, was.get(term, "—"), now.get(term, "—"))
        for term in dict.fromkeys([*was, *now])
        if was.get(term) != now.get(term)
    ]


# What cannot be hidden


def trace(found: Evaluation) -> list[str]:
    """Every change after a result was seen, and every sign of a hand behind the journal."""
    designs = list(found.designs.order_by("version"))
    who = programme.names_of({design.set_by for design in designs})
    told = [_changed_after(design, who) for design in designs if design.after_result]
    told += [
        _("Version %(n)s is not the one that the journal holds: it was changed behind it.")
        % {"n": design.version}
        for design in designs
        if not asked.is_as_set_down(design)
    ]
    told += [
        _("Version %(n)s, of which the journal tells, is gone.") % {"n": number}
        for number in asked.missing_versions(found)
    ]
    told += [
        _("The result of version %(n)s is not the one that the journal holds.")
        % {"n": row.design.version}
        for row in asked.openings(found)
        if not asked.is_as_opened(row)
    ]
    return told


def _changed_after(design: Design, who: Mapping[str, str]) -> str:
    return _(
        "Design changed after the result was seen, on %(day)s by %(who)s, because: %(why)s"
    ) % {
        "day": words.day(_day(design)),
        "who": who.get(design.set_by, design.set_by),
        "why": design.reason,
    }


def honesty(design: Design) -> list[str]:
    """What could have been known when a design was set down."""
    told = []
    if design.known_until is not None and design.known_until >= design.first:
        told.append(
            _(
                "When it was set down, on %(day)s, records until %(known)s were here already: it "
                "could have been written knowing some of them."
            )
            % {"day": words.day(_day(design)), "known": words.day(design.known_until)}
        )
    if design.others_seen:
        told.append(
            ngettext(
                "By then the result of another evaluation of these places had been opened: number "
                "%(numbers)s.",
                "By then the results of other evaluations of these places had been opened: numbers "
                "%(numbers)s.",
                len(design.others_seen),
            )
            % {"numbers": ", ".join(map(str, design.others_seen))}
        )
    return told


def _day(design: Design) -> date:
    return timezone.localdate(design.set_at)


# Results


def sentence(found: Opening) -> str:
    """What came out, in the reader's language."""
    return str(found.result[_language()]["sentence"])


def result_page(found: Opening) -> ResultPage:
    numbers = found.result["numbers"]
    told = tables.cleared(found, Audience.INSIDE)
    return ResultPage(
        sentence=sentence(found),
        effect=evaluation_words.effect_of(numbers),
        drawing=_drawing(found),
        told=[
            (_("Before the start"), evaluation_words.pre_trend(numbers)),
            (_("Next door"), evaluation_words.displacement(numbers)),
            (_("How much was done"), evaluation_words.dose(numbers)),
        ],
        caveats=found.result[_language()]["caveats"],
        tables=told.tables,
        origin=origin(found),
    )


def origin(found: Opening) -> Rows:
    """Whence a result comes, and all that was changed: for the page and for its files."""
    design = found.design
    rows = [
        *[(_("Trace"), text) for text in trace(design.evaluation)],
        *[(_("Note"), text) for text in honesty(design)],
        *facts_of(design),
        (_("Design"), _("version %(n)s, set down on %(day)s, seal %(seal)s")
         % {"n": design.version, "day": words.moment(design.set_at), "seal": design.seal[:12]}),
        (_("Evidence"), _("%(n)s imports, fingerprint %(hash)s")
         % {"n": words.number(len(found.batches)), "hash": found.version[:12]}),
        (_("Answered"), words.moment(found.answered_at)),
        (_("Page of the method"), "docs/methods/effect.md"),
    ]  # fmt: skip
    if found.is_sample:
        rows.append((_("Sample"), _("Invented records that show how the system works.")))
    return rows


def _drawing(found: Opening) -> SafeString:
    """What was counted against what would have been, with the start marked."""
    design = found.design
    observed, expected = [], []
    for row in found.result["numbers"]["months"]:
        month = date.fromisoformat(f"{row['period']}-01")
        observed.append(draw.Point(month, row["observed"]))
        expected.append(draw.Point(month, row["expected"]))
    start = _("from here on, %(month)s") % {"month": words.month(design.first)}
    chart = draw.Series(
        label=f"{design.title} {sentence(found)}",
        points=observed,
        name=_("counted"),
        number=words.number,
        month=words.month,
        breaks=[draw.Break(design.first, start, _("start"))],
        compared=expected,
        compared_name=_("what would have been"),
        empty=_("No months are covered."),
    )
    return mark_safe(draw.both_drawings(chart, key="effect"))  # noqa: S308


def as_json(found: Opening) -> dict[str, Any]:
    """A result for machines: its design, what was changed, its numbers."""
    design = found.design
    return {
        "evaluation": design.evaluation_id,
        "version": design.version,
        "seal": design.seal,
        "set_down": design.set_at.isoformat(),
        "opened": found.opened_at.isoformat(),
        "evidence": found.version,
        "sample": found.is_sample,
        "trace": trace(design.evaluation),
        "notes": honesty(design),
        "sentence": sentence(found),
        **found.result["numbers"],
        "caveats": found.result[_language()]["caveats"],
        "asked": found.result["asked"],
    }


def listed_as_json(found: Evaluation) -> dict[str, Any]:
    """An evaluation in a list for machines."""
    design = asked.current(found)
    return {
        "evaluation": found.pk,
        "title": title(found),
        "state": state(found),
        "finding": found.finding_id,
        "commitment": found.commitment_id,
        "version": design.version if design else None,
        "seal": design.seal if design else None,
        "set_down": design.set_at.isoformat() if design else None,
        "can_be_opened": bool(design and asked.ready(design).is_ready),
        "results": [row.pk for row in asked.openings(found) if row.answered_at],
        "trace": trace(found),
    }


def _language() -> str:
    return "en" if (get_language() or "es").startswith("en") else "es"
