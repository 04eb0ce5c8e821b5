"""What fits where: the width of words, lines that wrap, ticks that are round numbers.

A drawing is made before anybody knows the reader's font, so widths are estimated from above: what
fits by this estimate fits in the sans-serif faces of the look.
"""

from __future__ import annotations

import math

_WIDE, _NARROW = set("mwMWÑ%—@−+=<>←→…"), set("iljtfrI.,:;'|!()[]·-\N{NARROW NO-BREAK SPACE}")


def width_of(words: str, size: float = 13.0, *, bold: bool = False) -> float:
    """Estimated width in pixels, a little more than it is."""
    ems = sum(map(_ems, words))
    return ems * size * (1.12 if bold else 1.0)


def _ems(letter: str) -> float:
    """The width of a letter in DejaVu Sans, the widest face that a reader may have."""
    if letter in _WIDE:
        return 0.98
    if letter in _NARROW:
        return 0.4
    if letter == " ":
        return 0.32
    return 0.72 if letter.isupper() else 0.64


def wrap(words: str, width: float, size: float = 13.0, *, bold: bool = False) -> list[str]:
    """Lines no wider than `width`; a single word that is wider is cut with "…"."""
    lines: list[str] = []
    for word in words.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(joined, size, bold=bold) <= width:
            lines[-1] = joined
        else:
            lines.append(cut(word, width, size, bold=bold))
    return lines


def cut(words: str, width: float, size: float = 13.0, *, bold: bool = False) -> str:
    """The words, or as many letters as fit and "…", or nothing where not even one does."""
    if width_of(words, size, bold=bold) <= width:
        return words
    kept = words
    while kept and width_of(kept + "…", size, bold=bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else ""


def stacked(
    blocks: list[tuple[float, float]], first: float, last: float, gap: float = 6.0
) -> list[float]:
    """Where blocks of lines begin so that none meets another: near what they name.

    blocks : wanted base line of the first line, and height; from the top of the drawing down.
    first, last : the base lines between which all lines stand, as far as there is room.
    """
    bases: list[float] = []
    free = first
    for wanted, height in blocks:
        bases.append(max(wanted, free))
        free = bases[-1] + height + gap
    limit = last + 16.0
    for i in reversed(range(len(blocks))):
        bases[i] = min(bases[i], limit - blocks[i][1])
        limit = bases[i] - gap
    return bases


def ticks(top: float, *, about: int = 4, whole: bool = True) -> list[float]:
    """Round numbers from 0 to the first one not below `top`, in about `about` steps."""
    if not math.isfinite(top) or top < 1e-9:
        top = float(about) if whole else 1.0
    rough = top / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    if whole:
        step = max(1.0, math.ceil(step))
    count = max(1, math.ceil(top / step - 1e-9))
    return [i * step for i in range(count + 1)]


def round_scale(lower: float, upper: float) -> tuple[float, float]:
    """Ends of a scale that starts at 0 and leaves air above `upper`.

    The air, a third more, keeps a wide interval from looking like the whole scale.
    """
    top = max(upper, lower, 0.0) * 4 / 3
    return 0.0, ticks(top, about=2, whole=False)[-1]
