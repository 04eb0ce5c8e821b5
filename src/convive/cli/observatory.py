"""convive observatory: what the evidence shows by itself."""

from __future__ import annotations

import click

from convive.cli.analyse_told import Progress
from convive.cli.common import Session, command


@click.group()
def observatory() -> None:
    """What the evidence shows by itself, for a person to confirm or set aside.

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
