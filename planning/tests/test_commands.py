"""Commands for operators."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import User
from accounts.services import erase_person
from fincred import clock
from planning.management.commands import plan_all
from planning.models import ActionPlan
from planning.services.replanning import replan_person
from planning.tests.factories import goal_of, plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.planning]


@pytest.fixture
def plans(saver: User, stranger: User) -> list[ActionPlan]:
    """Made in March 2026, of two people, in the order of their ids."""
    for person in (saver, stranger):
        snapshot_of(person)
        goal_of(person)
        plan_for(goal_of(person))
    return list(ActionPlan.objects.order_by("user_id"))


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("plan_all", *arguments, stdout=out, stderr=out)
    return out.getvalue()


def versions(plans: list[ActionPlan]) -> list[int]:
    return [ActionPlan.objects.get(pk=plan.pk).version for plan in plans]


class TestPlanAll:
    def test_recomputes_the_plans_of_all_people(self, plans: list[ActionPlan]) -> None:
        output = run()
        assert "The plans of 2 people are up to date." in output
        assert versions(plans) == [2, 2]

    def test_makes_no_plan_where_there_is_none(self, plans: list[ActionPlan]) -> None:
        run()
        assert ActionPlan.objects.count() == 2

    def test_run_twice_changes_nothing_more(self, plans: list[ActionPlan]) -> None:
        run()
        run()
        assert versions(plans) == [2, 2]

    def test_goes_on_after_a_person(self, plans: list[ActionPlan]) -> None:
        run("--after", str(plans[0].user_id))
        assert versions(plans) == [1, 2]

    def test_a_stop_tells_how_to_go_on(self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch) -> None:
        self.stop_at(plans[1], monkeypatch, KeyboardInterrupt())
        with pytest.raises(CommandError, match=f"plan_all --after {plans[0].user_id}"):
            run()
        assert versions(plans) == [2, 1]

    def test_a_stop_before_anybody_starts_over(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.stop_at(plans[0], monkeypatch, KeyboardInterrupt())
        with pytest.raises(CommandError, match=r"plan_all$"):
            run()
        self.stop_at(plans[1], monkeypatch, KeyboardInterrupt())
        with pytest.raises(CommandError, match=f"plan_all --after {plans[0].user_id}$"):
            run("--after", str(plans[0].user_id))

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_stops_it_after_the_person_at_hand(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch, number: signal.Signals
    ) -> None:
        """Raised in the middle of a person, it would be taken for a failure to plan them."""
        before = signal.getsignal(number)
        self.stop_at(plans[0], monkeypatch, lambda: os.kill(os.getpid(), number))
        with pytest.raises(CommandError, match=f"Stopped.\nContinue with: .*plan_all --after {plans[0].user_id}"):
            run()
        assert versions(plans) == [2, 1]
        assert signal.getsignal(number) == before

    @pytest.mark.parametrize("erased", [0, 1])
    def test_leaves_out_who_is_erased_meanwhile(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch, erased: int
    ) -> None:
        """While their plans are made, or before their turn."""
        person = User.objects.get(pk=plans[erased].user_id)
        self.stop_at(plans[0], monkeypatch, lambda: erase_person(user=person, now=clock.now()))
        assert "The plans of 1 people are up to date." in run()

    def test_a_second_signal_stops_it_at_once(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop_twice() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGTERM)

        self.stop_at(plans[1], monkeypatch, stop_twice)
        with pytest.raises(CommandError, match=f"plan_all --after {plans[0].user_id}"):
            run()
        assert versions(plans) == [2, 1]

    def test_a_signal_at_the_last_person_leaves_nothing_to_do(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.stop_at(plans[1], monkeypatch, lambda: os.kill(os.getpid(), signal.SIGTERM))
        assert "The plans of 2 people are up to date." in run()

    def test_a_database_that_fails_stops_it_and_tells_how_to_go_on(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.stop_at(plans[1], monkeypatch, OperationalError("the connection is lost"))
        with pytest.raises(CommandError, match=f"is lost\nContinue with: .* --after {plans[0].user_id}"):
            run()

    def test_one_person_that_fails_does_not_stop_the_others(
        self, plans: list[ActionPlan], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.stop_at(plans[0], monkeypatch, RuntimeError())
        with pytest.raises(CommandError, match="1 people could not be planned"):
            run()
        assert versions(plans) == [1, 2]

    def stop_at(
        self, plan: ActionPlan, monkeypatch: pytest.MonkeyPatch, failure: BaseException | Callable[[], object]
    ) -> None:
        """Planning that person is interrupted; the others are planned."""

        def interrupted(*, owner: User, **options: Any) -> None:
            if owner.id == plan.user_id:
                if isinstance(failure, BaseException):
                    raise failure
                failure()
            replan_person(owner=owner, **options)

        monkeypatch.setattr(plan_all, "replan_person", interrupted)

    def test_shows_an_example_in_its_help(self) -> None:
        parser = plan_all.Command().create_parser("manage.py", "plan_all")
        assert "example: manage.py plan_all --shard 2/4" in parser.format_help()
