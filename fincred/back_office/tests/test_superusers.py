"""Two superusers who remove each other at the same moment: one stays, for only a superuser gives roles."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from accounts.back_office.tests.acting import PEOPLE, act_in_back_office, signed_in
from accounts.models import User

pytestmark = [pytest.mark.integration, pytest.mark.platform]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "actions",
    [("revoke_role", "revoke_role"), ("disable", "disable"), ("disable", "revoke_role")],
    ids=" and ".join,
)
class TestTwo:
    def test_who_put_each_other_out_leave_one(self, actions: tuple[str, str]) -> None:
        for turn in range(5):
            User.objects.filter(is_superuser=True).update(is_superuser=False)
            pair = [User.objects.create_superuser(f"boss{turn}{name}@example.com") for name in "ab"]
            clients = [signed_in(boss) for boss in pair]
            barrier = Barrier(2)

            def put_out(client: Client, action: str, other: User, barrier: Barrier = barrier) -> None:
                barrier.wait()
                act_in_back_office(client, PEOPLE, action, other)
                connection.close()

            with ThreadPoolExecutor(2) as threads:
                list(threads.map(put_out, clients, actions, reversed(pair)))
            left = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
            assert left.count() == 1, turn
