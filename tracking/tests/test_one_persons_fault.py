"""What the jobs of tracking can't do for one person they do for the others; it is logged."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Profile, User
from accounts.tests.factories import UserFactory
from fincred import clock
from goals.models import Goal
from planning.tests.people import Person
from tracking.jobs import end_due_cycles
from tracking.models import Standing
from tracking.standings import count_standings

pytestmark = [pytest.mark.integration, pytest.mark.tracking, pytest.mark.django_db]


def lose_zone(person: User) -> None:
    """As where the server's list of time zones is older than the one by which the person chose."""
    Profile.objects.filter(user=person).update(timezone="Europe/Atlantis")


def lose_profile(person: User) -> None:
    """As by SQL outside of FinCred."""
    Profile.objects.filter(user=person).delete()


@pytest.fixture(params=[lose_zone, lose_profile])
def faulty(request: pytest.FixtureRequest) -> User:
    """A person who is met first, and for whom no day can be told."""
    person = UserFactory.create(id=UUID(int=1))
    request.param(person)
    return person


class TestFault:
    def test_ends_the_cycles_of_the_others(
        self, faulty: User, saver: User, time_machine: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        User.objects.filter(pk=faulty.pk).update(cycle_ends_on=date(2026, 6, 15))
        person = Person(saver, time_machine)
        person.earns(1000)
        bill = person.plans_for(
            type="short_term_saving",
            kind="recurring",
            repeat_every_months=12,
            name="Insurance",
            target_amount=1200,
            target_date="2026-06-15",
            priority="High",
        )
        person.on("2026-06-15")
        assert end_due_cycles(clock.now, lambda: False) == 1
        assert str(Goal.objects.get(pk=bill).target_date) == "2027-06-15"
        assert "Could not end cycles" in caplog.text

    def test_counts_how_the_others_stand(
        self, faulty: User, saver: User, noon: datetime, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert count_standings(now=noon) == 1
        assert Standing.objects.get().user == saver
        assert "Could not count a standing" in caplog.text
