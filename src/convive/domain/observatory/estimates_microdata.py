"""What the answers of a survey say of everybody: estimated here, with what the sample allows.

A figure is refused where the sample cannot carry it, marked where it is imprecise, and suppressed
where so few answered one way that they could be found. docs/methods/survey.md says why and when.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from convive.domain.observatory import queries, sayings
from convive.domain.observatory.reading import Asked
from convive.domain.programme import queries as programme
from convive.evidence.microdata import answers as microdata
from convive.evidence.microdata.answers import Answers
from convive.evidence.microdata.spec import Survey, SurveyQuestion
from convive.kernel import words
from convive.kernel.errors import BadInput, Refused
from convive.kernel.figures import Figure, Mark, MarkKind, Status
from convive.stats import survey

LEAST_RESPONDENTS = 30
LEAST_CLUSTERS = 2
IMPRECISE = 0.3  # relative standard error
_OF_AGE = 18


def estimated(asked: Asked) -> Figure:
    """The share of those who say yes, in the latest round of the period, with its interval.

    Raises BadInput where the question is not one of the survey's, Refused where the sample cannot
    carry the answer.
    """
    question = _question(asked)
    _known(asked, "sex")
    _known(asked, "age_band")
    found = microdata.answers(
        asked.source.code,
        question.code,
        asked.period,
        tuple(ref for place in asked.places for ref in queries.refs(place)),
        sex=asked.where.get("sex") or None,
        age_band=asked.where.get("age_band") or None,
    )
    if found is None:
        return _without_value(asked, question, Status.MISSING, sayings.missing(asked))
    estimate = _estimate(asked, found)
    threshold = programme.threshold(sensitive=_is_sensitive(asked, question))
    yes = int(found.yes[found.meant].sum())
    if any(0 < said < threshold for said in (yes, estimate.n - yes)):
        text = _("%(name)s: hidden, because fewer than %(n)s people answered one way.")
        text %= {"name": _who(asked), "n": threshold}
        return _without_value(asked, question, Status.SUPPRESSED, text, n=estimate.n)
    return _figure(asked, question, found, estimate)


def _question(asked: Asked) -> SurveyQuestion:
    asking = asked.source.spec.survey or Survey()
    found = asking.question(asked.where.get("question", ""))
    if found is None:
        raise BadInput.at(
            "question",
            _("An estimate answers one question of the survey."),
            _("Write --where question=… with one of: %(names)s.")
            % {"names": ", ".join(question.code for question in asking.questions)},
        )
    return found


def _known(asked: Asked, name: str) -> None:
    """A sex or age that the survey does not have would be answered with nobody."""
    value = asked.where.get(name)
    values = microdata.known(asked.source.code, name) if value else []
    if value and values and value not in values:
        raise BadInput.at(
            f"{name}={value}",
            _("The survey has nobody under this name."),
            _("Choose one of: %(names)s.") % {"names": "; ".join(values)},
        )


def _estimate(asked: Asked, found: Answers) -> survey.Estimate:
    where = f"{asked.source.code}, {_who(asked)}"
    n = int(found.meant.sum())
    if n < LEAST_RESPONDENTS:
        raise Refused.at(
            where,
            _("Only %(n)s people answered; fewer than %(least)s say nothing of the others.")
            % {"n": words.number(n), "least": LEAST_RESPONDENTS},
            _("Ask for a larger place, or leave out sex and age."),
        )
    try:
        design = survey.design(
            found.weight, found.stratum, found.cluster, found.fpc, lonely="grand_mean"
        )
    except ValueError as error:
        raise Refused.at(
            asked.source.code,
            _("What the file says of strata, clusters and weights contradicts itself: %(error)s.")
            % {"error": error},
            _("Check the columns of the design with whoever made the survey."),
        ) from error
    if len(design.lonely) and (asked.source.spec.survey or Survey()).lonely == "refuse":
        raise Refused.at(
            asked.source.code,
            _("Strata with one cluster alone: %(n)s. Nobody can see how much they vary.")
            % {"n": len(design.lonely)},
            _(
                "Join each with a stratum like it in the file, or write lonely = “grand_mean” into "
                "the source's [survey]."
            ),
        )
    try:
        estimate = survey.proportion(found.yes, design, found.meant)
    except ValueError:  # as many clusters as strata: no degrees of freedom
        estimate = None
    if estimate is None or estimate.clusters < LEAST_CLUSTERS:
        raise Refused.at(
            where,
            _("Everybody asked lives in one cluster of each stratum, so no error can be seen."),
            _("Ask for a larger place."),
        )
    return estimate


def _is_sensitive(asked: Asked, question: SurveyQuestion) -> bool:
    """The higher threshold: for what the pack says, and for minors."""
    band = asked.where.get("age_band") or ""
    last = band.rpartition("-")[2]
    return question.sensitive or (last.isdecimal() and int(last) < _OF_AGE)


def _figure(
    asked: Asked, question: SurveyQuestion, found: Answers, estimate: survey.Estimate
) -> Figure:
    value, lower, upper = (100 * x for x in (estimate.value, estimate.lower, estimate.upper))
    marks = _marks(asked)
    if estimate.value and estimate.cv > IMPRECISE:
        text = _("Imprecise: its standard error is %(share)s of the value.")
        marks.append(Mark(MarkKind.NOTE, text % {"share": words.percent(estimate.cv)}))
    if found.rounds > 1:
        text = _("The latest of %(n)s rounds of the period.") % {"n": found.rounds}
        marks.append(Mark(MarkKind.NOTE, text))
    if found.cluster is None:
        text = _("The file names no clusters: the interval may be too short.")
        marks.append(Mark(MarkKind.NOTE, text))
    ends = words.percent_interval(lower / 100, upper / 100, 1)
    return Figure(
        value=value,
        unit="%",
        method=_method(question, found, estimate),
        source=sayings.source(asked.source),
        lower=lower,
        upper=upper,
        n=estimate.n,
        as_of=asked.source.as_of,
        marks=tuple(marks),
        words=f"{_who(asked)}, {words.period(found.days)}: "
        f"{words.percent(estimate.value, 1)} ({ends}, {words.percent(0.95)}).",
        design_effect=estimate.deff if estimate.deff == estimate.deff else None,
    )


def _method(question: SurveyQuestion, found: Answers, estimate: survey.Estimate) -> str:
    said = _(
        "Weighted share of the people who answered (%(n)s of %(met)s asked), in %(clusters)s "
        "clusters; 95%% interval from the design of the sample, by linearisation, with %(df)s "
        "degrees of freedom."
    ) % {
        "n": words.number(estimate.n),
        "met": words.number(found.met),
        "clusters": words.number(estimate.clusters),
        "df": words.number(estimate.df),
    }
    if estimate.deff == estimate.deff:  # not a number where all say the same
        effect = _("Design effect: %(deff)s.") % {"deff": words.number(estimate.deff, 1)}
        said = f"{said} {effect}"
    name = f"{question.name} (SDG {question.indicator})" if question.indicator else question.name
    return f"{name}. {said}"


def _without_value(
    asked: Asked, question: SurveyQuestion, status: Status, text: str, n: int | None = None
) -> Figure:
    marks = _marks(asked)
    coverage = asked.source.coverage
    if status is Status.MISSING and coverage is not None:
        said = _("The source covers %(period)s.") % {"period": words.period(coverage)}
        marks.append(Mark(MarkKind.NOTE, said))
    return Figure(
        value=None,
        unit="%",
        method=question.name,
        source=sayings.source(asked.source),
        n=n,
        as_of=asked.source.as_of,
        status=status,
        marks=tuple(marks),
        words=text,
    )


def _marks(asked: Asked) -> list[Mark]:
    return [Mark(MarkKind.SAMPLE, sayings.sample())] if asked.source.is_sample else []


def _who(asked: Asked) -> str:
    """`La Esperanza, women, 18-29`."""
    sexes = {"female": _("women"), "male": _("men"), "unknown": _("sex not known")}
    sex, band = asked.where.get("sex", ""), asked.where.get("age_band", "")
    return ", ".join(filter(None, (asked.name, sexes.get(sex, sex), band)))
