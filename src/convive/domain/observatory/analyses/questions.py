"""The questions: their words, what may be chosen, what they need, and who works them out.

What is chosen here is text in words; each has a default that is sensible where nobody chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from convive.evidence.mapping import SourceSpec
from convive.evidence.support import Need, lacks
from convive.kernel.errors import BadInput

if TYPE_CHECKING:
    from convive.domain.observatory.analyses.answers import Answer, Progress
    from convive.domain.observatory.analyses.monthly import Monthly
    from convive.domain.programme.models import Place
    from convive.evidence.events import Events
    from convive.kernel.periods import Period

Text = str | Promise
Work = Callable[["Events", Mapping[str, str], dict[str, Any] | None, "Progress"], "Answer"]
OnMonths = Callable[["Monthly", Mapping[str, str]], "Answer"]
OnPlaces = Callable[["Beside"], "Answer"]
ByHand = Callable[[Mapping[str, str]], "Answer"]
SEED = 0


@dataclass(frozen=True)
class Beside:
    """What a comparison is asked: a place in months, and with which others.

    fewest : counts below it are not told in words.
    """

    source: str
    place: Place
    period: Period
    offence: str
    chosen: Mapping[str, str]
    fewest: int


@dataclass(frozen=True)
class Choice:
    """Something that may be chosen: its values with their words. default : the first if empty."""

    name: str
    label: Text
    values: Mapping[str, Text]
    default: str = ""

    @property
    def usual(self) -> str:
        return self.default or next(iter(self.values))


@dataclass(frozen=True)
class Question:
    """title : the question. lead : what the answer is good for. method : its page of the methods.

    needs : what a source must know, all of it. one_of : of these one at least.
    tables : what can be taken away.
    way : a number, raised where the same evidence would be answered otherwise: it is asked anew.
    work : who works it out from incidents with their places; on_months : from counts by month of
    a whole district; on_places : from those of several; by_hand : from counts that were typed.
    """

    kind: str
    title: Text
    lead: Text
    method: str
    needs: tuple[Need, ...]
    choices: tuple[Choice, ...]
    tables: tuple[str, ...]
    work: Work | None = None
    on_months: OnMonths | None = None
    on_places: OnPlaces | None = None
    by_hand: ByHand | None = None
    one_of: tuple[Need, ...] = ()
    way: int = 1

    @property
    def is_of_districts(self) -> bool:
        """Whether it reads whole districts: its offence may be one that is never shown closer."""
        return self.work is None

    def why_not(self, spec: SourceSpec) -> Text:
        """Why a source cannot carry this question, or nothing."""
        missing = lacks(spec)
        lacking = [need for need in (Need.RECORDS, *self.needs) if need in missing]
        if self.one_of and all(need in missing for need in self.one_of):
            lacking += self.one_of
        return missing[lacking[0]] if lacking else ""

    def chosen(self, given: Mapping[str, str]) -> dict[str, str]:
        """Every choice with its value, the usual one where nothing is given. Raises BadInput."""
        found = {}
        for choice in self.choices:
            value = given.get(choice.name) or choice.usual
            if value not in choice.values:
                raise BadInput.at(
                    choice.name,
                    gettext("This cannot be chosen."),
                    gettext("Choose one of the list."),
                )
            found[choice.name] = value
        return found


_CELLS = Choice(
    "cells",
    _("Size of the cells"),
    {"h3:9": _("about 0.1 km², a few blocks"), "h3:8": _("about 0.7 km², some dozens of blocks")},
)


def _near_repeat(
    events: Events, chosen: Mapping[str, str], _outline: dict[str, Any] | None, progress: Progress
) -> Answer:
    from convive.domain.observatory.analyses import near_repeat
    from convive.domain.observatory.analyses.answers import edges_of

    options = near_repeat.Options(
        distances=edges_of("distances", chosen["distances"]),
        days=edges_of("days", chosen["days"]),
        metric="manhattan" if chosen["metric"] == "manhattan" else "euclidean",
        seed=SEED,
    )
    return near_repeat.answer(events, options, progress=progress)


def _hotspots(
    events: Events, chosen: Mapping[str, str], outline: dict[str, Any] | None, progress: Progress
) -> Answer:
    from convive.domain.observatory.analyses import hotspots

    options = hotspots.Options(
        cells=chosen["cells"], area_share=float(chosen["area_share"]), seed=SEED
    )
    return hotspots.answer(events, options, outline=outline, progress=progress)


def _clusters(
    events: Events, chosen: Mapping[str, str], outline: dict[str, Any] | None, progress: Progress
) -> Answer:
    from convive.domain.observatory.analyses import clusters

    options = clusters.Options(
        max_distance=float(chosen["max_distance"]),
        max_time=float(chosen["max_time"]),
        prospective=chosen["when"] == "now",
        cells=chosen["cells"],
        stop_after=100,  # of 999 replicas as strong: p is above 0.1 then, and more would not help
        seed=SEED,
    )
    return clusters.of_events(events, options, outline=outline, progress=progress)


def _aoristic(
    events: Events, chosen: Mapping[str, str], _outline: dict[str, Any] | None, _progress: Progress
) -> Answer:
    from convive.domain.observatory.analyses import aoristic

    return aoristic.answer(events, aoristic.Options(float(chosen["longest"])))


def _series(given: Monthly, chosen: Mapping[str, str]) -> Answer:
    from convive.domain.observatory.analyses import series

    return series.answer(given, series.Options(draws=int(chosen["draws"]), seed=SEED))


def _compare(asked: Beside) -> Answer:
    from convive.domain.observatory.analyses import peers

    return peers.answer(asked)


def _undercount(options: Mapping[str, str]) -> Answer:
    from convive.domain.observatory.analyses import undercount

    return undercount.of_options(options)


QUESTIONS: dict[str, Question] = {
    question.kind: question
    for question in (
        Question(
            kind="hotspots",
            title=_("Where does it concentrate, and does that last?"),
            lead=_(
                "Cells that stand out, each method tried on the past beside the simple one: the "
                "same cells as last year."
            ),
            method="hotspots",
            needs=(Need.DAY, Need.POSITION),
            choices=(
                _CELLS,
                Choice(
                    "area_share",
                    _("Share of the area that can be attended"),
                    {"0.02": "2 %", "0.05": "5 %", "0.1": "10 %"},
                    "0.05",
                ),
            ),
            tables=("backtest", "cells"),
            work=_hotspots,
        ),
        Question(
            kind="near-repeat",
            title=_("Is one incident followed by another nearby, soon after?"),
            lead=_("How far and for how many days it pays to look after the neighbours."),
            method="near-repeat",
            needs=(Need.DAY, Need.EXACT_POSITION),
            choices=(
                Choice(
                    "distances",
                    _("How far"),
                    {
                        "0,0.1,200,400,600": _("the same place, then up to 200, 400 and 600 m"),
                        "0,0.1,100,200,300": _("the same place, then up to 100, 200 and 300 m"),
                        "0,0.1,400,800,1200": _("the same place, then up to 400, 800 and 1200 m"),
                    },
                ),
                Choice(
                    "days",
                    _("How soon after"),
                    {
                        "0,7,14,21": _("one, two and three weeks"),
                        "0,2,4,7,14": _("two, four, seven and fourteen days"),
                        "0,14,28,42": _("two, four and six weeks"),
                    },
                ),
                Choice(
                    "metric",
                    _("How distance is measured"),
                    {
                        "euclidean": _("as the crow flies"),
                        "manhattan": _("along a grid of streets"),
                    },
                ),
            ),
            tables=("knox", "windows"),
            work=_near_repeat,
        ),
        Question(
            kind="clusters",
            title=_("Did incidents come together in place and time, beyond chance?"),
            lead=_("Where and from when to when there were more than their share."),
            method="clusters",
            needs=(Need.DAY, Need.POSITION),
            choices=(
                _CELLS,
                Choice(
                    "max_distance",
                    _("Up to how wide"),
                    {"1": _("1 km around"), "3": _("3 km around"), "5": _("5 km around")},
                    "3",
                ),
                Choice(
                    "max_time",
                    _("Up to how long"),
                    {"14": _("14 days"), "30": _("30 days"), "60": _("60 days")},
                    "30",
                ),
                Choice(
                    "when",
                    _("Which ones"),
                    {
                        "ever": _("any in the period"),
                        "now": _("only those that still last on its final day"),
                    },
                ),
            ),
            tables=("clusters",),
            work=_clusters,
        ),
        Question(
            kind="aoristic",
            title=_("On which days and at which hours?"),
            lead=_("Hours of the week, also where only an interval or a part of the day is known."),
            method="aoristic",
            needs=(Need.DAY,),
            choices=(
                Choice(
                    "longest",
                    _("How exactly the time must be known"),
                    {
                        "12": _("within 12 hours"),
                        "24": _("within a day"),
                        "48": _("within two days"),
                    },
                    "48",
                ),
            ),
            tables=("hours",),
            work=_aoristic,
            one_of=(Need.HOUR, Need.DAY_PART),
        ),
        Question(
            kind="series",
            title=_("Did it change, beyond chance and season?"),
            lead=_("When the level changed and by how much, and whether the newest month is high."),
            method="series",
            needs=(Need.MONTH, Need.TREND),
            choices=(
                Choice(
                    "draws",
                    _("How exactly chance is tried"),
                    {"999": _("usual"), "4999": _("exactly, which takes longer")},
                ),
            ),
            tables=("changes", "months"),
            on_months=_series,
        ),
        Question(
            kind="compare",
            title=_("Does it differ from districts alike, beyond chance?"),
            lead=_(
                "The rate of this place beside others, or beside itself a year before, and where "
                "there is no evidence of a difference."
            ),
            method="compare",
            needs=(Need.MONTH, Need.TREND),
            choices=(
                Choice(
                    "peers",
                    _("Beside which"),
                    {
                        "similar": _("the five districts most like it, by their people"),
                        "programme": _("the other districts of the programme"),
                        "province": _("the other districts of its province"),
                        "before": _("itself, in the same months before"),
                    },
                ),
            ),
            tables=("places", "traits"),
            on_places=_compare,
            way=3,  # judged by how much months vary; by sex and age
        ),
        Question(
            kind="undercount",
            title=_("How many are there that no list holds?"),
            lead=_(
                "Two to six lists, such as those of the police and of the health centres, and how "
                "many people they share. Counts only: names stay where they are."
            ),
            method="undercount",
            needs=(),
            choices=(),
            tables=("lists", "estimates", "models"),
            by_hand=_undercount,
        ),
    )
}
