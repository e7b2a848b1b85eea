from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.audit import chain_of
from accounts.models import AuditEntry, User
from fincred.db.writes import write_all
from fincred.errors import ResourceNotFoundError
from fincred.events import GoalsChanged, subscribed
from goals import services
from goals.errors import GoalLimitExceededError, InvalidGoalDateError, InvalidStatusTransitionError
from goals.models import Goal
from goals.pace import Pace
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status

pytestmark = [pytest.mark.integration, pytest.mark.goals]

TODAY = date(2026, 3, 10)


def create(owner: User, now: datetime, **fields: Any) -> Goal:
    told = {
        "type": "emergency_fund",
        "name": "Buffer",
        "target_amount": Decimal("1000.00"),
        "target_date": date(2027, 3, 10),
        "priority": "High",
    }
    return services.create_goal(owner=owner, now=now, today=TODAY, **{**told, **fields})


def update(goal: Goal, now: datetime, today: date = TODAY, **changes: Any) -> Goal:
    return services.update_goal(owner=goal.user, goal_id=goal.id, changes=changes, now=now, today=today)  # type: ignore[arg-type]


def fill(owner: User, count: int = 5) -> list[Goal]:
    return GoalFactory.create_batch(count, user=owner)


class TestCreateGoal:
    def test_makes_an_active_goal_with_nothing_in_it(self, saver: User, noon: datetime) -> None:
        goal = create(saver, noon)

        stored = Goal.objects.get(pk=goal.pk)
        assert (stored.status, stored.current_amount, stored.pace) == (Status.ACTIVE, Decimal(0), None)
        assert (stored.started_on, stored.created_at, stored.updated_at) == (TODAY, noon, noon)

    @pytest.mark.parametrize("days", [0, -1])
    def test_refuses_a_date_that_is_not_after_today(self, saver: User, noon: datetime, days: int) -> None:
        with pytest.raises(InvalidGoalDateError) as refused:
            create(saver, noon, target_date=TODAY + timedelta(days=days))

        assert refused.value.details["errors"][0]["field"] == "target_date"
        assert not Goal.objects.exists()

    def test_takes_tomorrow(self, saver: User, noon: datetime) -> None:
        assert create(saver, noon, target_date=TODAY + timedelta(days=1)).pk

    def test_refuses_a_sixth_active_goal(self, saver: User, noon: datetime) -> None:
        fill(saver)

        with pytest.raises(GoalLimitExceededError) as refused:
            create(saver, noon)

        assert refused.value.details == {"current_count": 5, "max_count": 5}

    def test_counts_neither_others_goals_nor_those_at_rest(
        self, saver: User, stranger: User, noon: datetime
    ) -> None:
        fill(stranger)
        fill(saver, 4)
        GoalFactory.create(user=saver, status=Status.PAUSED)
        GoalFactory.create(user=saver, status=Status.CANCELLED)
        GoalFactory.create(user=saver, completed=True)

        assert create(saver, noon).status == Status.ACTIVE

    def test_takes_the_primary_flag_from_the_goal_that_has_it(
        self, saver: User, stranger: User, noon: datetime
    ) -> None:
        before = GoalFactory.create(user=saver, primary_flag=True)
        others = GoalFactory.create(user=stranger, primary_flag=True)

        goal = create(saver, noon, primary_flag=True)

        primary = set(Goal.objects.filter(primary_flag=True).values_list("pk", flat=True))
        assert primary == {goal.pk, others.pk}
        before.refresh_from_db()
        assert before.updated_at == noon

    def test_tells_those_who_plan(self, saver: User, noon: datetime, published: list[GoalsChanged]) -> None:
        goal = create(saver, noon)

        [event] = published
        assert (event.goal, event.chain.person, event.now, event.today) == (goal, saver, noon, TODAY)

    def test_leaves_nothing_when_a_subscriber_fails(self, saver: User, noon: datetime) -> None:
        def fail(event: GoalsChanged) -> None:
            raise RuntimeError

        before = GoalFactory.create(user=saver, primary_flag=True)

        with subscribed(GoalsChanged, fail), pytest.raises(RuntimeError):
            create(saver, noon, primary_flag=True)

        assert list(Goal.objects.filter(primary_flag=True)) == [before]


class TestUpdateGoal:
    def test_changes_what_is_named(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, why_text="Because")

        update(goal, noon, name="Bike", why_text=None, target_amount=Decimal("1500.00"))

        stored = Goal.objects.get(pk=goal.pk)
        assert (stored.name, stored.why_text, stored.target_amount) == ("Bike", None, Decimal("1500.00"))
        assert (stored.priority, stored.updated_at) == (goal.priority, noon)

    def test_writes_nothing_when_nothing_differs(
        self, saver: User, noon: datetime, published: list[GoalsChanged]
    ) -> None:
        goal = GoalFactory.create(user=saver)

        update(goal, noon + timedelta(days=1), name=goal.name, status=goal.status, target_date=goal.target_date)

        assert Goal.objects.get(pk=goal.pk).updated_at == goal.updated_at
        assert published == []

    @pytest.mark.parametrize(
        "changes",
        [
            {"target_amount": Decimal("1000.01")},
            {"target_date": date(2028, 1, 1)},
            {"priority": "Low"},
            {"primary_flag": True},
            {"type": "fire_starter"},
            {"annual_rate": Decimal("2.5000")},
            {"status": "paused"},
        ],
    )
    def test_tells_those_who_plan_what_plans_are_made_from(
        self, saver: User, noon: datetime, published: list[GoalsChanged], changes: dict[str, Any]
    ) -> None:
        goal = update(GoalFactory.create(user=saver), noon, **changes)

        [event] = published
        assert (event.goal, event.chain.person, event.now, event.today) == (goal, saver, noon, TODAY)

    @pytest.mark.parametrize("changes", [{"name": "Bike"}, {"why_text": "x"}])
    def test_keeps_the_rest_to_itself(
        self, saver: User, noon: datetime, published: list[GoalsChanged], changes: dict[str, Any]
    ) -> None:
        update(GoalFactory.create(user=saver), noon, **changes)

        assert published == []

    def test_refuses_a_new_date_that_is_not_after_today(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)

        with pytest.raises(InvalidGoalDateError):
            update(goal, noon, target_date=TODAY)

    def test_lets_a_date_that_has_passed_stay(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, target_date=date(2026, 1, 1))

        assert update(goal, noon, name="Late", target_date=date(2026, 1, 1)).name == "Late"

    def test_hands_over_the_primary_flag(self, saver: User, noon: datetime) -> None:
        before, after = GoalFactory.create(user=saver, primary_flag=True), GoalFactory.create(user=saver)

        update(after, noon, primary_flag=True)

        assert list(Goal.objects.filter(primary_flag=True)) == [after]
        update(after, noon, primary_flag=False)
        assert not Goal.objects.filter(primary_flag=True).exists()
        assert before.pk

    @pytest.mark.parametrize("status", [Status.ACTIVE, Status.PAUSED])
    def test_completes_a_goal_whose_target_comes_down_to_what_is_there(
        self, saver: User, noon: datetime, status: str
    ) -> None:
        goal = GoalFactory.create(user=saver, status=status, current_amount=Decimal("400.00"))

        assert update(goal, noon, target_amount=Decimal("400.01")).status == status
        done = update(goal, noon, target_amount=Decimal("400.00"))

        assert (done.status, done.completed_at) == (Status.COMPLETED, noon)

    def test_leaves_a_cancelled_goal_cancelled(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, status=Status.CANCELLED, current_amount=Decimal("400.00"))

        assert update(goal, noon, target_amount=Decimal("300.00")).status == Status.CANCELLED

    def test_finds_no_goal_of_a_stranger(self, stranger: User, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=stranger)

        with pytest.raises(ResourceNotFoundError):
            services.update_goal(owner=saver, goal_id=goal.id, changes={"name": "Mine"}, now=noon, today=TODAY)

    def test_returns_the_pace_that_a_subscriber_has_set(self, saver: User, noon: datetime) -> None:
        pace = Pace.through([(TODAY, Decimal("1.00"))])

        def set_pace(event: GoalsChanged) -> None:
            write_all(services.set_paces([(event.goal, pace)]))

        with subscribed(GoalsChanged, set_pace):
            goal = update(GoalFactory.create(user=saver), noon, priority="Low")

        assert goal.pace == pace.to_json()
        assert goal.updated_at == noon


MOVES = {
    ("active", "paused"),
    ("active", "completed"),
    ("active", "cancelled"),
    ("paused", "active"),
    ("paused", "completed"),
    ("paused", "cancelled"),
    ("completed", "active"),
    ("cancelled", "active"),
}


class TestStatus:
    def in_status(self, owner: User, status: str, **fields: Any) -> Goal:
        completed_at = datetime.fromisoformat("2026-01-01T00:00:00Z") if status == Status.COMPLETED else None
        return GoalFactory.create(user=owner, status=status, completed_at=completed_at, **fields)

    @pytest.mark.parametrize("before", Status)
    @pytest.mark.parametrize("after", Status)
    def test_moves_only_as_the_contract_says(self, saver: User, noon: datetime, before: str, after: str) -> None:
        goal = self.in_status(saver, before)

        if before == after or (before, after) in MOVES:
            moved = update(goal, noon, status=after)
            assert moved.status == Goal.objects.get(pk=goal.pk).status == after
            assert (moved.completed_at is not None) == (after == Status.COMPLETED)
        else:
            with pytest.raises(InvalidStatusTransitionError) as refused:
                update(goal, noon, status=after)
            assert refused.value.details == {
                "current_status": before,
                "requested_status": after,
                "reason": "not_allowed",
                "allowed_statuses": ["active"],
            }

    @pytest.mark.parametrize("before", [Status.PAUSED, Status.COMPLETED, Status.CANCELLED])
    def test_becomes_active_only_where_there_is_room(self, saver: User, noon: datetime, before: str) -> None:
        goal = self.in_status(saver, before)
        fill(saver)

        with pytest.raises(GoalLimitExceededError):
            update(goal, noon, status=Status.ACTIVE)

        assert Goal.objects.get(pk=goal.pk).status == before

    @pytest.mark.parametrize("before", [Status.COMPLETED, Status.CANCELLED])
    @pytest.mark.parametrize("amount", ["1000.00", "1000.01"])
    def test_refuses_to_reopen_at_or_above_the_target(
        self, saver: User, noon: datetime, before: str, amount: str
    ) -> None:
        goal = self.in_status(saver, before, current_amount=Decimal(amount))

        with pytest.raises(InvalidStatusTransitionError) as refused:
            update(goal, noon, status=Status.ACTIVE)

        assert refused.value.details["reason"] == "target_reached"
        assert refused.value.details["target_amount"] == Decimal("1000.00")

    @pytest.mark.parametrize("before", [Status.COMPLETED, Status.CANCELLED])
    def test_refuses_to_reopen_past_the_date(self, saver: User, noon: datetime, before: str) -> None:
        goal = self.in_status(saver, before, target_date=TODAY - timedelta(days=1))

        with pytest.raises(InvalidStatusTransitionError) as refused:
            update(goal, noon, status=Status.ACTIVE)

        assert refused.value.details["reason"] == "target_date_passed"
        assert update(goal, noon, today=TODAY - timedelta(days=1), status=Status.ACTIVE).status == Status.ACTIVE

    def test_reopens_with_a_target_and_a_date_that_make_sense_again(self, saver: User, noon: datetime) -> None:
        goal = self.in_status(
            saver, Status.COMPLETED, current_amount=Decimal("1000.00"), target_date=date(2026, 1, 1)
        )

        reopened = update(
            goal, noon, status="active", target_amount=Decimal("2000.00"), target_date=date(2027, 1, 1)
        )

        assert (reopened.status, reopened.completed_at) == (Status.ACTIVE, None)

    def test_lets_a_late_paused_goal_go_on(self, saver: User, noon: datetime) -> None:
        goal = self.in_status(saver, Status.PAUSED, target_date=date(2026, 1, 1))

        assert update(goal, noon, status=Status.ACTIVE).status == Status.ACTIVE


class TestCancelGoal:
    @pytest.mark.parametrize("before", [Status.ACTIVE, Status.PAUSED])
    def test_keeps_the_goal_as_cancelled(self, saver: User, noon: datetime, before: str) -> None:
        goal = GoalFactory.create(user=saver, status=before, current_amount=Decimal("10.00"))

        services.cancel_goal(owner=saver, goal_id=goal.id, now=noon, today=TODAY)

        stored = Goal.objects.get(pk=goal.pk)
        assert (stored.status, stored.current_amount, stored.updated_at) == ("cancelled", Decimal("10.00"), noon)

    def test_takes_a_completed_goal_too(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver, completed=True)

        assert services.cancel_goal(owner=saver, goal_id=goal.id, now=noon, today=TODAY).completed_at is None

    def test_is_done_once(self, saver: User, noon: datetime, published: list[GoalsChanged]) -> None:
        goal = GoalFactory.create(user=saver)
        for hours in range(3):
            services.cancel_goal(owner=saver, goal_id=goal.id, now=noon + timedelta(hours=hours), today=TODAY)

        assert Goal.objects.get(pk=goal.pk).updated_at == noon
        assert len(published) == 1


class TestAuditTrail:
    def entries(self, goal: Goal) -> list[tuple[Any, ...]]:
        rows = AuditEntry.objects.filter(object_id=str(goal.id)).order_by("sequence")
        return list(rows.values_list("action", "before", "after"))

    def test_tells_figures_and_states_but_no_words(self, saver: User, noon: datetime) -> None:
        goal = create(saver, noon, name="Secret", why_text="Private")
        update(goal, noon, name="Other secret", target_amount=Decimal("1500.00"))
        services.cancel_goal(owner=saver, goal_id=goal.id, now=noon, today=TODAY)
        services.cancel_goal(owner=saver, goal_id=goal.id, now=noon, today=TODAY)

        created, *later = self.entries(goal)
        assert created[:2] == ("goal.created", None)
        assert created[2]["target_amount"] == "1000.00"
        assert later == [
            ("goal.updated", {"target_amount": "1000.00"}, {"target_amount": "1500.00"}),
            ("goal.cancelled", {"status": "active"}, {"status": "cancelled"}),
        ]
        assert "ecret" not in str(self.entries(goal))
        assert not {"name", "why_text"} & set(created[2])

    def test_tells_what_a_check_in_did_to_the_status(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)
        for amount in ("500.00", "1000.00", "0.00"):
            services.record_progress(
                goal=goal,
                current_amount=Decimal(amount),
                last_check_in_date=TODAY,
                now=noon,
                today=TODAY,
                chain=chain_of(saver),
            )

        assert [entry[0] for entry in self.entries(goal)] == ["goal.completed", "goal.reopened"]
