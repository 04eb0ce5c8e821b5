"""What must agree before a file comes in as a release, or as the correction of an earlier file."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from convive.access.permissions import Permission
from convive.access.rules import Actor
from convive.domain.programme import queries as programme
from convive.evidence import queries, releases
from convive.evidence.models import Batch, Correction, Source
from convive.evidence.whose import require_deciding
from convive.kernel import words
from convive.kernel.errors import BadInput


def mended(by: Actor, source: Source, number: str, correction: str) -> Batch | None:
    """The batch of this number, which a file of `source` is to correct; None where it mends none.

    Raises BadInput where the two do not belong together; NotAllowed where the batch is somebody
    else's (`whose`).
    """
    if correction not in ("", *Correction.values):
        raise BadInput.at(
            correction,
            _("A correction cannot do this."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(Correction.values)},
        )
    if not number:
        if correction == Correction.REPLACES:
            raise BadInput.at(
                correction,
                _("It is not said what is replaced."),
                _("Name the batch that it mends."),
            )
        return None
    found = queries.batch(number)
    where = found.pk[:12]
    if not correction:
        raise BadInput.at(
            where,
            _("It is not said whether the file adds to this batch or takes its place."),
            _("Choose one of: %(names)s.") % {"names": ", ".join(Correction.values)},
        )
    if found.source_id != source.pk:
        raise BadInput.at(
            where,
            _("This batch belongs to another source, %(code)s.") % {"code": found.source.code},
            _("Name a batch of %(code)s.") % {"code": source.code},
        )
    require_deciding(by, Permission.IMPORT_EVIDENCE, found)
    if correction == Correction.ADDS and not queries.is_counted(found):
        raise BadInput.at(
            where,
            _("This batch no longer counts, so what is added to it would not count either."),
            _("Send the whole file, or add to the batch that stands in its place."),
        )
    return found


def vintage_of(mending: Batch | None, said: date | None) -> date | None:
    """The day of the release that a file is. One that mends another is the same release."""
    if said is not None and said > programme.today():
        raise BadInput.at(
            words.day(said),
            _("A release cannot lie in the future."),
            _("Give the day on which the source published it."),
        )
    if mending is None:
        return said
    if said not in (None, mending.vintage):
        raise BadInput.at(
            words.day(said),
            _("The batch that it mends is another release: %(day)s.")
            % {"day": words.day(mending.vintage)},
            _("Leave the day out: a correction belongs to the release that it mends."),
        )
    return mending.vintage


def check_known(known: Batch, mending: Batch | None, correction: str, name: str) -> None:
    """Raise BadInput where a file that is here was withdrawn, or stands as something else."""
    withdrawal = known.withdrawal
    if withdrawal is not None:
        raise BadInput.at(
            name,
            _("This file was imported, and withdrawn on %(day)s: %(why)s")
            % {"day": words.day(withdrawal.on), "why": withdrawal.why},
            _("If that was a mistake, put batch %(number)s back; else ask for a right file.")
            % {"number": known.pk[:12]},
        )
    if (known.correction, known.corrects_id) != (correction, mending.pk if mending else None):
        raise BadInput.at(
            name,
            _("This file is here already, as batch %(number)s, and not as this correction.")
            % {"number": known.pk[:12]},
            _("Check which file mends which."),
        )


def check_releases(batch: Batch) -> None:
    """Raise BadInput where the file and whoever sent it disagree on which releases it holds."""
    says = bool(batch.notes.get("releases"))
    if says and batch.vintage:
        raise BadInput.at(
            batch.file_name,
            _("The file itself says in each row to which release it belongs."),
            _("Leave the day of the release out."),
        )
    root = releases.chain(batch)[-1]
    if root is not batch and says != bool(root.notes.get("releases")):
        raise BadInput.at(
            batch.file_name,
            _("The file that it mends holds several releases, or this one does."),
            _("Send the correction in the form of the file that it mends."),
        )
