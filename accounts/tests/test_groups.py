from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.test import Client

from accounts.groups import GROUP, provide_support_group
from accounts.models import User
from accounts.services import set_support
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def permissions() -> set[str]:
    return set(Group.objects.get(name=GROUP).permissions.values_list("codename", flat=True))


class TestSupportGroup:
    def test_may_look_at_every_app_and_help_people(self) -> None:
        assert {
            "view_user",
            "view_profile",
            "view_session",
            "help_user",
            "view_goal",
            "view_checkin",
        } <= permissions()

    def test_may_not_look_at_tokens_and_conversations_nor_change_anything(self) -> None:
        assert not {"view_refreshtoken", "view_onetimetoken"} & permissions()
        assert not {"view_chatsession", "view_chatmessage"} & permissions()
        assert all(name.startswith(("view_", "help_")) for name in permissions())

    def test_providing_it_again_changes_nothing(self) -> None:
        before = permissions()
        provide_support_group(apps.get_app_config("accounts"))
        assert permissions() == before

    def test_other_apps_are_no_business_of_its(self) -> None:
        Group.objects.all().delete()
        provide_support_group(apps.get_app_config("auth"))
        assert not Group.objects.exists()

    def test_does_without_auth_on_the_way_backwards(self) -> None:
        class Gone:
            def get_model(self, *args: str) -> None:
                raise LookupError

        before = permissions()
        provide_support_group(apps.get_app_config("accounts"), apps=Gone())
        assert permissions() == before


class TestSetSupport:
    def test_lets_a_person_into_the_admin(self, saver: User) -> None:
        agent = set_support(user=saver, is_support=True, now=clock.now())
        assert agent.is_staff
        assert User.objects.get(pk=saver.pk).has_perm("accounts.help_user")

    def test_and_out_again(self, saver: User) -> None:
        set_support(user=saver, is_support=True, now=clock.now())
        assert not set_support(user=saver, is_support=False, now=clock.now()).is_staff
        assert not User.objects.get(pk=saver.pk).has_perm("accounts.help_user")

    def test_again_revives_no_session_of_the_back_office(self, saver: User, client: Client) -> None:
        client.force_login(set_support(user=saver, is_support=True, now=clock.now()))
        assert client.get("/admin/").status_code == 200
        for is_support in (False, True):
            set_support(user=saver, is_support=is_support, now=clock.now())
        assert client.get("/admin/").status_code == 302
