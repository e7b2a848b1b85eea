"""Planning again after more than a year without it: what the months in between left is counted, all of it."""

from __future__ import annotations

import pytest

from planning.tests.people import Person

pytestmark = [pytest.mark.integration, pytest.mark.planning]

PAY = {"amount": 3000, "frequency": "monthly", "next_date": "2026-03-10"}


class TestAfterFourteenMonths:
    """500 a month are left, of which 50 are asked for up to March 2027."""

    def test_what_all_of_them_left_is_there(self, person: Person) -> None:
        person.tells(PAY, expenses=2500)
        goal = person.wants(600, "2027-03-10")
        person.plans()
        person.on("2027-05-10").has(goal, 599, "2027-03-09")
        person.plans()
        assert person.cash_flow[0]["carried"] == 14 * 500 - 600 + 500 - 1

    def test_what_is_put_in_now_is_of_what_is_there_now(self, person: Person) -> None:
        """The plan of the day asks for all 600: what isn't told of the months up to the date wasn't put in."""
        person.tells(PAY, expenses=2500)
        goal = person.wants(600, "2027-03-10")
        person.plans()
        person.on("2027-05-10").has(goal, 599)
        person.plans()
        assert person.cash_flow[0]["carried"] == 14 * 500 - 600 + 500 - 600

    def test_what_one_of_the_last_took_is_gone(self, person: Person) -> None:
        car = {"label": "car", "amount": 4000, "frequency": "once", "next_date": "2027-04-10"}
        person.tells(PAY, expenses=2500, planned=[car])
        goal = person.wants(600, "2027-03-10")
        person.plans()
        person.on("2027-05-10").has(goal, 599, "2027-03-09")
        person.plans()
        assert person.cash_flow[0]["carried"] == 14 * 500 - 600 - 4000 + 500 - 1


class TestWeeklyPlanAfterYears:
    """5 200 in five years, every Friday: more payments than a version of the plan lists."""

    @pytest.mark.parametrize("day", ["2028-05-15", "2028-09-15"])  # the list ends with June 2028
    def test_asks_for_what_the_calendar_tells(self, person: Person, day: str) -> None:
        person.tells(PAY, expenses=2000)
        goal = person.wants(5200, "2031-03-12")
        plan = person.plans()[goal]
        weekly = {"frequency": "weekly", "day_of_period": 5}
        assert person.client.patch(f"/api/v0/action-plans/{plan['id']}", weekly).status_code == 200
        person.on(day)
        days = person.client.get(f"/api/v0/planning/calendar?from={day}&to=2029-04-01").json()["days"]
        paid = [
            {"date": each["date"], "amount": entry["amount"]}
            for each in days
            for entry in each["entries"]
            if entry["kind"] == "goal_payment"
        ]
        plan = person.stored()[goal]
        assert plan["upcoming"] == paid[:12]
        [shown] = person.client.get("/api/v0/dashboard").json()["goals"]
        assert shown["next_action_date"] == plan["next_action_date"] == paid[0]["date"]
        assert plan["this_month"] > 0
