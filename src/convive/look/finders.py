"""Static files that come out of another wheel without its app: Leaflet, from django-leaflet.

The app itself would bring templates, form fields and inline scripts that our content policy
refuses; the map needs one script, one style sheet and their images.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

_FILES = ("leaflet/leaflet.js", "leaflet/leaflet.css")
_IMAGES = "leaflet/images"


class LeafletFinder(BaseFinder):
    """Finds leaflet/leaflet.js, leaflet/leaflet.css and leaflet/images, and nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        found = find_spec("leaflet")  # looks for the package without running it
        folders = found.submodule_search_locations if found else None
        self.storage = FileSystemStorage(location=Path(next(iter(folders or ["."]))) / "static")

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in self._paths():
            return []
        file = self.storage.path(path)
        return [file] if find_all else file

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        return ((path, self.storage) for path in self._paths())

    def _paths(self) -> tuple[str, ...]:
        images = self.storage.listdir(_IMAGES)[1] if self.storage.exists(_IMAGES) else []
        files = (path for path in _FILES if self.storage.exists(path))
        return (*files, *(f"{_IMAGES}/{name}" for name in sorted(images)))
