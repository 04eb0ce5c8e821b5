"""Photos and scans of sheets, opened: what is no picture, or too large, is refused by its name."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

if TYPE_CHECKING:
    from numpy import uint8
    from numpy.typing import NDArray

MOST_MB = 20
_MOST_PIXELS = 60_000_000
_LONG = 3000  # pixels of the longer side: ten for each millimetre of A4
# A scanner puts each page into its PDF as a JPEG; we take those out and draw nothing
_JPEG = re.compile(rb"/DCTDecode.{0,400}?stream\r?\n(\xff\xd8.+?)\r?\n?endstream", re.DOTALL)


def pictures(content: bytes, name: str) -> Iterator[NDArray[uint8]]:
    """Each page of a file as grey values (height × width), 0 black to 255 white.

    Raises BadInput where it is neither JPEG, PNG nor a scanned PDF, or too large.
    """
    if len(content) > MOST_MB * 1_000_000:
        raise BadInput.at(
            name,
            _("It is larger than %(most)d MB.") % {"most": MOST_MB},
            _("Take the photo in a lower resolution, or scan it in grey."),
        )
    if not content.startswith(b"%PDF"):
        yield _grey(content, name)
        return
    inside = _JPEG.findall(content)
    if not inside:
        raise BadInput.at(
            name,
            _("No page of this PDF is a photo or scan that can be read."),
            _("Save each page as JPEG or PNG, and send those."),
        )
    for page in inside:
        yield _grey(page, name)


def _grey(content: bytes, name: str) -> NDArray[uint8]:
    import numpy as np
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
        if found.width * found.height > _MOST_PIXELS:
            raise BadInput.at(
                name,
                _("This picture has too many points."),
                _("Take the photo in a lower resolution, or scan it in grey."),
            )
        found.draft("L", (_LONG, _LONG))
        grey = found.convert("L")
        grey.thumbnail((_LONG, _LONG))
        return np.asarray(grey, dtype=np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise BadInput.at(
            name,
            _("This is no photo or scan that can be read."),
            _("Send a JPEG, a PNG, or a PDF from a scanner."),
        ) from None
