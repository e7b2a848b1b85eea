"""Savings by months of the calendar, of which some are paid after their first day: figures made by hand."""

import pytest

from planning.engine.payday_saving import PaydaySaving

pytestmark = [pytest.mark.unit, pytest.mark.planning]

ONE_PERCENT_A_MONTH = 120_000


def saving(target: int, *on_first_day: bool, credit: int = 0, first_interest: int | None = None) -> PaydaySaving:
    return PaydaySaving(target, 0, ONE_PERCENT_A_MONTH, on_first_day, credit=credit, first_interest=first_interest)


class TestPaydaySaving:
    def test_a_payment_on_the_first_day_alone_earns_interest_for_its_month(self) -> None:
        # 100.00 earns 1.00; then 201.00 with a payment that earns nothing before the next month.
        assert saving(30_000, True, False).missing([10_000, 10_000]) == 30_000 - 20_100 - 101
        trajectory = saving(30_000, False, True).simulate([10_000, 10_000])
        assert (trajectory.balances, trajectory.end, trajectory.missing) == ([10_000, 20_000], 20_200, 9800)

    def test_interest_of_a_month_that_has_begun_is_known(self) -> None:
        trajectory = saving(30_000, True, True, first_interest=50).simulate([10_000, 10_000])
        assert (trajectory.balances, trajectory.end) == ([10_000, 20_050], 20_251)

    @pytest.mark.parametrize(
        ("on_first_day", "amounts"),
        [
            ((True, True, True), [10_000, 4751, 0]),  # 101.00 + 47.51 grow to 150.00 and 151.50
            ((True, False, True), [10_000, 4799, 0]),  # 101.00 grow to 102.01; with 47.99 they are 150.00
            ((False, False, True), [10_000, 4900, 0]),  # 100.00 grow to 101.00; with 49.00 they are 150.00
        ],
    )
    def test_no_more_is_taken_than_reaches_the_target(
        self, on_first_day: tuple[bool, ...], amounts: list[int]
    ) -> None:
        trajectory = saving(15_150, *on_first_day).simulate([10_000, 10_000, 10_000])
        assert trajectory.amounts == amounts
        assert (trajectory.end, trajectory.missing) == (15_150, 0)

    @pytest.mark.parametrize(
        ("is_first", "first_interest", "first"), [(True, None, 9901), (False, None, 10_000), (False, 70, 9930)]
    )
    def test_so_it_is_of_the_first_month(self, is_first: bool, first_interest: int | None, first: int) -> None:
        trajectory = saving(10_100, is_first, True, first_interest=first_interest).simulate([20_000, 20_000])
        assert trajectory.amounts == [first, 0]

    def test_what_was_put_in_beyond_the_offer_is_there(self) -> None:
        trajectory = saving(30_000, True, False, credit=500).simulate([0, 10_000])
        assert (trajectory.amounts, trajectory.balances) == ([500, 10_000], [500, 10_505])
        assert saving(400, True, False, credit=500).simulate([100, 100]).amounts == [500, 0]
        assert saving(400, True, False, credit=500).missing([100, 100]) == 0

    def test_late_payments_earn_from_the_next_month_on(self) -> None:
        goal = saving(30_000, True)
        in_time = goal.simulate([10_000])
        late = goal.simulate_late(in_time, [10_000, 10_000, 10_000])
        # 101.00 grow to 102.01; with the first 100.00 they are 202.01, and 97.99 are missing
        assert (late.amounts, late.done_on) == ([10_000, 10_000, 9799], 2)
        assert late.balances == [10_000, 20_100, 30_000]  # just after each payment, without the month's interest
        assert goal.simulate_late(in_time, [10_000, 10_000, 10_000]) is late

    def test_a_late_goal_without_money_ends_with_its_last_payment(self) -> None:
        goal = saving(30_000, True)
        late = goal.simulate_late(goal.simulate([10_000]), [100, 0, 0])
        assert (late.amounts, late.done_on, late.missing) == ([10_000, 100], None, 19_900)
        assert goal.simulate_late(goal.simulate([10_000]), []).amounts == [10_000]

    def test_the_level_payment_is_the_smallest_that_arrives_on_these_days(self) -> None:
        # 100.00 + 1.00 + 100.00; on first days 99.01 earn 1.99 and 99.01 earn 0.99.
        assert (saving(20_100, False, False).level, saving(20_100, False, False).total) == (10_000, 20_000)
        assert (saving(20_100, True, True).level, saving(20_100, True, True).total) == (9901, 19_802)
        assert saving(20_101, False, False).level == 10_001

    def test_what_was_put_in_does_not_change_the_level_payment(self) -> None:
        # Of 150.00, 50.00 are more than the payment. They earn 0.50 at once, and 150.50 then 1.51: 48.99 are left.
        goal = saving(20_100, False, False, credit=15_000)
        assert (goal.level, goal.total) == (10_000, 15_000 + 4_899)

    def test_nothing_is_to_be_paid_where_all_is_there(self) -> None:
        assert PaydaySaving(100, 200, ONE_PERCENT_A_MONTH, (False,)).level == 0
