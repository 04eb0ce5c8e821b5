"""What is ticked on a photo or scan of a sheet: its code, its corners, the ink in each box.

The corners of the QR say roughly where the page lies; the four black squares, sought one after the
other from there, say it well; each box is then found again by its own outline, for paper bends.
What is not plainly empty or plainly ticked is unsure: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.services import sheets
from convive.domain.services.sheets import Tick
from convive.kernel.errors import BadInput

Numbers = NDArray[np.float64]

_FINE = 8  # points for each millimetre at which boxes are looked at
_COARSE = 4  # and corner marks
_REACH = (6.0, 14.0, 18.0, 18.0)  # millimetres around which each mark of `sheets.MARKS` is sought
_PLAIN = 0.3  # how much darker a mark is than each of its four sides
_APART = 2.5  # millimetres that the QR may lie off from where the marks say
_BENT = 2.0  # millimetres that a box may lie off
_STROKE = 0.5  # width of the outline of a box
_INSET = 1.0  # from the outline inwards: what lies there is no tick
_DARK = 0.2  # of the paper's lightness: darker than this is ink
_EMPTY, _TICKED = 0.012, 0.045  # shares of a box that are ink
_BRUSH = 2.6  # millimetres: what is wider is a shadow, not a stroke


class Ink(Enum):
    """One box."""

    EMPTY = "empty"
    TICKED = "ticked"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Page:
    """One page. rows : what each says, in the order of the enrolments of its code."""

    code: sheets.Code
    rows: tuple[Tick, ...]


def read(picture: NDArray[np.uint8], where: str) -> list[Page]:
    """The pages of sheets in a picture (height × width of grey values).

    Raises BadInput where there is no code that can be read, it is not ours, or the page does not
    lie in the picture as its corners say.
    """
    import zxingcpp  # takes long, and few processes read a sheet

    seen = zxingcpp.read_barcodes(
        picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    )
    ours = [one for one in seen if sheets.is_code(one.text)]
    if not ours:
        raise BadInput.at(
            where,
            _("No code of an attendance sheet can be read in it."),
            _("Photograph the sheet again: from above, whole, in good light, and keep still."),
        )
    light = picture.astype(np.float64)
    return [_page(light, one, where) for one in ours]


def _page(light: Numbers, seen: Any, where: str) -> Page:
    code = sheets.read_code(seen.text, where)
    if len(code.enrolments) > sheets.ROWS:
        raise _not_whole(where)
    at = seen.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    to_picture = _placed(light, np.array([(each.x, each.y) for each in corners], float), where)
    return Page(
        code,
        tuple(
            _tick(_box(light, to_picture, 0, row), _box(light, to_picture, 1, row))
            for row in range(len(code.enrolments))
        ),
    )


def _tick(came: Ink, did_not: Ink) -> Tick:
    said = {
        (Ink.TICKED, Ink.EMPTY): Tick.CAME,
        (Ink.EMPTY, Ink.TICKED): Tick.DID_NOT_COME,
        (Ink.EMPTY, Ink.EMPTY): Tick.NONE,
    }
    return said.get((came, did_not), Tick.UNSURE)


def _placed(light: Numbers, corners: Numbers, where: str) -> Numbers:
    """The projection (3 × 3) from millimetres of the page to points of the picture."""
    (x, y), side = sheets.QR_AT, sheets.QR_SIDE
    of_qr = np.array([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
    page, picture = list(of_qr), list(corners + 0.5)
    to_picture = _projection(page, picture)
    found: list[int] = []
    for n, (centre, reach) in enumerate(zip(sheets.MARKS, _REACH, strict=True)):
        seen = _mark(light, to_picture, centre, reach)
        if seen is None:
            continue
        found.append(n)
        page.append(np.array(centre))
        picture.append(seen)
        to_picture = _projection(page, picture)
    if len(found) < 3:
        raise _not_whole(where)
    if len(found) == 4:
        to_picture = _projection(page[4:], picture[4:])
    back = np.asarray(np.linalg.inv(to_picture), np.float64)
    off = _apply(back, corners + 0.5) - of_qr
    if np.hypot(*off.T).max() > _APART:
        raise _not_whole(where)
    return to_picture


def _not_whole(where: str) -> BadInput:
    return BadInput.at(
        where,
        _("The code is there, but not the black squares at the corners of its sheet."),
        _("Photograph one whole sheet, flat, from above, with nothing on its corners."),
    )


def _mark(
    light: Numbers, to_picture: Numbers, centre: tuple[float, float], reach: float
) -> Numbers | None:
    """Where in the picture a corner mark is, sought around where it should be."""
    edge = reach + sheets.MARK
    x, y = centre[0] - edge, centre[1] - edge
    patch = _flat(light, to_picture, x, y, 2 * edge, 2 * edge, _COARSE)
    if patch is None:
        return None
    dark = 1 - patch / max(float(np.percentile(patch, 85)), 1.0)
    side = round(sheets.MARK * _COARSE)
    gap, rim = round(0.8 * _COARSE), round(1.6 * _COARSE)
    sums = np.pad(dark.cumsum(0).cumsum(1), ((1, 0), (1, 0)))

    def mean(top: int, left: int, height: int, width: int) -> Numbers:
        """Of a rectangle that stands so from the upper left of each square that may be it."""
        low, right = top + height, left + width
        rows, columns = dark.shape[0] - side - 2 * rim, dark.shape[1] - side - 2 * rim

        def at(y: int, x: int) -> Numbers:
            return sums[y + rim : y + rim + rows + 1, x + rim : x + rim + columns + 1]

        whole = at(low, right) - at(top, right) - at(low, left) + at(top, left)
        return np.asarray(whole / (height * width))

    thick = rim - gap
    around = (
        mean(-rim, 0, thick, side),
        mean(side + gap, 0, thick, side),
        mean(0, -rim, side, thick),
        mean(0, side + gap, side, thick),
    )
    plain = mean(0, 0, side, side) - np.max(around, axis=0)
    down, across = np.unravel_index(int(plain.argmax()), plain.shape)
    if plain[down, across] < _PLAIN:
        return None
    # Its middle, finer than a point: the mean of what is dark there
    top, left = int(down) + rim - gap, int(across) + rim - gap
    near = np.clip(dark[top : top + side + 2 * gap, left : left + side + 2 * gap], 0, None)
    ys, xs = np.mgrid[0 : near.shape[0], 0 : near.shape[1]] + 0.5
    offset = np.array([(xs * near).sum(), (ys * near).sum()]) / near.sum()
    on_page = np.array(centre) - edge + (np.array([left, top]) + offset) / _COARSE
    return np.asarray(_apply(to_picture, on_page[None])[0])


def _box(light: Numbers, to_picture: Numbers, which: int, row: int) -> Ink:
    """What one box holds. It is found again by its outline, and measured against its own paper."""
    from scipy import ndimage

    half, margin = sheets.BOX / 2, _BENT + 0.5
    x, y = sheets.BOXES[which], sheets.FIRST_ROW + (row + 0.5) * sheets.ROW
    side = 2 * (half + margin)
    patch = _flat(light, to_picture, x - side / 2, y - side / 2, side, side, _FINE)
    if patch is None:
        return Ink.UNSURE
    patch = ndimage.uniform_filter(patch, 3)
    paper = float(np.percentile(patch, 80))
    dark = np.clip(1 - patch / max(paper, 1.0), 0, 1)
    found = _outline(dark)
    if paper < 40 or found is None:
        return Ink.UNSURE
    top, left = found
    inset, size = round(_INSET * _FINE), round(sheets.BOX * _FINE)
    inside = np.s_[top + inset : top + size - inset, left + inset : left + size - inset]
    share = float((dark[inside] > _DARK).mean())
    # Against the paper right beside each point: strokes stay, the edge of a shadow goes
    beside = ndimage.grey_closing(patch, size=(round(_BRUSH * _FINE),) * 2)
    strokes = float((1 - patch / np.maximum(beside, 1.0) > _DARK)[inside].mean())
    if share <= _EMPTY and strokes <= _EMPTY:
        return Ink.EMPTY
    if share >= _TICKED and strokes >= _TICKED:
        return Ink.TICKED
    return Ink.UNSURE


def _outline(dark: Numbers) -> tuple[int, int] | None:
    """The upper left corner of the box in a patch around it, by the darkness of its four sides."""
    size, width = round(sheets.BOX * _FINE), round(_STROKE * _FINE)
    # The stroke stands half without and half within
    shift = width // 2
    band = 2 * shift
    rows = np.pad(dark.cumsum(1), ((0, 0), (1, 0)))
    columns = np.pad(dark.cumsum(0), ((1, 0), (0, 0)))
    # Sums of `size` points to the right and downwards, then over the width of a stroke
    across = np.pad((rows[:, size:] - rows[:, :-size]).cumsum(0), ((1, 0), (0, 0)))
    down = np.pad((columns[size:] - columns[:-size]).cumsum(1), ((0, 0), (1, 0)))
    across, down = across[band:] - across[:-band], down[:, band:] - down[:, :-band]
    # Of the corner (shift + i, shift + j)
    n = dark.shape[0] - size - band
    weakest = np.minimum.reduce(
        [
            across[:n, shift : shift + n],
            across[size : size + n, shift : shift + n],
            down[shift : shift + n, :n],
            down[shift : shift + n, size : size + n],
        ]
    ) / (size * band)
    top, left = np.unravel_index(int(weakest.argmax()), weakest.shape)
    return (int(top) + shift, int(left) + shift) if weakest[top, left] >= _DARK else None


def _flat(
    light: Numbers, to_picture: Numbers, x: float, y: float, width: float, height: float, fine: int
) -> Numbers | None:
    """A rectangle of the page (mm) laid flat, `fine` points a millimetre; None where it lies
    outside the picture."""
    from scipy import ndimage

    columns = x + (np.arange(round(width * fine)) + 0.5) / fine
    rows = y + (np.arange(round(height * fine)) + 0.5) / fine
    grid = np.stack(np.meshgrid(columns, rows), -1).reshape(-1, 2)
    points = _apply(to_picture, grid) - 0.5
    middle = _apply(to_picture, np.array([(x + width / 2, y + height / 2)]))[0]
    if not (0 <= middle[0] < light.shape[1] and 0 <= middle[1] < light.shape[0]):
        return None
    values = ndimage.map_coordinates(light, points.T[::-1], order=1, mode="nearest")
    return np.asarray(values.reshape(len(rows), len(columns)))


def _projection(source: Sequence[Numbers], target: Sequence[Numbers]) -> Numbers:
    """The projection that takes four or more points to others, by least squares (Hartley and
    Zisserman 2004, §4.1: the direct linear transformation of normalised points)."""
    one, other = np.asarray(source, float), np.asarray(target, float)
    of_one, of_other = _normal(one), _normal(other)
    a, b = _apply(of_one, one), _apply(of_other, other)
    zero, unit = np.zeros(len(a)), np.ones(len(a))
    x, y, u, v = *a.T, *b.T
    equations = np.concatenate(
        [
            np.stack([-x, -y, -unit, zero, zero, zero, u * x, u * y, u], 1),
            np.stack([zero, zero, zero, -x, -y, -unit, v * x, v * y, v], 1),
        ]
    )
    flat = np.linalg.svd(equations)[2][-1].reshape(3, 3)
    return np.asarray(np.linalg.inv(of_other) @ flat @ of_one)


def _normal(points: Numbers) -> Numbers:
    """Moves points to their mean and scales them to a distance of √2 from it."""
    mean = points.mean(0)
    scale = np.sqrt(2) / max(float(np.hypot(*(points - mean).T).mean()), 1e-9)
    return np.array([[scale, 0, -scale * mean[0]], [0, scale, -scale * mean[1]], [0, 0, 1.0]])


def _apply(projection: Numbers, points: Numbers) -> Numbers:
    moved = np.column_stack([points, np.ones(len(points))]) @ projection.T
    return np.asarray(moved[:, :2] / moved[:, 2:])
