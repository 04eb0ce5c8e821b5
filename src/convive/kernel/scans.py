"""What a scanned document is, told by its first bytes, and what a camera wrote into it taken out.

Only three forms are taken. A photograph says where and with whose telephone it was made: of a JPEG
nothing stays but the picture and which way up it is; of a PNG the picture alone. What is filed for
years is made small besides.
"""

from __future__ import annotations

import io
import struct

from django.utils.translation import gettext as _

from convive.kernel.errors import BadInput

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
MOST_BYTES = 10_000_000
FILED_BYTES = 4_000_000
_EDGE = 2000  # points along the longer side: an A4 sheet at 170 dpi, on which small print is read
_MOST_POINTS = 60_000_000  # beyond what telephones take: a picture of few bytes may be a bomb

_PNG_MARK = b"\x89PNG\r\n\x1a\n"
# Chunks of a PNG that make the picture; the others are texts, times and what programs add
_PNG_PICTURE = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS"),
    *(b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD"),
}
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
# APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe's colours) belong to the picture
_KEPT_APPS = {0xE0, 0xE2, 0xEE}
_ORIENTATION = 0x0112


def cleaned(content: bytes) -> tuple[str, bytes]:
    """The content type of a scan, and the scan without what does not belong to the picture.

    Raises BadInput for what is too large, of another form, or broken.
    """
    _small_enough(content, MOST_BYTES)
    try:
        if content.startswith(b"%PDF-"):
            return PDF, content
        if content.startswith(b"\xff\xd8\xff"):
            return JPEG, _jpeg(content)
        if content.startswith(_PNG_MARK):
            return PNG, _png(content)
    except (struct.error, IndexError, ValueError):
        raise _broken() from None
    raise BadInput.at(
        "scan", _("It is neither PDF nor JPEG nor PNG."), _("Save it in one of these forms.")
    )


def filed(content: bytes) -> tuple[str, bytes]:
    """The content type of a scan and the scan as it is filed for years.

    A picture is drawn anew as a JPEG that is upright, small, and still read; of what was sent not a
    byte stays. A PDF comes out as it came: a page lets it be saved, and never shows it.

    Raises BadInput as `cleaned` does, and for a PDF beyond FILED_BYTES.
    """
    kind, kept = cleaned(content)
    if kind != PDF:
        kind, kept = JPEG, _drawn_anew(kept)
    _small_enough(kept, FILED_BYTES)
    return kind, kept


def _drawn_anew(content: bytes) -> bytes:
    from PIL import Image, ImageOps  # not needed to start

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as photo:
            if photo.width * photo.height > _MOST_POINTS:
                raise ValueError("too many points")
            seen: Image.Image = photo
            if photo.mode in ("1", "P"):  # between so few colours nothing can be mixed
                seen = photo.convert("RGBA")
            elif photo.mode.startswith("I"):  # grey of sixteen bits
                seen = photo.point(lambda grey: grey * (1 / 257)).convert("L")
            seen.thumbnail((_EDGE, _EDGE))  # before all else: a JPEG is read no larger than needed
            seen = ImageOps.exif_transpose(seen).convert("RGBA")
        sheet = Image.new("RGB", seen.size, "white")  # what a PNG lets through is paper
        sheet.paste(seen, mask=seen.getchannel("A"))
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=80)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise _broken() from None
    return out.getvalue()


def _small_enough(content: bytes, most: int) -> None:
    if len(content) > most:
        raise BadInput.at(
            "scan",
            _("It is larger than %(most)s MB.") % {"most": most // 1_000_000},
            _("Scan it in grey or at a lower resolution, or send the first pages."),
        )


def _broken() -> BadInput:
    return BadInput.at("scan", _("The picture is broken."), _("Scan or photograph it once more."))


def _png(content: bytes) -> bytes:
    kept, at, ended = [_PNG_MARK], len(_PNG_MARK), False
    while at < len(content) and not ended:
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise ValueError("a chunk is cut off")
        if name in _PNG_PICTURE:
            kept.append(content[at:end])
        at, ended = end, name == b"IEND"
    if not ended:
        raise ValueError("the end is missing")
    return b"".join(kept)


def _jpeg(content: bytes) -> bytes:
    """Segment by segment up to the end of the picture; what hangs on behind it goes too."""
    kept, at = [content[:2]], 2
    while True:
        if content[at] != 0xFF:
            raise ValueError("no segment begins here")
        while content[at + 1] == 0xFF:  # filling
            at += 1
        marker = content[at + 1]
        if marker == _EOI:
            return b"".join(kept) + b"\xff\xd9"
        if marker == _SOI:
            raise ValueError("the picture is missing")
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("a segment is cut off")
        if marker == _SOS:
            end = _next_marker(content, end)
        segment = content[at:end]
        is_comment, is_app = marker == 0xFE, 0xE0 <= marker <= 0xEF
        if marker == 0xE1 and segment[4:10] == b"Exif\0\0":
            kept.append(_upright(segment[10:]))
        elif marker in _KEPT_APPS or not (is_comment or is_app):
            kept.append(segment)
        at = end


def _next_marker(content: bytes, at: int) -> int:
    """Where the coded picture that begins at `at` ends: inside it FF is followed by 00 or D0-D7."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] != 0 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2


def _upright(tiff: bytes) -> bytes:
    """An Exif segment that says which way up the picture is, and no more; empty where unsaid."""
    order = {b"II": "<", b"MM": ">"}[tiff[:2]]
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, _kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
        if tag == _ORIENTATION and 2 <= value <= 8:
            directory = struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, value, 0, 0)
            body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + directory
            return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    return b""
