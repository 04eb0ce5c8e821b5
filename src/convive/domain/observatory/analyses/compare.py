"""Do places differ, were their people alike?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from django.utils.translation import gettext as _

from convive.domain.observatory.analyses.answers import Answer
from convive.domain.observatory.analyses.counted import Counted
from convive.domain.observatory.rules import Direction, direction
from convive.kernel import words
from convive.kernel.errors import BadInput
from convive.kernel.periods import Period
from convive.stats import compare as method
from convive.stats import fdr, rates

PER = 100_000
LEVEL = 0.05
SOLVED = 3  # so many strata can be worked out from a sum of events, a rate and its interval


@dataclass(frozen=True)
class Options:
    """against : the place that the others are compared with; the first by default.

    fewest : a place with fewer events than this, and more than none, is not told in the sentence.
    """

    against: str = ""
    level: float = 0.95
    fewest: int = 0


@dataclass(frozen=True)
class Row:
    """One place beside the one that is asked about.

    rate, lower, upper : standardised, per 100,000 people a year. ratio, ratio_lower, ratio_upper :
    this place's over that of the one asked about; None for itself, as is `q`, the p-value corrected
    for all comparisons. least : the smallest number of events that n and the rate together tell.
    """

    place: str
    ref: str
    n: int
    crude: float
    rate: float
    lower: float
    upper: float
    ratio: float | None = None
    ratio_lower: float | None = None
    ratio_upper: float | None = None
    q: float | None = None
    least: int = 0

    @property
    def side(self) -> Direction:
        """Which way it differs from the place asked about, as far as that may be said."""
        if self.q is None or self.ratio_lower is None or self.ratio_upper is None:
            return Direction.UNCLEAR
        return (
            Direction.UNCLEAR if self.q > LEVEL else direction(self.ratio_lower, self.ratio_upper)
        )


def rows_of(given: Counted, options: Options) -> list[Row]:
    """Rates of every place as if their people were alike, each beside one of them.

    The standard is the people of all places together. p is corrected for all comparisons. Raises
    BadInput for what cannot be compared.
    """
    at = _required(given, options)
    standard, years = given.person_years.sum(axis=0), given.exposure
    found = method.direct(given.counts, years, standard, per=PER, level=options.level)
    phi = np.nan_to_num(given.dispersion, nan=1.0)
    ratio = method.ratio_of_direct(
        given.counts, years, given.counts[at], years[at], standard,
        level=options.level, dispersion=phi, dispersion_of=phi[at],
    )  # fmt: skip
    others = [i for i in range(len(given.names)) if i != at]
    p = np.array([_p(given, i, at) for i in others])
    q = dict(zip(others, fdr.adjust(p).tolist(), strict=True))
    return [
        Row(
            place=name,
            ref=given.refs[i] if given.refs else "",
            n=int(given.events[i]),
            crude=float(found.crude[i]),
            rate=float(found.rate[i]),
            lower=float(found.lower[i]),
            upper=float(found.upper[i]),
            least=_least(given, i),
            **({} if i == at else {
                "ratio": float(ratio.ratio[i]),
                "ratio_lower": float(ratio.lower[i]),
                "ratio_upper": float(ratio.upper[i]),
                "q": q[i],
            }),
        )
        for i, name in enumerate(given.names)
    ]  # fmt: skip


def _least(given: Counted, i: int) -> int:
    told = [given.events[i]]
    if 1 < len(given.strata) <= SOLVED:
        told += [n for n in given.counts[i] if n]
    return int(min(told))


def _required(given: Counted, options: Options) -> int:
    """Where the place asked about stands. Everything that `stats.compare` refuses is refused here.

    Raises BadInput, in the reader's language.
    """
    if len(given.names) < 2:
        raise BadInput.at("place", _("There is one place only."), _("Give two or more."))
    against = options.against or given.names[0]
    if against not in given.names:
        raise BadInput.at(against, _("There is no such place."), _("Write it as the table does."))
    for name, n, people in zip(given.names, given.counts, given.person_years, strict=True):
        if not (np.isfinite(n) & (n >= 0) & (n == np.floor(n))).all():
            raise BadInput.at(
                name, _("Events are whole numbers, 0 or more."), _("Correct the table.")
            )
        if not (np.isfinite(people) & (people > 0)).all():
            raise BadInput.at(
                name,
                _("A sex or age here has no people."),
                _("Join it with the next one, in every place."),
            )
    if not 0 < options.level < 1:
        raise BadInput.at("level", _("A confidence lies between 0 and 1."), _("Write 0.95."))
    return given.names.index(against)


def answer(given: Counted, options: Options) -> Answer:
    """The places beside one of them: rates, ratios, and in words which differ. See `rows_of`."""
    rows = rows_of(given, options)
    here = next(row for row in rows if row.q is None)
    return Answer(
        lambda: sentence(rows, options.fewest),
        {
            "places": [asdict(row) | {"side": row.side.value} for row in rows],
            "per": PER,
            "standardised": len(given.strata) > 1,
        },
        lambda: _caveats(given),
        {
            "against": here.place,
            "strata": list(given.strata),
            "level": options.level,
            "dispersion": [None if np.isnan(phi) else float(phi) for phi in given.dispersion],
        },
    )


def _p(given: Counted, i: int, at: int) -> float:
    """Of the two counts, if each stratum had one rate in both places; 1 where it is not known how
    much one of them varies."""
    two = [at, i]
    phi = given.dispersion[two]
    if np.isnan(phi).any():
        return 1.0
    years, counts = given.exposure[two], given.counts[two]
    by_stratum = counts.sum(axis=0) / np.maximum(years.sum(axis=0), 1e-9)
    expected = years @ by_stratum
    if not expected.min() > 0:
        expected = years.sum(axis=1)
    there, here = (int(n) for n in counts.sum(axis=1))
    phis = float(phi[0]), float(phi[1])
    first, second = expected.tolist()
    return rates.compare_counts(there, here, first, second, dispersion=phis).p


def called(name: str, ref: str) -> str:
    """A place by its name; a period, whose name is its code, in the reader's language."""
    if not ref or ref != name:
        return name
    first, _slash, last = ref.partition("/")
    return words.period(Period.between(first, last or first))


def side_said(side: Direction, *, is_here: bool = False) -> str:
    """What may be said of a place beside the one asked about, which is nothing of itself."""
    if is_here:
        return ""
    return {
        Direction.UP: _("higher"),
        Direction.DOWN: _("lower"),
        Direction.UNCLEAR: _("no evidence of a difference"),
    }[side]


def sentence(rows: Sequence[Row], fewest: int = 0, hidden: Collection[str] = ()) -> str:
    """Which places differ from the one asked about, and that there is no evidence where so.

    fewest : counts below it, but none, are not told. hidden : refs of places not told of at all.
    """

    def is_few(row: Row) -> bool:
        return 0 < row.least < fewest or row.ref in hidden

    here = next(row for row in rows if row.q is None)
    if is_few(here):
        return _("Too few to be told here. That is not to say none.")
    others = [row for row in rows if row.q is not None]
    told = [row for row in others if not is_few(row)]
    said = [
        _("%(place)s: %(rate)s per 100,000 people a year (%(ends)s).")
        % {
            "place": called(here.place, here.ref),
            "rate": words.number(here.rate, 1),
            "ends": words.interval(here.lower, here.upper, 1),
        }
    ]
    # A ratio is that of the other over the one asked about
    for side, text in (
        (Direction.DOWN, _("Higher than: %(places)s.")),
        (Direction.UP, _("Lower than: %(places)s.")),
        (Direction.UNCLEAR, _("No evidence of a difference from: %(places)s.")),
    ):
        if names := ", ".join(called(row.place, row.ref) for row in told if row.side is side):
            said.append(text % {"places": names})
    if few := ", ".join(called(row.place, row.ref) for row in others if is_few(row)):
        said.append(_("Not told here: %(places)s.") % {"places": few})
    return " ".join(said)


def _caveats(given: Counted) -> list[str]:
    found = [_("Only what was reported is counted, and places differ in how much is reported.")]
    found += [note() for note in given.notes]
    found += _how_they_vary(given)
    if given.how is not None:
        found.append(given.how())
    elif len(given.strata) > 1:
        found.append(_("Rates are those of people of the same sex and age in every place."))
    else:
        found.append(_("Sex and age are not known here: unlike people are compared as they are."))
    found += [
        _("Left out: %(place)s. %(why)s") % {"place": name, "why": why}
        for name, why in given.left_out
    ]
    return found


def _how_they_vary(given: Counted) -> list[str]:
    known = given.dispersion[~np.isnan(given.dispersion)]
    found = []
    if len(known) and known.max() > 1:
        found.append(
            _(
                "These numbers vary up to %(times)s times as much as chance alone would have them, "
                "and differences are judged so."
            )
            % {"times": words.number(float(known.max()), 1)}
        )
    if unknown := [
        called(name, ref)
        for name, ref, phi in zip(
            given.names, given.refs or given.names, given.dispersion, strict=True
        )
        if np.isnan(phi)
    ]:
        found.append(too_few_months(unknown))
    return found


def too_few_months(names: Sequence[str]) -> str:
    """Why no direction is told of places, though an interval may leave out "the same"."""
    said = _("Too few months are known of %(places)s to tell a difference from how they vary.")
    return said % {"places": ", ".join(names)}
