"""Check-ins, pulses and milestones in the back office: read-only, they are the person's own words and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.contrib import admin

from accounts.back_office import AuditedAdmin, InWordsFilter
from fincred.days_in_words import day_in_words
from fincred.money import amount_in_words
from goals.vocabulary import Kind
from tracking.models import CheckIn, Milestone, Pulse
from tracking.vocabulary import Spending

_SPENT: Final[Mapping[str, str]] = {
    Spending.UNDER: "Less than planned",
    Spending.ON: "As planned",
    Spending.OVER: "More than planned",
}


class _OnGoals(AuditedAdmin):
    needs_person = True
    list_select_related = ("user", "goal")


@admin.register(CheckIn)
class CheckInAdmin(_OnGoals):
    list_display = ("check_in_date", "person", "goal", "current_amount", "created_at")
    list_filter = ("check_in_date", "goal__type")
    ordering = ("-check_in_date", "-created_at", "-id")

    def title_of(self, row: CheckIn) -> str:
        return f"{amount_in_words(row.current_amount)} on {day_in_words(row.check_in_date)}"


@admin.register(Milestone)
class MilestoneAdmin(_OnGoals):
    list_display = ("reached_on", "person", "goal", "of_cycle", "percent")
    list_filter = ("reached_on",)
    ordering = ("-reached_on", "-percent", "-id")
    exclude = ("cycle",)
    readonly_fields = ("of_cycle",)

    @admin.display(description="cycle")
    def of_cycle(self, milestone: Milestone) -> str:
        """The first is 1; a goal that isn't recurring has none."""
        return str(milestone.cycle + 1) if milestone.goal.kind == Kind.RECURRING else ""


class SpendingFilter(InWordsFilter):
    words = _SPENT


@admin.register(Pulse)
class PulseAdmin(AuditedAdmin):
    needs_person = True
    list_select_related = ("user",)
    list_display = ("completed_at", "person", "made_planned_payments", "spent", "mood_score")
    list_filter = ("completed_at", "made_planned_payments", ("spending_vs_plan", SpendingFilter))
    ordering = ("-completed_at", "-id")
    exclude = ("spending_vs_plan",)
    readonly_fields = ("spent",)

    @admin.display(description="they spent")
    def spent(self, pulse: Pulse) -> str:
        return _SPENT[pulse.spending_vs_plan]

    def title_of(self, row: Pulse) -> str:
        return f"{day_in_words(row.period_start)} to {day_in_words(row.period_end)}"
