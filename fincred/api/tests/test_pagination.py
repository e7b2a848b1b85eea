from __future__ import annotations

import re

import pytest
from django.test import RequestFactory

from fincred.api.pagination import Page

pytestmark = [pytest.mark.unit, pytest.mark.platform]


class TestPage:
    @pytest.mark.parametrize(
        ("limit", "offset", "total", "places"),
        [
            (20, 0, 0, {"first": 0, "last": 0}),
            (20, 0, 20, {"first": 0, "last": 0}),
            (20, 0, 21, {"first": 0, "next": 20, "last": 20}),
            (10, 10, 35, {"first": 0, "prev": 0, "next": 20, "last": 30}),
            (10, 30, 35, {"first": 0, "prev": 20, "last": 30}),
            (10, 5, 12, {"first": 0, "prev": 0, "last": 10}),
            (10, 90_000, 35, {"first": 0, "prev": 30, "last": 30}),
        ],
    )
    def test_knows_its_neighbours(self, limit: int, offset: int, total: int, places: dict[str, int]) -> None:
        assert Page(limit=limit, offset=offset, total=total).offsets == places

    def test_links_keep_the_filters(self) -> None:
        request = RequestFactory().get("/api/v0/goals?status=active&limit=2")
        headers = Page(limit=2, offset=0, total=3).headers(request)
        assert headers["X-Total-Count"] == "3"
        links = {rel: url for url, rel in re.findall(r'<([^>]+)>; rel="(\w+)"', headers["Link"])}
        assert links["next"] == "http://testserver/api/v0/goals?status=active&limit=2&offset=2"
        assert set(links) == {"first", "next", "last"}
