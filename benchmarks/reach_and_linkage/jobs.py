"""What linking costs: encoding, comparing, candidates and groups, from thousands to a million."""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from reach_and_linkage import people
from timing import exponent, medians, row, timed, warm

from convive.domain.reach.coded import encode, keys, link, schema
from convive.domain.reach.coded.tokens import Tokens
from convive.stats import linkage_bits

KEY = keys.Key("0123456789abcdef", dt.date(2025, 11, 29), bytes(32), "x")
PROGRAMME, CITY = 7_600, 200_000
ROWS = 60_000  # encoded to tell the speed


def tokens(size: int, count: int = 5) -> tuple[list[Tokens], float]:
    """Encoded lists, and the seconds that encoding took."""
    made = people.lists(size, count)
    start = time.perf_counter()
    found = [
        encode.encode(each, KEY, f"a{at}", schema.USUAL, keep_ids=True).tokens
        for at, (each, _who) in enumerate(made)
    ]
    return found, time.perf_counter() - start


def rows(large: bool) -> Iterator[dict[str, Any]]:
    yield popcount()
    ((listed, _who),) = people.lists(ROWS, 1)
    seconds = warm(lambda: encode.encode(listed, KEY, "a", schema.USUAL, keep_ids=True), 3)
    yield row(f"encode {ROWS:,} people", seconds, ROWS / 50_000, f"{ROWS / seconds:,.0f} a second")
    lists, _seconds = tokens(PROGRAMME)
    yield row(f"link {PROGRAMME:,} × 5", warm(lambda: link.link(lists), 3), 3.0)
    yield growth()
    if large:
        lists, encoding = tokens(CITY)
        seconds = timed(lambda: link.link(lists))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        yield row(
            f"encode and link {CITY:,} × 5", encoding + seconds, 300.0,
            f"encoding {encoding:.0f} s, {peak:.2f} GiB at most (goal: 3)",
        )  # fmt: skip


def popcount() -> dict[str, Any]:
    """Comparisons of 1,024 bits: each of two thousand rows with all that follow it."""
    draw = np.random.default_rng(1)
    bits = draw.integers(0, 2**63, (2_000, 16), dtype=np.uint64)
    left, right = np.triu_indices(len(bits), 1)
    size = linkage_bits.counts(bits)

    def numpy() -> None:
        for at in range(len(bits) - 1):
            both = np.bitwise_count(bits[at] & bits[at + 1 :]).sum(axis=1, dtype=np.int64)
            np.asarray(2 * both / (size[at] + size[at + 1 :]), dtype=np.float32)

    ours, theirs = medians(lambda: linkage_bits.dice(bits, size, left, right), numpy, 7)
    ratio = theirs / ours if theirs else None
    return row(
        f"compare {len(left):,} pairs", ours, "≥ 5 ×", f"{len(left) / ours / 1e6:,.0f} M a second",
        peer="NumPy bitwise_count", peer_s=theirs, ratio=ratio,
    )  # fmt: skip


def growth() -> dict[str, Any]:
    sizes, seconds = (5_000, 20_000, 80_000), []
    for size in sizes:
        lists, _encoding = tokens(size, 2)
        seconds.append(warm(lambda lists=lists: link.link(lists), 1))
    told = ", ".join(f"{each:.1f} s" for each in seconds)
    return row(
        f"growth, {' → '.join(f'{each:,}' for each in sizes)} × 2", seconds[-1], "< n^1.3",
        f"n^{exponent(sizes, seconds):.2f}: {told}",
    )  # fmt: skip
