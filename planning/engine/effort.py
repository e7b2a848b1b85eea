"""The effort of planning, counted in steps: simulations are limited by it, and not by the clock.

So the same inputs lead to the same plan on any machine, and it can be replayed. A step is the time that one month
of savings with interest takes, about a tenth of a microsecond; what takes longer counts as several steps.
"""

from dataclasses import dataclass
from typing import Final


class TooMuchEffortError(Exception):
    """A simulation would take more effort than is allowed."""


QUICK: Final = 300_000
"""What takes more steps than this, a few hundredths of a second, isn't quick."""


@dataclass(slots=True)
class Effort:
    """The steps that one plan has taken so far; at most `most`, if that is set."""

    spent: int = 0
    most: int | None = None

    def spend(self, steps: int) -> None:
        """Count steps.

        :raises TooMuchEffortError: that makes too many.
        """
        if self.most is not None and self.spent + steps > self.most:
            raise TooMuchEffortError
        self.spent += steps
