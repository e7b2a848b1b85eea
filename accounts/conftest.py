"""Staff, for every test of accounts: an agent of support, and a superuser."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from accounts.services import set_role
from accounts.tests.factories import UserFactory
from accounts.vocabulary import StaffRole
from fincred import clock


@pytest.fixture
def agent(db: None) -> User:
    return set_role(user=UserFactory.create(email="agent@example.com"), role=StaffRole.SUPPORT, now=clock.now())


@pytest.fixture
def support(agent: User) -> Client:
    """The agent's browser."""
    return signed_in(agent)


@pytest.fixture
def boss(db: None) -> Client:
    """A superuser's browser."""
    return signed_in(User.objects.create_superuser("boss@example.com"))
