from __future__ import annotations

import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]


class TestAccept:
    @pytest.mark.parametrize(
        "accept",
        [
            "",
            "*/*",
            "application/json",
            "application/*",
            "Application/JSON; indent=4",
            "text/html, application/json;q=0.5",
            "text/*, */*",
            "text/html,*/*;q=0.8",
            "*/*;q=0, application/json",
        ],
    )
    def test_that_lets_json_be(self, api: APIClient, accept: str) -> None:
        assert api.get("/api/v0/health/live", headers={"Accept": accept}).status_code == 200

    @pytest.mark.parametrize(
        "accept",
        ["text/html", "image/*", ",", "application/json;q=0", "*/*; q=0.000", "application/json;q=0, */*"],
    )
    def test_that_excludes_json(self, api: APIClient, accept: str) -> None:
        refusal = api.get("/api/v0/health/live", headers={"Accept": accept})
        assert (refusal.status_code, refusal.json()["error_code"]) == (406, "NOT_ACCEPTABLE")
