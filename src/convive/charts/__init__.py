"""Accessible SVG, drawn from numbers and words that the caller gives.

Every function is pure and returns the text of one SVG. `key` begins its ids and must be unique on
the page; `label` is the sentence that names it for those who do not see it; words and written
numbers come translated. `ink=PAGE` colours by the classes of the look, `ink=PRINT` by attributes in
the light palette, for documents.
"""

from convive.charts.bars import Bar, bars
from convive.charts.comparison import Change, comparison
from convive.charts.ink import PAGE, PRINT, Ink
from convive.charts.interval import Interval, interval_scale, scale_for
from convive.charts.maps import Area, cells, choropleth, locator, sketch
from convive.charts.series import (
    NARROW,
    PAPER,
    WIDE,
    Break,
    Drawing,
    Foretold,
    Point,
    Series,
    both_drawings,
    series,
)
from convive.charts.swatches import SWATCHES, swatch

__all__ = [
    "NARROW",
    "PAGE",
    "PAPER",
    "PRINT",
    "SWATCHES",
    "WIDE",
    "Area",
    "Bar",
    "Break",
    "Change",
    "Drawing",
    "Foretold",
    "Ink",
    "Interval",
    "Point",
    "Series",
    "bars",
    "both_drawings",
    "cells",
    "choropleth",
    "comparison",
    "interval_scale",
    "locator",
    "scale_for",
    "series",
    "sketch",
    "swatch",
]
