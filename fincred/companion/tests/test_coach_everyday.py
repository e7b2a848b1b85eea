"""What people write in passing: news of their money, mails they don't want, and whether to believe the coach."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import User
from fincred.companion.coach.intents import topic_of, topic_of_a_debt
from fincred.companion.coach.message import NAMED
from fincred.companion.coach.topics import Topic
from fincred.companion.tests.asking import Ask, tell
from planning.tests.factories import goal_of

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform]

MESSAGES = {
    Topic.CHANGE: [
        "my salary is 2500 now",
        "the rent is now 950 a month",
        "my landlord raised the rent to 950",
        "i earn 3000 now",
        "can i change the day",
        "how do i turn off the emails",
        "stop sending me mails",
        "why did i get this mail",
    ],
    Topic.AFFORD: [
        "my rent is 950 now, can I afford 60 a month?",
        "can i give 50 to charity",
        "what if rent is 950",
        "will i be fine if i buy a car for 5000",
        "two tickets at 80 each",
        "3 concert tickets 45 each",
        "dinner at 60 a head",
    ],
    Topic.EARN_LESS: ["what if my salary is 300 lower"],
    Topic.MONEY: ["my salary"],
    Topic.CANNOT_PAY: [
        "flat broke this month",
        "no cash left til payday",
        "strapped for cash",
        "money is really tight",
        "no money for food this week",
    ],
    Topic.SLIPPED: ["i have skipped my payment", "we had to skip a month"],
    Topic.SKIP: ["is it ok to skip this month", "i'm thinking of skipping a payment", "should i stop saving"],
    Topic.EXPLAIN_PLAN: [f"what is my plan for {NAMED}", "is my plan any good"],
    Topic.PUT_MORE: [f"if i put 50 in {NAMED} every month"],
    Topic.CRISIS: ["i cut myself", "theres no way out"],
    Topic.PROGRESS: ["am i going to be ok", "are we in trouble"],
    Topic.NEXT_STEP: ["payments?", "wat nxt", f"what are my payments for {NAMED}"],
    Topic.DEBTS_OR_SAVINGS: ["i won 1000 in a quiz"],
    Topic.ABOUT_COACH: ["where do the numbers come from", "can i trust these numbers", "is this advice"],
    Topic.FAREWELL: ["goodnight"],
    Topic.UNKNOWN: ["what day is it"],
}


@pytest.mark.parametrize(
    ("message", "topic"), [(message, topic) for topic, messages in MESSAGES.items() for message in messages]
)
def test_is_heard_as_it_is_meant(message: str, topic: Topic) -> None:
    assert topic_of(message) == topic


@pytest.mark.parametrize(
    "message", ["how about 50 more a month for the nameddebt", "can i clear the nameddebt by june"]
)
def test_of_a_debt_is_about_its_end(message: str) -> None:
    assert topic_of_a_debt(message, topic_of(message)) == Topic.PAY_OFF


@pytest.mark.usefixtures("noon")
class TestAnswers:
    def test_a_gift_is_a_cost(self, as_saver: APIClient, ask: Ask) -> None:
        tell(as_saver)
        assert ask("can i give 50 to charity").startswith("50.00 USD once: yes")
        assert ask("can i lend my brother 400").startswith("400.00 USD once: yes")

    def test_many_questions_take_no_more_reads_than_one(
        self, saver: User, ask: Ask, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        goal_of(saver, name="Trip to Japan")
        with django_assert_max_num_queries(40):
            assert ask("Why? " * 800).startswith("There is no action plan yet.")
        with django_assert_max_num_queries(60):
            assert "Trip to Japan: " in ask("why? and how am I doing?")

    def test_a_word_that_tells_of_a_name_goes_before_one_that_means_something_else(
        self, saver: User, ask: Ask
    ) -> None:
        goal_of(saver, name="Trip to Japan")
        goal_of(saver, name="Pay back mum")
        assert ask("and mum?").startswith("Pay back mum: ")
        said = ask("pay for japan")
        assert said.startswith("Trip to Japan: ")
        assert "Pay back mum" not in said
