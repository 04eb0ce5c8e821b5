"""What whoever sends a file says of it, beside the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convive.evidence.mapping import SourceSpec
from convive.evidence.models import Source
from convive.evidence.spec import from_json


@dataclass(frozen=True)
class Sent:
    """Facts that a file does not carry.

    name : what the sender calls the file, where it lies here under another name.
    document : `number` and `date` (ISO) of the letter that it came with, as far as they are known.
    reading : how it is read, where it is not written as files of its source are: a table that was
        typed in.
    """

    name: str = ""
    document: Mapping[str, str] = field(default_factory=dict)
    reading: SourceSpec | None = None

    def called(self, path: Path) -> str:
        return self.name or path.name

    def spec_for(self, source: Source) -> SourceSpec:
        return self.reading or from_json(source.spec)

    @property
    def notes(self) -> dict[str, dict[str, str]]:
        """What the batch keeps of it."""
        return {"document": dict(self.document)} if self.document else {}


NOTHING_SAID = Sent()
