"""Each figure that the coach says is that of the call that shows it, for invented people."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from fincred.companion.coach.answers import debts, goals, learning, payments
from fincred.companion.coach.terms import TERMS, text_for
from fincred.companion.tests.education import write_texts
from fincred.companion.tests.invented import NOON, TODAY, Invented
from planning.engine.money.income import Income, monthly_income
from planning.vocabulary import PayFrequency

SEVENTY = Income(Decimal(70), PayFrequency.WEEKLY)

# People are random examples, so coverage isn't counted.
pytestmark = [
    pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.django_db, pytest.mark.no_cover,
    pytest.mark.usefixtures("noon"),
]  # fmt: skip


def money(amount: Any) -> str:
    return f"{Decimal(amount):,.2f} USD"


def day(text: str) -> str:
    moment = date.fromisoformat(text)
    return f"{moment.day} {moment:%B} {moment.year}"


def months(number: int) -> str:
    return "1 month" if number == 1 else f"{number} months"


@pytest.fixture(scope="class", params=range(12))
def person(request: pytest.FixtureRequest, kept_rows: None) -> Invented:
    """Made once for all tests of a class."""
    with time_machine.travel(NOON, tick=False):
        return Invented(request.param)


def line_of(goal: dict[str, Any]) -> str:
    verb = "paid off" if goal["type"] == "debt_payoff" else "saved"
    amounts = f"{money(goal['current_amount'])} of {money(goal['target_amount'])} {verb}"
    return f"{goal['name']}: {amounts} ({Decimal(goal['progress_percentage']):.2f} %), "


class TestGoals:
    def test_progress_is_that_of_the_dashboard(self, person: Invented) -> None:
        dashboard, said = person.get("/dashboard"), person.ask("How am I doing?")
        assert said.count("Goal ") == len(dashboard["goals"])
        assert all(line_of(goal) in said for goal in dashboard["goals"])
        if weeks := dashboard["stats"]["current_streak"]:
            assert f"Your streak: {weeks} week" in said

    def test_a_named_goal_is_said_alone(self, person: Invented) -> None:
        [first, *others] = person.get("/dashboard")["goals"]
        said = person.ask(f"How am I doing with {first['name'].upper()}?")
        assert line_of(first) in said
        assert not any(other["name"] in said for other in others)

    def test_the_day_of_arrival_is_that_of_the_plan(self, person: Invented) -> None:
        plans = {plan["goal_id"]: plan for plan in person.get("/action-plans")}
        for goal in person.get("/goals"):
            said = person.ask(f"When will I reach {goal['name']}?")
            arrives = plans[goal["id"]]["projected_completion_date"]
            assert (f"it is reached on {day(arrives)}." if arrives else "there is no day yet") in said
            is_late = arrives is not None and arrives > goal["target_date"]
            assert (f"That is after its date, {day(goal['target_date'])}." in said) == is_late
            assert goals.OLDER not in said

    def test_a_plan_from_before_a_check_in_is_said_to_be_older(self, person: Invented) -> None:
        counted = {plan["goal_id"]: plan["explanation"]["facts"] for plan in person.get("/action-plans")}
        never_told = [goal for goal in person.get("/goals") if goal["last_check_in_date"] is None]
        for goal in never_told:
            person.send("post", f"/goals/{goal['id']}/check-ins", {"current_amount": "7"})
            is_told = "debts" not in counted[goal["id"]]
            for asked in ("When will I reach {}?", "When will the {} be done?", "Why is {} like that?"):
                said = person.ask(asked.format(goal["name"]))
                assert (goals.OLDER in said) == is_told

    def test_reasons_are_those_of_the_plans(self, person: Invented) -> None:
        plans, said = person.get("/action-plans"), person.ask("Why is my plan like that?")
        names = {goal["id"]: goal["name"] for goal in person.get("/goals")}
        assert plans
        for plan in plans:
            assert f"{names[plan['goal_id']]} is {plan['feasibility'].lower()}" in said
            needs, gets = plan["required_monthly_contribution"], plan["allocated_monthly_contribution"]
            facts, is_uneven = plan["explanation"]["facts"], plan["explanation"]["code"] == "FUNDED_UNEVENLY"
            monthly = f"It needs {money(needs)} a month."
            if plan["feasibility"] == "Unrealistic":
                monthly = f"It needs {money(needs)} a month and gets {money(gets)}."
            elif is_uneven:
                monthly = f"On average it gets {money(gets)} a month."
            assert (monthly in said) == bool(needs)
            if needs and plan["feasibility"] != "Unrealistic":
                assert f"{money(facts['need'])} by {day(facts['target_date'])}" in said
                assert f"{money(facts['room'])} is left for it until then" in said
            elif needs and facts["surplus"] > 0:
                assert f"{money(facts['shortfall'])} is missing" in said
            elif facts["gap"]:
                assert f"each month {money(facts['gap'])} more goes out than comes in" in said

    def test_ways_out_are_the_alternatives_of_the_plans(self, person: Invented) -> None:
        said = person.ask("why is it unrealistic??")
        plans = [plan for plan in person.get("/action-plans") if plan["feasibility"] == "Unrealistic"]
        assert (goals.NONE_UNREALISTIC in said) == (not plans)
        for way in (way for plan in plans for way in plan["alternatives"]):
            told = {
                "later_date": lambda way: day(way["target_date"]),
                "smaller_amount": lambda way: money(way["target_amount"]),
                "more_money": lambda way: f"{money(way['extra_monthly'])} more a month",
            }
            assert told[way["kind"]](way) in said

    @pytest.mark.parametrize(
        "message", ["why is my plan like that", "why is it unrealistic", "how am i doing", "what now"]
    )
    def test_no_jargon_is_said(self, person: Invented, message: str) -> None:
        said = f" {person.ask(message).lower()} "
        assert not [word for word in (" load", " room", "label", "surplus") if word in said]

    def test_the_next_step_is_the_earliest_payment(self, person: Invented) -> None:
        due = [plan for plan in person.get("/action-plans") if plan["next_action_date"]]
        said = person.ask("What should I do next?")
        if not due:
            assert said == payments.NOTHING_TO_PAY
            return
        names = {goal["id"]: goal["name"] for goal in person.get("/goals")}
        first = min(plan["next_action_date"] for plan in due)
        amounts = {
            names[plan["goal_id"]]: plan["upcoming"][0]["amount"]
            for plan in due
            if plan["next_action_date"] == first
        }
        assert f" on {day(first)}." in said
        assert said.count(" USD for Goal ") == len(amounts)
        assert all(f"{money(amount)} for {name}" in said for name, amount in amounts.items())
        assert len(amounts) == 1 or f", {money(sum(amounts.values()))} in all, on " in said

    def test_what_to_save_each_month_is_what_the_plans_give(self, person: Invented) -> None:
        plans, said = person.get("/action-plans"), person.ask("How much should I save each month?")
        names = {goal["id"]: goal["name"] for goal in person.get("/goals")}
        gets = {names[plan["goal_id"]]: plan["allocated_monthly_contribution"] for plan in plans}
        gets = {name: amount for name, amount in gets.items() if amount}
        assert ("By your plans, on average a month: " in said) == bool(gets)
        assert all(f"{money(amount)} for {name}" in said for name, amount in gets.items())
        assert "in all" not in said.split("Next:")[0]
        assert person.ask("What next?") in said

    @pytest.mark.parametrize(
        "asked", ["How much do I still need for the {}?", "How much is left for {}?", "How far away is {}?"]
    )
    def test_what_is_missing_is_target_less_what_is_there(self, person: Invented, asked: str) -> None:
        for goal in person.get("/goals"):
            said = person.ask(asked.format(goal["name"]))
            assert line_of(goal) in said
            missing = goal["target_amount"] - goal["current_amount"]
            assert said.endswith(f" {money(missing)} is still missing.")


class TestDebts:
    def test_ways_to_pay_them_off_are_those_of_the_payoff(self, person: Invented) -> None:
        payoff, said = person.post("/planning/debt-payoff", {}), person.ask("How can I pay off my debts?")
        strategies, more = payoff["strategies"], payoff["more"]
        if not strategies["avalanche"]["order"]:
            assert said.endswith(debts.NO_DEBTS) or "Your snapshot has no debts" in said
            return
        assert f"With {money(payoff['monthly_budget'])} a month" in said
        if payoff["recommended"] is None:
            assert debts.WHAT_HELPS in said
            assert f"{money(strategies['avalanche']['interest_floor'])}" in said
            enough = [one for one in more if one["months"]]
            assert all(f"With {money(one['extra'])} more a month they are" in said for one in enough[:1])
            return
        for strategy in strategies.values():
            if not strategy["never"]:
                until = f"{months(strategy['months'])}, until {day(strategy['debt_free_date'])}"
                interest = money(strategy["total_interest"]) if strategy["total_interest"] else "no"
                assert f"takes {until}, and costs {interest}" in said
        closed = [debt for debt in strategies["avalanche"]["order"] if debt["months"]]
        if len(person.get("/snapshot")["debts"]) > 1:
            first = f"{closed[0]['label']} is the first to be paid off, on {day(closed[0]['closed_on'])}."
            assert f"With the highest rate first, {first}" in said
        left = person.get("/snapshot")["summary"]["monthly_surplus"]
        is_more_told = more[0]["months"] != strategies[payoff["recommended"]]["months"]
        assert (debts.SHORT in said) == (left < (more[0]["extra"] if is_more_told else 0))
        if is_more_told:
            saved = more[0]["interest_saved"]
            assert f"With {money(more[0]['extra'])} more a month it is {months(more[0]['months'])}" in said
            assert not saved or f"{money(saved)} less interest" in said

    def test_more_a_month_on_them_is_extra_monthly(self, person: Invented) -> None:
        payoff = person.post("/planning/debt-payoff", {"extra_monthly": "70"})
        said = person.ask("What if I pay $70 more a month on my debts?")
        if not payoff["recommended"] or not payoff["strategies"]["avalanche"]["order"]:
            assert "Your snapshot has no debts" in said or debts.WHAT_HELPS in said
            return
        assert f"With {money(payoff['monthly_budget'])} a month, your minimum payments and 70.00 USD more" in said
        for strategy in payoff["strategies"].values():
            if not strategy["never"]:
                assert f"takes {months(strategy['months'])}, until {day(strategy['debt_free_date'])}" in said

    def test_what_is_owed_is_that_of_the_snapshot(self, person: Invented) -> None:
        snapshot, said = person.get("/snapshot"), person.ask("What do I owe?")
        if not snapshot["debts"]:
            assert "Your snapshot has no debts" in said
            return
        assert f"You owe {money(snapshot['summary']['total_debt'])} in all." in said
        for debt in snapshot["debts"]:
            rate = f"{debt['interest_rate_annual'].normalize():f} %"
            line = f"{debt['label']}: {money(debt['balance'])} at {rate} interest a year"
            assert f"{line}, with a minimum payment of {money(debt['min_payment'])} a month" in said
            assert person.ask(f"What is the rate of {debt['label'].lower()}?").startswith(line)

    def test_a_months_interest_is_that_of_the_payoffs_first_month(self, person: Invented) -> None:
        payoff, said = person.post("/planning/debt-payoff", {}), person.ask("How much interest this month?")
        owed = person.get("/snapshot")["debts"]
        if not owed:
            assert "Your snapshot has no debts" in said
            return
        avalanche = payoff["strategies"]["avalanche"]
        total = avalanche["interest_floor"]
        if not avalanche["never"]:
            before, after = (point["balance"] for point in avalanche["series"][:2])
            total = after + payoff["monthly_budget"] - before
        assert said.endswith(f": {money(total)} in all." if len(owed) > 1 else " a year).")
        assert len(owed) > 1 or f"interest adds {money(total)} on {owed[0]['label']} (" in said

    def test_who_cannot_pay_hears_what_helps_and_their_own_numbers(self, person: Invented) -> None:
        summary = person.post("/planning/what-if", {})["baseline"]["summary"]
        said = person.ask("I can't pay my debts")
        assert debts.WHAT_HELPS in said
        assert money(abs(summary["estimated_monthly_surplus"])) in said


class TestMoney:
    @pytest.mark.parametrize("asked", ["Can I afford that?", "How much can I spend?"])
    def test_what_a_month_leaves_is_that_of_what_if(self, person: Invented, asked: str) -> None:
        plan, said = person.post("/planning/what-if", {})["baseline"], person.ask(asked)
        left, free = plan["summary"]["estimated_monthly_surplus"], plan["summary"]["buffer_remaining"]
        differ = {month["surplus"] for month in plan["cash_flow"]} != {left}
        if left > 0:
            when = " on average over the next year" if differ else ""
            assert f"A month leaves {money(left)}{when} after" in said
            of_it, this_month = ("what is there this month", "") if differ else ("it", " this month")
            planned = (
                f"{money(free)} of {of_it} isn't planned for a goal{this_month}."
                if free
                else f"All of {of_it} is planned for your goals{this_month}."
            )
            assert planned in said
        else:
            assert f"{money(-left)} more goes out each month than comes in" in said

    @pytest.mark.parametrize(
        ("asked", "delta"),
        [
            ("35.50 a month", "35.50"),
            ("1,200 per month", "1200"),
            ("a $60 subscription", "60"),
            ("20 a week", monthly_income([Income(Decimal(20), PayFrequency.WEEKLY)])),
            ("600 a year", "50"),
        ],
    )
    def test_a_cost_every_month_is_that_of_what_if(self, person: Invented, asked: str, delta: Any) -> None:
        answer = person.post("/planning/what-if", {"expenses_delta": str(delta)})
        said = person.ask(f"Can I afford {asked}?")
        before, after = (answer[side]["summary"]["estimated_monthly_surplus"] for side in ("baseline", "scenario"))
        assert money(abs(before)) in said
        assert money(abs(after)) in said
        assert money(delta) in said
        assert ("goes out each month than comes in" in said) == (before < 0)
        assert ("more would go out than comes in" in said) == (before >= 0 > after)
        if before >= 0:
            assert_effects(answer, said)

    @pytest.mark.parametrize(
        ("asked", "amount"), [("a 40 book", 40), ("a 900 laptop", 900), ("$5,000 once", 5000)]
    )
    def test_a_cost_that_is_paid_once_is_a_goal_of_what_if(
        self, person: Invented, asked: str, amount: int
    ) -> None:
        def bought(by: date) -> tuple[Any, Any]:
            new = {"name": "One purchase", "type": "short_term_saving", "priority": "Low"}
            body = new | {"target_amount": amount, "target_date": by.isoformat()}
            answer = person.post("/planning/what-if", {"new_goals": [body]})
            return answer, next(goal for goal in answer["scenario"]["goals"] if goal["goal_id"] is None)

        said = person.ask(f"Can I afford {asked}?")
        answer, plan = bought(TODAY + timedelta(days=1))
        surplus = answer["baseline"]["summary"]["estimated_monthly_surplus"]
        assert f"{money(amount)} once: " in said
        assert ("every month" in said) == ("once" not in asked)
        savings = person.get("/snapshot")["summary"]["total_savings"]
        assert (f"you told me of {money(savings)} in savings" in said) == bool(savings)
        if surplus <= 0:
            assert f"{money(-surplus)} more goes out each month than comes in" in said
        elif not plan["shortfall"]:
            assert_effects(answer, said)
            assert ("yes, this month leaves enough" in said) == (not is_harmful(answer))
        else:
            planned = amount - plan["shortfall"] - answer["baseline"]["summary"]["buffer_remaining"]
            beside = (
                f", and {money(planned)} of the rest is for your goals." if planned > 0 else " beside your goals."
            )
            assert f"this month {money(plan['shortfall'])} is missing for it{beside}" in said
            later = [way["target_date"] for way in plan["alternatives"] if way["kind"] == "later_date"]
            last = max(goal["target_date"] for goal in answer["baseline"]["goals"])
            by = date.fromisoformat(later[0]) if later else date.fromisoformat(last) + timedelta(days=1)
            answer, plan = bought(by)
            reached = plan["projected_completion_date"]
            assert (f"it would be there on {day(reached)}." if reached else "I find no date by which") in said

    @pytest.mark.parametrize(
        ("asked", "delta"),
        [
            ("What if I earn 300 more a month?", {"income_delta": "300"}),
            ("What if I spend 100 less a month?", {"expenses_delta": "-100"}),
            ("What if my income drops by 300?", {"income_delta": "-300"}),
            ("What if I lose 70 income a week?", {"income_delta": f"-{monthly_income([SEVENTY])}"}),
        ],
    )
    def test_more_or_less_money_a_month_is_that_of_what_if(
        self, person: Invented, asked: str, delta: dict[str, str]
    ) -> None:
        answer, said = person.post("/planning/what-if", delta), person.ask(asked)
        for side in ("baseline", "scenario"):
            assert money(abs(answer[side]["summary"]["estimated_monthly_surplus"])) in said
        if answer["scenario"]["summary"]["estimated_monthly_surplus"] < 0:
            return
        for one in answer["differences"]:
            if one["feasibility"]["to"] != one["feasibility"]["from"]:
                new, old = one["feasibility"]["to"].lower(), one["feasibility"]["from"].lower()
                assert f"{one['name']} would be {new} instead of {old}" in said

    def test_the_overview_is_the_snapshot(self, person: Invented) -> None:
        snapshot, said = person.get("/snapshot")["summary"], person.ask("What is my net worth?")
        parts = ("monthly_income", "monthly_expenses", "monthly_minimum_payments", "total_savings")
        assert all(money(snapshot[part]) in said for part in parts)
        assert money(abs(snapshot["monthly_surplus"])) in said
        assert not snapshot["total_debt"] or f"debts of {money(snapshot['total_debt'])}" in said
        assert f"net worth of {money(snapshot['net_worth'])}." in said
        assert money(snapshot["monthly_expenses"]) in person.ask("I lost my job")


def is_harmful(answer: Any) -> bool:
    stored = [one for one in answer["differences"] if one["goal_id"]]
    return any(one["shortfall"]["to"] > one["shortfall"]["from"] for one in stored)


def assert_effects(answer: Any, said: str) -> None:
    """What another plan does to the goals that are stored."""
    stored = [one for one in answer["differences"] if one["goal_id"]]
    worse = [one for one in stored if one["shortfall"]["to"] > one["shortfall"]["from"]]
    for one in worse:
        assert money(one["shortfall"]["to"]) in said
    for one in stored:
        new, old = one["feasibility"]["to"].lower(), one["feasibility"]["from"].lower()
        assert (f"{one['name']} would be {new} instead of {old}" in said) == (new != old and "would be" in said)
    if not any(one["feasibility"]["to"] != one["feasibility"]["from"] for one in stored) and not worse:
        assert "None of your goals would miss its date because of it." in said or "none of your goals" in said


class TestTheRest:
    def test_the_pulse_is_the_latest_one(self, person: Invented) -> None:
        pulse, said = person.get("/checkins/latest"), person.ask("How was my week?")
        if pulse is None:
            assert said == learning.NO_PULSE
            return
        assert f"From {day(pulse['period_start'])} to {day(pulse['period_end'])} you " in said
        assert f"felt {pulse['mood_score']} of 5." in said
        weeks = person.get("/dashboard")["stats"]["current_streak"]
        assert f"Your streak: {weeks} week" in said

    def test_a_term_is_its_education_text(self, person: Invented) -> None:
        write_texts()
        for words, _ in TERMS[person.random.randrange(len(TERMS)) :][:2]:
            text = person.get(f"/education/snippets/{text_for(words[0])}")
            assert person.ask(f"What is {words[0]}?") == f"{text['short_title']}\n{text['content']}"

    def test_who_feels_bad_hears_what_is_there_already(self, person: Invented) -> None:
        saved, said = person.get("/dashboard")["stats"]["total_saved"], person.ask("I feel overwhelmed")
        assert (f"{money(saved)} is saved or paid off already" in said) == bool(saved)
        due = any(plan["next_action_date"] for plan in person.get("/action-plans"))
        assert (person.ask("What next?") in said) == due
