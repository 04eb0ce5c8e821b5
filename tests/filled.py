"""Sheets of a session as they come back: printed, ticked by hand, photographed. Any test may borrow
them."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import typst
from PIL import Image, ImageDraw, ImageFilter

from convive.domain.services import sheets

PPI = 200
_MM = PPI / 25.4
INKS = ((25, 25, 30), (30, 50, 130), (20, 60, 160), (90, 90, 95))  # black, blue, blue, soft pencil


def printed(document: Mapping[str, Any]) -> list[Image.Image]:
    """The pages of a sheet as a printer would have them."""
    made = typst.compile(
        sheets.TEMPLATE,
        root=sheets.TEMPLATE.parent,
        sys_inputs={"document": json.dumps(document)},
        ignore_system_fonts=True,
        format="png",
        ppi=PPI,
    )
    every = made if isinstance(made, list) else [made]
    return [Image.open(io.BytesIO(one)).convert("RGB") for one in every]


def ticked(
    page: Image.Image, words: Sequence[str], rng: np.random.Generator, pen: float = 0.5
) -> Image.Image:
    """The page with a mark in each row: "present", "absent", "both" or "" for none.

    pen : width of a stroke, in millimetres.
    """
    made = page.copy()
    draw = ImageDraw.Draw(made)
    for row, word in enumerate(words):
        chosen = {"present": (0,), "absent": (1,), "both": (0, 1)}.get(word, ())
        for which in chosen:
            x = sheets.BOXES[which] + rng.normal(0, 0.3)
            y = sheets.FIRST_ROW + (row + 0.5) * sheets.ROW + rng.normal(0, 0.3)
            _stroke(draw, x, y, rng, pen)
    return made


def _stroke(
    draw: ImageDraw.ImageDraw, x: float, y: float, rng: np.random.Generator, pen: float
) -> None:
    ink = INKS[rng.integers(len(INKS))]
    half = rng.uniform(1.7, 2.9)
    lines = (
        [[(-half, -half), (half, half)], [(half, -half), (-half, half)]]
        if rng.random() < 0.5
        else [[(-half, 0.2), (-half * 0.3, half * 0.8), (half, -half)]]
    )
    for line in lines:
        points = [
            ((x + dx + rng.normal(0, 0.15)) * _MM, (y + dy + rng.normal(0, 0.15)) * _MM)
            for dx, dy in line
        ]
        draw.line(points, fill=ink, width=max(1, round(pen * _MM)), joint="curve")


def photographed(
    page: Image.Image,
    rng: np.random.Generator,
    *,
    turn: float = 0.0,
    size: int = 2400,
    skew: float = 0.0,
    noise: float = 0.0,
    blur: float = 0.0,
    shade: float = 0.0,
    bend: float = 0.0,
    quality: int = 85,
) -> bytes:
    """A JPEG of the page on a dark table.

    turn : degrees. size : points of the longer side of the page. skew : how far corners move, as a
    share of the page. noise, of 255, and blur, in points. shade : how much darker one side is,
    as a share. bend : millimetres by which the paper bulges.
    """
    width, height = page.size
    edge = 0.12
    out_height = out_width = round(size * (1 + 2 * edge))
    scale = size / height
    centre = np.array([out_width / 2, out_height / 2])
    angle = np.deg2rad(turn)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    placed = (corners - np.array([width, height]) / 2) * scale @ matrix.T + centre
    placed += rng.uniform(-skew, skew, (4, 2)) * size
    source = _bulged(page, bend * _MM)
    seen = source.transform(
        (out_width, out_height),
        Image.Transform.PERSPECTIVE,
        _coefficients(placed, corners),
        Image.Resampling.BICUBIC,
        fillcolor=(70, 60, 50),
    )
    if blur:
        seen = seen.filter(ImageFilter.GaussianBlur(blur))
    values = np.asarray(seen, float)
    slope = np.linspace(1 - shade, 1, out_width)[None, :, None]
    values = values * slope * 0.9 + rng.normal(0, noise, values.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=quality)
    return out.getvalue()


def _bulged(page: Image.Image, by: float) -> Image.Image:
    if not by:
        return page
    values = np.asarray(page)
    rows = np.arange(values.shape[0])
    moved = np.clip(rows + by * np.sin(np.pi * rows / len(rows)), 0, len(rows) - 1)
    return Image.fromarray(values[moved.round().astype(int)])


def _coefficients(source: np.ndarray, target: np.ndarray) -> list[float]:
    """Of the projection of Pillow, which leads from the picture back to the page."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(one) for one in np.linalg.solve(np.array(rows), np.array(values))]
