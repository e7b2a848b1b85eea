"""Each figure that the coach says is that of the call that shows it, for invented people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from fincred.companion.coach import answers
from fincred.companion.coach.terms import known_terms, text_for
from fincred.companion.tests.education import write_texts
from fincred.companion.tests.invented import V0, Invented

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.usefixtures("noon")]


def money(amount: Any) -> str:
    return f"{Decimal(amount):,.2f} USD"


def day(text: str) -> str:
    moment = date.fromisoformat(text)
    return f"{moment.day} {moment:%B} {moment.year}"


@pytest.fixture(params=range(12))
def person(request: pytest.FixtureRequest, db: None) -> Invented:
    return Invented(request.param)


class TestFigures:
    def test_of_progress_are_those_of_the_dashboard(self, person: Invented) -> None:
        dashboard, said = person.get("/dashboard"), person.ask("How am I doing?")
        assert said.count("Goal ") == len(dashboard["goals"])
        for goal in dashboard["goals"]:
            verb = "paid off" if goal["type"] == "debt_payoff" else "saved"
            amounts = f"{money(goal['current_amount'])} of {money(goal['target_amount'])} {verb}"
            percentage = Decimal(goal["progress_percentage"])
            assert f"{goal['name']}: {amounts} ({percentage:.2f} %), " in said
        if weeks := dashboard["stats"]["current_streak"]:
            assert f"Your streak: {weeks} week" in said

    def test_of_the_plans_are_those_of_the_plans(self, person: Invented) -> None:
        plans, said = person.get("/action-plans"), person.ask("Why is my plan like that?")
        assert plans
        names = {goal["id"]: goal["name"] for goal in person.get("/goals")}
        for plan in plans:
            needs, gets = plan["required_monthly_contribution"], plan["allocated_monthly_contribution"]
            assert (
                f"{names[plan['goal_id']]} is {plan['feasibility'].lower()}: it needs {money(needs)} a month and "
                f"gets {money(gets)}. {plan['explanation']['text']}"
            ) in said

    def test_of_the_next_step_are_those_of_the_earliest_payment(self, person: Invented) -> None:
        due = [plan for plan in person.get("/action-plans") if plan["next_action_date"]]
        said = person.ask("What should I do next?")
        if not due:
            assert "nothing to pay" in said
            return
        first = min(plan["next_action_date"] for plan in due)
        amounts = [money(plan["upcoming"][0]["amount"]) for plan in due if plan["next_action_date"] == first]
        assert f" on {day(first)}." in said
        assert any(f"Next: {amount} for Goal" in said for amount in amounts)

    def test_of_debts_are_those_of_the_payoff(self, person: Invented) -> None:
        payoff, said = person.post("/planning/debt-payoff", {}), person.ask("How can I pay off my debts?")
        if not payoff["strategies"]["avalanche"]["order"]:
            assert said == answers.NO_DEBTS
            return
        assert f"With {money(payoff['monthly_budget'])} a month" in said
        for strategy in payoff["strategies"].values():
            if payoff["recommended"] is None:
                assert f"interest alone is {money(strategy['interest_floor'])}." in said
            elif not strategy["never"]:
                months, interest = strategy["months"], money(strategy["total_interest"])
                assert f"takes {months} months and {interest} of interest" in said
        more = payoff["more"][0]
        if payoff["recommended"] and more["interest_saved"] is not None:
            saved = f"{more['months']} months, and {money(more['interest_saved'])} less interest"
            assert f"{money(more['extra'])} more a month: {saved}" in said

    @pytest.mark.parametrize("amount", ["", "35.50", "1,200"])
    def test_of_what_can_be_afforded_are_those_of_what_if(self, person: Invented, amount: str) -> None:
        delta = amount.replace(",", "")
        answer = person.post("/planning/what-if", {"expenses_delta": delta} if delta else {})
        said = person.ask(f"Can I afford {amount or 'that'}?")
        before, after = answer["baseline"]["summary"], answer["scenario"]["summary"]
        assert money(before["estimated_monthly_surplus"]) in said
        if not amount:
            assert f"{money(before['buffer_remaining'])} of it isn't planned" in said
            return
        assert f"would leave {money(after['estimated_monthly_surplus'])} instead" in said
        changed = [one for one in answer["differences"] if one["feasibility"]["from"] != one["feasibility"]["to"]]
        for one in changed:
            new, old = one["feasibility"]["to"].lower(), one["feasibility"]["from"].lower()
            assert f"{one['name']} would be {new} instead of {old}." in said
        assert ("Each goal would keep its label." in said) == (not changed)
        assert ("More would go out than comes in." in said) == (after["estimated_monthly_surplus"] < 0)

    def test_of_the_pulse_are_those_of_the_latest_one(self, person: Invented) -> None:
        pulse, said = person.get("/checkins/latest"), person.ask("How was my week?")
        if pulse is None:
            assert said == answers.NO_PULSE
            return
        assert f"From {day(pulse['period_start'])} to {day(pulse['period_end'])} you " in said
        assert f"felt {pulse['mood_score']} of 5." in said
        weeks = person.get("/dashboard")["stats"]["current_streak"]
        assert f"Your streak: {weeks} week" in said

    def test_a_term_is_its_education_text(self, person: Invented) -> None:
        write_texts()
        for term in known_terms()[person.random.randrange(10) :][:2]:
            text = person.get(f"/education/snippets/{text_for(term)}")
            assert person.ask(f"What is {term}?") == f"{text['short_title']}\n{text['content']}"

    def test_of_one_goal_are_said_alone_when_it_is_named(self, person: Invented) -> None:
        [first, *others] = [goal["name"] for goal in person.get("/dashboard")["goals"]] or ["none"]
        said = person.ask(f"How am I doing with {first.upper()}?")
        assert [name for name in others if name in said] == []
        assert said.count("Goal ") == (first != "none")


class TestSomebodyNew:
    @pytest.mark.parametrize(
        ("message", "answer"),
        [
            ("How am I doing?", answers.NO_GOALS),
            ("Why is my plan like that?", answers.NO_PLANS),
            ("What should I do next?", answers.NO_SNAPSHOT),
            ("How do I pay off my debts?", answers.NO_DEBTS),
            ("Can I afford 20?", answers.NO_SNAPSHOT),
            ("How was my week?", answers.NO_PULSE),
            ("Hello", answers.ABILITIES),
        ],
    )
    def test_is_told_what_comes_first(self, as_saver: APIClient, message: str, answer: str) -> None:
        assert as_saver.post(f"{V0}/chat/message", {"message": message}).json()["response"] == answer

    def test_is_told_which_terms_there_are(self, as_saver: APIClient) -> None:
        said = as_saver.post(f"{V0}/chat/message", {"message": "What does quux mean?"}).json()["response"]
        assert said == f"I can explain: {', '.join(known_terms())}."
