from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

import pytest

from accounts.models import AuditEntry, User
from fincred.errors import ResourceNotFoundError
from goals.tests.factories import GoalFactory
from tracking import services
from tracking.errors import PulsePeriodError
from tracking.models import CheckInWeek, Pulse
from tracking.vocabulary import PlannedPayments, Spending

pytestmark = [pytest.mark.integration, pytest.mark.tracking]

TODAY = date(2026, 3, 10)  # a Tuesday
MONDAY = date(2026, 3, 9)
WEEK = timedelta(weeks=1)


def give(owner: User, now: datetime, today: date = TODAY, **days: date) -> Pulse:
    return services.create_pulse(
        owner=owner,
        made_planned_payments=PlannedPayments.PARTIAL,
        spending_vs_plan=Spending.OVER,
        mood_score=2,
        comment="Tyres",
        now=now,
        today=today,
        **days,
    )


def correct(pulse: Pulse, now: datetime, **changes: Any) -> Pulse:
    made = cast("services.PulseChanges", changes)
    return services.update_pulse(owner=pulse.user, pulse_id=pulse.pk, changes=made, now=now, today=TODAY)


def weeks(owner: User) -> dict[date, int]:
    return dict(CheckInWeek.objects.filter(user=owner).values_list("monday", "check_ins"))


def trail(owner: User) -> list[str]:
    return list(
        AuditEntry.objects.filter(person_id=owner.pk).order_by("sequence").values_list("action", flat=True)
    )


class TestCreate:
    def test_is_of_the_persons_week_unless_days_are_given(self, saver: User, noon: datetime) -> None:
        pulse = Pulse.objects.get(pk=give(saver, noon).pk)
        assert (pulse.period_start, pulse.period_end) == (MONDAY, MONDAY + timedelta(days=6))
        assert (pulse.user_id, pulse.completed_at) == (saver.pk, noon)

    def test_has_seven_days_if_one_end_is_given(self, saver: User, noon: datetime) -> None:
        assert give(saver, noon, period_start=date(2026, 3, 3)).period_end == TODAY - timedelta(days=1)
        assert give(saver, noon, period_end=TODAY).period_start == date(2026, 3, 4)

    @pytest.mark.parametrize(
        ("days", "counts_for"),
        [
            ({}, MONDAY),
            ({"period_start": TODAY - WEEK, "period_end": TODAY}, MONDAY),  # a rolling week
            ({"period_start": MONDAY - WEEK, "period_end": MONDAY - timedelta(days=1)}, MONDAY - WEEK),
            ({"period_start": date(2026, 3, 1), "period_end": date(2026, 3, 31)}, MONDAY),  # isn't over
        ],
        ids=["this week", "the last seven days", "last week", "this month"],
    )
    def test_counts_for_the_week_of_its_last_day_or_for_this_one(
        self, saver: User, noon: datetime, days: dict[str, date], counts_for: date
    ) -> None:
        give(saver, noon, **days)
        assert weeks(saver) == {counts_for: 1}

    def test_counts_beside_check_ins(self, saver: User, noon: datetime) -> None:
        goal = GoalFactory.create(user=saver)
        services.create_check_in(
            owner=saver, goal_id=goal.pk, current_amount=goal.target_amount / 2, now=noon, today=TODAY
        )
        give(saver, noon)
        give(saver, noon, period_end=TODAY - WEEK)
        assert weeks(saver) == {MONDAY: 2, MONDAY - WEEK: 1}

    @pytest.mark.parametrize(
        ("days", "field"),
        [
            ({"period_start": TODAY + timedelta(days=1)}, "period_start"),
            ({"period_start": TODAY, "period_end": TODAY - timedelta(days=1)}, "period_end"),
            ({"period_start": TODAY - timedelta(days=367), "period_end": TODAY}, "period_end"),
        ],
    )
    def test_refuses_days_that_are_no_period_that_has_begun(
        self, saver: User, noon: datetime, days: dict[str, date], field: str
    ) -> None:
        with pytest.raises(PulsePeriodError) as refused:
            give(saver, noon, **days)
        assert refused.value.facts["errors"][0]["field"] == field
        assert not Pulse.objects.exists()
        assert weeks(saver) == {}

    def test_is_in_the_trail_without_words_and_mood(self, saver: User, noon: datetime) -> None:
        give(saver, noon)
        entry = AuditEntry.objects.get(action="pulse.created")
        assert entry.after == {
            "made_planned_payments": "partial",
            "spending_vs_plan": "over",
            "period_start": "2026-03-09",
            "period_end": "2026-03-15",
        }


class TestUpdate:
    def test_moves_the_week_that_counts_with_the_period(self, saver: User, noon: datetime) -> None:
        pulse = give(saver, noon)
        correct(pulse, noon, period_start=MONDAY - WEEK, period_end=MONDAY - timedelta(days=1))
        assert weeks(saver) == {MONDAY - WEEK: 1}
        assert trail(saver) == ["pulse.created", "pulse.updated"]

    def test_within_the_week_keeps_it(self, saver: User, noon: datetime) -> None:
        pulse = give(saver, noon)
        stored = correct(pulse, noon, period_start=MONDAY, period_end=TODAY, comment=None, mood_score=5)
        stored.refresh_from_db()
        assert (stored.period_end, stored.comment, stored.mood_score) == (TODAY, None, 5)
        assert weeks(saver) == {MONDAY: 1}

    def test_of_what_is_so_already_is_no_change(self, saver: User, noon: datetime) -> None:
        correct(give(saver, noon), noon, mood_score=2, period_start=MONDAY)
        assert trail(saver) == ["pulse.created"]

    def test_refused_changes_nothing(self, saver: User, noon: datetime) -> None:
        pulse = give(saver, noon)
        with pytest.raises(PulsePeriodError):
            correct(pulse, noon, period_end=MONDAY - WEEK, mood_score=5)
        pulse.refresh_from_db()
        assert (pulse.mood_score, pulse.period_end) == (2, MONDAY + timedelta(days=6))
        assert weeks(saver) == {MONDAY: 1}

    def test_of_a_strangers_is_not_found(self, saver: User, stranger: User, noon: datetime) -> None:
        pulse = give(stranger, noon)
        with pytest.raises(ResourceNotFoundError):
            services.update_pulse(owner=saver, pulse_id=pulse.pk, changes={"mood_score": 1}, now=noon, today=TODAY)


class TestDelete:
    def test_uncounts_the_week(self, saver: User, noon: datetime) -> None:
        first, second = give(saver, noon), give(saver, noon)
        services.delete_pulse(owner=saver, pulse_id=first.pk, now=noon)
        assert weeks(saver) == {MONDAY: 1}
        services.delete_pulse(owner=saver, pulse_id=second.pk, now=noon)
        assert weeks(saver) == {}
        assert trail(saver)[-2:] == ["pulse.deleted"] * 2

    def test_of_a_strangers_is_not_found(self, saver: User, stranger: User, noon: datetime) -> None:
        pulse = give(stranger, noon)
        with pytest.raises(ResourceNotFoundError):
            services.delete_pulse(owner=saver, pulse_id=pulse.pk, now=noon)
        assert Pulse.objects.exists()
