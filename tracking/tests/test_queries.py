from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import User
from goals.tests.factories import GoalFactory
from tracking.models import CheckIn
from tracking.queries import history_of_goal, history_of_person
from tracking.tests.factories import CheckInFactory

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.usefixtures("noon")]

TODAY = date(2026, 3, 10)


@pytest.mark.postgresql
class TestHistory:
    @pytest.mark.parametrize("whose", ["goal", "owner"])
    def test_of_any_length_shows_its_pages_without_planning_them_again(self, saver: User, whose: str) -> None:
        goal = GoalFactory.create(user=saver)
        days = [TODAY - timedelta(days=n) for n in range(3000)]
        CheckIn.objects.bulk_create(CheckInFactory.build(goal=goal, user=saver, check_in_date=day) for day in days)
        history = history_of_goal(goal.pk, {}) if whose == "goal" else history_of_person(saver.pk, {})
        self.forget_what_is_prepared()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            for limit in range(1, 13):
                page = history.page(limit=limit, offset=limit).all()
                assert [check_in.check_in_date for check_in in page] == days[limit : 2 * limit]
            plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            cursor.execute(f"{plans} WHERE statement ~ 'tracking_checkin'")
            assert cursor.fetchall() == [(12, 0)]

    @staticmethod
    def forget_what_is_prepared() -> None:
        """Statements that earlier tests prepared on this connection: their plans depend on earlier executions."""
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        connection.connection._statements.clear()
