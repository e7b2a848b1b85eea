"""What people hear when they ask whether they can afford something."""

from __future__ import annotations

from datetime import date

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.companion.coach.answers.goals import NO_SNAPSHOT
from fincred.companion.coach.answers.talk import PUT_MORE
from fincred.companion.tests.asking import V0, Ask, tell
from planning.tests.factories import goal_of

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.usefixtures("noon")]


class TestCosts:
    def test_of_once_and_of_every_month_get_different_answers(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        once, monthly = ask("can I afford a 900 laptop"), ask("can I afford 900 a month")
        assert once == (
            '900.00 USD once: yes, a month leaves 1,000.00 USD. If it comes every month, ask again with "a month".'
        )
        assert monthly == (
            "With 900.00 USD more to pay every month, a month would leave 100.00 USD instead of 1,000.00 USD. "
            "You have no active goals that it would touch."
        )

    def test_that_take_from_a_goal_say_so(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        goal_of(saver, name="Bike", target_amount=8900, target_date=date(2026, 12, 1), priority="High")
        said = ask("can I afford a 900 laptop")
        assert (
            "900.00 USD once: this month 800.00 USD is missing for it, and 88.89 USD of the rest is for your"
            in said
        )
        assert "Put aside bit by bit beside your goals, it would be there on" in said

    def test_where_months_differ_what_a_month_leaves_is_called_an_average(
        self, as_saver: APIClient, ask: Ask
    ) -> None:
        yearly = {"label": "Insurance", "amount": 1200, "frequency": "annual", "next_date": "2026-06-01"}
        body = {"expenses": {"total_amount": 2000, "planned": [yearly]}}
        as_saver.put(f"{V0}/snapshot", body | {"income": {"amount": 3000, "frequency": "monthly"}})
        summary = as_saver.post(f"{V0}/planning/what-if", {}).json()["baseline"]["summary"]
        assert summary["estimated_monthly_surplus"] == 900
        left = "A month leaves 900.00 USD on average over the next year after expenses and minimum payments."
        assert ask("how much can I spend").startswith(
            f"{left} {summary['buffer_remaining']:,.2f} USD of what is there this month isn't planned for a goal. "
        )
        assert "a month would leave 840.00 USD on average instead of 900.00 USD." in ask("can I afford 60 a month")
        assert "a month would leave 1,000.00 USD on average instead of" in ask("what if I earn 100 more a month")
        assert ask("my net worth").startswith(
            "As you told me on 10 March 2026, a month of the year from then on has on average income 3,000.00 USD,"
        )
        as_saver.put(f"{V0}/snapshot", body | {"income": {"amount": 1900, "frequency": "monthly"}})
        gap = "200.00 USD more goes out each month than comes in on average"
        assert f"{gap}; with 60.00 USD more every month" in ask("can I afford 60 a month")
        assert f"{gap} over the next year, after" in ask("can I afford 60 once")

    def test_where_more_goes_out_than_comes_in(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, income=1900, savings=[{"balance": 5000}])
        gap = "At present 100.00 USD more goes out each month than comes in"
        assert ask("can I afford 50 a month").startswith(gap)
        assert "150.00 USD" in ask("can I afford 50 a month")
        said = ask("can I afford 50 once")
        assert said.startswith(f"50.00 USD once: nothing is left over for it. {gap}")
        assert "you told me of 5,000.00 USD in savings; you know best" in said
        assert "-" not in ask("how much can I spend")

    @pytest.mark.parametrize(
        ("message", "heard"),
        [
            ("can I afford it in 2027?", "Ask me with one amount"),
            ("can I afford a 50% rise?", "Ask me with one amount"),
            ("can I afford an iPhone 17", "Ask me with one amount"),
            ("can I afford $20 and $30", "several amounts"),
            ("can I afford 20 €", "I count in USD only. How much is it in USD?"),
            ("can I afford 4 a day", "I count in months."),
        ],
    )
    def test_that_are_not_plain_are_asked_for(
        self, as_saver: APIClient, ask: Ask, message: str, heard: str
    ) -> None:
        tell(as_saver)
        said = ask(message)
        assert heard in said
        assert not [number for number in ("2,027.00", "50.00", "17.00") if number in said]

    def test_of_a_goal_that_is_named_are_those_of_its_plan(
        self, saver: User, as_saver: APIClient, ask: Ask
    ) -> None:
        tell(as_saver)
        goal_of(saver, name="iPhone 17", target_amount=600, target_date=date(2026, 9, 10))
        as_saver.post(f"{V0}/planning/plan", {})
        assert ask("Can I afford an iPhone 17?").startswith("iPhone 17 is comfortable. It needs 600.00 USD by")

    def test_of_income_are_counted_too(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        answer = as_saver.post(f"{V0}/planning/what-if", {"income_delta": 200}).json()
        after = answer["scenario"]["summary"]["estimated_monthly_surplus"]
        assert f"a month would leave {after:,.2f} USD instead of 1,000.00 USD." in ask(
            "if I earn 200 more a month"
        )

    def test_of_income_are_those_of_a_month_unless_they_come_once(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        assert ask("what if i earn 200 more").startswith(
            "With 200.00 USD more income a month, a month would leave"
        )
        assert ask("what if i earn 200 more once").startswith("As you told me, a month has income")

    def test_that_are_no_longer_paid_leave_more(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        assert ask("if i stop netflix at 15 a month") == (
            "With 15.00 USD less to pay every month, a month would leave 1,015.00 USD instead of 1,000.00 USD."
        )
        assert "more than all your expenses" in ask("what if I spend 5000 less a month")

    def test_of_the_largest_amount_are_counted(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        goal_of(saver)
        assert "I find no date by which" in ask("can I afford 999999999999.99 once")
        assert "more would go out than comes in" in ask("can I afford 999999999999.99 a month")
        assert "Ask me with one amount" in ask("can I afford 999999999999.99 a week")
        assert "1,000,000,000" not in ask("what if I earn 999999999999.99 more a week")


class TestLessIncome:
    @pytest.mark.parametrize(
        ("message", "heard"),
        [
            (
                "What if my income drops by 1500?",
                (
                    "With 1,500.00 USD less income a month, 500.00 USD more would go out than comes in. "
                    "Now a month leaves 1,000.00 USD."
                ),
            ),
            (
                "What if I lose 300 income a month?",
                "With 300.00 USD less income a month, a month would leave 700.00 USD instead of 1,000.00 USD.",
            ),
            (
                "What if my income drops by 5000?",
                "5,000.00 USD a month is more than all your income as you told me.",
            ),
        ],
    )
    def test_is_counted(self, as_saver: APIClient, ask: Ask, message: str, heard: str) -> None:
        tell(as_saver)
        assert ask(message) == heard

    def test_without_an_amount_gets_the_overview(self, as_saver: APIClient, ask: Ask) -> None:
        assert ask("What if my income drops by 300?") == NO_SNAPSHOT
        tell(as_saver)
        assert ask("What if my income drops by 5 %?").startswith("As you told me, a month has income 3,000.00 USD")

    def test_more_for_one_goal_is_said_to_be_a_choice_in_its_plan(
        self, saver: User, as_saver: APIClient, ask: Ask
    ) -> None:
        tell(as_saver)
        goal_of(saver, name="Boat")
        assert ask("What if I put 100 more into Boat each month?") == PUT_MORE
