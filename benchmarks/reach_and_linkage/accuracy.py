"""How well the files of FEBRL are linked: ours from tokens, splink from the plain text."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from reach_and_linkage.jobs import KEY
from reach_and_linkage.people import SHARED
from timing import row

from convive.domain.reach.coded import columns, encode, link, schema

NAMES = ("given", "surnames", "birth")
Pair = frozenset[str]
ROLES = (
    "given", "surnames", "birth", "house", "street", "block", "locality", "postcode", "region",
)  # fmt: skip


def rows() -> Iterator[dict[str, Any]]:
    settings.HOME.make()
    febrl = SHARED / "febrl"
    two = [febrl / "dataset4a.csv", febrl / "dataset4b.csv"]
    yield compared("FEBRL 4, all fields", two, ROLES, "F1 ≥ 0.99")
    yield compared("FEBRL 4, names and birth date", two, NAMES, "F1 ≥ 0.96")
    yield compared("FEBRL 1, doubles", [febrl / "dataset1.csv"], ROLES, "F1 ≥ 0.985")
    yield compared("FEBRL 2, doubles", [febrl / "dataset2.csv"], ROLES, "F1 ≥ 0.985")


def compared(job: str, files: list[Path], roles: tuple[str, ...], goal: str) -> dict[str, Any]:
    lists = [columns.read(path) for path in files]
    people = [replace(each, texts={role: each.texts[role] for role in roles}) for each in lists]
    ids = [own for each in people for own in each.ids]
    ours, seconds = _timed(lambda: ours_of(people))
    note = f"F1 {f1(ours, ids):.4f}"
    try:
        theirs, peer_s = _timed(lambda: splink_of(people))
    except ImportError:
        return row(job, seconds, goal, f"{note}; splink is not installed")
    best = f1(theirs, ids)
    return row(
        job, seconds, goal, f"{note}; splink on plain text F1 {best:.4f}",
        peer="splink", peer_s=peer_s, ratio=peer_s / seconds,
    )  # fmt: skip


def ours_of(people: list[columns.People]) -> set[Pair]:
    lists = [
        encode.encode(each, KEY, f"a{at}", schema.USUAL, keep_ids=True).tokens
        for at, each in enumerate(people)
    ]
    return {frozenset((a, b)) for _la, a, _lb, b, _p in link.pairs(link.link(lists))}


def splink_of(people: list[columns.People]) -> set[Pair]:
    """As its own example for these files has it: trained without labels, cut at one half."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    roles = list(people[0].texts)
    api = DuckDBAPI()
    tables = [
        api.register(
            pa.table(
                {"unique_id": each.ids}
                | {role: [text or None for text in each.texts[role]] for role in roles}
            ),
            dataset_display_name=f"list{at}",
        )
        for at, each in enumerate(people)
    ]  # fmt: skip
    comparisons: dict[str, Any] = {
        "given": cl.NameComparison("given"),
        "surnames": cl.NameComparison("surnames"),
        "birth": cl.DamerauLevenshteinAtThresholds("birth", [1, 2]),
        "house": cl.DamerauLevenshteinAtThresholds("house", [1, 2]),
        "street": cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
        "block": cl.JaroWinklerAtThresholds("block", [0.9, 0.8]),
        "locality": cl.JaroWinklerAtThresholds("locality", [0.9, 0.8]),
        "postcode": cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        "region": cl.ExactMatch("region"),
    }
    rules = [
        block_on("given", "surnames"), block_on("birth"), block_on("surnames"), block_on("given"),
        *([block_on("postcode"), block_on("street")] if "street" in roles else []),
    ]  # fmt: skip
    linker = Linker(
        tables if len(tables) > 1 else tables[0],
        SettingsCreator(
            link_type="link_only" if len(tables) > 1 else "dedupe_only",
            comparisons=[comparisons[role] for role in roles],
            blocking_rules_to_generate_predictions=rules,
        ),
        log_level=None,
    )
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given", "surnames", "birth")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("birth"), block_on("surnames", "given")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.5)
    if len(tables) > 1:
        record = found.as_record_list()
        best: dict[str, tuple[float, str]] = {}
        for each in record:  # one record of each list, as ours
            a, b, p = each["unique_id_l"], each["unique_id_r"], each["match_weight"]
            for one, other in ((a, b), (b, a)):
                best[one] = max(best.get(one, (-1e9, "")), (p, other))
        return {
            frozenset((one, other)) for one, (_p, other) in best.items() if best[other][1] == one
        }
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, 0.5)
    groups: dict[Any, list[str]] = {}
    for each in clusters.as_record_list():
        groups.setdefault(each["cluster_id"], []).append(each["unique_id"])
    return {frozenset((a, b)) for group in groups.values() for a in group for b in group if a < b}


def f1(found: set[Pair], ids: list[str]) -> float:
    """rec-7-org and rec-7-dup-0 are one person."""
    true = sum(len({own.split("-")[1] for own in pair}) == 1 for pair in found)
    people = Counter(own.split("-")[1] for own in ids)
    real = sum(count * (count - 1) // 2 for count in people.values())
    return 2 * true / (len(found) + real)


def _timed(work: Callable[[], set[Pair]]) -> tuple[set[Pair], float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
