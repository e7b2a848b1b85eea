from __future__ import annotations

import pytest

from goals.transitions import ALLOWED, CLOSED, OPEN
from goals.vocabulary import Status

pytestmark = [pytest.mark.unit, pytest.mark.goals]


class TestAllowed:
    def test_knows_every_status(self) -> None:
        assert set(ALLOWED) == {*OPEN, *CLOSED} == set(Status)

    def test_leads_from_everywhere_back_to_active(self) -> None:
        assert all("active" in ALLOWED[status] for status in Status if status != "active")
