"""Random people over HTTP, who follow their plans or don't: what they are told is true, and everywhere the same.

`DRILL_LIVES` lives from the seed `DRILL_SEED` on; a life that fails is made shorter and printed.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.db import transaction

from accounts.tests.factories import UserFactory
from planning.tests.lives.life import Life
from planning.tests.lives.script import Script, draw, shrink

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning, pytest.mark.django_db]

LIVES = int(os.environ.get("DRILL_LIVES", "60"))
SEED = int(os.environ.get("DRILL_SEED", "1"))
_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    yield
    logging.disable(before)


def failure_of(script: Script, clock: Any) -> tuple[str, Life, Exception] | None:
    """How a life fails, and what was done by then; afterwards it never was."""
    with transaction.atomic():
        life = Life(UserFactory.create(email=f"walker{next(_NUMBERS)}@example.com"), clock, script)
        try:
            life.live()
        except Exception as error:
            return getattr(error, "kind", type(error).__name__), life, error
        finally:
            transaction.set_rollback(True)
    return None


def shortened(script: Script, clock: Any) -> str | None:
    """A life that fails, made shorter, and all that was done in it; None if it doesn't fail."""
    failure = failure_of(script, clock)
    if failure is None:
        return None

    def fails(shorter: Script) -> bool:
        found = failure_of(shorter, clock)
        return found is not None and found[0] == failure[0]

    short = shrink(script, fails)
    _, life, error = failure_of(short, clock) or failure
    return "\n".join([f"{type(error).__name__}: {error}", "", str(short), "", *life.log])


@pytest.mark.drill
class TestLives:
    def test_are_told_the_truth(self, time_machine: Any) -> None:
        for seed in range(SEED, SEED + LIVES):
            failure = shortened(draw(seed), time_machine)
            assert failure is None, f"seed {seed}: {failure}"
