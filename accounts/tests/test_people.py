from __future__ import annotations

from datetime import datetime

import pytest

from accounts.models import User
from accounts.services import find_person, open_session, set_active, update_profile
from fincred.errors import ResourceNotFoundError

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


class TestUpdateProfile:
    def test_changes_what_is_named_and_leaves_the_rest(self, saver: User, noon: datetime) -> None:
        update_profile(user=saver, now=noon, currency="EUR", persona_hint="planner")
        saver.profile.refresh_from_db()
        assert (saver.profile.currency, saver.profile.persona_hint) == ("EUR", "planner")
        assert saver.profile.full_name == "Sam Saver"

    def test_none_forgets(self, saver: User, noon: datetime) -> None:
        assert update_profile(user=saver, now=noon, full_name=None).full_name is None


class TestSetActive:
    def test_disabling_ends_sessions(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        assert not set_active(user=saver, is_active=False, now=noon).is_active
        assert not saver.sessions.live().exists()

    def test_enabling_revives_none(self, saver: User, noon: datetime) -> None:
        open_session(user=saver, now=noon)
        set_active(user=saver, is_active=False, now=noon)
        assert set_active(user=saver, is_active=True, now=noon).is_active
        assert not saver.sessions.live().exists()


class TestFindPerson:
    def test_finds_by_address_and_by_id(self, saver: User) -> None:
        assert find_person("SAVER@example.com") == find_person(str(saver.pk)) == saver

    @pytest.mark.parametrize(
        "name", ["nobody@example.com", "00000000-0000-4000-8000-000000000000", "", "\udcff@x.example"]
    )
    def test_or_refuses(self, db: None, name: str) -> None:
        with pytest.raises(ResourceNotFoundError):
            find_person(name)
