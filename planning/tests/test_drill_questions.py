"""Random people over HTTP, who ask what if: once the change is made, the plan is what they were told."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from accounts.tests.factories import UserFactory
from planning.tests.lives.account import Account
from planning.tests.lives.bank import euros
from planning.tests.lives.life import Life
from planning.tests.lives.person import FaultError, require
from planning.tests.lives.script import PRIORITIES, Document, draw
from planning.tests.test_drill_lives import LIVES, SEED, quiet

pytestmark = [pytest.mark.integration, pytest.mark.once, pytest.mark.planning, pytest.mark.django_db]

__all__ = ["quiet"]


class Asker(Life):
    """Asks a question at each planning, and tries what was asked about before going on as before."""

    questions: Random

    def plan(self, *, is_new: bool = False) -> Document:
        if is_new:
            self.promised, self.is_following = {}, True
        made = self.make_plan()
        self.ask()
        return made

    def ask(self) -> None:
        random, wanted = self.questions, list(self.active)
        asked = random.sample(wanted, min(len(wanted), random.choice([0, 1, 1, 1, 2])))
        changes = {account.id: self._change(account) for account in asked}
        money = self._other_money() if random.random() < 0.3 or not asked else {}
        goals = [{"id": goal, **change} for goal, change in changes.items()]
        question = {"as_of": self.day.isoformat(), "goals": goals, **money}
        told = self.call("post", "planning/what-if", question, may_fail=True)
        if told is None:
            return
        with transaction.atomic():
            for goal, change in changes.items():
                body = {"status": "paused"} if "exclude" in change else change
                self.call("patch", f"goals/{goal}", body)
            if money:
                self.call("put", "snapshot", {**self.money.told, **money})
            made = self.call("post", "planning/plan", {})
            transaction.set_rollback(True)
        self._compare(told["scenario"], made, question)

    def _change(self, account: Account) -> Document:
        random = self.questions
        name = random.choice(
            ["target_amount", "target_amount", "target_date", "priority", "annual_rate", "exclude"]
        )
        if name == "target_amount":
            most = max(1, random.choice([account.told, account.target, account.told + 1, 2 * account.target]))
            return {name: euros(random.choice([most, random.randint(1, most)]))}
        if name == "target_date":
            return {name: (self.day + timedelta(days=random.randint(1, 500))).isoformat()}
        if name == "priority":
            return {name: random.choice(PRIORITIES)}
        return {name: True} if name == "exclude" else {name: random.choice([0, 3.5, 12])}

    def _other_money(self) -> Document:
        """Incomes or expenses of another snapshot; not where it tells debts, which it would tell as of today."""
        if self.money.told["debts"]:
            return {}
        other = self.questions.choice(self.script.money)
        return {name: other[name] for name in self.questions.sample(["incomes", "expenses"], 1)}

    def _compare(self, told: Document, made: Document, question: Document) -> None:
        plans = {goal["goal_id"]: goal for goal in told["goals"]}
        after = {goal["goal_id"]: goal for goal in made["goals"]}
        if not after:  # a new calendar would begin
            return
        # A goal with all of its new target stays in the question, asks for nothing, and is completed in fact.
        done = [plans.pop(goal) for goal in plans.keys() - after.keys()]
        require(not any(goal["this_month"] for goal in done), "asked of a completed goal", done=done)
        for goal, plan in plans.items():
            parts = {name: (plan[name], after[goal][name]) for name in plan if plan[name] != after[goal][name]}
            index = self.accounts[goal].index
            if done:  # it is still ahead of others
                parts.pop("explanation", None)
            require(not parts, f"what-if's {next(iter(parts), '')}", goal=index, question=question, parts=parts)
        if done:  # its date may be the last one that months are shown for
            told["cash_flow"] = told["cash_flow"][: len(made["cash_flow"])]
        for name in ("summary", "cash_flow"):
            require(
                told[name] == made[name], f"what-if's {name}", told=told[name], made=made[name], asked=question
            )


def failure_of(seed: int, clock: Any) -> str | None:
    """What was told otherwise than it came about in this life, and all that was done in it."""
    with transaction.atomic():
        life = Asker(UserFactory.create(email=f"asker{seed}@example.com"), clock, draw(seed))
        life.questions = Random(seed)
        try:
            life.live()
        except FaultError as error:
            return "\n".join([str(error), str(life.script), *life.log])
        finally:
            transaction.set_rollback(True)
    return None


@pytest.mark.drill
class TestQuestions:
    def test_are_answered_with_the_plan_that_the_change_makes(self, time_machine: Any) -> None:
        for seed in range(SEED, SEED + LIVES):
            failure = failure_of(seed, time_machine)
            assert failure is None, f"seed {seed}: {failure}"
