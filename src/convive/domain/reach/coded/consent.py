"""Who agreed that their record be linked. What is not understood is no consent."""

from __future__ import annotations

from convive.domain.reach.coded.columns import People
from convive.kernel.columns import NO, YES
from convive.kernel.names import letters

LINKAGE = frozenset(["LINKAGE", "ENLACE", "VINCULACION", "CRUCE"])


def agreed(people: People) -> list[bool] | None:
    """Whether each person agreed to linkage; None where the list has no column of consent.

    A column of its own (`consent_linkage`) is yes or no. A common one (`consentimiento`) is yes or
    no, or names the purposes: then `linkage` (enlace, vinculación, cruce) must be among them.
    """
    texts = people.texts.get("consent_linkage") or people.texts.get("consent")
    if texts is None:
        return None
    means = {text: _means_yes(text) for text in set(texts)}
    return [means[text] for text in texts]


def _means_yes(text: str) -> bool:
    words = letters(text).split()
    if any(word in NO for word in words):
        return False
    return bool(words) and (words[0] in YES or any(word in LINKAGE for word in words))
