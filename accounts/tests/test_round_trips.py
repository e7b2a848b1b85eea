"""How often signing in waits for PostgreSQL. Rate limits are switched off: they are counted in Redis."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.services import login, open_session, refresh, register
from accounts.tests.factories import PASSWORD
from fincred import clock
from fincred.db.tests.round_trips import traced_trips

pytestmark = [
    pytest.mark.integration,
    pytest.mark.accounts,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]


class TestRoundTrips:
    def test_of_a_login_are_four(self, saver: User) -> None:
        with traced_trips() as trips:
            login(email=saver.email, password=PASSWORD, now=clock.now())
        assert len(trips) == 4, trips

    def test_of_a_refresh_are_four(self, saver: User) -> None:
        pair = open_session(user=saver, now=clock.now())
        with traced_trips() as trips:
            refresh(refresh_token=pair.refresh_token, now=clock.now())
        assert len(trips) == 4, trips

    def test_of_a_registration_are_five(self, settings: Any) -> None:
        settings.DELIVER_MAIL_ON_COMMIT = False
        with traced_trips() as trips:
            register(email="new@example.com", password=PASSWORD, full_name=None, now=clock.now())
        assert len(trips) == 5, trips
