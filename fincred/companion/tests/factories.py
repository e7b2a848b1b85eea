"""Conversations for tests."""

from __future__ import annotations

from factory.declarations import LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.companion.models import ChatSession
from fincred.companion.vocabulary import Intent


class ChatSessionFactory(DjangoModelFactory[ChatSession]):
    class Meta:
        model = ChatSession

    user = SubFactory(UserFactory)
    intent = Intent.HELP
    created_at = LazyFunction(clock.now)
    updated_at = SelfAttribute("created_at")
