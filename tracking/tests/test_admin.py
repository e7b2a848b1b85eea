from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory
from goals.tests.factories import GoalFactory
from goals.vocabulary import Kind
from tracking.models import CheckIn
from tracking.services import create_check_in
from tracking.tests.factories import CheckInFactory, MilestoneFactory, PulseFactory

pytestmark = [pytest.mark.integration, pytest.mark.tracking]


@pytest.fixture
def as_admin(db: None) -> Client:
    """A user with every permission there is: what is refused here is refused to all."""
    client = Client()
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    return client


class TestPulses:
    def test_are_found_by_person_and_looked_at_only(self, as_admin: Client, saver: User, stranger: User) -> None:
        pulse = PulseFactory.create(user=saver, mood_score=2)
        PulseFactory.create(user=stranger)
        page = as_admin.get("/admin/tracking/pulse/", {"q": "saver@"}).content.decode()
        assert "saver@" in page
        assert "stranger@" not in page
        url = reverse("admin:tracking_pulse_change", args=[pulse.id])
        assert as_admin.get(url).status_code == 200
        assert as_admin.post(url, {"mood_score": "5"}).status_code == 403


class TestTrackingAdmin:
    @pytest.mark.parametrize("model", ["checkin", "milestone"])
    def test_finds_rows_by_person_and_by_id(
        self, as_admin: Client, saver: User, stranger: User, model: str
    ) -> None:
        factory = CheckInFactory if model == "checkin" else MilestoneFactory
        row = factory.create(goal__user=saver, goal__name="Sailing boat")
        factory.create(goal__user=stranger, goal__name="Garden")

        for search in (str(row.pk), "saver@"):
            page = as_admin.get(f"/admin/tracking/{model}/", {"q": search}).content.decode()
            assert "Sailing boat" in page
            assert "Garden" not in page

    def test_names_the_goal_of_a_check_in_that_was_changed(
        self, as_admin: Client, saver: User, noon: datetime
    ) -> None:
        goal = GoalFactory.create(user=saver, name="Sailing <boat>")
        create_check_in(owner=saver, goal_id=goal.pk, current_amount=Decimal("50.00"), now=noon, today=noon.date())
        entry = AuditEntry.objects.get(action="check_in.created")
        path = reverse("admin:accounts_auditentry_change", args=[entry.pk])

        page = as_admin.get(path).content.decode()
        link = f'<a href="{reverse("admin:goals_goal_change", args=[goal.pk])}">Sailing &lt;boat&gt;</a>'
        assert f'<th scope="row">goal</th><td data-label="Before">–</td><td data-label="After">{link}</td>' in page

        goal.delete()
        assert f"one that is gone ({entry.after['goal_id']})" in as_admin.get(path).content.decode()

    def test_changes_nothing(self, as_admin: Client, saver: User) -> None:
        check_in = CheckInFactory.create(goal__user=saver)
        url = reverse("admin:tracking_checkin_change", args=[check_in.id])

        assert as_admin.get(url).status_code == 200
        assert as_admin.post(url, {"current_amount": "5.00"}).status_code == 403
        assert as_admin.post("/admin/tracking/checkin/add/", {}).status_code == 403
        assert as_admin.post(url.replace("change", "delete"), {"post": "yes"}).status_code == 403
        assert CheckIn.objects.get().current_amount == 100

    @pytest.mark.parametrize(
        ("goal", "cycle"),
        [
            ({"kind": Kind.RECURRING, "repeat_every_months": 12, "first_date": date(2027, 3, 10)}, "3"),
            ({"kind": Kind.ONCE}, "-"),
        ],
    )
    def test_counts_cycles_from_1_and_of_recurring_goals_alone(
        self, as_admin: Client, saver: User, goal: dict[str, object], cycle: str
    ) -> None:
        named = {f"goal__{name}": value for name, value in goal.items()}
        milestone = MilestoneFactory.create(goal__user=saver, cycle=2, **named)
        page = as_admin.get("/admin/tracking/milestone/", {"q": "saver@"}).content.decode()
        assert re.search(rf"field-of_cycle[^>]*>({cycle})<", page)
        assert as_admin.get(reverse("admin:tracking_milestone_change", args=[milestone.id])).status_code == 200
