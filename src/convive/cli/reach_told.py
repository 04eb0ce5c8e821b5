"""What `convive reach link` reads of a pack, and how it tells its answer in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

if TYPE_CHECKING:
    from convive.domain.reach.coded.count import Aim


def aims_of(pack: Path | None, wanted: Sequence[str]) -> list[Aim]:
    """The targets of indicators of a pack: `CODE`, or `CODE=young_women`.

    Raises BadInput where the pack has no such indicator with a target, or is not named.
    """
    from convive.domain.reach.coded.count import YOUNG_WOMEN, Aim
    from convive.pack.read import read
    from convive.pack.records import Target

    if not wanted:
        return []
    if pack is None:
        raise BadInput.at(
            "--aim", _("A target stands in a pack."), _("Name it: --pack packs/trujillo")
        )
    found = read(pack)
    if found.problems:
        raise BadInput(found.problems)
    targets = {each.indicator: each.target for each in found.all(Target)}
    aims = []
    for each in wanted:
        code, _equals, who = each.partition("=")
        if code not in targets:
            raise BadInput.at(
                f"--aim {each}",
                _("The pack has no target of this indicator."),
                _("Name one of: %(names)s.") % {"names": ", ".join(sorted(targets))},
            )
        if who not in ("", "young_women"):
            raise BadInput.at(
                f"--aim {each}",
                _("It does not say who is counted."),
                _("Leave it out for everybody, or write young_women."),
            )
        aims.append(Aim(code, targets[code], YOUNG_WOMEN if who else {}))
    return aims


def lines_of(told: Mapping[str, Any]) -> list[str]:
    """An answer for people: its note, what each agency has, and its targets."""
    language = "en" if (get_language() or "es").startswith("en") else "es"
    return [
        *told["note"][language],
        "",
        *(f"{row['agency']:24} {_shown(row['people']):>8}" for row in told["lists"]),
        *(
            f"{row['agency'] + ' ∩ ' + row['other']:24} {_shown(row['people']):>8}"
            for row in told["overlap"]
        ),
        *(
            f"{aim['indicator']}: {_shown(aim['people'])} / {aim['target']:g}"
            for aim in told["aims"]
        ),
    ]


def _shown(cell: Mapping[str, Any]) -> str:
    return _("hidden") if cell["value"] is None else str(cell["value"])
