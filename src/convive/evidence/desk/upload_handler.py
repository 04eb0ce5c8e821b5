"""Takes files off the line straight to the disk of the home, and stops at the largest allowed."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

_MB = 1_000_000


class LimitedUpload(TemporaryFileUploadHandler):
    """Keeps every file on disk, small ones too, and none that is larger than `UPLOAD_MB`.

    A file that is too large is not kept; the request then says so: `is_too_large`.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.UPLOAD_MB * _MB:
            self.upload_interrupted()
            self.request.is_too_large = True  # type: ignore[union-attr]
            # The rest is read and thrown away, so that the browser hears our answer
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)


def is_too_large(request: object) -> bool:
    """Whether a file of this request was larger than what is taken in."""
    return bool(getattr(request, "is_too_large", False))
