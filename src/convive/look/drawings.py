"""What the house draws with its own hand, as inline SVG: the mark, adobes, icons."""

from __future__ import annotations

import re
from io import BytesIO

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

MARK = mark_safe(
    '<svg viewBox="0 0 41 28" aria-hidden="true"><path class="c5" d="M0 20h13v8H0zM14 20h13v8H14z'
    'M28 20h13v8H28z"/><path class="c4" d="M7 10h13v8H7z"/><path class="c1" d="M21 10h13v8H21z"/>'
    "</svg>"
)

PILE = mark_safe(
    '<svg viewBox="0 0 72 36" aria-hidden="true"><path class="c0" d="M0 26h22v10H0zM25 26h22v10H25z'
    'M50 26h22v10H50zM12 13h22v10H12zM37 13h22v10H37zM25 0h22v10H25z"/></svg>'
)

# Outlines on a grid of 24, square ends, one colour: the colour of the word beside them
_ICONS = {
    "phone": "M5 3h4l1.5 5.5-2.5 2a12 12 0 0 0 5.5 5.5l2-2.5L21 15v4l-2 2C10.5 20 4 13.5 3 5z",
    "lock": "M5 11h14v10H5zM8 11V7.5a4 4 0 0 1 8 0V11M12 15v2.5",
    "eye": "M2 12c2.5-4.5 6-6.5 10-6.5s7.5 2 10 6.5c-2.5 4.5-6 6.5-10 6.5S4.5 16.5 2 12z"
    "M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "alert": "M12 3.5L2.5 20.5h19zM12 10v5M12 17.5v.3",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7.5v.3",
    "search": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
}


def icon(name: str) -> SafeString:
    """The icon called `name`. Raises KeyError for one that we do not have."""
    return format_html(
        '<svg class="ico" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', _ICONS[name]
    )


def adobes(step: int, *, answered_no: bool = False) -> SafeString:
    """Five adobes in a row, filled up to `step` (0 to 5)."""
    last = "c5b" if answered_no else "c5"
    classes = [(last if n == 5 else f"c{n}") if n <= step else "c0" for n in range(1, 6)]
    return format_html(
        '<svg viewBox="0 0 54 10" aria-hidden="true">{}</svg>',
        format_html_join(
            "",
            '<path class="{}" d="M{} 0h10v10h-10z"/>',
            ((css, 11 * place) for place, css in enumerate(classes)),
        ),
    )


def qr(text: str) -> SafeString:
    """A QR of a text as a drawing. It fills its place."""
    import qrcode  # takes long, and few pages show one
    from qrcode.image.svg import SvgPathImage

    out = BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(out)
    drawing = re.sub(r' (width|height)="[\d.]+mm"', "", out.getvalue().decode())
    return mark_safe(drawing[drawing.index("<svg") :])  # noqa: S308  made here, of a text we wrote
