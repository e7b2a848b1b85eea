"""The words of education, the coach and notifications, shared by models and serializers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class EducationTopic(StrEnum):
    """What an education text is about."""

    DEBT_METHODS = "debt_methods"
    EMERGENCY_FUND = "emergency_fund"
    FIRE_BASICS = "fire_basics"
    SAVINGS_STRATEGIES = "savings_strategies"
    INVESTING_BASICS = "investing_basics"


class Intent(StrEnum):
    """What a person wants to hear from the coach."""

    PROGRESS = "progress"
    EXPLAIN_PLAN = "explain_plan"
    NEXT_STEP = "next_step"
    DEBTS = "debts"
    AFFORD = "afford"
    EXPLAIN_TERM = "explain_term"
    PULSE = "pulse"
    HELP = "help"


class MessageKind(StrEnum):
    """What a person can switch on and off: the fields of their preferences."""

    REMINDERS = "reminders"
    PAYMENTS = "payments"
    WEEKLY_SUMMARY = "weekly_summary"
    MILESTONES = "milestones"
    DRIFT = "drift"


class NotificationType(StrEnum):
    """What a notification says, in the words of the existing app."""

    WEEKLY_SUMMARY = "weekly_summary"
    PRE_TRANSFER_REMINDER = "pre_transfer_reminder"
    CHECKIN_REMINDER = "checkin_reminder"
    GOAL_PROGRESS_UPDATE = "goal_progress_update"


KIND_OF: Final = {
    NotificationType.WEEKLY_SUMMARY: MessageKind.WEEKLY_SUMMARY,
    NotificationType.PRE_TRANSFER_REMINDER: MessageKind.PAYMENTS,
    NotificationType.CHECKIN_REMINDER: MessageKind.REMINDERS,
    NotificationType.GOAL_PROGRESS_UPDATE: MessageKind.DRIFT,
}


# The purpose of the one mail of the companion that no notification is for.
MILESTONE: Final = "milestone"


class Channel(StrEnum):
    EMAIL = "email"
    PUSH = "push"


class NotificationStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    CANCELLED = "cancelled"


class Platform(StrEnum):
    IOS = "ios"
    ANDROID = "android"
    WEB = "web"
