"""What a table of counts lets its reader work out about the counts that it hides.

A table that adds up is a flow. Rows and columns are nodes, one more row and one more column stand
for the totals. A count of the inside flows from its row to its column, a row total back from the
totals' column to the row, and so on; at every node, what comes in goes out. The counts that are
shown are fixed; a hidden count can rise exactly as far as flow can be sent round through the other
hidden ones. So the range of a hidden count is two maximum flows. As the network is totally
unimodular, the ends are whole and both are reached: the ranges are exact.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bounds = tuple[int, int | None]
Node = int
Arc = tuple[Node, Node]
Room = dict[Node, dict[Node, float]]
_FREE = float("inf")


@dataclass(frozen=True)
class Entry:
    """A count of the table or one of its totals.

    at : row and column; the totals stand in the row and column after the last.
    order : 0 inside, 1 a total, 2 the grand total.
    source, target : nodes of its arc.
    """

    at: tuple[int, int]
    value: int
    threshold: int
    order: int
    source: Node
    target: Node


def _at_least_one(_entry: Entry) -> Bounds:
    """What everybody knows of a hidden entry, as zeros are shown."""
    return 1, None


class Margins:
    """A table with its totals, as a network.

    counts, thresholds : arrays, rows × columns.
    shown : which totals a reader may see: of rows, of columns, of all.
    """

    def __init__(
        self,
        counts: NDArray[np.int64],
        thresholds: NDArray[np.int64],
        totals: tuple[bool, bool, bool],
    ) -> None:
        rows, columns = counts.shape
        values = np.zeros((rows + 1, columns + 1), dtype=np.int64)
        values[:rows, :columns] = counts
        values[:rows, columns] = counts.sum(axis=1)
        values[rows, :columns] = counts.sum(axis=0)
        values[rows, columns] = counts.sum()
        self.largest = int(values.max())
        self.at: dict[tuple[int, int], Entry] = {}
        self.shown: list[Entry] = []
        self._unseen: list[Entry] = []
        for i in range(rows + 1):
            for j in range(columns + 1):
                order = (i == rows) + (j == columns)
                row, column = i, rows + 1 + j
                here = thresholds[
                    slice(None) if i == rows else slice(i, i + 1),
                    slice(None) if j == columns else slice(j, j + 1),
                ]
                entry = Entry(
                    at=(i, j),
                    value=int(values[i, j]),
                    threshold=int(here.max()),
                    order=order,
                    source=column if order == 1 else row,
                    target=row if order == 1 else column,
                )
                self.at[entry.at] = entry
                seen = order == 0 or (
                    totals[2] if order == 2 else totals[0] if j == columns else totals[1]
                )
                (self.shown if seen else self._unseen).append(entry)

    def bounds(
        self,
        hidden: Collection[Entry],
        known: Callable[[Entry], Bounds] = _at_least_one,
    ) -> dict[Entry, Bounds]:
        """Smallest and largest value that each hidden entry can have; None is no bound.

        known : what the reader knows of a hidden entry to begin with.
        """
        room = self._room(hidden, known)
        found = {}
        for entry in hidden:
            first, last = known(entry)
            fall, rise = _slack(room, entry)
            lower = max(first, entry.value - int(fall))
            found[entry] = (lower, last if rise == _FREE else entry.value + int(rise))
        return found

    def exposed(self, entries: Iterable[Entry], hidden: Collection[Entry]) -> Iterator[Entry]:
        """Those of the hidden `entries` that have fewer possible values than their threshold."""
        room = self._room(hidden, _at_least_one)
        for entry in entries:
            if sum(_slack(room, entry, entry.threshold - 1)) < entry.threshold - 1:
                yield entry

    def cheapest_path(
        self,
        entry: Entry,
        hidden: Collection[Entry],
        cost: Callable[[Entry], float],
    ) -> set[Entry]:
        """Entries to hide, at the least cost, so that `entry` has as many values as it needs.

        Dijkstra's path from the target of the entry back to its source, along arcs that have room
        for what it must still be able to rise: hidden ones are free, shown ones cost what hiding
        them costs. Zeros stay shown. There always is a path: over the totals, which have no bound.
        """
        free = self._room(hidden, _at_least_one)
        rise = entry.threshold - 1 - _slack(free, entry)[0]
        ways: dict[Node, dict[Node, Entry | None]] = {
            node: {to: None for to, room in arcs.items() if room >= rise}
            for node, arcs in free.items()
        }
        for other in self.shown:
            if other.value and other not in hidden:
                ways.setdefault(other.source, {})[other.target] = other
                if other.value > rise:
                    ways.setdefault(other.target, {})[other.source] = other
        ways[entry.target].pop(entry.source, None)
        best: dict[Node, float] = {entry.target: 0.0}
        came: dict[Node, tuple[Node, Entry | None]] = {}
        queue = [(0.0, entry.target)]
        while queue:
            spent, node = heapq.heappop(queue)
            if node == entry.source:
                break
            if spent > best[node]:
                continue
            for to, by in ways.get(node, {}).items():
                total = spent + (cost(by) if by else 0.0)
                if total < best.get(to, _FREE):
                    best[to], came[to] = total, (node, by)
                    heapq.heappush(queue, (total, to))
        to_hide, node = set(), entry.source
        while node != entry.target:
            node, by = came[node]
            if by:
                to_hide.add(by)
        return to_hide

    def _room(self, hidden: Collection[Entry], known: Callable[[Entry], Bounds]) -> Room:
        """How far each arc that is not fixed can still rise, and fall as an arc backwards."""
        room: Room = {}
        for entry in hidden:
            first, last = known(entry)
            up = _FREE if last is None else last - entry.value
            _join(room, entry, up, entry.value - first)
        for entry in self._unseen:
            _join(room, entry, _FREE, entry.value)
        return room


def _join(room: Room, entry: Entry, up: float, down: float) -> None:
    room.setdefault(entry.source, {})[entry.target] = up
    room.setdefault(entry.target, {})[entry.source] = down


def _slack(room: Room, entry: Entry, enough: float = _FREE) -> tuple[float, float]:
    """How far an entry can fall and rise; not looked into further than `enough` for both together.

    The arc of the entry itself stands aside: flow must come round through the others.
    """
    up = room[entry.source].pop(entry.target)
    down = room[entry.target].pop(entry.source)
    fall = _max_flow(room, entry.source, entry.target, min(down, enough))
    rise = _max_flow(room, entry.target, entry.source, min(up, enough - fall))
    room[entry.source][entry.target] = up
    room[entry.target][entry.source] = down
    return fall, rise


def _max_flow(room: Room, start: Node, end: Node, limit: float) -> float:
    """Edmonds and Karp: send up to `limit` along shortest paths. `room` is not changed."""
    left = {node: dict(arcs) for node, arcs in room.items()}
    flow = 0.0
    while flow < limit and (path := _path(left, start, end)):
        step = min(left[a][b] for a, b in path)
        if step == _FREE:
            return limit
        for a, b in path:
            left[a][b] -= step
            left[b][a] += step
        flow += step
    return min(flow, limit)


def _path(left: Room, start: Node, end: Node) -> list[Arc]:
    came: dict[Node, Node] = {start: start}
    queue = deque([start])
    while queue and end not in came:
        node = queue.popleft()
        for to, room in left.get(node, {}).items():
            if room > 0 and to not in came:
                came[to] = node
                queue.append(to)
    if end not in came:
        return []
    path = []
    while end != start:
        path.append((came[end], end))
        end = came[end]
    return path
