"""Files that only their owner reads, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput


def write_private(contents: Mapping[Path, bytes]) -> None:
    """Replace each file, mode 0600, once all are written beside their places.

    Raises BadInput where one cannot be written; then none has changed.
    """
    written: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
            written.append((beside, path))
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for beside, path in written:
            beside.replace(path)
    except OSError as error:
        raise BadInput.at(
            error.filename2 or error.filename or "--out",
            _("The file cannot be written: %(why)s.") % {"why": error.strerror},
            _("Name a folder that exists and that you may write."),
        ) from None
    finally:
        for beside, _path in written:
            with contextlib.suppress(OSError):
                beside.unlink()
