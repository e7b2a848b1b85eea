"""Planning in the admin site: snapshots, plans and their versions, all read-only; plans can be made again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.back_office import AuditedAdmin
from fincred import clock
from fincred.errors import FinCredError
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.plan_page import plan_page
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
    needs_person = True
    ordering = ("-created_at", "-id")
    readonly_fields = ("monthly_surplus", "net_worth")

    @admin.display(description="person")
    def email(self, snapshot: Snapshot) -> str:
        return snapshot.user.email


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
    needs_person = True
    ordering = ("-created_at", "-id")
    actions = ("regenerate",)

    @admin.display(description="person")
    def email(self, plan: ActionPlan) -> str:
        return plan.user.email

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Why the plan is what it is, and what changed between two of its versions."""
        plan = self.get_object(request, unquote(object_id)) if request.method == "GET" else None
        if plan is None or not self.has_view_permission(request, plan):
            return super().change_view(request, object_id, form_url, extra_context)
        may_help = "regenerate" in self.get_actions(request)
        context = {
            **self.admin_site.each_context(request),
            **plan_page(plan, older=request.GET.get("older", ""), newer=request.GET.get("newer", "")),
            "title": plan.goal.name,
            "subtitle": None,
            "opts": self.opts,
            "original": plan,
            "may_regenerate": may_help and plan.ended_at is None,
            **(extra_context or {}),
        }
        return self._shown(request, TemplateResponse(request, "back_office/plan.html", context), "original")

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("planning.help_actionplan")

    @admin.action(description="Make again from today's numbers", permissions=["help"])
    def regenerate(self, request: HttpRequest, plans: QuerySet[ActionPlan]) -> None:
        """Each plan through the service, which writes the audit trail; a refusal doesn't stop the others."""
        now = clock.moment_of(request)
        for plan in plans.select_related("user__profile"):
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
    needs_person = True
    ordering = ("-created_at", "-id")
    readonly_fields = ("why",)

    @admin.display(description="goal")
    def goal(self, version: PlanVersion) -> str:
        return version.plan.goal.name

    @admin.display(description="person")
    def email(self, version: PlanVersion) -> str:
        return version.plan.user.email

    @admin.display(description="feasibility")
    def feasibility(self, version: PlanVersion) -> Any:
        return version.outputs["feasibility"]

    @admin.display(description="why")
    def why(self, version: PlanVersion) -> str:
        return str(version.outputs["explanation"]["text"])
