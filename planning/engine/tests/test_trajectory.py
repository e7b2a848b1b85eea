"""Savings and debts, simulated with the money they get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.engine.debts.avalanche import Avalanche
from planning.engine.debts.payoff import simulate
from planning.engine.debts.tests.builders import debts_of_every_kind, with_extra
from planning.engine.debts.tests.planned_ledger import PlannedLedger
from planning.engine.model import Debt
from planning.engine.money.cents import exact_money, grown, to_cents
from planning.engine.tests.builders import CALENDAR, DEBTS, NEW_YEAR, card
from planning.engine.trajectory import DebtPayoff, Saving, Trajectory

pytestmark = [pytest.mark.unit, pytest.mark.planning]

SIX_PERCENT = 60_000


class TestSaving:
    def test_without_interest_ends_at_the_target(self) -> None:
        trajectory = Saving(1000, 100, 0, 4, 225).simulate([300, 300, 300, 300])
        assert trajectory.amounts == [300, 300, 300, 0]
        assert trajectory.balances == [400, 700, 1000, 1000]
        assert (trajectory.end, trajectory.missing, trajectory.done_on) == (1000, 0, 2)

    def test_tells_what_is_missing(self) -> None:
        trajectory = Saving(1000, 0, 0, 2, 500).simulate([300, 300])
        assert (trajectory.end, trajectory.missing, trajectory.done_on) == (600, 400, None)

    def test_stops_when_growth_does_the_rest(self) -> None:
        saving = Saving(100_000, 0, SIX_PERCENT, 12, 8100)
        trajectory = saving.simulate([50_000, 50_000, *[0] * 10])
        assert trajectory.amounts[0] == 50_000
        assert 0 < trajectory.amounts[1] < 45_000
        assert (trajectory.missing, trajectory.done_on, trajectory.end) == (0, 12, 100_000)

    def test_takes_nothing_when_growth_alone_gets_there(self) -> None:
        saving = Saving(100_000, 99_000, SIX_PERCENT, 12, 0)
        assert saving.total == 0
        trajectory = saving.simulate([500] * 12)
        assert trajectory.amounts == [0] * 12
        assert (trajectory.missing, trajectory.balances[-1]) == (0, 100_000)
        assert trajectory.balances[:3] == [99_000, 99_495, 99_992]
        assert trajectory.done_on == 3

    def test_takes_nothing_when_all_is_there(self) -> None:
        trajectory = Saving(100, 150, SIX_PERCENT, 2, 0).simulate([5, 5])
        assert (trajectory.amounts, trajectory.balances, trajectory.done_on) == ([0, 0], [150, 150], 0)

    def test_goes_on_late_until_the_target(self) -> None:
        saving = Saving(1000, 0, 0, 2, 500)
        trajectory = saving.simulate_late(saving.simulate([300, 300]), [300, 300, 300])
        assert trajectory.amounts == [300, 300, 300, 100]
        assert (trajectory.balances[-1], trajectory.missing, trajectory.done_on) == (1000, 400, 3)

    def test_forgets_empty_months_when_it_never_arrives(self) -> None:
        saving = Saving(1000, 0, 0, 2, 500)
        trajectory = saving.simulate_late(saving.simulate([100, 100]), [0, 100, 0, 0])
        assert (trajectory.amounts, trajectory.done_on) == ([100, 100, 0, 100], None)

    def test_can_arrive_late_by_interest_alone(self) -> None:
        saving = Saving(1000, 0, 120_000, 1, 991)
        trajectory = saving.simulate_late(saving.simulate([980]), [0, 0, 0])
        assert (trajectory.amounts, trajectory.balances) == ([980, 0, 0], [980, 990, 1000])
        assert trajectory.done_on == 2

    @given(
        st.integers(1, 10**7),
        st.integers(0, 10**6),
        st.integers(0, 600_000),
        st.lists(st.integers(0, 10**6), min_size=1, max_size=30),
    )
    def test_never_pays_more_than_offered_nor_grows_past_the_target(
        self, target: int, start: int, rate: int, offers: list[int]
    ) -> None:
        trajectory = Saving(target, start, rate, len(offers), 0).simulate(offers)
        balance = start
        for paid, offer in zip(trajectory.amounts, offers, strict=True):
            assert 0 <= paid <= offer
            balance = grown(balance + paid, rate)
        assert trajectory.missing == max(0, target - balance)
        assert max(trajectory.balances) <= max(target, start)


class TestDebtPayoff:
    def test_draws_what_the_minimums_do_not_pay(self) -> None:
        trajectory = DebtPayoff(Avalanche((card(),), CALENDAR), 12, 34_425).simulate([34_425] * 12)
        assert trajectory.amounts[:11] == [34_425] * 11
        assert (trajectory.missing, trajectory.done_on, trajectory.balances[-1]) == (0, 12, 0)

    def test_stops_drawing_when_all_is_paid(self) -> None:
        trajectory = DebtPayoff(Avalanche((card(500),), CALENDAR), 3, 0).simulate([50_000, 50_000, 50_000])
        assert (trajectory.amounts, trajectory.done_on) == ([40_500, 0, 0], 1)

    def test_goes_on_late_until_all_is_paid(self) -> None:
        payoff = DebtPayoff(Avalanche((card(500),), CALENDAR), 2, 0)
        trajectory = payoff.simulate_late(payoff.simulate([0, 0]), [0, 10_000, 0, 0, 0])
        assert (trajectory.amounts, trajectory.done_on) == ([0, 0, 0, 10_000, 0], 5)
        assert trajectory.missing == trajectory.end > 0

    def test_forgets_empty_months_when_it_never_arrives(self) -> None:
        payoff = DebtPayoff(Avalanche((card(5000, 60, 0),), CALENDAR), 1, 0)
        trajectory = payoff.simulate_late(payoff.simulate([0]), [100, 0, 0])
        assert (trajectory.amounts, len(trajectory.balances), trajectory.done_on) == ([0, 100], 2, None)

    def test_keeps_what_is_due_once_no_payment_is_left_up_to_the_date(self) -> None:
        """One of two debts is closed: its minimum goes to the other one up to the date, and is free after it."""
        debts = Avalanche((card(0), card(5000, 0)), CALENDAR)
        in_time, late = DebtPayoff(debts, 1, 0), DebtPayoff(debts, 0, 0)
        assert (in_time.kept(2), in_time.level_beside) == ([200_00, 100_00], 200_00)
        assert (late.kept(2), late.level_beside) == ([100_00, 100_00], 100_00)
        assert (in_time.months, late.months) == (1, 1)
        assert [need.simulate([50_00]).end for need in (in_time, late)] == [4750_00, 4850_00]

    def test_asks_again_for_all_that_was_missing(self) -> None:
        assert DebtPayoff(Avalanche((card(),), CALENDAR), 1, 0).raised(100, 50) == 150

    @given(st.tuples(DEBTS, DEBTS), st.integers(0, 50_000))
    def test_agrees_with_the_payoff_of_the_same_budget(self, debts: tuple[Debt, Debt], extra: int) -> None:
        payoff = simulate(debts, with_extra(exact_money(extra)), NEW_YEAR)
        if payoff.months:
            need = DebtPayoff(Avalanche(debts, CALENDAR), payoff.months, extra)
            trajectory = need.simulate([extra] * payoff.months)
            if need.kept_until:
                assert trajectory.balances == [to_cents(point.balance) for point in payoff.series[1:]]
                assert trajectory.done_on == payoff.months

    @given(
        debts_of_every_kind(500_000, most=3).filter(bool).map(tuple),
        st.lists(st.integers(0, 50_000), min_size=1, max_size=40),
        st.booleans(),
    )
    def test_pays_what_is_kept_and_what_it_is_given(
        self, debts: tuple[Debt, ...], offers: list[int], is_overdue: bool
    ) -> None:
        """Where the minimum payments that are kept end or fall, too: before the date and after it."""
        need = DebtPayoff(Avalanche(debts, CALENDAR), 0 if is_overdue else len(offers) // 2, 0)
        ledger, balances = PlannedLedger(debts, CALENDAR), list[int]()
        for kept, offer in zip(need.kept(len(offers)), offers, strict=True):
            if not ledger.is_cleared:
                ledger.pay_as_planned(exact_money(kept + offer - need.minimums))
                balances.append(to_cents(ledger.balance))
        late = need.simulate_late(need.simulate(offers[: need.months]), offers[need.months :])
        assert [*late.balances, *balances[len(late.balances) :]] == balances
        assert (late.done_on is not None) == ledger.is_cleared


class TestDebtsThatWereCleared:
    def test_keep_the_payment_that_was_made(self) -> None:
        need = DebtPayoff(Avalanche((card(0, 12, 100),), CALENDAR), 3, 0, credit=700)
        assert need.total == 700
        assert need.simulate([700, 0, 0]) == Trajectory([700, 0, 0], [0, 0, 0], 0, 0, 0)
