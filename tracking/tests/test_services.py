from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AuditEntry, User
from fincred.errors import ResourceNotFoundError
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.tests.factories import GoalFactory
from goals.vocabulary import Status
from planning.services import long_plans
from planning.tests.factories import contents, plan_for, snapshot_of
from tracking import services
from tracking.errors import CheckInInFutureError, GoalTakesNoCheckInsError
from tracking.models import CheckIn, CheckInWeek, Milestone
from tracking.services import CheckInOutcome
from tracking.streaks import Streaks

pytestmark = [pytest.mark.integration, pytest.mark.tracking]

TODAY = date(2026, 3, 10)


@pytest.fixture
def goal(saver: User) -> Goal:
    return GoalFactory.create(user=saver)


def check_in(goal: Goal, amount: str, now: datetime, day: date | None = None, **more: Any) -> CheckInOutcome:
    return services.create_check_in(
        owner=goal.user,
        goal_id=goal.id,
        current_amount=Decimal(amount),
        check_in_date=day,
        now=now,
        today=TODAY,
        **more,
    )


def correct(row: CheckIn, now: datetime, **changes: Any) -> CheckIn:
    return services.update_check_in(
        owner=row.user,
        check_in_id=row.id,
        changes=changes,  # type: ignore[arg-type]
        now=now,
        today=TODAY,
    )


def remove(row: CheckIn, now: datetime) -> None:
    services.delete_check_in(owner=row.user, check_in_id=row.id, now=now, today=TODAY)


def progress(goal: Goal) -> tuple[str, str, date | None]:
    goal = Goal.objects.get(pk=goal.pk)
    return str(goal.current_amount), goal.status, goal.last_check_in_date


def count(goal: Goal) -> int:
    return Goal.objects.get(pk=goal.pk).check_in_count


def weeks(owner: User) -> dict[date, int]:
    return dict(CheckInWeek.objects.filter(user=owner).values_list("monday", "check_ins"))


def milestones(goal: Goal) -> list[int]:
    return sorted(Milestone.objects.filter(goal=goal).values_list("percent", flat=True))


class TestCreateCheckIn:
    def test_is_of_today_unless_dated(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon, reflection="Good").check_in

        stored = CheckIn.objects.get(pk=made.pk)
        assert (stored.check_in_date, stored.reflection) == (TODAY, "Good")
        assert (stored.user_id, stored.created_at) == (goal.user_id, noon)
        assert progress(goal) == ("100.00", "active", TODAY)

    def test_may_predate_the_goal(self, goal: Goal, noon: datetime) -> None:
        check_in(goal, "100.00", noon, day=date(2019, 1, 1))

        assert progress(goal) == ("100.00", "active", date(2019, 1, 1))

    def test_refuses_a_day_after_today(self, goal: Goal, noon: datetime) -> None:
        with pytest.raises(CheckInInFutureError) as refused:
            check_in(goal, "100.00", noon, day=TODAY + timedelta(days=1))

        assert refused.value.details["errors"][0]["field"] == "check_in_date"

    @pytest.mark.parametrize("status", [Status.PAUSED, Status.COMPLETED, Status.CANCELLED])
    def test_refuses_a_goal_that_is_not_active(self, saver: User, noon: datetime, status: str) -> None:
        completed_at = noon if status == Status.COMPLETED else None
        goal = GoalFactory.create(user=saver, status=status, completed_at=completed_at)

        with pytest.raises(GoalTakesNoCheckInsError) as refused:
            check_in(goal, "100.00", noon)

        assert refused.value.details == {"goal_id": goal.id, "status": status}
        assert not CheckIn.objects.exists()

    def test_finds_no_goal_of_a_stranger(self, stranger: User, goal: Goal, noon: datetime) -> None:
        with pytest.raises(ResourceNotFoundError):
            services.create_check_in(
                owner=stranger, goal_id=goal.id, current_amount=Decimal(1), now=noon, today=TODAY
            )

    def test_leaves_the_amount_alone_when_a_later_one_exists(self, goal: Goal, noon: datetime) -> None:
        check_in(goal, "300.00", noon)

        outcome = check_in(goal, "999.00", noon, day=TODAY - timedelta(days=1))

        assert progress(goal) == ("300.00", "active", TODAY)
        assert outcome.milestones_reached == ()

    def test_counts_in_the_goal_even_where_nothing_else_follows(self, goal: Goal, noon: datetime) -> None:
        later = noon + timedelta(hours=1)
        for place, day in enumerate([TODAY, TODAY, TODAY - timedelta(days=1)], start=1):
            check_in(goal, "300.00", noon if place == 1 else later, day=day)
            assert count(goal) == place

        assert Goal.objects.get(pk=goal.pk).updated_at == noon

    def test_counts_the_last_one_told_of_a_day(self, goal: Goal, noon: datetime) -> None:
        check_in(goal, "300.00", noon)
        check_in(goal, "200.00", noon + timedelta(seconds=1))

        assert progress(goal) == ("200.00", "active", TODAY)

    def test_completes_the_goal_at_its_target(self, goal: Goal, noon: datetime) -> None:
        assert not check_in(goal, "999.99", noon).goal_completed

        outcome = check_in(goal, "1000.00", noon + timedelta(seconds=1))

        assert outcome.goal_completed
        assert outcome.milestones_reached == (100,)
        assert progress(goal) == ("1000.00", "completed", TODAY)

    def test_completes_it_also_when_other_goals_need_a_long_plan(
        self, goal: Goal, noon: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(long_plans, "QUICK", 0)
        snapshot_of(goal.user, contents(income="2010.00"))
        other = plan_for(GoalFactory.create(user=goal.user, target_amount=Decimal(9000)))

        assert check_in(goal, "1000.00", noon).goal_completed

        assert CheckIn.objects.count() == 1
        other.refresh_from_db()
        assert (other.version, bool(other.alternatives)) == (2, True)

    def test_reaches_each_milestone_once(self, goal: Goal, noon: datetime) -> None:
        amounts = ["249.99", "250.00", "600.00", "100.00", "800.00"]

        reached = [
            check_in(goal, amount, noon + timedelta(seconds=place)).milestones_reached
            for place, amount in enumerate(amounts)
        ]

        assert reached == [(), (25,), (50,), (), (75,)]
        assert set(Milestone.objects.values_list("reached_on", flat=True)) == {TODAY}

    def test_tells_the_streaks_over_all_goals(self, saver: User, goal: Goal, noon: datetime) -> None:
        other = GoalFactory.create(user=saver)
        check_in(goal, "1.00", noon, day=TODAY - timedelta(weeks=2))
        check_in(other, "1.00", noon, day=TODAY - timedelta(weeks=1))

        assert check_in(goal, "2.00", noon).streaks == Streaks(current=3, longest=3)
        assert check_in(goal, "3.00", noon).streaks == Streaks(current=3, longest=3)

    def test_says_what_the_numbers_mean_in_the_persons_currency(
        self, saver: User, goal: Goal, noon: datetime
    ) -> None:
        saver.profile.currency = "EUR"
        debt = GoalFactory.create(user=saver, type="debt_payoff", created_at=noon)

        outcome = services.create_check_in(
            owner=saver, goal_id=debt.id, current_amount=Decimal("50.00"), now=noon, today=TODAY
        )

        assert outcome.feedback == (
            "50.00 EUR of 1,000.00 EUR paid off, 50.00 EUR ahead of what was planned for today."
        )


class TestUpdateCheckIn:
    def test_moves_the_goal_with_the_latest(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in

        corrected = correct(made, noon + timedelta(hours=1), current_amount=Decimal("150.00"))

        assert progress(goal) == ("150.00", "active", TODAY)
        assert (corrected.updated_at, corrected.created_at) == (noon + timedelta(hours=1), noon)

    def test_leaves_the_goal_alone_when_it_is_not_the_latest(self, goal: Goal, noon: datetime) -> None:
        old = check_in(goal, "100.00", noon, day=TODAY - timedelta(days=5)).check_in
        check_in(goal, "200.00", noon)

        correct(old, noon, current_amount=Decimal("150.00"), reflection="Was more")

        assert progress(goal) == ("200.00", "active", TODAY)
        assert count(goal) == 2
        old.refresh_from_db()
        assert (old.current_amount, old.reflection) == (Decimal("150.00"), "Was more")

    def test_makes_another_the_latest_when_its_day_moves(self, goal: Goal, noon: datetime) -> None:
        check_in(goal, "100.00", noon, day=TODAY - timedelta(days=5))
        made = check_in(goal, "200.00", noon).check_in

        correct(made, noon, check_in_date=TODAY - timedelta(days=9))

        assert progress(goal) == ("100.00", "active", TODAY - timedelta(days=5))

    def test_takes_its_week_along(self, saver: User, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in
        check_in(goal, "100.00", noon)

        correct(made, noon, check_in_date=TODAY - timedelta(weeks=1))

        assert weeks(saver) == {date(2026, 3, 9): 1, date(2026, 3, 2): 1}
        correct(made, noon, check_in_date=TODAY - timedelta(weeks=2))
        assert weeks(saver) == {date(2026, 3, 9): 1, date(2026, 2, 23): 1}

    def test_stays_in_its_week_where_it_is_the_only_one(self, saver: User, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon, date(2026, 3, 4)).check_in

        correct(made, noon, check_in_date=date(2026, 3, 3))

        assert weeks(saver) == {date(2026, 3, 2): 1}

    def test_refuses_a_day_after_today(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in

        with pytest.raises(CheckInInFutureError):
            correct(made, noon, check_in_date=TODAY + timedelta(days=1))

    def test_writes_nothing_when_nothing_differs(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in

        correct(made, noon + timedelta(hours=1), current_amount=Decimal("100.00"), check_in_date=TODAY)

        assert CheckIn.objects.get().updated_at == noon

    def test_reopens_the_goal_that_it_had_completed(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "1000.00", noon).check_in

        correct(made, noon, current_amount=Decimal("900.00"))

        assert progress(goal) == ("900.00", "active", TODAY)
        assert milestones(goal) == [25, 50, 75, 100]

    def test_completes_the_goal_and_reaches_milestones(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in

        correct(made, noon, current_amount=Decimal("1000.00"))

        assert progress(goal) == ("1000.00", "completed", TODAY)
        assert milestones(goal) == [25, 50, 75, 100]

    def test_changes_nothing_at_all_where_the_limit_forbids_reopening(
        self, saver: User, goal: Goal, noon: datetime
    ) -> None:
        made = check_in(goal, "1000.00", noon).check_in
        GoalFactory.create_batch(5, user=saver)

        with pytest.raises(GoalLimitExceededError):
            correct(made, noon, current_amount=Decimal("900.00"), check_in_date=TODAY - timedelta(weeks=1))

        assert progress(goal) == ("1000.00", "completed", TODAY)
        assert CheckIn.objects.get().current_amount == Decimal("1000.00")
        assert weeks(saver) == {date(2026, 3, 9): 1}

    def test_finds_none_of_a_stranger(self, stranger: User, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "1.00", noon).check_in

        with pytest.raises(ResourceNotFoundError):
            services.update_check_in(
                owner=stranger, check_in_id=made.id, changes={"reflection": "x"}, now=noon, today=TODAY
            )


class TestDeleteCheckIn:
    def test_goes_back_to_the_one_before(self, goal: Goal, noon: datetime) -> None:
        check_in(goal, "100.00", noon, day=TODAY - timedelta(days=3))
        made = check_in(goal, "300.00", noon).check_in

        remove(made, noon)

        assert progress(goal) == ("100.00", "active", TODAY - timedelta(days=3))
        assert milestones(goal) == [25]

    def test_starts_again_from_nothing_when_none_is_left(self, saver: User, goal: Goal, noon: datetime) -> None:
        remove(check_in(goal, "100.00", noon).check_in, noon)

        assert progress(goal) == ("0.00", "active", None)
        assert (count(goal), weeks(saver)) == (0, {})

    def test_of_an_earlier_one_changes_only_the_count(self, goal: Goal, noon: datetime) -> None:
        old = check_in(goal, "100.00", noon, day=TODAY - timedelta(days=5)).check_in
        check_in(goal, "200.00", noon)

        remove(old, noon + timedelta(hours=1))

        assert (progress(goal), count(goal)) == (("200.00", "active", TODAY), 1)
        assert Goal.objects.get(pk=goal.pk).updated_at == noon

    def test_keeps_the_week_of_another_check_in(self, saver: User, goal: Goal, noon: datetime) -> None:
        made = [check_in(goal, "100.00", noon).check_in for _ in range(2)]

        remove(made[0], noon)

        assert weeks(saver) == {date(2026, 3, 9): 1}

    def test_reopens_the_goal_that_it_had_completed(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "1000.00", noon).check_in

        remove(made, noon)

        assert progress(goal) == ("0.00", "active", None)

    def test_stays_where_the_limit_forbids_reopening(self, saver: User, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "1000.00", noon).check_in
        GoalFactory.create_batch(5, user=saver)

        with pytest.raises(GoalLimitExceededError):
            remove(made, noon)

        assert progress(goal) == ("1000.00", "completed", TODAY)
        assert (count(goal), weeks(saver)) == (1, {date(2026, 3, 9): 1})

    def test_may_complete_the_goal_when_a_smaller_later_one_goes(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon).check_in
        check_in(goal, "1000.00", noon, day=TODAY - timedelta(days=1))

        remove(made, noon)

        assert progress(goal) == ("1000.00", "completed", TODAY - timedelta(days=1))
        assert milestones(goal) == [25, 50, 75, 100]

    def test_finds_none_of_a_stranger(self, stranger: User, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "1.00", noon).check_in

        with pytest.raises(ResourceNotFoundError):
            services.delete_check_in(owner=stranger, check_in_id=made.id, now=noon, today=TODAY)


class TestAuditTrail:
    def test_tells_figures_and_days_but_no_words(self, goal: Goal, noon: datetime) -> None:
        made = check_in(goal, "100.00", noon, reflection="Secret").check_in
        correct(made, noon, current_amount=Decimal("200.00"), reflection="Other secret")
        remove(made, noon)

        rows = AuditEntry.objects.filter(object_id=str(made.id)).order_by("sequence")
        first, second = [
            {"goal_id": str(goal.id), "current_amount": amount, "check_in_date": "2026-03-10"}
            for amount in ("100.00", "200.00")
        ]
        assert list(rows.values_list("action", "before", "after")) == [
            ("check_in.created", None, first),
            ("check_in.updated", first, second),
            ("check_in.deleted", second, None),
        ]
