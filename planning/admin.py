"""Planning in the admin site: snapshots, plans and their versions, all read-only; plans can be made again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.back_office import AuditedAdmin, ReadOnlyAdminMixin
from fincred import clock
from fincred.errors import FinCredError
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.services.action_plans import regenerate_action_plan


@admin.register(Snapshot)
class SnapshotAdmin(AuditedAdmin):
    list_display = (
        "email",
        "number",
        "monthly_income",
        "monthly_expenses",
        "monthly_minimum_payments",
        "monthly_surplus",
        "net_worth",
        "created_at",
    )
    list_select_related = ("user",)
    search_fields = ("=user__email",)
    ordering = ("-created_at", "-id")
    readonly_fields = ("monthly_surplus", "net_worth")

    @admin.display(description="person", ordering="user__email")
    def email(self, snapshot: Snapshot) -> str:
        return snapshot.user.email


class PlanVersionInline(ReadOnlyAdminMixin, admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs only
    """The versions of the plan, newest first."""

    model = PlanVersion
    fields = ("number", "reason", "explanation", "engine_version", "created_at")
    readonly_fields = fields
    ordering = ("-number",)
    show_change_link = True
    extra = 0

    @admin.display(description="explanation")
    def explanation(self, version: PlanVersion) -> str:
        return str(version.outputs["explanation"]["text"])


@admin.register(ActionPlan)
class ActionPlanAdmin(AuditedAdmin):
    list_display = (
        "goal",
        "email",
        "amount",
        "frequency",
        "feasibility",
        "shortfall",
        "version",
        "updated_at",
        "ended_at",
    )
    list_filter = ("feasibility", "type", "frequency", "is_chosen", ("ended_at", admin.EmptyFieldListFilter))
    list_select_related = ("goal", "user")
    search_fields = ("=user__email", "goal__name_folded")
    ordering = ("-created_at", "-id")
    inlines = (PlanVersionInline,)
    actions = ("regenerate",)
    exclude = ("explanation",)
    readonly_fields = ("why",)

    @admin.display(description="person", ordering="user__email")
    def email(self, plan: ActionPlan) -> str:
        return plan.user.email

    @admin.display(description="why")
    def why(self, plan: ActionPlan) -> str:
        return str(plan.explanation["text"])

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("planning.help_actionplan")

    @admin.action(description="Make again from today's numbers", permissions=["help"])
    def regenerate(self, request: HttpRequest, plans: QuerySet[ActionPlan]) -> None:
        """Each plan through the service, which writes the audit trail; a refusal doesn't stop the others."""
        for plan in plans.select_related("user__profile"):
            now = clock.now()
            today = clock.local_day(now, plan.user.profile.timezone)
            try:
                made = regenerate_action_plan(owner=plan.user, plan_id=plan.id, now=now, today=today)
            except FinCredError as refusal:
                self.message_user(request, f"{plan}: {refusal.message}", messages.ERROR)
            else:
                self.message_user(request, f"{plan}: version {made.version}", messages.SUCCESS)


@admin.register(PlanVersion)
class PlanVersionAdmin(AuditedAdmin):
    list_display = ("goal", "email", "number", "reason", "feasibility", "engine_version", "created_at")
    list_filter = ("reason", "engine_version")
    list_select_related = ("plan__goal", "plan__user")
    search_fields = ("=plan__user__email", "plan__goal__name_folded")
    ordering = ("-created_at", "-id")
    readonly_fields = ("why",)

    @admin.display(description="goal")
    def goal(self, version: PlanVersion) -> str:
        return version.plan.goal.name

    @admin.display(description="person", ordering="plan__user__email")
    def email(self, version: PlanVersion) -> str:
        return version.plan.user.email

    @admin.display(description="feasibility")
    def feasibility(self, version: PlanVersion) -> Any:
        return version.outputs["feasibility"]

    @admin.display(description="why")
    def why(self, version: PlanVersion) -> str:
        return str(version.outputs["explanation"]["text"])
