"""What is said of personal data in general: where an organisation says nothing of its own.

Restated in plain words, not quoted: Ley 29733 with its reglamento (DS 016-2024-JUS), and the UN
Personal Data Protection and Privacy Principles (High-Level Committee on Management, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from convive.domain.privacy.models import Notice
from convive.domain.programme.models import Organisation
from convive.kernel import words
from convive.kernel.retention import classes


@dataclass(frozen=True)
class Told:
    """The notice of one organisation, complete: its own words where it has some."""

    controller: str
    contact: str
    officer: str
    purposes: str
    legal_basis: str
    retention: str
    is_general: bool


def notice_of(body: Organisation, own: Notice | None) -> Told:
    """What an organisation tells people about their data."""
    is_un = body.kind == Organisation.Kind.UN
    return Told(
        controller=body.name,
        contact=own.contact if own else "",
        officer=(own.officer if own else "") or _("Not named yet: write to the organisation."),
        purposes=(own.purposes if own else "") or _purposes(),
        legal_basis=(own.legal_basis if own else "") or (_un_basis() if is_un else _state_basis()),
        retention=(own.retention if own else "") or _retention(),
        is_general=own is None,
    )


def _purposes() -> str:
    return _(
        "To give people who work in the programme an account, to know who did what in it, and to "
        "answer people who ask about their own data. Records about crime come without names; "
        "nobody is looked for in them and nobody is scored."
    )


def _state_basis() -> str:
    return _(
        "Ley 29733 on the protection of personal data and its reglamento (DS 016-2024-JUS): the "
        "public duties of the organisation, the agreement to work in the programme, and the "
        "consent of whoever gives data of their own free will."
    )


def _un_basis() -> str:
    return _(
        "The Personal Data Protection and Privacy Principles of the United Nations (2018). "
        "National law is looked to as well, without prejudice to the privileges and immunities of "
        "the United Nations."
    )


def _retention() -> str:
    return _(
        "As long as somebody works in the programme and its account must be kept. What is kept for "
        "less is listed on the page of the programme's notice."
    )


def principles() -> list[tuple[str, str]]:
    """What every organisation of the programme keeps to: terms with one sentence each."""
    return [
        (_("Fair"), _("Data are taken openly, by law or by consent, and as little as possible.")),
        (_("For a purpose"), _("What was taken for one purpose is not used for another.")),
        (_("Needed"), _("What is not needed is not asked for.")),
        (_("Correct"), _("What is wrong is corrected when it is found.")),
        (_("Kept for a time"), _("What is no longer needed is deleted, on a day that is said.")),
        (
            _("Confidential"),
            _("Only those see it who must; opening what is sealed is recorded."),
        ),
        (_("Safe"), _("It is sealed or locked away; who did what stands in a journal.")),
        (_("Told"), _("Whoever it is about can know it, and what was done with it.")),
        (_("Passed on with care"), _("Others get it only if they protect it as well.")),
        (_("Answered for"), _("Each organisation answers for what it holds.")),
    ]


def rights() -> list[tuple[str, str]]:
    """What anybody may ask of those who hold data about them."""
    return [
        (_("To know"), _("Which data are held, what for, and who has them.")),
        (_("A copy"), _("The data themselves, in a form that can be read or taken elsewhere.")),
        (_("Correction"), _("What is wrong or incomplete is put right.")),
        (_("Erasure"), _("What is no longer needed, or was taken without right, is erased.")),
        (_("Objection"), _("To say no to a use, with a reason.")),
        (
            _("To complain"),
            _(
                "In Peru at the Autoridad Nacional de Protección de Datos Personales of the "
                "Ministry of Justice and Human Rights; at a UN agency, at its own data protection "
                "office."
            ),
        ),
    ]


def kept_for(said: dict[str, int]) -> list[tuple[str, str]]:
    """What is deleted in time: what it is, and after how many days. said : by the pack."""
    return [(str(found.describe), _days(found.kept(said))) for found in classes()]


def _days(days: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": words.number(days)}
