"""convive observatory: what the evidence shows by itself."""

from __future__ import annotations

import click

from convive.cli.analyse_told import Progress
from convive.cli.common import Session, command


@click.group()
def observatory() -> None:
    """What the evidence shows by itself, and whether what was done because of it worked.

    Example: convive observatory run
    """


@command(observatory)
def run(session: Session) -> None:
    """Look at all evidence of the programme's districts, and keep what stands as findings.

    Changes of level, high months, hot spots, near repeats and clusters are looked at together: of
    the findings at most one in twenty is false on average. The worker does this every week.

    Example: convive observatory run --json
    """
    session.open()
    from django.utils.translation import ngettext

    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.domain.observatory import analysis_page
    from convive.domain.observatory.watch import watch
    from convive.kernel import words

    require(session.actor, Permission.KEEP_SYSTEM)
    with Progress(session) as progress:
        found = watch(by=session.actor, progress=progress)
    session.say(
        ngettext(
            "%(looks)s looks, %(n)s new finding.", "%(looks)s looks, %(n)s new findings.",
            len(found.findings),
        )
        % {"looks": words.number(found.looks), "n": words.number(len(found.findings))}
    )  # fmt: skip
    told = []
    for each in found.findings:
        sentence = analysis_page.sentence(each.analysis)
        session.say(f"{each.pk}  {analysis_page.subject(each.analysis)}: {sentence}")
        told.append(
            {
                "finding": each.pk,
                "analysis": each.analysis_id,
                "kind": each.analysis.kind,
                "place": each.analysis.place.ref if each.analysis.place else None,
                "source": each.analysis.source,
                "evidence": each.analysis.version,
                "sentence": sentence,
            }
        )
    session.answer({"looks": found.looks, "findings": told})


@command(observatory)
def evaluations(session: Session) -> None:
    """What is evaluated: each with its design, and whether its result can be opened.

    Example: convive observatory evaluations --json
    """
    session.open()
    from convive.access.permissions import Permission
    from convive.access.rules import require
    from convive.domain.observatory import evaluation_page, queries_evaluations

    require(session.actor, Permission.SEE_FIGURES)
    told = []
    for found in queries_evaluations.evaluations_for(session.actor):
        row = evaluation_page.listed(found)
        session.say(f"{row.number}  {row.title}  ({row.state})")
        for text in evaluation_page.trace(found):
            session.say(f"◆ {text}")
        told.append(evaluation_page.listed_as_json(found))
    session.answer({"evaluations": told})


@command(observatory)
@click.argument("number", type=int)
def evaluate(session: Session, number: int) -> None:
    """Open the result of evaluation NUMBER, and work it out.

    Refused before a design was set down, and before its months are there and no longer grow.

    Example: convive observatory evaluate 3 --json
    """
    session.open()
    from django.utils.translation import gettext as _

    from convive.domain.observatory import actions_evaluations as actions
    from convive.domain.observatory import evaluation_page, queries_evaluations
    from convive.domain.observatory.analyses import evaluation_words
    from convive.kernel.errors import BadInput

    if queries_evaluations.evaluation(number) is None:
        raise BadInput.at(
            number,
            _("There is no such evaluation."),
            _("List them: convive observatory evaluations"),
        )
    opened = actions.open_result(by=session.actor, number=number, order=False)
    with Progress(session) as progress:
        found = actions.work_out_result(by=session.actor, number=opened.pk, progress=progress)
    numbers = found.result["numbers"]
    session.say(evaluation_page.sentence(found))
    for text in evaluation_page.trace(found.design.evaluation):
        session.say(f"◆ {text}")
    for say in (evaluation_words.pre_trend, evaluation_words.displacement, evaluation_words.dose):
        session.say(say(numbers))
    session.answer(evaluation_page.as_json(found))
