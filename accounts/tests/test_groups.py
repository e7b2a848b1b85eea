from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.errors import LastSuperuserError
from accounts.groups import provide_roles
from accounts.models import User
from accounts.services import set_active, set_role
from accounts.vocabulary import StaffRole
from fincred import clock

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


def permissions(role: str = "Support") -> set[str]:
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


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

    def test_auditors_look_and_do_nothing(self) -> None:
        assert permissions("Auditor") == {name for name in permissions() if name.startswith("view_")}

    def test_operations_see_jobs_and_mail_and_no_people(self) -> None:
        assert permissions("Operations") == {
            *("view_jobstate", "view_outgoingmail", "help_outgoingmail", "view_refusedsignins"),
        }

    def test_a_permission_that_a_role_lost_is_taken_away(self) -> None:
        Group.objects.get(name="Auditor").permissions.set(Permission.objects.filter(codename="help_user"))
        provide_roles(apps.get_app_config("accounts"))
        assert "help_user" not in permissions("Auditor")

    def test_providing_it_again_changes_nothing(self) -> None:
        before = permissions()
        provide_roles(apps.get_app_config("accounts"))
        assert permissions() == before

    def test_other_apps_are_no_business_of_its(self) -> None:
        Group.objects.all().delete()
        provide_roles(apps.get_app_config("auth"))
        assert not Group.objects.exists()

    def test_does_without_auth_on_the_way_backwards(self) -> None:
        class Gone:
            def get_model(self, *args: str) -> None:
                raise LookupError

        before = permissions()
        provide_roles(apps.get_app_config("accounts"), apps=Gone())
        assert permissions() == before


class TestSetRole:
    def test_lets_a_person_into_the_admin(self, saver: User) -> None:
        agent = set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now())
        assert agent.is_staff
        assert User.objects.get(pk=saver.pk).has_perm("accounts.help_user")

    def test_and_out_again(self, saver: User) -> None:
        set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now())
        assert not set_role(user=saver, role=None, now=clock.now()).is_staff
        assert not User.objects.get(pk=saver.pk).has_perm("accounts.help_user")

    def test_another_role_takes_the_place_of_the_one_before(self, saver: User, client: Client) -> None:
        client.force_login(set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now()))
        set_role(user=saver, role=StaffRole.AUDITOR, now=clock.now())
        assert client.get("/admin/").status_code == 302
        assert list(saver.groups.values_list("name", flat=True)) == ["Auditor"]

    def test_the_same_role_again_changes_nothing(self, saver: User, client: Client) -> None:
        client.force_login(set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now()))
        set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now())
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize("state", ["is_active", "is_verified"])
    def test_leaves_the_last_superuser_who_may_sign_in(self, saver: User, state: str) -> None:
        boss, other = (User.objects.create_superuser(f"{name}@example.com") for name in ("boss", "other"))
        User.objects.filter(pk=other.pk).update(**{state: False})
        with pytest.raises(LastSuperuserError):
            set_role(user=boss, role=None, now=clock.now())
        assert User.objects.get(pk=boss.pk).is_superuser
        User.objects.filter(pk=other.pk).update(**{state: True})
        assert not set_role(user=boss, role=None, now=clock.now()).is_superuser

    def test_disabling_leaves_the_last_superuser_too(self, db: None) -> None:
        boss, other = (User.objects.create_superuser(f"{name}@example.com") for name in ("boss", "other"))
        assert not set_active(user=boss, is_active=False, now=clock.now()).is_active
        with pytest.raises(LastSuperuserError):
            set_active(user=other, is_active=False, now=clock.now())
        assert User.objects.get(pk=other.pk).is_active
        assert set_active(user=boss, is_active=True, now=clock.now()).is_active

    def test_of_a_superuser_is_given_beside_it(self, db: None) -> None:
        boss = User.objects.create_superuser("boss@example.com")
        assert set_role(user=boss, role=StaffRole.SUPPORT, now=clock.now()).is_superuser

    def test_again_revives_no_session_of_the_back_office(self, saver: User, client: Client) -> None:
        client.force_login(set_role(user=saver, role=StaffRole.SUPPORT, now=clock.now()))
        assert client.get("/admin/").status_code == 200
        for role in (None, StaffRole.SUPPORT):
            set_role(user=saver, role=role, now=clock.now())
        assert client.get("/admin/").status_code == 302
