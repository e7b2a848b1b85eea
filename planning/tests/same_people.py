"""Hypothesis' examples that are the same at each run, whatever else is loaded."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider


class WithoutConstants(HypothesisProvider):
    """Draws at random alone: elsewhere Hypothesis also draws constants that it finds in modules loaded so far."""

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        return None


BACKEND = "without_constants"
AVAILABLE_PROVIDERS[BACKEND] = WithoutConstants


def always_the_same(examples: int) -> settings:
    """So many people, the same at each run, so that no change fails because of other people."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        backend=BACKEND,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
