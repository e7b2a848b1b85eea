"""Planning in the back office: snapshots, plans and their versions, all read-only; plans can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from accounts.back_office import AuditedAdmin, refusal
from accounts.models import User
from accounts.rate_limits import limit_cost
from fincred import clock
from fincred.days_in_words import days_in_words
from fincred.errors import FinCredError
from fincred.money import amount_in_words
from fincred.text import counted
from goals.vocabulary import Status
from planning.models import ActionPlan, PlanVersion, Snapshot
from planning.plan_page import plan_page
from planning.services.action_plans import regenerate_action_plan
from planning.snapshot_in_words import debts_in_words, expenses_in_words, incomes_in_words, savings_in_words

# Points of the rate limit `cost`, as over the API: the most rows of an action take what a minute has.
_COST_OF_PLAN: Final = 3


def _lines(lines: list[str]) -> str:
    return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) or "none"


@admin.register(Snapshot)
class SnapshotAdmin(AuditedAdmin):
    list_display = (
        "number",
        "person",
        "created_at",
        "monthly_surplus",
        "monthly_income",
        "monthly_expenses",
        "monthly_minimum_payments",
        "net_worth",
    )
    list_select_related = ("user",)
    needs_person = True
    ordering = ("-created_at", "-number", "-id")  # several may be told at one moment
    exclude = ("incomes", "expenses", "debts", "savings", "additions", "paid_off")
    readonly_fields = (
        "told_incomes",
        "told_expenses",
        "told_debts",
        "told_savings",
        "told_surplus",
        "told_net_worth",
    )

    @admin.display(description="incomes")
    def told_incomes(self, snapshot: Snapshot) -> str:
        return _lines(incomes_in_words(snapshot.contents))

    @admin.display(description="expenses")
    def told_expenses(self, snapshot: Snapshot) -> str:
        return _lines(expenses_in_words(snapshot.contents))

    @admin.display(description="debts")
    def told_debts(self, snapshot: Snapshot) -> str:
        return _lines(debts_in_words(snapshot.contents))

    @admin.display(description="savings")
    def told_savings(self, snapshot: Snapshot) -> str:
        return _lines(savings_in_words(snapshot.contents))

    @admin.display(description="monthly surplus")
    def told_surplus(self, snapshot: Snapshot) -> str:
        return amount_in_words(snapshot.monthly_surplus)

    @admin.display(description="net worth")
    def told_net_worth(self, snapshot: Snapshot) -> str:
        return amount_in_words(snapshot.net_worth)


class EndedFilter(admin.EmptyFieldListFilter):
    """Plans that are open, and those that have ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "state"

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice, words in zip(super().choices(changelist), ("All", "open", "ended"), strict=True):
            yield {**choice, "display": words}


@admin.register(ActionPlan)
class ActionPlanAdmin(AuditedAdmin):
    list_display = (
        "goal",
        "person",
        "amount",
        "frequency",
        "feasibility",
        "planned_shortfall",
        "version",
        "ended_at",
    )
    list_filter = ("feasibility", "type", "frequency", "is_chosen", ("ended_at", EndedFilter))
    list_select_related = ("goal", "user")
    needs_person = True
    ordering = ("-created_at", "-id")
    actions = ("regenerate",)

    def title_of(self, row: ActionPlan) -> str:
        return row.goal.name

    @admin.display(description="short when planned", ordering="shortfall")
    def planned_shortfall(self, plan: ActionPlan) -> str:
        """As the newest version says; the plan's page has what is missing as of today."""
        return amount_in_words(plan.shortfall)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Why the plan is what it is, and what changed between two of its versions."""
        is_stock = request.method == "POST" or TO_FIELD_VAR in request.GET  # which refuses both
        plan = None if is_stock else self.get_object(request, unquote(object_id))
        if plan is None or not self.has_view_permission(request, plan):
            return super().change_view(request, object_id, form_url, extra_context)
        today = clock.local_day(clock.moment_of(request), plan.user.profile.timezone)
        may_help = "regenerate" in self.get_actions(request)
        older, newer = request.GET.get("older", ""), request.GET.get("newer", "")
        try:
            page = plan_page(plan, today=today, older=older, newer=newer)
        except PlanVersion.DoesNotExist:
            return refusal(request, _no_such_version(plan), 404)
        context = {
            **self.admin_site.each_context(request),
            **page,
            "title": self.title_of(plan),
            "subtitle": None,
            "opts": self.opts,
            "original": plan,
            "may_regenerate": may_help and not self.why_not(request, "regenerate", plan),
            **(extra_context or {}),
        }
        return self._shown(request, TemplateResponse(request, "back_office/plan.html", context), "original")

    def why_not(self, request: HttpRequest, action: str, row: ActionPlan) -> str:
        if why := super().why_not(request, action, row):
            return why
        if row.ended_at:
            return "it has ended"
        status = row.goal.status
        return "" if status == Status.ACTIVE else f"its goal is {row.goal.get_status_display().lower()}"

    def has_help_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("planning.help_actionplan")

    @admin.action(description="Make again from today's numbers", permissions=["help"])
    def regenerate(self, request: HttpRequest, plans: QuerySet[ActionPlan]) -> None:
        """Call the service for each plan, which writes the audit trail; a refusal doesn't stop the others."""
        now = clock.moment_of(request)
        for plan in plans.select_related("user__profile"):
            today = clock.local_day(now, plan.user.profile.timezone)
            try:
                limit_cost(cast("User", request.user).pk, _COST_OF_PLAN, now=now)
                made = regenerate_action_plan(owner=plan.user, plan_id=plan.id, now=now, today=today)
            except FinCredError as refusal:
                self.say_refused(request, plan, refusal)
            else:
                told = f'The plan of goal "{self.title_of(plan)}" was made again: version {made.version}.'
                self.message_user(request, told, messages.SUCCESS)


def _no_such_version(plan: ActionPlan) -> str:
    return f"This plan has {counted(plan.version, 'version')}, and none with that number."


@admin.register(PlanVersion)
class PlanVersionAdmin(AuditedAdmin):
    list_display = ("goal", "person", "number", "reason", "feasibility", "engine_version", "created_at")
    list_filter = ("reason",)
    list_select_related = ("plan__goal", "plan__user")
    needs_person = True
    ordering = ("-created_at", "-number", "-id")  # replanning writes several at one moment
    exclude = ("inputs", "outputs")
    readonly_fields = ("goal", "person", "feasibility", "why", "compared")

    def title_of(self, row: PlanVersion) -> str:
        return f"{row.plan.goal.name}, version {row.number}"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All but the documents: the plan's page shows their figures."""
        return [*self.readonly_fields, "number", "reason", "engine_version", "created_at"]

    @admin.display(description="its figures")
    def compared(self, version: PlanVersion) -> str:
        """The plan's page, with this version beside the one before, if there is one."""
        if not version.plan.versions.filter(number=version.number - 1).exists():
            return "the first version: there is none before"
        path = reverse("admin:planning_actionplan_change", args=[version.plan_id])
        link = f"{path}?older={version.number - 1}&newer={version.number}"
        return format_html('<a href="{}">beside the version before</a>', link)

    @admin.display(description="goal")
    def goal(self, version: PlanVersion) -> str:
        return version.plan.goal.name

    @admin.display(description="feasibility")
    def feasibility(self, version: PlanVersion) -> Any:
        return version.outputs["feasibility"]

    @admin.display(description="why")
    def why(self, version: PlanVersion) -> str:
        return days_in_words(version.outputs["explanation"]["text"])
