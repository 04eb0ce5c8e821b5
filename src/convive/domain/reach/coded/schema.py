"""What of a person is encoded, and how much each thing weighs. Lists of one run have one schema."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput
from convive.kernel.names import letters

KINDS = ("names", "date", "words", "exact")
MOST_PER_TOKEN = 16  # positions that one HMAC-SHA256 gives: 32 bytes, two for each


@dataclass(frozen=True)
class Field:
    """One field of the encoding, with a key of its own.

    kind : names (pairs of letters as they sound), date, words (pairs of letters), exact (whole).
    roles : the columns that it takes; they share their tokens, so that what is swapped still meets.
    weight : bits that one token sets.
    """

    name: str
    kind: str
    roles: tuple[str, ...]
    weight: int


@dataclass(frozen=True)
class Schema:
    """The fields, and the places that lists write now by name, now by code.

    bits : positions before the two halves are folded onto each other by exclusive or.
    places : name of a place -> its code.
    """

    fields: tuple[Field, ...]
    bits: int = 2_048
    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Sixteen digits that two lists share only where they were encoded alike."""
        data = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(data.encode()).hexdigest()[:16]

    def place(self, text: str) -> str:
        """The code of a place that is known, else its name in plain capitals."""
        plain = letters(text)
        return self.places.get(plain, plain)

    def as_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "bits": self.bits,
            "fields": [asdict(each) | {"roles": list(each.roles)} for each in self.fields],
            "places": dict(self.places),
        }


USUAL = Schema(
    (
        Field("name", "names", ("given", "paternal", "maternal", "surnames", "full"), 10),
        Field("birth", "date", ("birth",), 12),
        Field("sex", "exact", ("sex",), 4),
        Field("district", "exact", ("district",), 4),
        Field("street", "words", ("street", "block"), 3),
        Field("house", "exact", ("house",), 4),
        Field("locality", "words", ("locality",), 3),
        Field("postcode", "words", ("postcode",), 3),
        Field("region", "exact", ("region",), 3),
    )
)


def read(path: Path | None) -> Schema:
    """The schema of a file, else the usual one. Raises BadInput where it cannot be used."""
    if path is None:
        return USUAL
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
        found = Schema(
            tuple(
                Field(str(f["name"]), str(f["kind"]), tuple(map(str, f["roles"])), int(f["weight"]))
                for f in data["fields"]
            ),
            int(data.get("bits", USUAL.bits)),
            {letters(str(k)): str(v) for k, v in data.get("places", {}).items()},
        )
    except OSError as error:
        raise BadInput.at(
            path, _("The schema cannot be read: %(why)s.") % {"why": error.strerror},
            _("Check its name and whether you may read it."),
        ) from None  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadInput.at(
            path, _("This is not a schema."), _("docs/methods/reach.md shows one.")
        ) from None
    roles = {role for each in USUAL.fields for role in each.roles}
    for each in found.fields:
        if each.kind not in KINDS or not 1 <= each.weight <= MOST_PER_TOKEN:
            raise BadInput.at(
                f"{path}, {each.name}",
                _("Its kind or its weight cannot be."),
                _("Kinds: %(kinds)s. Weights: 1 to %(most)d.")
                % {"kinds": ", ".join(KINDS), "most": MOST_PER_TOKEN},
            )
        if unknown := set(each.roles) - roles:
            raise BadInput.at(
                f"{path}, {each.name}",
                _("Unknown columns: %(names)s.") % {"names": ", ".join(sorted(unknown))},
                _("Name any of: %(names)s.") % {"names": ", ".join(sorted(roles))},
            )
    if found.bits not in (1_024, 2_048, 4_096) or not found.fields:
        raise BadInput.at(
            path, _("This is not a schema."), _("Fields, and 1024, 2048 or 4096 bits.")
        )
    return found
