"""A regular grid over a place, in metres."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """A regular grid in metres, rows from south to north, columns from west to east.

    left, bottom : south-western corner.
    width, height : of one cell.
    rows, columns : number of cells.
    """

    left: float
    bottom: float
    width: float
    height: float
    rows: int
    columns: int

    def __post_init__(self) -> None:
        sizes = (self.left, self.bottom, self.width, self.height)
        if not np.isfinite(sizes).all() or not (self.width > 0 and self.height > 0):
            raise ValueError("grid: give finite corners and cells of a size above 0, in metres")
        if self.rows < 1 or self.columns < 1:
            raise ValueError("grid: give at least one row and one column")

    @classmethod
    def over(cls, left: float, bottom: float, right: float, top: float, cell: float) -> Grid:
        """Square cells of side `cell` that cover the rectangle, the last ones jutting out."""
        if not (right > left and top > bottom and cell > 0):
            raise ValueError("grid: give right above left, top above bottom, cell above 0")
        rows, columns = ceil((top - bottom) / cell - 1e-9), ceil((right - left) / cell - 1e-9)
        return cls(left, bottom, cell, cell, max(rows, 1), max(columns, 1))

    @property
    def x(self) -> Floats:
        """(columns,) eastings of the centres."""
        return self.left + self.width * (np.arange(self.columns, dtype=np.float64) + 0.5)

    @property
    def y(self) -> Floats:
        """(rows,) northings of the centres."""
        return self.bottom + self.height * (np.arange(self.rows, dtype=np.float64) + 0.5)

    @property
    def cell_area(self) -> float:
        return self.width * self.height

    def cell_of(self, x: ArrayLike, y: ArrayLike) -> Whole:
        """Number of the cell of each point, row by row from 0; −1 outside the grid.

        A point on a line belongs to the cell north or east of it.
        """
        column = np.floor((np.asarray(x, np.float64) - self.left) / self.width)
        row = np.floor((np.asarray(y, np.float64) - self.bottom) / self.height)
        held = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows)
        return np.where(held, np.where(held, row * self.columns + column, 0), -1).astype(np.int64)
