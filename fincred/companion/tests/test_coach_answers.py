"""What people at an edge hear: nothing set up, nothing left, hard weeks, debts that don't end."""

from __future__ import annotations

from datetime import date

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.companion.coach.answers import debts, goals, learning, talk
from fincred.companion.coach.terms import known_terms
from fincred.companion.tests.asking import V0, Ask, debt, tell
from fincred.companion.tests.education import write_texts
from planning.tests.factories import goal_of

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.usefixtures("noon")]


class TestSomebodyNew:
    @pytest.mark.parametrize(
        ("message", "heard"),
        [
            ("How am I doing?", goals.NO_GOALS),
            ("Why is my plan like that?", goals.NO_GOALS),
            ("When will I be there?", goals.NO_GOALS),
            ("What should I do next?", goals.NO_SNAPSHOT),
            ("How do I pay off my debts?", debts.NO_DEBTS),
            ("What do I owe?", debts.NO_DEBTS),
            ("Can I afford 20?", goals.NO_SNAPSHOT),
            ("What is my income?", goals.NO_SNAPSHOT),
            ("How was my week?", learning.NO_PULSE),
            ("Hello", talk.GREETING),
            ("Bonjour", talk.GREETING_IN_ENGLISH),
            ("asdfgh", talk.UNKNOWN),
            ("What does quux mean?", f"I can explain: {', '.join(known_terms())}."),
            ("I lost my job", talk.JOB_LOST),
        ],
    )
    def test_is_told_what_comes_first(self, ask: Ask, message: str, heard: str) -> None:
        assert ask(message) == heard

    def test_is_not_told_zeros_that_they_never_told(self, as_saver: APIClient, ask: Ask) -> None:
        assert as_saver.put(f"{V0}/snapshot", {"debts": [debt(500, 20, 30)]}).status_code == 200
        for message in ("What is my income?", "What is my net worth?", "can I afford 20", "how much can I spend"):
            assert ask(message) == goals.NO_SNAPSHOT
        assert ask("I lost my job") == talk.JOB_LOST
        assert "tell me your income" in ask("I can't pay my debts")


class TestGoals:
    def test_that_are_all_set_aside_are_not_said_to_be_missing(
        self, saver: User, as_saver: APIClient, ask: Ask
    ) -> None:
        for name, status in (("Bike", "completed"), ("Boat", "paused"), ("Car", "paused"), ("Dog", "cancelled")):
            goal = goal_of(saver, name=name)
            assert as_saver.patch(f"{V0}/goals/{goal.pk}", {"status": status}).status_code == 200
        for message in ("How am I doing?", "why is my plan like that", "when will I be done"):
            said = ask(message)
            assert "no goals yet" not in said
            assert "None of your goals is active at present: 1 completed, 2 paused and 1 cancelled." in said
        tell(as_saver)
        assert "None of your goals is active at present" in ask("What next?")
        assert "It is paused" in ask("How is my boat?")
        assert "It is completed. Well done!" in ask("why is the bike like that")
        assert "It is cancelled." in ask("dog")

    @pytest.mark.parametrize(
        ("names", "message", "told"),
        [
            (["A", "Holiday"], "How is a holiday going", ["Holiday"]),
            (["A", "Holiday"], "am I doing ok", ["A", "Holiday"]),
            (["Car", "Car repair"], "how is my car repair going", ["Car repair"]),
            (["Car", "Care home"], "how is the care home", ["Care home"]),
            (["Emergency fund", "Car"], "status of my emergency fund", ["Emergency fund"]),
            (["Pay off debts", "Car"], "how is pay off debts going", ["Pay off debts"]),
            (["Why", "Car"], "how is my car?", ["Car"]),
            (["How am I doing", "Car"], "How am I doing?", ["How am I doing", "Car"]),
        ],
    )
    def test_are_named_by_whole_words(
        self, saver: User, ask: Ask, names: list[str], message: str, told: list[str]
    ) -> None:
        for name in names:
            goal_of(saver, name=name)
        assert sorted(name for name in names if f"{name}: " in ask(message)) == sorted(told)

    def test_an_emergency_fund_of_another_name_is_meant_by_its_type(self, saver: User, ask: Ask) -> None:
        goal_of(saver, name="Buffer", type="emergency_fund")
        goal_of(saver, name="Car", type="short_term_saving")
        said = ask("status of my emergency fund")
        assert said.startswith("Buffer: ")
        assert "Car" not in said

    def test_a_named_goal_is_not_a_term_but_its_meaning_can_be_asked(self, saver: User, ask: Ask) -> None:
        write_texts()
        goal_of(saver, name="Emergency fund")
        assert ask("What is my emergency fund?").startswith("Emergency fund: ")
        said = ask("What is an emergency fund?")
        assert said.startswith("How much is an emergency fund?\n")
        assert "\nEmergency fund: " in said

    def test_of_the_same_name_the_active_one_is_meant(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        old = goal_of(saver, name="Bike", target_amount=111)
        as_saver.patch(f"{V0}/goals/{old.pk}", {"status": "cancelled"})
        goal_of(saver, name="Bike", target_amount=222)
        said = ask("how is my bike")
        assert "222.00" in said
        assert "111.00" not in said

    @pytest.mark.parametrize("message", ["how's my holiday", "and greece?"])
    def test_a_word_of_a_name_is_enough_where_nothing_else_is_said(
        self, saver: User, ask: Ask, message: str
    ) -> None:
        goal_of(saver, name="Holiday in Greece")
        goal_of(saver, name="Car in cash")
        assert ask(message).startswith("Holiday in Greece: ")

    def test_what_is_asked_of_such_a_word_is_answered(self, saver: User, ask: Ask) -> None:
        goal_of(saver, name="Trip to Japan", target_amount=4000)
        goal_of(saver, name="Car in cash", target_amount=100)
        assert ask("how much is missing for japan").endswith(
            "saved (0.00 %), not started yet. 4,000.00 USD is still missing."
        )
        assert ask("when will japan be done").startswith("Trip to Japan: 0.00 USD of 4,000.00 USD saved")
        assert ask("when will the car be done").startswith("Car in cash: ")
        assert ask("can I pause japan?") == talk.CHANGES_NOTHING

    def test_such_a_word_is_heard_beside_other_words_and_names(
        self, saver: User, as_saver: APIClient, ask: Ask
    ) -> None:
        tell(as_saver, debts=[debt(500, 12, 20, "Visa")])
        for name in ("Trip to Japan", "Laptop", "Clear the Visa"):
            goal_of(saver, name=name, target_amount=400)
        as_saver.post(f"{V0}/planning/plan", {})
        start = "Trip to Japan: 0.00 USD of 400.00 USD saved (0.00 %), not started yet. "
        assert ask("how much is left for japan") == f"{start}400.00 USD is still missing."
        assert ask("how much have i saved for japan").startswith(start)
        assert ask("when can I go to Japan?").startswith(f"{start}By its plan it is reached on ")
        assert ask("why is japan comfortable").startswith("Trip to Japan is comfortable. It needs 400.00 USD by ")
        both = ask("how are japan and the laptop")
        assert (both.count("Laptop: "), both.count("Trip to Japan: "), both.count("Visa")) == (1, 1, 0)
        assert ask("whats left on the visa").startswith("Visa: 500.00 USD at 12 % interest a year")
        assert ask("can I afford a trip to Rome for 100").startswith("100.00 USD once: ")

    def test_are_summed_where_the_question_is_about_all(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        for name, there in (("Bike", 30), ("Boat", 12.5)):
            goal = goal_of(saver, name=name, target_amount=100)
            as_saver.post(f"{V0}/goals/{goal.pk}/check-ins", {"current_amount": there})
        for message in ("how much did i save in total", "how much have I saved?", "how much did I pay off"):
            assert ask(message).startswith("For your goals, 42.50 USD is saved or paid off in all. B")
        assert "in all" not in ask("how am I doing")
        assert ask("how much is missing in total").endswith("In all, 157.50 USD is missing.")
        as_saver.patch(f"{V0}/goals/{goal.pk}", {"status": "cancelled"})
        assert "In all" not in ask("how much is missing in total")

    def test_others_goals_are_not_named(self, stranger: User, ask: Ask) -> None:
        goal_of(stranger, name="Yacht")
        assert "Yacht" not in ask("How is my Yacht?")

    def test_numbers_in_a_name_are_no_amount(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        goal_of(saver, name="$777 phone")
        said = ask("Can I afford my $777 phone?")
        assert "777.00" not in said

    @pytest.mark.parametrize(("income", "room"), [(3000, "1,000.00 USD"), (2100, "100.00 USD")])
    def test_of_a_goal_whose_date_has_come_nothing_is_counted_until_then(
        self, saver: User, as_saver: APIClient, ask: Ask, income: int, room: str
    ) -> None:
        tell(as_saver, income)
        goal_of(saver, name="Bike", target_amount=600, target_date=date(2026, 3, 1))
        as_saver.post(f"{V0}/planning/plan", {})
        said = ask("why is my bike like that")
        assert "It needs 600.00 USD now, for its date, 1 March 2026, has come" in said
        assert f"{room} is left for it, so " in said

    def test_a_goal_without_a_plan_is_told_so(self, saver: User, ask: Ask) -> None:
        goal_of(saver, name="Bike")
        assert ask("why is my plan unrealistic") == goals.NO_PLANS
        assert "Bike has no plan yet." in ask("why is my bike so late, is it realistic")

    def test_a_plan_from_before_the_last_check_in_is_said_to_be(
        self, saver: User, as_saver: APIClient, ask: Ask
    ) -> None:
        tell(as_saver)
        goal = goal_of(saver, name="Bike", target_amount=600, target_date=date(2026, 9, 10))
        as_saver.post(f"{V0}/planning/plan", {})
        assert "last check-in" not in ask("why is my bike like that")
        as_saver.post(f"{V0}/goals/{goal.pk}/check-ins", {"current_amount": 333})
        assert ask("why is my bike like that").endswith(
            "That is from before your last check-in: make your plan again, and it counts with it."
        )
        as_saver.post(f"{V0}/planning/plan", {})
        assert "last check-in" not in ask("why is my bike like that")

    def test_unrealistic_ones_come_with_their_ways_out(self, saver: User, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, income=2100)
        goal_of(saver, name="Bike", target_amount=120, target_date=date(2026, 12, 1))
        goal_of(saver, name="House", target_amount=9000, target_date=date(2026, 12, 1), priority="Low")
        as_saver.post(f"{V0}/planning/plan", {})
        said = ask("why is it unrealistic")
        assert "House is unrealistic as things stand, which says nothing about you." in said
        assert "Any one of these makes it fit: a later date (" in said
        assert "Bike" not in said


class TestDebts:
    def test_a_goal_for_a_debt_that_is_not_in_the_snapshot_is_not_overlooked(self, saver: User, ask: Ask) -> None:
        goal_of(saver, name="Credit line", type="debt_payoff")
        said = ask("What about my credit card?")
        assert said.startswith("Credit line: ")
        assert "Your snapshot has no debts: add the rate" in said

    def test_without_interest_and_payment_stay_and_get_a_way_out(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 0, 0)])
        said = ask("How do I pay off my debts?")
        assert "0.00 USD of interest" not in said
        assert "nothing is paid on your debts each month, because the minimum payments are 0, so they stay" in said
        assert "With 50.00 USD more a month they are paid off in 10 months." in said

    def test_that_grow_are_told_without_guilt_and_with_a_way_out(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(5000, 24, 40)])
        said = ask("How do I pay off my debts?")
        assert (
            "the first month's interest alone is 100.00 USD. That is how the numbers are, and not your fault."
            in said
        )
        assert "With 100.00 USD more a month they are paid off in" in said
        assert debts.WHAT_HELPS in said

    def test_that_are_at_zero_are_not_counted_in_months(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(0, 20, 0)])
        assert ask("How do I pay off my debts?") == debts.PAID_OFF
        assert ask("What do I owe?") == debts.PAID_OFF

    def test_of_one_month_are_in_the_singular(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(40, 0, 50)])
        said = ask("How do I pay off my debts?")
        assert "takes 1 month, until 10 April 2026, and costs no interest." in said
        assert "1 months" not in said
        assert "more a month" not in said

    def test_are_told_one_by_one_by_their_label(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 10, 40, "Car loan")])
        assert ask("What's the interest rate on my visa?") == (
            "Visa: 500.00 USD at 20 % interest a year, with a minimum payment of 30.00 USD a month."
        )
        assert ask("car loan?").startswith("Car loan: 900.00 USD")
        for message in ("which first, car loan or visa?", "how do I get rid of the car loan"):
            assert "paying your debts off takes" in ask(message)
        assert "You owe 1,400.00 USD in all." in ask("what do I owe")

    def test_with_a_minimum_by_percentage_and_a_promotional_rate_are_told_so(
        self, as_saver: APIClient, ask: Ask
    ) -> None:
        by_percentage = {"min_payment": None, "min_payment_percent": 2.5, "min_payment_floor": 25}
        promotional = {"promo_rate_annual": 0, "promo_until": "2026-09-01"}
        tell(as_saver, debts=[debt(1000, 20, 0) | by_percentage | promotional])
        assert ask("what do I owe") == (
            "You owe 1,000.00 USD in all. Visa: 1,000.00 USD at 0 % interest a year until 1 September 2026 and "
            "then 20 % interest a year, with a minimum payment of 2.5 % of what is owed, at least 25.00 USD, a "
            "month."
        )
        payoff = as_saver.post(f"{V0}/planning/debt-payoff", {}).json()
        said = ask("How do I pay off my debts?")
        assert said.startswith(f"With {payoff['monthly_budget']:.2f} USD next month, your minimum payments")

    def test_of_several_the_one_with_the_highest_rate_is_named(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 10, 40, "Car loan")])
        assert "The highest rate is that of Visa, 20 %: what you pay beyond" in ask(
            "which debt should I pay first?"
        )
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 20, 40, "Car loan")])
        assert "highest rate is" not in ask("which debt should I pay first?")
        promotional = {"promo_rate_annual": 2, "promo_until": "2027-03-01"}
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 30, 40, "Car loan") | promotional])
        said = ask("which debt should I pay first?")
        assert "The highest rate at present is that of Visa, 20 %: what you pay beyond" in said
        order = as_saver.post(f"{V0}/planning/debt-payoff", {}).json()["strategies"]["avalanche"]["order"]
        assert (order[0]["label"], "Visa is the first to be paid off, on " in said) == ("Visa", True)

    def test_are_not_told_of_ways_that_help_nobody(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(50_000, 0, 0)])
        said = ask("How do I pay off my debts?")
        assert "more a month" not in said
        assert debts.WITHOUT_MINIMUMS in said
        assert "lower minimum payments" not in said

    def test_are_told_where_the_money_for_more_is_not_there(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(1000, 10, 40)])
        assert debts.SHORT not in ask("How do I pay off my debts?")
        assert debts.SHORT in ask("What if I pay 2000 more a month on my debts?")
        tell(as_saver, income=2010, debts=[debt(1000, 10, 40)])
        said = ask("How do I pay off my debts?")
        assert "With 50.00 USD more a month it is 12 months" in said
        assert said.endswith(debts.SHORT)

    def test_are_asked_about_by_their_labels(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 10, 40, "Car")])
        assert ask("How much is left on my Visa?").startswith("Visa: 500.00 USD at 20 % interest a year")
        payoff = as_saver.post(f"{V0}/planning/debt-payoff", {"extra_monthly": "50"}).json()
        ends = {
            one["label"]: date.fromisoformat(one["closed_on"])
            for one in payoff["strategies"]["avalanche"]["order"]
        }
        said = ask("if I pay 50 more a month on the car, when is it gone?")
        assert said.startswith("With 120.00 USD a month, your minimum payments and 50.00 USD more")
        assert f"With the highest rate first, Car is paid off on {ends['Car'].day} {ends['Car']:%B %Y}." in said
        assert ask("pay 200 extra on my car").endswith(debts.ASK_MONTHLY)
        assert "once: " in ask("Can I afford a car for 200?")
        assert "Visa is the first to be paid off, on " in ask("when is my Visa paid off?")

    def test_without_a_label_are_asked_about_by_their_type(self, as_saver: APIClient, ask: Ask) -> None:
        loan = debt(500, 4, 30) | {"type": "student_loan", "label": None}
        tell(as_saver, debts=[loan, debt(900, 20, 40), debt(90, 0, 0) | {"type": "other", "label": None}])
        line = "Student loan: 500.00 USD at 4 % interest a year, with a minimum payment of 30.00 USD a month."
        for message in ("balance of student loan", "how much is my student loan", "my student loan?"):
            assert ask(message) == line
        assert ask("how much is left on my credit card").startswith("Visa: 900.00 USD")
        assert "Other debt: 90.00 USD at 0 %" in ask("what do I owe")
        said = ask("when is my student loan gone")
        assert "Student loan is the first to be paid off, on 10 September 2027." in said
        assert "student_loan" not in said

    def test_are_counted_with_what_is_paid_on_one_of_them(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(500, 20, 30), debt(900, 10, 40, "Car")])
        said = ask("if I pay 300 a month on Visa instead of 30")
        assert said.startswith(
            "300.00 USD a month on Visa is 270.00 USD more than its minimum payment. "
            "With 340.00 USD a month, your minimum payments and 270.00 USD more"
        )
        said = ask("if I pay 20 a month on Visa instead of 30")
        assert said.startswith("20.00 USD a month on Visa is no more than its minimum payment. With 70.00 USD a")

    def test_add_interest_each_month_at_the_rate_of_that_month(self, as_saver: APIClient, ask: Ask) -> None:
        promotional = {"promo_rate_annual": 1.2, "promo_until": "2026-09-01"}
        tell(as_saver, debts=[debt(4200, 22.99, 95), debt(900, 20, 40, "Car") | promotional])
        assert ask("interest on my visa this month?") == (
            "In the coming month interest adds 80.47 USD on Visa (4,200.00 USD at 22.99 % a year)."
        )
        assert ask("how much interest a month").endswith(
            " and 0.90 USD on Car (900.00 USD at 1.2 % a year): 81.37 USD in all."
        )

    def test_that_are_many_are_not_all_listed(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver, debts=[debt(100 + number, 20, 30, f"Shop {number}") for number in range(8)])
        said = ask("what do I owe")
        assert said.count("Shop") == 5
        assert said.endswith("And 3 smaller ones.")

    def test_whoever_cannot_pay_is_never_left_without_a_way_out(self, as_saver: APIClient, ask: Ask) -> None:
        assert debts.WHAT_HELPS in ask("I can't pay my debts")
        assert "tell me your income" in ask("I can't pay my debts")
        tell(as_saver, income=2000, expenses=2000, debts=[debt(5000, 24, 40)])
        said = ask("i cant pay my debts anymore")
        assert debts.WHAT_HELPS in said
        assert "40.00 USD more goes out each month than comes in" in said
        assert "never" not in said


class TestPulses:
    @pytest.mark.parametrize(
        ("told", "heard"),
        [
            (("yes", "under", 5), "That is worth keeping up."),
            (("yes", "on", 3), "That is worth keeping up."),
            (("partial", "over", 3), "mixed weeks are normal"),
            (("partial", "on", 4), "mixed weeks are normal"),
            (("yes", "over", 4), "The payments are made"),
            (("no", "on", 4), "Hard weeks happen"),
            (("partial", "on", 1), "Hard weeks happen"),
            (("yes", "over", 2), "Hard weeks happen"),
            (("yes", "on", 1), "I hope that next week is kinder to you"),
        ],
    )
    def test_get_words_that_fit(
        self, as_saver: APIClient, ask: Ask, told: tuple[str, str, int], heard: str
    ) -> None:
        names = ("made_planned_payments", "spending_vs_plan", "mood_score")
        as_saver.post(f"{V0}/checkins", dict(zip(names, told, strict=True)))
        said = ask("How was my week?")
        assert heard in said
        assert ("worth keeping up" in said) == (heard == "That is worth keeping up.")
