"""Goals in the back office: staff look, and pause, cancel or reopen for a person who asks. They edit no money."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.back_office import AuditedAdmin
from fincred import clock
from fincred.errors import FinCredError
from fincred.money import rate_in_words
from goals import services
from goals.errors import GoalLimitExceededError
from goals.models import Goal
from goals.transitions import ALLOWED
from goals.vocabulary import Status

# Fields of the page that are shown only if the goal has the attribute named beside them.
_ONLY_IF: Final = {
    "repeats": "repeat_every_months",
    "rate": "annual_rate",
    **{
        name: name
        for name in ("why_text", "last_check_in_date", "first_date", "cycles_ended", "drained_on", "completed_at")
    },
}
_DONE: Final = {Status.PAUSED: "paused", Status.CANCELLED: "cancelled", Status.ACTIVE: "reopened"}
_STATUS: Final = {"pause": Status.PAUSED, "cancel": Status.CANCELLED, "reopen": Status.ACTIVE}


@admin.register(Goal)
class GoalAdmin(AuditedAdmin):
    list_display = (
        "name",
        "person",
        "status",
        "current_amount",
        "target_amount",
        "target_date",
        "priority",
        "type",
        "kind",
    )
    needs_person = True
    list_filter = ("status", "type", "kind", "priority")
    list_select_related = ("user",)
    ordering = ("-created_at", "-id")
    fields = (
        *("user", "type", "kind", "repeats", "status", "priority", "primary", "why_text"),
        *("current_amount", "target_amount", "target_date", "rate", "last_check_in_date", "check_in_count"),
        *("first_date", "cycles_ended", "drained_on", "started_on", "completed_at", "created_at", "updated_at"),
    )
    readonly_fields: ClassVar[Any] = ("repeats", "primary", "rate")
    actions = ("pause", "cancel", "reopen")
    buttons: ClassVar = {"pause": "Pause", "reopen": "Reopen", "cancel": "Cancel"}
    dangers: ClassVar = frozenset({"cancel"})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All fields but those that this goal doesn't have, such as an interest rate."""
        names = super().get_fields(request, obj)
        return [name for name in names if obj is None or getattr(obj, _ONLY_IF.get(name, "pk"))]

    @admin.display
    def repeats(self, goal: Goal) -> str:
        months = goal.repeat_every_months
        return "every month" if months == 1 else f"every {months} months"

    @admin.display(description="primary goal")
    def primary(self, goal: Goal) -> str:
        return "yes" if goal.primary_flag else "no"

    @admin.display(description="interest a year")
    def rate(self, goal: Goal) -> str:
        return rate_in_words(goal.annual_rate)

    def why_not(self, request: HttpRequest, action: str, row: Goal) -> str:
        if why := super().why_not(request, action, row):
            return why
        if _STATUS[action] not in ALLOWED[row.status]:
            return f"it is {row.get_status_display().lower()}"
        return "all of its target is there" if row.status == Status.COMPLETED and row.is_done else ""

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("goals.help_goal")

    @admin.action(description="Pause goals", permissions=["help"])
    def pause(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        self._move(request, goals, _STATUS["pause"])

    @admin.action(description="Cancel goals", permissions=["help"])
    def cancel(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        self._move(request, goals, _STATUS["cancel"])

    @admin.action(description="Reopen goals", permissions=["help"])
    def reopen(self, request: HttpRequest, goals: QuerySet[Goal]) -> None:
        self._move(request, goals, _STATUS["reopen"])

    def _move(self, request: HttpRequest, goals: QuerySet[Goal], status: Status) -> None:
        """Call the service for each goal, on its person's own day; a refusal of one doesn't stop the others.

        The service writes the audit trail. Django's own log would keep the goal's name beyond its erasure.
        """
        now = clock.moment_of(request)
        for goal in goals.select_related("user__profile"):
            today = clock.local_day(now, goal.user.profile.timezone)
            try:
                services.update_goal(
                    owner=goal.user, goal_id=goal.id, changes={"status": status}, now=now, today=today
                )
            except GoalLimitExceededError as refusal:
                most = refusal.facts["max_count"]
                why = f"they have {most} active goals, and there can't be more. Pause or cancel one of them first."
                self.say_refused(request, goal, refusal, why)
            except FinCredError as refusal:
                self.say_refused(request, goal, refusal)
            else:
                told = f'Goal "{goal.name}" was {_DONE[status]}.'
                self.message_user(request, told, messages.SUCCESS)
