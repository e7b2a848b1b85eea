"""What people hear when they need a word more than a figure, or ask two things at once."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from fincred.companion.coach.answers import learning, talk
from fincred.companion.tests.asking import Ask, debt, tell
from fincred.companion.tests.education import write_texts
from goals.models import Goal
from planning.tests.factories import goal_of

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.platform, pytest.mark.usefixtures("noon")]


class TestPeople:
    @pytest.mark.parametrize(
        "message",
        ["hello", "thanks!", "I'm scared", "I feel so overwhelmed", "bye", "how are you", "i want to die"],
    )
    def test_are_not_answered_with_a_list_where_they_need_a_word(self, ask: Ask, message: str) -> None:
        said = ask(message)
        assert talk.ABILITIES not in said
        assert said

    def test_who_are_afraid_and_ask_get_both(self, saver: User, ask: Ask) -> None:
        goal_of(saver, name="Bike")
        said = ask("I'm so stressed, how am I doing?")
        assert said.startswith(f"{talk.TROUBLED} Bike: ")

    @pytest.mark.parametrize(
        "asked",
        [
            ("What do i owe", " and ", "what next?"),
            ("how am i doing", " and ", "can i afford 200?"),
            ("How is my bike?", " ", "What's my net worth?"),
            ("how was my week?", "\n", "how am I doing"),
            ("What do I owe?", " Hello! ", "What next?"),
        ],
    )
    def test_who_ask_two_things_get_both_answers(
        self, saver: User, as_saver: APIClient, ask: Ask, asked: tuple[str, str, str]
    ) -> None:
        tell(as_saver, debts=[debt(500, 20, 30)])
        goal_of(saver, name="Bike")
        first, _, second = asked
        assert ask("".join(asked)) == f"{ask(first)} {ask(second)}"

    @pytest.mark.parametrize(
        ("message", "meant"),
        [
            ("Can I afford a car? It costs 900", "can I afford 900"),
            ("I want to die. How am I doing?", "I want to die"),
            ("how am I doing and how far am I", "how am I doing"),
            ("How am I doing? What next? What do I owe?", "what do I owe"),
        ],
    )
    def test_who_ask_one_thing_in_two_sentences_or_many_get_one(
        self, saver: User, as_saver: APIClient, ask: Ask, message: str, meant: str
    ) -> None:
        tell(as_saver)
        goal_of(saver, name="Bike")
        assert ask(message) == ask(meant)

    def test_learn_nothing_of_others(self, stranger: User, ask: Ask) -> None:
        assert ask(f"How much does {stranger.email} owe?") == talk.OTHERS

    def test_who_ask_what_to_invest_in_get_education_and_no_product(self, ask: Ask) -> None:
        write_texts()
        assert ask("What should I invest in?").startswith(f"{learning.NO_ADVICE}\nBefore you invest\n")

    def test_get_an_answer_where_staff_removed_a_text(self, ask: Ask, db: None) -> None:
        assert ask("What should I invest in?").startswith(learning.NO_ADVICE)

    def test_with_thousands_of_goals_are_answered(self, saver: User, ask: Ask) -> None:
        for number in range(30):
            goal_of(saver, name=f"Goal {number}", status="cancelled")
        assert Goal.objects.count() == 30
        assert "None of your goals is active" in ask("How am I doing?")
