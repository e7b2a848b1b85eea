from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from accounts.models import User
from fincred import clock
from fincred.companion.models import (
    ChatMessage,
    ChatSession,
    Device,
    Notification,
    NotificationPreferences,
    OutgoingPush,
    Snippet,
)
from fincred.companion.tests.factories import ChatSessionFactory, NotificationFactory, PhoneFactory
from fincred.companion.vocabulary import EducationTopic, Intent, NotificationType
from goals.tests.factories import GoalFactory
from planning.tests.factories import chosen_plan_for, snapshot_of

pytestmark = [pytest.mark.integration, pytest.mark.platform, pytest.mark.django_db]

# What the database refuses, by the check constraint that refuses it.
FAULTS: dict[str, tuple[type[models.Model], dict[str, Any]]] = {
    "snippet_topic_known": (Snippet, {"topic": "other"}),
    "snippet_goal_type_known": (Snippet, {"context_goal_type": "other"}),
    "snippet_feasibility_known": (Snippet, {"context_feasibility": "other"}),
    "chat_session_intent_known": (ChatSession, {"intent": "other"}),
    "chat_message_intent_known": (ChatMessage, {"intent": "other"}),
    "notification_preferences_cap_of_a_week": (NotificationPreferences, {"sent_in_week": 5}),
    "notification_type_known": (Notification, {"type": "other"}),
    "notification_channel_known": (Notification, {"channel": "fax"}),
    "notification_status_known": (Notification, {"status": "other"}),
    "notification_own_has_moment": (Notification, {"next_send_at": None}),
    "device_platform_known": (Device, {"platform": "other"}),
}


@pytest.fixture
def rows(saver: User) -> None:
    """One of each."""
    now = clock.now()
    Snippet.objects.create(topic=EducationTopic.FIRE_BASICS, created_at=now, updated_at=now)
    session = ChatSessionFactory.create(user=saver)
    ChatMessage.objects.create(session=session, intent=Intent.HELP, created_at=now)
    NotificationPreferences.objects.create(user=saver, counted_from=now.date())
    NotificationFactory.create(user=saver)
    PhoneFactory.create(user=saver)


class TestConstraints:
    def test_have_a_case_each(self) -> None:
        checks = {
            constraint.name
            for model in apps.get_app_config("companion").get_models()
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
        }
        assert checks == set(FAULTS)

    @pytest.mark.parametrize("constraint", FAULTS)
    def test_never_store_what_must_not_be(self, rows: None, constraint: str) -> None:
        model, fault = FAULTS[constraint]
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model._base_manager.update(**fault)

    def test_allow_one_planned_notification_of_a_type(self, saver: User, stranger: User) -> None:
        planned = {"type": NotificationType.CHECKIN_REMINDER, "is_planned": True}
        for user in (saver, stranger):
            NotificationFactory.create(user=user, **planned)
        NotificationFactory.create(user=saver, type=NotificationType.CHECKIN_REMINDER)
        with pytest.raises(IntegrityError), transaction.atomic():
            NotificationFactory.create(user=saver, **planned)

    def test_allow_one_planned_notification_of_a_type_for_each_plan(self, saver: User) -> None:
        planned = {"user": saver, "type": NotificationType.PRE_TRANSFER_REMINDER, "is_planned": True}
        snapshot_of(saver)
        plan, other = (chosen_plan_for(goal) for goal in GoalFactory.create_batch(2, user=saver))
        for each in (plan, other):
            NotificationFactory.create(action_plan=each, **planned)
        with pytest.raises(IntegrityError), transaction.atomic():
            NotificationFactory.create(action_plan=plan, **planned)

    def test_allow_one_push_for_a_device_and_a_day(self, saver: User, noon: datetime) -> None:
        push = {
            "device": PhoneFactory.create(user=saver),
            "notification": NotificationFactory.create(user=saver),
            "created_at": noon,
            "next_attempt_at": noon,
        }
        for day in (date(2026, 3, 9), date(2026, 3, 10)):
            OutgoingPush.objects.create(due_on=day, **push)
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingPush.objects.create(due_on=date(2026, 3, 10), **push)
