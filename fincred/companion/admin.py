"""Education texts, which staff with the permission edit, and what is sent to people, which is only shown."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst, smart_split

from accounts.audit import record
from accounts.back_office import AuditedAdmin, DeclaredFiltersAdmin, name_in_words
from accounts.services import lock_user
from fincred import clock
from fincred.companion.models import Notification, NotificationPreferences, Snippet
from fincred.companion.notification_in_words import next_in_words
from fincred.days_in_words import day_in_words
from fincred.text import fold

# Fields of a notification's page, and what it must have to show them.
_ONLY_IF: Final = {
    "for_day": "due_on",
    "last_for_day": "last_due_on",
    "told_of_version": "announced",
    "without_device": "skipped",
}


class SnippetForm(forms.ModelForm[Snippet]):
    """Keeps what its editor has seen, so that two don't overwrite each other unnoticed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        if not self.is_new:
            self.initial["seen"] = self.instance.updated_at.isoformat()

    def clean(self) -> None:
        super().clean()
        if self.is_new:
            return
        # Under the lock, in the transaction that Django's admin opens for the form.
        stored = Snippet.objects.select_for_update().get(pk=self.instance.pk)
        if self.cleaned_data.get("seen") != stored.updated_at.isoformat():
            raise forms.ValidationError("This text has been changed since you opened it: open it again.")


@admin.register(Snippet)
class SnippetAdmin(DeclaredFiltersAdmin):
    """Texts are added and changed, never deleted: apps may keep their ids."""

    form = SnippetForm
    list_display = ("short_title", "topic", "context_goal_type", "context_feasibility", "updated_at")
    list_filter = ("topic", "context_goal_type", "context_feasibility")
    search_fields = ("short_title", "content")
    search_help_text = "A search takes words of a title or of a text."
    ordering = ("topic", "short_title", "id")
    readonly_fields = ("created_at", "updated_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the hidden field of the form, for staff who may only look."""
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) else [name for name in fields if name != "seen"]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        """Texts with all of the words. Databases would compare letters outside of ASCII each in its own way."""
        words = [word.strip("\"'") for word in smart_split(fold(search_term))]  # "in quotes" it is one
        texts = ((row.pk, fold(f"{row.short_title}\n{row.content}")) for row in queryset)
        return queryset.filter(pk__in=[pk for pk, text in texts if all(word in text for word in words)]), False

    def save_model(self, request: HttpRequest, obj: Snippet, form: Any, change: bool) -> None:
        """With its entry in the trail, in the transaction that Django's admin opens for the form."""
        obj.updated_at = clock.moment_of(request)
        if not change:
            obj.created_at = obj.updated_at
        obj.context_goal_type = obj.context_goal_type or None
        obj.context_feasibility = obj.context_feasibility or None
        super().save_model(request, obj, form, change)
        record(
            person=lock_user(cast("UUID", request.user.pk)),
            action="snippet.updated" if change else "snippet.created",
            subject=obj,
            now=obj.updated_at,
            after={"fields": sorted(form.changed_data)},
        )

    # Django's own log stays empty: the audit trail has it.
    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Recorded by `save_model`."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Recorded by `save_model`."""


@admin.register(Notification)
class NotificationAdmin(AuditedAdmin):
    """What is sent to a person and when: why somebody got a message, or didn't."""

    list_display = ("what", "person", "channel", "status", "next_send_at", "last_sent_at", "is_planned")
    list_filter = ("type", "channel", "status", "is_planned")
    list_select_related = ("user", "action_plan__goal")
    needs_person = True
    ordering = ("-created_at", "-id")
    fields = ("user", "what", "next", "last", "channel", "planned_by", "plan", *_ONLY_IF)
    readonly_fields = ("what", "next", "last", "planned_by", "plan", *_ONLY_IF)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without what this one doesn't have, such as a day it is for."""
        names = super().get_fields(request, obj)
        return [name for name in names if obj is None or getattr(obj, _ONLY_IF.get(name, "pk"))]

    @admin.display(description="sent next (UTC)")
    def next(self, row: Notification) -> str:
        return next_in_words(row)

    @admin.display(description="last sent (UTC)")
    def last(self, row: Notification) -> str:
        return f"{row.last_sent_at:%-d %b %Y %H:%M}" if row.last_sent_at else "never"

    @admin.display(description="by whom")
    def planned_by(self, row: Notification) -> str:
        if not row.is_planned:
            return "the person asked for it"
        return "FinCred planned it, the person moved it" if row.is_moved else "FinCred planned it"

    @admin.display(description="for the day")
    def for_day(self, row: Notification) -> str:
        return day_in_words(row.due_on) if row.due_on else ""

    @admin.display(description="last one was for the day")
    def last_for_day(self, row: Notification) -> str:
        return day_in_words(row.last_due_on) if row.last_due_on else ""

    @admin.display(description="off plan, as told of version")
    def told_of_version(self, row: Notification) -> int | None:
        return row.announced

    @admin.display(description="not pushed, for want of a device")
    def without_device(self, row: Notification) -> str:
        return "once" if row.skipped == 1 else f"{row.skipped} times"

    @admin.display
    def plan(self, row: Notification) -> str:
        """The page of the plan that it is about."""
        if row.action_plan is None:
            return "it is about no plan"
        path = reverse("admin:planning_actionplan_change", args=[row.action_plan_id])
        return format_html('<a href="{}">{}</a>', path, row.action_plan.goal.name)

    @admin.display
    def what(self, row: Notification) -> str:
        """With the goal that it is about, if it is about one."""
        words = capfirst(name_in_words(row.type))
        return f"{words}: {row.action_plan.goal.name}" if row.action_plan else words

    def title_of(self, row: Notification) -> str:
        return f"{capfirst(name_in_words(row.type))} by {row.channel}"


@admin.register(NotificationPreferences)
class NotificationPreferencesAdmin(AuditedAdmin):
    list_display = (
        "of",
        "person",
        "reminders",
        "payments",
        "weekly_summary",
        "milestones",
        "drift",
        "sent_in_week",
    )
    counted = ("person", "people")
    list_select_related = ("user",)
    needs_person = True
    ordering = ("user_id",)

    @admin.display(description="preferences")
    def of(self, row: NotificationPreferences) -> str:
        """The text of the link to the row."""
        return "open"

    def title_of(self, row: NotificationPreferences) -> str:
        return "Notification preferences"
