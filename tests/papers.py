"""Papers as a telephone and a scanner make them. Any test may borrow them."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</JS(app.alert)>>\n%%EOF"


def photo(width: int = 3000, height: int = 2000, *, turned: bool = False) -> bytes:
    """A JPEG that says who made it and where; its left half is black. turned : to be shown upright,
    it is turned by 90 degrees to the right."""
    sheet = Image.new("RGB", (width, height), "white")
    sheet.paste("black", (0, 0, width // 2, height))
    about = Image.Exif()
    about[0x010F] = "Telephone of Maria"
    about[0x0112] = 6 if turned else 1
    about.get_ifd(0x8825)[1] = "S"  # GPS
    out = io.BytesIO()
    sheet.save(out, "JPEG", exif=about, comment=b"Maria")
    return out.getvalue() + b"Maria"


def clear_png() -> bytes:
    """A PNG through which one sees."""
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def scanned(mode: str) -> bytes:
    """A PNG as scanners make it, its left half nearly black: `1`, `L`, `LA`, `P`, `RGB`, `I;16`."""
    sheet = Image.new("L", (3000, 200), 255)
    sheet.paste(8, (0, 0, 1500, 200))
    if mode == "I;16":
        deep = [8 * 257] * 1500 + [65535] * 1500
        sheet = Image.frombytes("I;16", (3000, 200), struct.pack("<3000H", *deep) * 200)
    out = io.BytesIO()
    (sheet if sheet.mode == mode else sheet.convert(mode)).save(out, "PNG")
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of few bytes that says that it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + crc

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))
