"""The search for the smallest number that is enough, in few tries, because each try plans all goals again."""

from collections.abc import Callable
from typing import Final, NamedTuple

from planning.engine.money.cents import divided_up

_SLOW_GUESSES: Final = 2
"""After this number of guesses in a row that left more than half of the range, the next one halves it."""

Margin = Callable[[int], int]
"""What is left, in cents, with a number such as the size of a change: 0 or more if it is enough."""


class _Point(NamedTuple):
    """A number and its margin."""

    number: int
    margin: int

    def zero_through(self, other: "_Point") -> int:
        """Where the rising line through both points reaches 0, rounded up."""
        run, rise = other.number - self.number, other.margin - self.margin
        return self.number + divided_up(-self.margin * run, rise)


def smallest_number(
    margin: Margin, *, above: int, lacking: int, rise: int, most: int, is_flat: bool = False
) -> tuple[int, int] | None:
    """Find a number from `above` + 1 to `most` with a margin of 0 or more, whose predecessor has one below 0.

    Returns it and the rise of the margin from its predecessor. It is the smallest such number if margins rise.
    None if `most` has a margin below 0. The margin of `above` is below 0, by about `lacking`; `rise` is how much
    margins roughly rise from one number to the next. Both are above 0. `is_flat`: margins may stay the same for
    many numbers.
    """
    before, low, step = _Point(above - 1, -lacking - rise), _Point(above, -lacking), 0
    while True:
        step += 1
        if low.number >= most:
            return None
        # The guess is where the line through the last two margins reaches 0. If margins don't rise, and every
        # fourth time, so that the search ends, it is twice as far as before.
        guess = max(low.number + 1, 2 * low.number - above)
        if low.margin > before.margin and step % 4:
            guess = before.zero_through(low)
        tried = _tried(margin, min(guess, most))
        if tried.margin >= 0:
            return _between(margin, before, low, tried, is_flat=is_flat)
        # If margins fall, the line gets the slope `rise`.
        before = low if tried.margin >= low.margin else _Point(tried.number - 1, tried.margin - rise)
        low = tried


def _between(margin: Margin, before: _Point, low: _Point, high: _Point, *, is_flat: bool) -> tuple[int, int]:
    """The same, between `low` with a margin below 0 and `high` with one that isn't; `before` is below `low`."""
    same = slow = 0
    while (width := high.number - low.number) > 1:
        # Margins are often straight below 0. So the guess is where the line through the last two of them reaches 0
        # or, if that isn't below `high`, where the line from `low` to `high` does.
        guess = before.zero_through(low) if low.margin > before.margin else high.number
        if guess >= high.number:
            guess = low.zero_through(high)
        if is_flat and before.number == low.number - 1:  # not yet a line that ends near 0: the guess will be
            guess -= (guess - low.number) // 32
        if slow == _SLOW_GUESSES:
            guess, slow = (low.number + high.number) // 2, -1
        elif guess >= high.number - 1:  # just below `high` and, if that is flat, further and further below it
            guess = high.number - (max(1, width // max(2, 32 >> same)) if same else 1)
        tried = _tried(margin, max(guess, low.number + 1))
        if tried.margin >= 0:
            same = same + 1 if tried.margin == high.margin else 0
            high = tried
        else:
            before, low, same = low, tried, 0
        slow = slow + 1 if 2 * (high.number - low.number) > width else 0
    return high.number, high.margin - low.margin


def _tried(margin: Margin, number: int) -> _Point:
    return _Point(number, margin(number))
