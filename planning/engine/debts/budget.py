"""The sum that is paid on all debts together on each payment date."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Self

from fincred.money import ZERO


@dataclass(frozen=True, slots=True)
class Extra:
    """An `amount` on each payment date from `since` to `until`, both included; None doesn't limit it."""

    amount: Decimal
    since: date | None = None
    until: date | None = None

    def on(self, day: date) -> Decimal:
        is_paid = (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
        return self.amount if is_paid else ZERO


@dataclass(frozen=True, slots=True)
class Budget:
    """The minimum payments and `extra`; or `monthly` in all, if that isn't None.

    `payments` come on top: each a day and an amount, paid with the first payment date on or after the day. `more`
    comes on top of every month.
    """

    extra: Extra = field(default=Extra(ZERO))
    monthly: Decimal | None = None
    payments: Sequence[tuple[date, Decimal]] = ()
    more: Decimal = ZERO

    def raised(self, more: Decimal) -> Self:
        """The budget with `more` added every month."""
        return replace(self, more=self.more + more)

    def on_top(self, after: date | None, day: date) -> Decimal:
        """What is paid on a date above the minimums, or above `monthly`; `after` is the payment date before it."""
        once = [amount for told, amount in self.payments if (after is None or after < told) and told <= day]
        extra = self.extra.on(day) if self.monthly is None else ZERO
        return sum(once, extra + self.more)
