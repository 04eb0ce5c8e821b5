"""What people may ask about their own data, and how it can end."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Ask(StrEnum):
    """The rights of Ley 29733 that need an answer."""

    ACCESS = "access"
    CORRECT = "correct"
    ERASE = "erase"
    OBJECT = "object"


class State(StrEnum):
    OPEN = "open"
    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    NOT_HELD = "not_held"


ASK_NAMES: dict[Ask, str | Promise] = {
    Ask.ACCESS: _("Know which data about me you hold, and get a copy"),
    Ask.CORRECT: _("Have something about me corrected or completed"),
    Ask.ERASE: _("Have data about me erased"),
    Ask.OBJECT: _("Object to data about me being used"),
}

ASK_TITLES: dict[Ask, str | Promise] = {
    Ask.ACCESS: _("Access to data"),
    Ask.CORRECT: _("Correction of data"),
    Ask.ERASE: _("Erasure of data"),
    Ask.OBJECT: _("Objection to use of data"),
}

STATE_NAMES: dict[State, str | Promise] = {
    State.OPEN: _("being answered"),
    State.GRANTED: _("granted"),
    State.PARTLY: _("granted in part"),
    State.REFUSED: _("refused, with the reason"),
    State.NOT_HELD: _("no such data are held, or it was not clear whose they are"),
}

# Days to answer. Reglamento of Ley 29733, DS 003-2013-JUS art. 55: access 20, the others 10. The
# reglamento in force since 31 March 2025 (DS 016-2024-JUS) is to be checked: a pack says it with a
# rule of its own. Counted in calendar days, which is the stricter reading
DAYS = {Ask.ACCESS: 20, Ask.CORRECT: 10, Ask.ERASE: 10, Ask.OBJECT: 10}
RULES = {ask: f"data-{ask.value}-days" for ask in Ask}
