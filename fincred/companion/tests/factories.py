"""Conversations for tests."""

from __future__ import annotations

from factory.declarations import LazyFunction, SelfAttribute, SubFactory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from fincred import clock
from fincred.companion import examples
from fincred.companion.models import ChatSession, Device, Notification
from fincred.companion.vocabulary import Intent, NotificationType, Platform


class ChatSessionFactory(DjangoModelFactory[ChatSession]):
    class Meta:
        model = ChatSession

    user = SubFactory(UserFactory)
    intent = Intent.HELP
    created_at = LazyFunction(clock.now)
    updated_at = SelfAttribute("created_at")


class NotificationFactory(DjangoModelFactory[Notification]):
    """One of the person's own."""

    class Meta:
        model = Notification

    user = SubFactory(UserFactory)
    type = NotificationType.WEEKLY_SUMMARY
    next_send_at = LazyFunction(clock.now)
    created_at = LazyFunction(clock.now)
    updated_at = SelfAttribute("created_at")


class PhoneFactory(DjangoModelFactory[Device]):
    """The device of the document's example."""

    class Meta:
        model = Device

    user = SubFactory(UserFactory)
    platform = Platform.ANDROID
    token = examples.NEW_DEVICE["token"]
    created_at = LazyFunction(clock.now)
