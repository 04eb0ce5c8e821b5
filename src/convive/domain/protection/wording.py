"""What the scripts of the wall say, in the language of the reader."""

from __future__ import annotations

from django.utils.translation import gettext as _


def limits() -> tuple[str, ...]:
    """The limits of confidentiality, as they are said before the first question."""
    return (
        _("She decides what she tells, and may stop at any moment and still be attended."),
        _("What is written stays with this unit, sealed. No other part of the programme reads it."),
        _(
            "Two things are reported whatever she decides: violence against somebody under 18, "
            "and danger to a life now. She is told before, and to whom."
        ),
        _("A judge may order that it be handed over."),
        _("She may ask later to see it, to correct it, or to have it erased."),
    )


def words() -> dict[str, str]:
    """Every sentence by its key. `%(name)s` is filled in by the script."""
    return {
        "no-answer": _("The server did not answer. Nothing was lost: try again."),
        "failed": _("It did not work. Reload the page, and try again."),
        "no-crypto": _("This browser cannot seal: open the page over HTTPS, in a current browser."),
        "wrong-passphrase": _("This is not your passphrase."),
        "key-changed": _(
            "A key of the unit is not the one that was handed to you. Write nothing; tell your "
            "colleagues by telephone."
        ),
        "opening": _("Opening: this takes some seconds."),
        "working": _("Working: this takes some seconds."),
        "sealing": _("Sealing in this window."),
        "short-passphrase": _("Too short: write at least sixteen letters, such as five words."),
        "unlike-passphrases": _("Both are not alike. Write the same twice."),
        "unlock-first": _("Write your passphrase first, above."),
        "no-copy": _("You do not hold this key of the unit. A colleague can hand it to you."),
        "not-opened": _("Record %(code)s does not open: it was changed or moved."),
        "gone": _("This record is not there any more."),
        "record": _("Record %(code)s"),
        "version": _("Version %(number)s"),
        "missing": _("Answer: %(label)s"),
        "not-yet": _("This day has not come yet."),
        "after-interview": _("It cannot have happened after the interview."),
        "must-report": _(
            "She is under 18 or in danger now: a report is due. Say that it was made, or is today."
        ),
        "report-to": _("Say to whom the report is made."),
        "report-on": _("Say on which day the report is made."),
        "cem-consent": _("She does not agree that another body attends her: refer her to none."),
        "same-month": _(
            "The month of the interview does not change: erase the record, and keep it anew."
        ),
        "limits-first": _("Say each point to her, and tick it, before you ask anything."),
        "too-long": _("This is too long to be kept. Shorten the account."),
        "sure-first": _("Tick first that it is to be erased."),
        "erased": _("Erased. Backups that were made before keep it sealed until they expire."),
        "nothing-there": _("There is no record in these months."),
        "none-agreed": _("None of the %(left)s records may be told: she does not agree to it."),
        "take-file": _(
            "Take the file: %(count)s records; %(left)s left out, as she does not agree"
        ),
        "code-of-record": _("Code"),
        "from-unit": _("Unit that refers"),
        "sheet-title": _("Referral to the Women's Emergency Centre"),
        "sheet-intro": _(
            "This person was attended by us and agreed to come to you. Ask her only what is "
            "missing here."
        ),
        "sheet-answer": _("Attended on ____ / ____ / ______     Number of your form ____________"),
        "parts-wrong": _("Ask for at least two parts, and for no more than there are, up to 20."),
        "compare-first": _("Compare the fingerprint by telephone first, and tick it."),
        "key-made": _("The key is made. Print its parts now: they are shown this once."),
        "part": _("Part %(part)s of %(parts)s"),
        "part-told": _(
            "Of the key of “%(unit)s”. %(need)s parts give it back; one alone says nothing. "
            "Keep each with another person, under lock."
        ),
        "part-wrong": _("Line %(line)s is not as it is printed. Compare it letter by letter."),
        "parts-mixed": _("These are not parts of one key of this unit."),
        "parts-few": _("There are %(have)s parts; it takes %(need)s."),
        "rebuilt": _("Rebuilt and sealed to your key. Reload the page to use it."),
        "handed": _("Handed over. They can read from now on."),
        "new-words-kept": _("Kept. From now on your new passphrase opens."),
    }
