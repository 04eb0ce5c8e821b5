"""Pages of a list that may hold a hundred thousand rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class LongList(Paginator[Any]):
    """As Django's paginator, but for how a page is read: its keys by an index alone, then those
    rows whole. Page 3,000 of people passes over 150,000 keys, and not over as many rows.

    rows : what is listed, ordered. whole : the same rows with what a page shows besides, where
        that costs; it is asked for those of one page.
    """

    def __init__(
        self, rows: QuerySet[Any], per_page: int, *, whole: QuerySet[Any] | None = None
    ) -> None:
        super().__init__(rows, per_page)
        self._whole = rows if whole is None else whole

    def page(self, number: int | str) -> Page[Any]:
        found = super().page(number)
        keys = list(found.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]
        rows = self._whole.in_bulk(keys)
        found.object_list = [rows[key] for key in keys if key in rows]
        return found
