"""What the frame of every public page shows: the programme, and whom to call in danger."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from convive.domain.programme import queries
from convive.kernel.texts import in_language


def public_frame() -> dict[str, Any]:
    """`about`, the programme, and `emergency`: each number with its name."""
    one = queries.programme()
    lines = one.emergency if one else []
    return {
        "about": one,
        "emergency": [
            {"number": line["number"], "name": in_language(SimpleNamespace(**line), "name")}
            for line in lines
        ],
    }
