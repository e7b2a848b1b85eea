from __future__ import annotations

from collections.abc import Iterator

import pytest

from fincred.events import GoalsChanged, subscribed


@pytest.fixture
def published() -> Iterator[list[GoalsChanged]]:
    """Every GoalsChanged of the test."""
    heard: list[GoalsChanged] = []
    with subscribed(GoalsChanged, heard.append):
        yield heard
