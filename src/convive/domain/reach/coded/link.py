"""Lists of tokens become groups: which records, of all lists, are one person. No key is needed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from convive.domain.reach.coded.tokens import Tokens
from convive.kernel.errors import BadInput
from convive.stats import linkage
from convive.stats.linkage_thresholds import Posterior

PAIR_COLUMNS = ("list_a", "id_a", "list_b", "id_b", "probability")


@dataclass(frozen=True)
class Linked:
    """Lists and what was found of them; records are numbered over all lists, one after another.

    of_list : (n,) number of each record's list. known : (n,) number of the person whom a DNI
    names, 0 where there is none. links : groups, pairs, posteriors and recall.
    """

    lists: tuple[Tokens, ...]
    of_list: NDArray[np.int64]
    known: NDArray[np.int64]
    links: linkage.Links

    @property
    def people(self) -> int:
        """Different people in all lists together."""
        return len(np.unique(self.links.group))


def link(
    lists: Sequence[Tokens], *, seed: int = 0, progress: Callable[[float], None] | None = None
) -> Linked:
    """Link lists of one key and one schema.

    Raises BadInput where lists were encoded under different keys or schemas, two are of one
    agency, or there is none.
    """
    check(lists)
    of_list = np.repeat(np.arange(len(lists)), [len(each) for each in lists])
    hashes = np.concatenate([each.dni for each in lists])
    found, number = np.unique(hashes, return_inverse=True)
    known = number.astype(np.int64) + (found[0] != b"") if len(found) else number
    bits = np.concatenate([each.bits for each in lists])
    return Linked(
        tuple(lists), of_list, known,
        linkage.link(bits, of_list, known, seed=seed, progress=progress),
    )  # fmt: skip


def check(lists: Sequence[Tokens]) -> None:
    """Raise BadInput where these lists cannot be linked with each other."""
    if not any(len(each) for each in lists):
        raise BadInput.at("FILE", _("There is nobody in these lists."), _("Name files of tokens."))
    first = lists[0]
    agencies: set[str] = set()
    for each in lists:
        if each.key_id != first.key_id:
            raise BadInput.at(
                each.agency,
                _("It was encoded with another key than %(other)s.") % {"other": first.agency},
                _("All agencies encode with the one key of the run."),
            )
        if each.schema != first.schema or each.bits.shape[1] != first.bits.shape[1]:
            raise BadInput.at(
                each.agency,
                _("It was encoded by another schema than %(other)s.") % {"other": first.agency},
                _("All agencies encode by the same schema, with the same version of Convive."),
            )
        if each.agency in agencies:
            raise BadInput.at(
                each.agency,
                _("Two lists are of this agency."),
                _("Send one list, or encode them under two codes."),
            )
        agencies.add(each.agency)


def pairs(linked: Linked) -> Iterator[tuple[str, str, str, str, float]]:
    """Each two records of one person: list and id of both, and how likely they are one.

    Pairs that were not compared, but follow from others, have the least probability on their way.
    """
    links, lists = linked.links, linked.lists
    ids = np.concatenate([each.ids for each in lists])
    agencies = np.array([each.agency for each in lists])[linked.of_list]
    n = len(ids)
    code = links.left * np.int64(n) + links.right
    order = np.argsort(code)
    code, probability = code[order], links.probability[order]
    members = np.argsort(links.group, kind="stable")
    ends = np.flatnonzero(np.diff(links.group[members], append=-1)) + 1
    start = 0
    for end in map(int, ends):
        group = np.sort(members[start:end])
        start = end
        if len(group) < 2:
            continue
        a, b = (group[side] for side in np.triu_indices(len(group), 1))
        wanted = a * np.int64(n) + b
        at = np.minimum(np.searchsorted(code, wanted), len(code) - 1)
        is_pair = (code[at] == wanted) & (probability[at] >= 0.5)
        least = probability[at][is_pair].min(initial=1.0)
        for i, j, p in zip(a, b, np.where(is_pair, probability[at], least), strict=True):
            yield str(agencies[i]), str(ids[i]), str(agencies[j]), str(ids[j]), float(p)


def pairs_csv(linked: Linked) -> str:
    """The pairs as a table. It tells who is in which list: for tests and for clerical checks."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(PAIR_COLUMNS)
    for *names, probability in pairs(linked):
        rows.writerow([*names, f"{probability:.4f}"])
    return out.getvalue()


def as_json(linked: Linked) -> dict[str, Any]:
    """What was found, as counts alone; docs/methods/reach.md explains each."""
    links, lists = linked.links, linked.lists
    sizes = [len(each) + sum(each.refused.values()) + each.without_fields for each in lists]
    groups = np.unique(links.group)
    doubled = np.unique(links.double)
    different = np.bincount(linked.of_list[doubled], minlength=len(lists))
    return {
        "lists": [
            {
                "agency": each.agency,
                "rows": size,
                "encoded": len(each),
                "different": int(people),
                "with_dni": int((each.dni != b"").sum()),
                "refused": sum(each.refused.values()),
                "without_fields": each.without_fields,
                "sample": each.is_sample,
            }
            for each, size, people in zip(lists, sizes, different, strict=True)
        ],
        "sizes": {each.agency: len(each) for each in lists},
        "refused": sum(sum(each.refused.values()) for each in lists),
        "sum": sum(len(each) for each in lists),
        "largest": max(int(count) for count in different),
        "groups": len(groups),
        "pairs": sum(1 for _pair in pairs(linked)),
        "thresholds": [
            _threshold(lists[a].agency, lists[b].agency, posterior)
            for (a, b), posterior in links.posteriors.items()
        ],
        "candidates_recall": links.recall,
        "candidates_recall_dni": links.recall_known,
        "schema": lists[0].schema,
        "key": lists[0].key_id,
    }


def _threshold(a: str, b: str, posterior: Posterior) -> dict[str, Any]:
    """Of two lists, or within one: no threshold where no score tells a match."""
    return {
        "lists": [a, b],
        "threshold": posterior.threshold if posterior.threshold <= 1 else None,
        "matches": posterior.matches,
        "false": posterior.false,
        "missed": posterior.missed,
    }
