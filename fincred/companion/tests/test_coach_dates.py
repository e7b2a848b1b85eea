from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from conftest import client_of
from fincred.companion.coach.dates import day_in
from fincred.companion.tests.asking import V0, Ask, answer, debt, tell
from planning.tests.factories import goal_of

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.usefixtures("noon")]

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("message", "day"),
    [
        ("can i afford a 300€ phone by christmas", "2026-12-24"),
        ("on 2026-05-02", "2026-05-02"),
        ("on 5 December", "2026-12-05"),
        ("on the 1st of march", "2027-03-01"),
        ("by March 15th", "2026-03-15"),
        ("by june 3, 2028", "2028-06-03"),
        ("a holiday in July for 900", "2026-07-01"),
        ("by jan 2028", "2028-01-01"),
        ("before the end of february", "2027-02-28"),
        ("in a year", "2027-03-10"),
        ("in 18 months", "2027-09-10"),
        ("in two weeks", "2026-03-24"),
        ("on 31 June", None),
        ("on 2026-13-01", None),
        ("on 2020-01-01", None),
        ("on 10 March 2026", None),
        ("may I buy 2 tickets", None),
        ("march on", None),
        ("in 2027", None),
        ("900 a month", None),
    ],
)
def test_a_day_to_come_is_read(message: str, day: str | None) -> None:
    assert day_in(message, TODAY) == (date.fromisoformat(day) if day else None)


class TestCostsByADay:
    @pytest.mark.parametrize("amount", [700, 1700])
    def test_are_counted_as_a_goal_of_that_day(
        self, saver: User, as_saver: APIClient, ask: Ask, amount: int
    ) -> None:
        tell(as_saver, income=2400)
        goal_of(saver, name="Bike", target_amount=1200, target_date=date(2026, 9, 10), priority="High")
        sofa = {"name": "Sofa", "type": "short_term_saving", "priority": "Low", "target_date": "2026-07-01"}
        body = {"new_goals": [sofa | {"target_amount": amount}]}
        answer = as_saver.post(f"{V0}/planning/what-if", body).json()
        [missing] = [one["shortfall"] for one in answer["scenario"]["goals"] if one["goal_id"] is None]
        heard = (
            "yes, that much can be put aside by then, and none of your goals would miss its date because of it."
        )
        if missing:
            heard = f"by then {missing:.2f} USD would be missing for it beside your goals. Put aside bit by bit"
        said = ask(f"can I afford a sofa in July for {amount}")
        assert said.startswith(f"{amount:,}.00 USD by 1 July 2026: {heard}")
        assert bool(missing) == (amount == 1700)

    def test_may_take_from_goals(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, income=2200)
        goal_of(saver, name="Bike", target_amount=2400, target_date=date(2027, 3, 10), priority="Low")
        said = ask("can I afford a sofa by 1 July for 700")
        assert said.startswith(
            "700.00 USD by 1 July 2026: the money until then covers it, but your goals need some of"
        )

    def test_are_answered_without_goals_and_without_money(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, income=2100)
        assert ask("can I afford a 300 sofa by june").startswith(
            "300.00 USD by 1 June 2026: yes, a month leaves 100.00"
        )
        said = ask("can I afford a 900 sofa by june")
        assert "600.00 USD would be missing for it of what a month leaves." in said
        tell(as_saver, income=1900)
        assert "nothing is left over for it" in ask("can I afford a 900 sofa by june")


class TestDebtsOnADay:
    def test_are_what_is_left_after_the_payments_until_then(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 10, 40, "Car")])
        payoff = as_saver.post(f"{V0}/planning/debt-payoff", {}).json()
        series = {point["date"]: point["balance"] for point in payoff["strategies"]["avalanche"]["series"]}
        said = ask("how much will I owe in a year")
        assert said.startswith("You owe 1,400.00 USD in all.")
        assert said.endswith(
            "From today on, with 70.00 USD a month, your minimum payments, it will be "
            f"{series['2027-03-10']:.2f} USD on 10 March 2027."
        )
        assert ask("what do I owe on 9 april").endswith("it will be 1,400.00 USD on 9 April 2026.")
        assert ask("what will I owe in 10 years").endswith("it will be 0.00 USD on 10 March 2036.")

    def test_may_never_end(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(5000, 24, 40)])
        assert ask("what will I owe in a year").endswith("with the minimum payments alone, they don't end.")

    def test_are_of_the_day_on_which_they_were_told(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30)])
        assert "You told me" not in ask("what do I owe")
        with time_machine.travel(datetime(2026, 4, 2, 12, tzinfo=UTC)):
            later = client_of(saver)
            for message in ("what do I owe", "what's the interest rate on my visa?"):
                said = answer(later, message)
                assert "500.00 USD" in said
                assert "You told me on 10 March 2026; what you paid since isn't counted." in said
