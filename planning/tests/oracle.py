"""A second simulation of plans, written from the planning rules alone, to compare the product with.

It shares no line with `planning.engine`: cents are whole numbers, rates are fractions, each function states its
rule. It knows averaged surpluses and goals that pay on dates of the person's calendar (`oracle_days` knows those
that pay on days of their own). It is slow and simple on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import accumulate
from math import ceil

from planning.tests.oracle_dates import calendar_day, present_month
from planning.tests.oracle_debts import HORIZON, Debt, half_up, interest, kept_by_month, pay_debts


@dataclass(frozen=True)
class Wish:
    """A goal as it is known on the day of planning. `order` sorts goals: priority, primary, date, age, id.

    Of the `balance` `made` was put in since c_0 as month 0's payment, `made_at_once` on c_0. Only that earns
    in month 0, not what came in `beyond` it. `debts` are those of c_0, without last month's payment if it's `due`.
    """

    key: str
    target: int
    by: date
    order: tuple[object, ...]
    rate: Fraction = Fraction(0)
    balance: int = 0
    made: int = 0
    made_at_once: int = 0
    beyond: int = 0
    debts: tuple[Debt, ...] = ()
    due: int = 0


@dataclass(frozen=True)
class World:
    """`made_elsewhere` is what was put into goals since c_0 that aren't planned any more."""

    anchor: date
    as_of: date
    surplus: int
    wishes: Sequence[Wish]
    made_elsewhere: int = 0


class Account:
    """A goal's own account during the simulation."""

    def __init__(self, world: World, wish: Wish) -> None:
        self.wish, self._first = wish, present_month(world.anchor, world.as_of)
        self._world = world
        self.months = self._months()
        self.debts = list(wish.debts)
        self.balance = wish.balance
        earning = wish.balance - wish.made + wish.made_at_once - wish.beyond
        self._earning = 0 if had_its_last_interest(world, wish) else earning
        self._has_begun = world.as_of > self.day(0)
        self._kept = kept_by_month(wish.debts, 0 if self.is_overdue else self.months)
        is_cleared = bool(wish.debts) and not any(debt.balance for debt in wish.debts)
        self.done: date | None = world.as_of if is_cleared else None
        self.missing_at_date = 0
        self.put_in = 0
        self.payments: list[tuple[date, int]] = [(world.as_of, wish.due)] if wish.due else []

    def day(self, month: int) -> date:
        return calendar_day(self._world.anchor, self._first + month)

    def _months(self) -> int:
        """n: dates of the calendar before the target date, or for debts payment dates up to it; at least 1."""
        count = 0
        while self.day(count) < self.wish.by if not self.wish.debts else self.day(count + 1) <= self.wish.by:
            count += 1
        return max(1, count)

    @property
    def is_overdue(self) -> bool:
        """No payment day is left before the date (for debts: up to it): one instalment is due now."""
        return self.day(1) > self.wish.by if self.wish.debts else self.wish.by <= self._world.as_of

    def missing(self, month: int) -> int:
        """The most that a payment of this month is of use for; a saving goal's last one ends at the target."""
        if self.wish.debts:
            owed = sum(debt.balance + interest(debt.balance, debt.rate) for debt in self.debts)
            return max(0, owed - self.kept(month))
        if month != self.months - 1:
            return max(0, self.wish.target - self.balance)
        if month == 0 and self._has_begun:
            return max(0, self.wish.target - self.balance - interest(self._earning, self.wish.rate))
        return last_payment(self.wish, self.balance)

    def kept(self, month: int) -> int:
        """What a month keeps for the minimum payments of the debts."""
        return self._kept[month]

    def live(self, month: int, paid: int) -> None:
        """Pay on the month's day and take the month to its end."""
        if month < self.months:
            self.put_in += paid + (self.wish.made if month == 0 else 0)
        if self.wish.debts:
            self._live_debts(month, paid)
        else:
            self._live_saving(month, paid)

    def _live_saving(self, month: int, paid: int) -> None:
        """A payment on c_t earns month t's interest, credited at c_t+1, a goal's last at its date."""
        is_late = month == 0 and self._has_begun
        day = self._world.as_of if is_late else self.day(month)
        self.balance += paid
        if paid:
            self.payments.append((day, paid))
        if self.done is None and self.balance >= self.wish.target:
            self.done = day
        self.balance += interest(self._earning if is_late else self.balance, self.wish.rate)
        if self.done is None and self.balance >= self.wish.target:
            at_date = month == self.months - 1 and not self.is_overdue
            self.done = self.wish.by if at_date else self.day(month + 1)
        if month == self.months - 1:
            self.missing_at_date = max(0, self.wish.target - self.balance)

    def _live_debts(self, month: int, paid: int) -> None:
        """Accrue, then pay on c_t+1: each debt its minimum, the rest by the avalanche."""
        self.debts = pay_debts(self.debts, self.kept(month) + paid + (self.wish.made if month == 0 else 0))
        if paid:
            self.payments.append((self.day(month + 1), paid))
        owed = sum(debt.balance for debt in self.debts)
        if self.done is None and owed == 0:
            self.done = self.day(month + 1)
        if month == self.months - 1:
            self.missing_at_date = owed


def had_its_last_interest(world: World, wish: Wish) -> bool:
    """A goal's last interest is credited at its date: the rest of that month earns nothing."""
    return calendar_day(world.anchor, present_month(world.anchor, world.as_of)) < wish.by <= world.as_of


def last_payment(wish: Wish, balance: int, late: int | None = None) -> int:
    """The smallest payment that reaches the target with its month's interest.

    Where the month has begun, only the first `late` cents of the payment earn.
    """

    def arrives(paid: int) -> bool:
        earning = balance + (paid if late is None else min(paid, late))
        return balance + paid + interest(earning, wish.rate) >= wish.target

    return smallest(arrives, max(0, wish.target - balance))


def smallest(works: Callable[[int], bool], most: int) -> int:
    """The smallest whole number from 0 to `most` for which `works`; it works for every larger one."""
    least = 0
    while least < most:
        middle = (least + most) // 2
        if works(middle):
            most = middle
        else:
            least = middle + 1
    return least


@dataclass(frozen=True)
class Need:
    """The smallest level payment a month that arrives, and the sum of its instalments."""

    level: int
    total: int


def need_of(world: World, wish: Wish) -> Need:
    """The smallest payment in cents whose simulated schedule arrives, and what that schedule comes to.

    The schedule begins at c_0 with what was there then. What was made of month 0's payment stands in it as paid;
    what is put in later in month 0 earns from month 1. For debts it is what is paid above the minimums.
    """
    if had_its_last_interest(world, wish):
        wish = replace(wish, rate=Fraction(0))
    if wish.debts:
        most = sum(debt.balance + interest(debt.balance, debt.rate) for debt in wish.debts)
        level = smallest(lambda level: _owed_at_date(world, wish, level)[0] == 0, most)
        return Need(level, _owed_at_date(world, wish, level, wish.made)[1])
    months = Account(world, wish).months

    def arrives(payments: Sequence[int]) -> bool:
        return _saved_at_date(world, wish, payments) >= wish.target

    level = smallest(lambda level: arrives([level] * months), max(0, wish.target))
    payments = [max(level, wish.made), *[level] * (months - 1)]
    if wish.balance >= wish.target:
        return Need(level, wish.made)
    more = smallest(lambda more: arrives(_up_to(payments, wish.made + more)), sum(payments) - wish.made)
    return Need(level, wish.made + more)


def _owed_at_date(world: World, wish: Wish, level: int, made: int = 0) -> tuple[int, int]:
    """What is owed on the goal's date, and what was paid above the minimums."""
    account, debts, total = Account(world, wish), list(wish.debts), 0
    for month in range(account.months):
        owed = sum(debt.balance + interest(debt.balance, debt.rate) for debt in debts)
        paid = max(0 if month else made, min(level, max(0, owed - account.kept(month))))
        debts = pay_debts(debts, account.kept(month) + paid)
        total += paid
    return sum(debt.balance for debt in debts), total


def _saved_at_date(world: World, wish: Wish, payments: Sequence[int]) -> int:
    """What is there on the goal's date if month 0 begins with what was there then."""
    balance, has_begun = wish.balance - wish.made, world.as_of > Account(world, wish).day(0)
    for month, paid in enumerate(payments):
        earning = paid if month or not has_begun else min(paid, wish.made_at_once) - wish.beyond
        balance += paid + interest(balance + earning, wish.rate)
    return balance


def _up_to(payments: Sequence[int], most: int) -> list[int]:
    """The first payments, as many as come to `most`."""
    before = accumulate(payments, initial=0)
    return [max(0, min(paid, most - so_far)) for paid, so_far in zip(payments, before, strict=False)]


@dataclass
class Told:
    """What a goal's plan should say, in cents.

    `allocated` is what is put in by the date. It, `room` and `need` count from c_0. Where interest raised the need
    (`is_raised`), the rules leave open to the cent how the money is shared.
    """

    required: int
    need: int
    room: int
    allocated: int
    months: int
    shortfall: int
    done: date | None
    this_month: int
    made: int
    payments: list[tuple[date, int]] = field(default_factory=list)
    is_raised: bool = False

    @property
    def feasibility(self) -> str:
        """Load = need / room; a goal that arrives is never Unrealistic."""
        if self.shortfall:
            return "Unrealistic"
        return "Comfortable" if self.need * 5 <= self.room * 4 else "Tight"

    @property
    def allocated_monthly(self) -> int:
        return half_up(Fraction(self.allocated, self.months))


def plan(world: World) -> dict[str, Told]:
    """All goals on one surplus: who gets how much by their dates, then month by month."""
    ordered = sorted(world.wishes, key=lambda wish: (Account(world, wish).is_overdue, wish.order))
    needs = {wish.key: need_of(world, wish) for wish in ordered}
    raised = {key: max(need.total, 0) for key, need in needs.items()}
    for _ in range(1000):
        rooms, granted = allocate(world, ordered, raised)
        in_full = {key: need.level for key, need in needs.items() if need.total == granted[key]}
        accounts, months = live(world, ordered, granted, in_full)
        again = next((wish for wish in ordered if _can_be_raised(wish, accounts, raised, granted)), None)
        if again is None:
            break
        raised[again.key] += accounts[again.key].missing_at_date
    else:
        raise AssertionError("the needs never settle")
    return {
        wish.key: Told(
            required=needs[wish.key].level,
            need=raised[wish.key],
            room=rooms[wish.key],
            allocated=accounts[wish.key].put_in,
            months=accounts[wish.key].months,
            shortfall=accounts[wish.key].missing_at_date,
            done=accounts[wish.key].done,
            this_month=wish.due or months[wish.key],
            made=wish.made,
            payments=accounts[wish.key].payments,
            is_raised=raised[wish.key] > needs[wish.key].total,
        )
        for wish in ordered
    }


def _can_be_raised(
    wish: Wish, accounts: Mapping[str, Account], raised: Mapping[str, int], granted: Mapping[str, int]
) -> bool:
    """A goal that ends short though it was granted all that it asked for asks for the gap too."""
    short = accounts[wish.key].missing_at_date
    return short > 0 and granted[wish.key] >= raised[wish.key]


def allocate(
    world: World, ordered: Sequence[Wish], raised: Mapping[str, int]
) -> tuple[dict[str, int], dict[str, int]]:
    """x = max(0, min(R, min over t >= n of (S t - committed(t)))) in plan order, overdue goals after all others.

    What was put in is given; beyond month 0's money it leaves that at 0 and is taken from nothing else.
    """
    months = {wish.key: Account(world, wish).months for wish in ordered}
    spent = world.made_elsewhere + sum(wish.made for wish in ordered)
    surplus = max(0, world.surplus)
    rooms: dict[str, int] = {}
    granted: dict[str, int] = {}
    for place, wish in enumerate(ordered):
        free = min(
            max(0, surplus - spent)
            + surplus * (t - 1)
            - sum(granted[other.key] - other.made for other in ordered[:place] if months[other.key] <= t)
            for t in range(months[wish.key], max(months.values()) + 1)
        )
        rooms[wish.key] = wish.made + max(0, free)
        granted[wish.key] = max(wish.made, min(raised[wish.key], rooms[wish.key]))
    return rooms, granted


def live(
    world: World, ordered: Sequence[Wish], granted: Mapping[str, int], levels: Mapping[str, int]
) -> tuple[dict[str, Account], dict[str, int]]:
    """Month by month: shares of what is granted, earliest deadline first where they don't fit.

    `levels` are the level payments of goals that are granted all they need. Late goals get the rest, in plan
    order. Returns the accounts, and what is put in in month 0 besides what was.
    """
    accounts = {wish.key: Account(world, wish) for wish in ordered}
    in_plan_order = sorted(accounts.values(), key=lambda account: account.wish.order)
    shares = Shares(granted, levels)
    first_month: dict[str, int] = {}
    spent = world.made_elsewhere + sum(wish.made for wish in ordered)
    for month in range(HORIZON):
        left = max(0, world.surplus - (spent if month == 0 else 0))
        paid = shares.pay([accounts[wish.key] for wish in ordered], month, left)
        left -= sum(paid.values())
        for account in in_plan_order:
            if account.done is None and month >= account.months:
                paid[account.wish.key] = min(account.missing(month), left)
                left -= paid[account.wish.key]
        for account in accounts.values():
            if account.done is None:
                account.live(month, paid.get(account.wish.key, 0))
        if month == 0:
            first_month = {key: paid.get(key, 0) for key in accounts}
        if all(account.done is not None for account in accounts.values()):
            break
    return accounts, first_month


class Shares:
    """A goal's share is what it still gets / the months it has left, cents up, the same until it must change.

    Of a goal that gets all it needs it is the level payment; with interest that can be a cent more.
    """

    def __init__(self, granted: Mapping[str, int], levels: Mapping[str, int]) -> None:
        self._rest = dict(granted)
        self._levels = dict(levels)

    def pay(self, accounts: Sequence[Account], month: int, left: int) -> dict[str, int]:
        """What goals in time are paid in this month out of `left`."""
        shares = {
            account.wish.key: self._share(account, month)
            for account in accounts
            if account.done is None and month < account.months
        }
        deadlines = {account.wish.key: account.months for account in accounts}
        by_deadline = sum(shares.values()) > left
        paid = {}
        for key in sorted(shares, key=deadlines.__getitem__) if by_deadline else shares:
            paid[key] = min(shares[key], left)
            left -= paid[key]
            self._rest[key] -= paid[key]
            if paid[key] < shares[key]:
                self._levels.pop(key, None)
        return paid

    def _share(self, account: Account, month: int) -> int:
        """What was put in since c_0 is the beginning of month 0's share; beyond it, later shares are smaller."""
        key, made = account.wish.key, account.wish.made if month == 0 else 0
        if key not in self._levels:
            self._levels[key] = ceil(Fraction(self._rest[key], account.months - month))
        share = min(self._rest[key], self._levels[key])
        missing = account.missing(month) - (made if account.wish.debts else 0)
        self._rest[key] -= made
        if made > self._levels[key]:
            del self._levels[key]
            return 0
        return max(0, min(share - made, missing))
