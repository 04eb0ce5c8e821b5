"""The papers on which people agreed: filed sealed, opened, taken out. The journal names codes.

They go with the person when somebody is forgotten (`actions.erase`); in no export is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor, Scope, require
from convive.domain.people import actions, keeping, queries
from convive.domain.people.consent import Word
from convive.domain.people.models import ConsentScan
from convive.domain.people.vocabulary import ON_PAPER
from convive.kernel import journal, scans
from convive.kernel.errors import BadInput


@transaction.atomic
def record_on_paper(*, by: Actor, person: str, words: Iterable[Word], scan: bytes) -> ConsentScan:
    """Write down what somebody agreed to on a paper, and file the scan of it: both, or neither.

    scan : a PDF, JPEG or PNG. Raises BadInput for any other, for one that is too large, and where
    these words stand on no paper.
    """
    kept = list(words)
    if not kept or any(word.way not in ON_PAPER for word in kept):
        raise BadInput.at(
            "scan",
            _("These words stand on no paper."),
            _("Tick what the paper says and how it was signed, or send no scan."),
        )
    kind, content = scans.filed(scan)
    found = actions.record_words(by=by, person=person, words=kept)[0].person
    require(by, Permission.KEEP_PEOPLE, queries.scope_of(found))
    made = ConsentScan.objects.create(
        person=found,
        given_on=kept[0].on,
        kind=kind,
        content=content,
        kept_at=timezone.now(),
        kept_by=by.id,
    )
    _journal(by, "people.scan-filed", made)
    return made


@transaction.atomic
def open_scan(*, by: Actor, scan: str) -> ConsentScan:
    """The paper with what it shows. The journal says who opened it."""
    found = _scan(by, scan)
    require(by, Permission.SEE_PEOPLE, queries.scope_of(found.person))
    _journal(by, "people.scan-opened", found)
    return found


@transaction.atomic
def drop_scan(*, by: Actor, scan: str) -> None:
    """Take out a paper that is another person's, or that cannot be read. The words stay."""
    found = _scan(by, scan)
    require(by, Permission.KEEP_PEOPLE, queries.scope_of(found.person))
    found.delete()
    _journal(by, "people.scan-dropped", found)


def _scan(by: Actor, code: str) -> ConsentScan:
    found = keeping.scan(by, code)
    if found is None:
        require(by, Permission.SEE_PEOPLE, Scope("-", "-"))  # as for one of others
        raise BadInput.at(
            code, _("There is no scan of this code."), _("Open the page of the person again.")
        )
    return found


def _journal(by: Actor, did: str, found: ConsentScan) -> None:
    journal.write(
        who=by.id, did=did, kind="person", subject=found.person.code, data={"scan": found.code}
    )
