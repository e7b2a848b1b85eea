"""Level payments that are known already, by what they depend on."""

from collections.abc import Callable, Hashable

from planning.engine.effort import Effort


class Levels:
    """Level payments, and the steps that each took to find.

    Plans on the same calendar can share them. A plan that asks for a known one spends the same steps as if it had
    to be found. So the effort of a plan, and with it what its search finds, doesn't depend on other plans.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[int, int]] = {}

    def find(self, key: Hashable, search: Callable[[], int], effort: Effort) -> int:
        """The level payment of this key. If it isn't known, `search` finds it and counts its `effort`."""
        known = self._known.get(key)
        if known is None:
            before = effort.spent
            level = search()
            self._known[key] = level, effort.spent - before
            return level
        level, steps = known
        effort.spend(steps)
        return level
