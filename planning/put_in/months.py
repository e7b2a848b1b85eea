"""What was put into a goal in the present month of the planning calendar, so that no money is counted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from fincred.money import ZERO
from planning.engine import codec

Step = tuple[date, Decimal]
"""From this calendar date on, this amount each month, until the next step."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """A goal's amount now and before the month began, and the part of the difference that is `interest`.

    `withdrawn` is what was taken out of a reserve in the month: it lowers no payment.

    `ended` are the cycles of a recurring goal that ended in the month: the day of each, and what was put in. The
    present cycle then began with `before`, and `interest` is what was told in it. They count even if the goal is
    no longer recurring, or has another date.

    `is_of_month` is False if no check-in is dated within the month; then only `now` counts.

    `lowest` is the lowest amount of the month's check-ins. It is read only if a version counted a fall.
    """

    now: Decimal
    before: Decimal = ZERO
    interest: Decimal = ZERO
    is_of_month: bool = False
    withdrawn: Decimal = ZERO
    ended: Sequence[tuple[date, Decimal]] = ()
    lowest: Decimal | None = None

    @property
    def began(self) -> date | None:
        """The day on which the present cycle began; None if that was before the month."""
        return self.ended[-1][0] if self.ended else None

    def put_in_cycles_after(self, day: date | None) -> Decimal:
        """What was put into the cycles that ended in the month after `day`; without a day, into all of them."""
        return sum([amount for end, amount in self.ended if day is None or end > day], ZERO)

    @property
    def put_in(self) -> Decimal:
        """What was put in this month, with interest; less than 0 where an amount was corrected."""
        return self.now - self.before + self.withdrawn


@dataclass(frozen=True, slots=True)
class PlannedMonth:
    """A month from `start`, as a version of a goal's plan counted it."""

    start: date
    amount: Decimal  # what was there on the day of planning
    paid: Decimal = ZERO  # the part of it that was put in this month as the plan asks
    # The part that was put in this month before the goal had a plan; for a reserve with withdrawals also what is
    # beyond the ask.
    unplanned: Decimal = ZERO
    # Of linked debts: what the month before asked for. None if they weren't planned then, and on all days but the
    # month's first.
    last_ask: Decimal | None = None
    # Of linked debts: the goal's date up to the end of the month before, if it was changed since.
    last_by: date | None = None
    began: date | None = None  # the day on which the present cycle began, if one ended in the month
    elsewhere: Decimal | None = None  # what was then put into the cycles before it as the plan asked
    # The version counts from so much less than the opening balance, because more was taken out in the month than
    # put in.
    fallen: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is stored: amounts and dates are strings."""
        return {name: codec.plain(value) for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a month from the output of `as_json`; fields that a newer release may have added are left out."""
        values: dict[str, Any] = {
            name: date.fromisoformat(text) if name in {"start", "last_by", "began"} else Decimal(text)
            for name, text in document.items()
            if name in cls.__slots__
        }
        return cls(**values)


def amount_of_month(document: Mapping[str, Any], start: date) -> Decimal | None:
    """`PlannedMonth.from_json(document).amount`, read by itself; None if that month didn't begin on `start`."""
    return Decimal(document["amount"]) if document["start"] == start.isoformat() else None


@dataclass(frozen=True, slots=True)
class Planned:
    """What the newest version of a goal's plan says of its own month and of those after it.

    `instalments` are its payments by month, made or not. `month` is None for versions from before months were
    counted; then `this_month` is what it asks for. It is `of_debts` if linked debts were planned, up to the day
    `by`.
    """

    month: PlannedMonth | None
    this_month: Decimal
    instalments: Sequence[Step]
    of_debts: bool = False
    by: date | None = None

    def fell_in(self, start: date) -> bool:
        """Whether it counts the month from `start` from less than the opening balance."""
        return self.month is not None and self.month.start == start and self.month.fallen is not None

    def ask_of(self, start: date) -> Decimal:
        """All that the month from `start` asks for, paid or not; for a full goal that is what was paid."""
        if self.month is None:
            return self.this_month
        made = self.month.paid if self.month.start == start else ZERO
        return max(made, amount_on(start, self.instalments))


def count_month(start: date, amounts: Amounts, planned: Planned | None) -> PlannedMonth:
    """Count the month from `start`; `planned` is the goal's newest version, None without one.

    Payments count up to what the version asks for. What was put in before there was a plan, or beyond the ask,
    belongs to the opening balance; so does interest that is told with a payment. If a version was made when less
    than the opening balance was left, it counts from what was left, and what is put in after it is a payment.
    """
    if not amounts.is_of_month:
        return PlannedMonth(start, amounts.now)
    if planned is None:
        return PlannedMonth(start, amounts.now, unplanned=amounts.put_in, began=amounts.began)
    last = planned.month if planned.month and planned.month.start == start else None
    known = last.began if last else None
    unplanned = last.unplanned if last else ZERO
    fallen = (last.fallen if last and not amounts.withdrawn else None) or ZERO
    elsewhere = last.elsewhere if last else None
    asked = planned.ask_of(start)
    if amounts.began != known:
        before = max(ZERO, amounts.put_in_cycles_after(known) - unplanned)
        elsewhere = (elsewhere or ZERO) + min(before, asked)
        unplanned = asked = fallen = ZERO  # the present cycle asked for nothing before it began
    elif last and last.amount == amounts.now and not amounts.withdrawn:
        return last
    elif last and amounts.withdrawn:
        # What was put into a reserve and taken out again is asked for once more.
        asked = last.paid + planned.this_month
    added = amounts.put_in - amounts.interest - unplanned
    if amounts.lowest is not None:
        # If the check-in with that low amount has been corrected since, the amount didn't fall so far.
        fallen = min(fallen, max(ZERO, amounts.now - amounts.lowest - added))
    put_in = max(ZERO, added + fallen)
    paid = min(put_in, asked)
    if last and amounts.began == known and not amounts.withdrawn:
        # What was beyond an earlier ask stays part of the balance, even if more is asked for now.
        paid = min(paid, last.paid + max(ZERO, amounts.now - last.amount))
    # A month with withdrawals is counted anew at every planning: what is beyond the ask must not be paid then.
    beyond = put_in - paid if amounts.withdrawn else ZERO
    # A reserve's withdrawals are counted apart.
    fallen = ZERO if amounts.withdrawn else max(fallen, -added)
    return PlannedMonth(
        start,
        amounts.now,
        paid,
        unplanned + beyond,
        began=amounts.began,
        elsewhere=elsewhere,
        fallen=fallen or None,
    )


def amount_on(day: date, steps: Sequence[Step]) -> Decimal:
    """The amount of the step that holds on a calendar date; 0 before the first one."""
    return next((amount for since, amount in reversed(steps) if since <= day), ZERO)


def steps_of(payments: Sequence[Step]) -> tuple[Step, ...]:
    """The payments without those of the same amount as the one before."""
    return tuple(
        payment for index, payment in enumerate(payments) if not index or payment[1] != payments[index - 1][1]
    )
