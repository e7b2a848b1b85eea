"""Where the payments that a person is told lead to, and what the ends of their debts free."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from planning.tests import oracle, oracle_dates, oracle_debts

if TYPE_CHECKING:
    from planning.tests.comparing import Told


def follow_debts(told: Told) -> None:
    """What each month from the present one on has more, because debts end by the payments that are told."""
    world = told.world()
    wishes = {UUID(wish.key): wish for wish in world.wishes if wish.debts}
    for goal, account in told.accounts.items():
        minimums = sum(debt.minimum for debt in account.wanted.debts)
        if not minimums:
            continue
        freed = told.freed.setdefault(goal, {})
        freed |= dict.fromkeys(range(told.month, told.month + oracle_debts.HORIZON), minimums)
        if goal in wishes:
            led = lead_to(world, wishes[goal], told.upcoming[goal])
            is_done_in = (
                oracle_dates.present_month(told.anchor, led.done) - told.month
                if led.done
                else oracle_debts.HORIZON
            )
            freed |= {told.month + month: minimums - led.kept(month) for month in range(is_done_in)}


def lead_to(world: oracle.World, wish: oracle.Wish, payments: list[tuple[date, int]]) -> oracle.Account:
    """The goal's account once these payments are made, besides what was made and what is due today."""
    account, by_month = oracle.Account(world, wish), dict[int, int]()
    first = oracle_dates.present_month(world.anchor, world.as_of) + bool(wish.debts)
    for day, amount in payments[bool(wish.due) :]:
        month = oracle_dates.present_month(world.anchor, day) - first
        by_month[month] = by_month.get(month, 0) + amount
    for month in range(oracle_debts.HORIZON):
        if account.done is None:
            account.live(month, by_month.get(month, 0))
    return account
