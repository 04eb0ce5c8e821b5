"""A page of a long list: its keys first, then its rows alone."""

from __future__ import annotations

import pytest
from cast import make_programme
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from convive.domain.programme.models import Place
from convive.kernel.paging import LongList

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground(db: None):
    make_programme()


@pytest.mark.parametrize("number", [1, 2, 99, "x"])
def test_a_page_holds_what_any_paginator_puts_on_it(number: object):
    rows = Place.objects.order_by("-code", "pk")
    plain, long = (kind(rows, 3).get_page(number) for kind in (Paginator, LongList))
    assert list(long) == list(plain)
    assert (long.number, long.paginator.count) == (plain.number, plain.paginator.count)
    assert long.has_next() == plain.has_next()


def test_what_costs_is_asked_of_one_page_alone():
    rows = Place.objects.order_by("pk")
    below = rows.annotate(below=Count("children"))
    with CaptureQueriesContext(connection) as asked:
        page = LongList(rows, 2, whole=below).get_page(2)
    assert [one.below for one in page] == [one.below for one in below[2:4]]
    count, keys, whole = (query["sql"] for query in asked)
    assert "COUNT(*)" in count and "JOIN" not in keys and "LIMIT 2 OFFSET 2" in keys
    assert "GROUP BY" in whole and " IN (" in whole
