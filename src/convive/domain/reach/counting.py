"""From sealed lists to an answer of counts: opened, linked, counted, small counts hidden.

What is returned holds no encoding, no id and no small count: it is kept, and shown to everybody.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from convive import __version__
from convive.domain.programme import queries as programme
from convive.domain.reach import queries, targets, vault
from convive.domain.reach.coded import count, tokens
from convive.domain.reach.coded import link as linking
from convive.domain.reach.coded.link import Linked
from convive.domain.reach.coded.tokens import Tokens
from convive.domain.reach.models import Run, RunList
from convive.kernel.errors import BadInput

SEED = 20140522
_LINKED = 0.9  # the share of the work that linking is


def counted(found: Run, progress: Callable[[float], None]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer of a run and its record. progress : called with the share that is done.

    Raises BadInput where a list is gone or was changed.
    """
    lists = [_opened(row) for row in queries.here(found)]
    linked = linking.link(lists, seed=SEED, progress=lambda share: progress(_LINKED * share))
    progress(_LINKED)
    aims = [
        count.Aim(
            target.indicator.code,
            target.value,
            count.YOUNG_WOMEN if whom == targets.YOUNG_WOMEN else {},
        )
        for whom, target in targets.of_run(found)
    ]
    threshold = programme.threshold(sensitive=False)
    answer = count.answer(linked, aims, threshold=threshold, seed=SEED).as_json()
    progress(1.0)
    return answer | {"threshold": threshold}, _record(linked)


def _opened(row: RunList) -> Tokens:
    name = row.organisation.name
    try:
        return tokens.from_bytes(vault.read(row), name)
    except FileNotFoundError:
        why = _("Its coded list is gone: the home may have been restored from a backup.")
    except ValueError:
        why = _("Its coded list was changed or belongs elsewhere.")
    raise BadInput.at(name, why, _("Ask for it again."))


def _record(linked: Linked) -> dict[str, Any]:
    """How it was worked out. Nothing in it tells how many people two lists share."""
    links = linked.links
    return {
        "schema": linked.lists[0].schema,
        "key": linked.lists[0].key_id,
        "lists": [{"agency": each.agency, "encoded": len(each)} for each in linked.lists],
        "with_dni": round(float((linked.known > 0).mean()), 3),
        "thresholds": [
            {
                "lists": [linked.lists[a].agency, linked.lists[b].agency],
                "threshold": round(each.threshold, 4) if each.threshold <= 1 else None,
            }
            for (a, b), each in links.posteriors.items()
        ],
        "candidates_recall": round(links.recall, 4),
        "seed": SEED,
        "version": __version__,
    }
