"""Which cells are neighbours of which, and with what weight: sparse, row by row.

The three arrays are those of a CSR matrix (`scipy.sparse.csr_array`): row i has the neighbours
`indices[indptr[i]:indptr[i + 1]]` with the weights `data[indptr[i]:indptr[i + 1]]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbours:
    """Sparse weights of n cells; make them with `neighbours`, `on_grid` or `within`.

    indptr : (n + 1,) where each row begins.
    indices : (m,) number of the neighbour, from 0; rising within a row, each once.
    data : (m,) its weight.
    """

    indptr: Whole
    indices: Whole
    data: Floats

    @property
    def n(self) -> int:
        return len(self.indptr) - 1

    @property
    def row(self) -> Whole:
        """(m,) the cell to which each entry belongs."""
        return np.repeat(np.arange(self.n), np.diff(self.indptr))

    def row_standardised(self) -> Neighbours:
        """The same neighbours with weights that sum to 1 in each row (rows of sum 0 stay)."""
        total = np.bincount(self.row, self.data, self.n)
        scale = np.divide(1.0, total, out=np.ones(self.n), where=total != 0)
        return Neighbours(self.indptr, self.indices, self.data * scale[self.row])


def neighbours(indptr: ArrayLike, indices: ArrayLike, data: ArrayLike | None = None) -> Neighbours:
    """Check the arrays of a CSR matrix and put each row in order; without `data` all weigh 1.

    Raises
    ------
    ValueError
        The arrays do not fit each other; a neighbour is no cell, or named twice in a row; a weight
        is not a finite number.
    """
    start, cell = np.asarray(indptr), np.asarray(indices)
    if start.ndim != 1 or cell.ndim != 1 or len(start) < 2:
        raise ValueError("indptr: give the beginnings of at least one row, and flat indices")
    if not all(np.issubdtype(a.dtype, np.integer) or not a.size for a in (start, cell)):
        raise ValueError("indices: give whole numbers")
    start, cell = start.astype(np.int64), cell.astype(np.int64)
    if start[0] != 0 or start[-1] != len(cell) or (np.diff(start) < 0).any():
        raise ValueError("indptr: it must rise from 0 to the number of indices")
    n = len(start) - 1
    if cell.size and (cell.min() < 0 or cell.max() >= n):
        raise ValueError(f"indices: a neighbour is not among the {n} cells, numbered from 0")
    weight = np.ones(len(cell)) if data is None else np.array(data, dtype=np.float64)
    if weight.shape != cell.shape or not np.isfinite(weight).all():
        raise ValueError("data: give one finite weight for each neighbour")
    row = np.repeat(np.arange(n), np.diff(start))
    step = np.diff(cell)
    same_row = np.diff(row) == 0
    if (same_row & (step <= 0)).any():
        order = np.lexsort((cell, row))
        cell, weight = cell[order], weight[order]
        if ((np.diff(cell) == 0) & same_row).any():
            raise ValueError("indices: a row names a neighbour twice")
    return Neighbours(start, cell, weight)


def on_grid(
    rows: int, columns: int, inside: ArrayLike | None = None, corners: bool = True
) -> Neighbours:
    """Neighbours on a grid whose cells are numbered row by row; weights 1, no cell its own.

    Parameters
    ----------
    inside : (rows, columns) of bool
        Cells that count. Only they are numbered, in the same order; `values[inside]` fits.
    corners : bool
        Whether cells that touch at a corner are neighbours (queen) or only at a side (rook).
    """
    held = np.ones((rows, columns), bool) if inside is None else np.asarray(inside, dtype=bool)
    if held.shape != (rows, columns) or not held.any():
        raise ValueError("inside: give one value for each cell of the grid, some of them true")
    number = np.full((rows + 2, columns + 2), -1)
    number[1:-1, 1:-1][held] = np.arange(held.sum())
    steps = [
        (r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r or c) and (corners or not (r and c))
    ]
    there = np.stack(
        [number[1 + r : 1 + r + rows, 1 + c : 1 + c + columns][held] for r, c in steps], axis=1
    )
    known = there >= 0
    start = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    return Neighbours(start, there[known], np.ones(int(start[-1])))


def within(x: ArrayLike, y: ArrayLike, metres: float) -> Neighbours:
    """Cells whose centres are at most `metres` apart; weights 1, no cell its own neighbour.

    Parameters
    ----------
    x, y : (n,) in metres, never degrees
    """
    if not metres > 0:
        raise ValueError("metres: give a distance above 0")
    points = np.column_stack([np.asarray(x, np.float64), np.asarray(y, np.float64)])
    if not len(points) or not np.isfinite(points).all():
        raise ValueError("x, y: give the centres of one cell or more, in metres")
    pairs = cKDTree(points).query_pairs(metres, output_type="ndarray").astype(np.int64)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    start = np.concatenate([[0], np.cumsum(np.bincount(both[:, 0], minlength=len(points)))])
    return Neighbours(start, both[:, 1], np.ones(len(both)))
