"""Every write of certificates: issued to who completed, withdrawn where written by mistake."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.domain.services import queries
from convive.domain.services.keeping import require_activity, require_enrolment
from convive.domain.services.models_certificates import Certificate
from convive.kernel import journal
from convive.kernel.errors import BadInput

MOST_HOURS = 2000


@transaction.atomic
def issue(
    *, by: Actor, activity: str, enrolments: Iterable[str], hours: int, wished: bool = False
) -> list[Certificate]:
    """Issue certificates to people who completed an activity.

    hours : of the whole activity. wished : that each of them asked for it, which a sensitive
    service wants: a paper tells at home where somebody was.
    """
    found = require_activity(by, activity)
    chosen = list(enrolments)
    if not 1 <= hours <= MOST_HOURS:
        raise BadInput.at(
            "hours",
            _("This is no number of hours."),
            _("Write one from 1 to %(most)d.") % {"most": MOST_HOURS},
        )
    if found.is_sensitive and not wished:
        raise BadInput.at(
            "wished",
            _("Of this service a certificate is issued to who asks for it, and to nobody else."),
            _("Ask them, and say so here."),
        )
    rows = {row.code: row for row in queries.without_certificate(found)}
    if not chosen or not set(chosen) <= set(rows):
        raise BadInput.at(
            "enrolments",
            _("Somebody did not complete it, has a certificate, or no longer agrees to be kept."),
            _("Choose of those on the page."),
        )
    made = []
    for code in chosen:
        one = Certificate(
            enrolment=rows[code], hours=hours, issued_on=programme.today(), issued_by=by.id
        )
        one.save()
        _journal(by, "services.certificate-issued", one)
        made.append(one)
    return made


@transaction.atomic
def revoke(*, by: Actor, certificate: str) -> Certificate:
    """Withdraw a certificate that was written by mistake. Whoever checks its code sees that."""
    found = queries.certificate_seen_by(by, certificate)
    row = require_enrolment(by, found.enrolment.code if found else "")
    one = row.certificates.select_for_update().get(code=certificate)
    if one.is_revoked:
        raise BadInput.at(
            certificate, _("It is withdrawn already."), _("Reload the page of the activity.")
        )
    one.revoked_on, one.revoked_by = programme.today(), by.id
    one.save()
    _journal(by, "services.certificate-revoked", one)
    return one


def _journal(by: Actor, did: str, one: Certificate) -> None:
    # By the enrolment: the code opens the public page
    code = one.enrolment.code
    journal.write(who=by.id, did=did, kind="enrolment", subject=code, data={"hours": one.hours})
