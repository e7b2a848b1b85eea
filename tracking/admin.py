"""Check-ins, pulses and milestones in the back office: read-only, they are the person's own words and figures."""

from __future__ import annotations

from django.contrib import admin

from accounts.back_office import AuditedAdmin
from tracking.models import CheckIn, Milestone, Pulse


class _OfPeople(AuditedAdmin):
    needs_person = True

    @admin.display(description="person")
    def email(self, row: CheckIn | Milestone | Pulse) -> str:
        return row.user.email


class _OnGoals(_OfPeople):
    list_select_related = ("user", "goal")


@admin.register(CheckIn)
class CheckInAdmin(_OnGoals):
    list_display = ("check_in_date", "email", "goal", "current_amount", "created_at")
    list_filter = ("check_in_date", "goal__type")
    ordering = ("-check_in_date", "-created_at", "-id")


@admin.register(Milestone)
class MilestoneAdmin(_OnGoals):
    list_display = ("reached_on", "email", "goal", "percent")
    list_filter = ("percent", "reached_on")
    ordering = ("-reached_on", "-percent", "-id")


@admin.register(Pulse)
class PulseAdmin(_OfPeople):
    list_select_related = ("user",)
    list_display = ("completed_at", "email", "made_planned_payments", "spending_vs_plan", "mood_score")
    list_filter = ("completed_at", "made_planned_payments", "spending_vs_plan", "mood_score")
    ordering = ("-completed_at", "-id")
