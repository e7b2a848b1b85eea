"""A lease is kept by a thread that prolongs it."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import pytest
from django.db import OperationalError

from fincred.ops.heartbeat import heartbeat

pytestmark = [pytest.mark.integration, pytest.mark.platform]


class FirstAtOnce(timedelta):
    """An interval that is nothing the first time, and an hour from then on."""

    was_read = False

    def total_seconds(self) -> float:
        seconds, self.was_read = (3600.0 if self.was_read else 0.0), True
        return seconds


def test_is_tried_again_at_once_while_the_database_is_away() -> None:
    """Once it is back, others take over what isn't prolonged."""
    failures, prolonged = [OperationalError(), OperationalError()], Event()

    def beat() -> None:
        if failures:
            raise failures.pop()
        prolonged.set()

    with heartbeat(beat, every=FirstAtOnce()):
        assert prolonged.wait(timeout=60)
