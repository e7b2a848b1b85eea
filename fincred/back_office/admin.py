"""Pages of the back office that need more than one app: people, goals, the audit trail, jobs, refused sign-ins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.db.models import DateTimeField, Value
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from accounts.admin import UserAdmin
from accounts.back_office import DeclaredFiltersAdmin, ReadOnlyAdminMixin, is_fresh
from accounts.models import AuditEntry, RefusedSignIns, User
from accounts.trail_admin import AuditEntryAdmin
from fincred import clock
from fincred.back_office.filters import (
    DaysFilter,
    FailingFilter,
    JoinedFilter,
    RoleFilter,
    SignInFilter,
    StandingFilter,
)
from fincred.back_office.goal_names import goal_names
from fincred.back_office.job_in_words import in_shards, job_state
from fincred.back_office.person import person_page
from fincred.clock import local_day
from fincred.days_in_words import day_in_words, days_in_words
from fincred.money import amount_in_words
from fincred.ops.models import JobState, JobStateQuerySet
from fincred.ops.own_work import OwnWork
from goals.admin import GoalAdmin
from goals.models import Goal
from planning.models import ActionPlan
from planning.services.as_asked import count_what_is_asked

admin.site.unregister(User)
admin.site.unregister(Goal)
admin.site.unregister(AuditEntry)


@admin.register(JobState)
class JobAdmin(ReadOnlyAdminMixin, DeclaredFiltersAdmin):
    """The jobs, for operators. There are few, and they aren't about people."""

    list_display = ("title", "state", "last_success_at", "next_run_at", "took", "done")
    list_filter = (FailingFilter,)
    ordering = ("name",)
    fields = readonly_fields = ("state", "last_success_at", "next_run_at", "leased_until", "took", "done")

    def get_queryset(self, request: HttpRequest) -> JobStateQuerySet:
        """A job that is done in shards is one row as well. Each row has the moment of the request, for `state`."""
        return JobState.objects.whole().annotate(seen_at=Value(clock.moment_of(request), DateTimeField()))

    def title_of(self, row: JobState) -> str:
        return f"Job: {self.title(row)}"

    @admin.display(description="job")
    def title(self, job: JobState) -> str:
        return job.name.replace("_", " ")

    @admin.display
    def state(self, job: JobState) -> str:
        words = job_state(job, job.seen_at)  # type: ignore[attr-defined]  # annotated
        if job.name != OwnWork.CHECK:
            return words
        shards = JobState.objects.of_shards(job.name).values_list("name", "last_success_at")
        done = {name.removeprefix(f"{job.name} "): moment for name, moment in shards if moment}
        return format_html("{}{}", words, in_shards(job, done))

    @admin.display(description="took")
    def took(self, job: JobState) -> str:
        """How long the last run took that succeeded."""
        return "" if job.last_seconds is None else f"{job.last_seconds:.2f}\N{NO-BREAK SPACE}s"


@admin.register(Goal)
class GoalPage(GoalAdmin):
    """With what the app above goals knows of one: its plan, and why it is what it is."""

    readonly_fields: ClassVar[Any] = (*GoalAdmin.readonly_fields, "plan", "why")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The goal with its `open_plan` and what the person reads of it, as of the moment of the request."""
        goal: Any = super().get_object(request, object_id, from_field)
        if goal is not None:
            today = local_day(clock.moment_of(request), goal.user.profile.timezone)
            plans = list(ActionPlan.objects.filter(goal=goal).open().select_related("goal"))
            count_what_is_asked(plans, owner=goal.user, today=today)
            goal.open_plan = plans[0] if plans else None
            goal.plan_text = plans[0].explanation_on(today)["text"] if plans else ""
        return goal

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_fields(request, obj)
        return ["plan", *(["why"] if obj.open_plan else []), *fields] if obj else fields

    @admin.display
    def plan(self, goal: Any) -> str:
        plan = goal.open_plan
        if plan is None:
            ended = ActionPlan.objects.filter(goal=goal, ended_at__isnull=False).order_by("-ended_at").first()
            if ended is None:
                return "It has no plan."
            day = local_day(ended.ended_at, goal.user.profile.timezone)  # type: ignore[arg-type]  # filtered
            path = reverse("admin:planning_actionplan_change", args=[ended.pk])
            return format_html(
                'It has no plan now: <a href="{}">the last one</a> ended on {}.', path, day_in_words(day)
            )
        words = f"{amount_in_words(plan.amount)} {self.currency(goal)} {plan.frequency}, version {plan.version}"
        path = reverse("admin:planning_actionplan_change", args=[plan.pk])
        return format_html('{}: <a href="{}">{}, and what changed</a>', plan.feasibility, path, words)

    @admin.display
    def why(self, goal: Any) -> str:
        return days_in_words(goal.plan_text)


@admin.register(AuditEntry)
class TrailPage(AuditEntryAdmin):
    """With the names of the goals that entries are about, which the app below goals doesn't know."""

    def prepared(self, rows: list[AuditEntry]) -> list[AuditEntry]:
        names = goal_names(rows)
        for row in super().prepared(rows):
            if name := names.get(row.object_id):
                row.view = replace(self._view(row), what=f"{self._view(row).what} · {name}")  # type: ignore[attr-defined]
        return rows


@admin.register(RefusedSignIns)
class RefusedSignInsAdmin(ReadOnlyAdminMixin, DeclaredFiltersAdmin):
    """How many there were on each day; their accounts aren't kept."""

    list_display = ("day", "refused")
    list_filter = (DaysFilter,)
    counted = ("day", "days")
    ordering = ("-day",)

    def title_of(self, row: RefusedSignIns) -> str:
        return f"Refused sign-ins on {day_in_words(row.day)}"


@admin.register(User)
class PersonAdmin(UserAdmin):
    list_filter: ClassVar[Any] = (StandingFilter, SignInFilter, JoinedFilter, RoleFilter)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a person; what is sent to it is refused as by every page."""
        if request.method == "POST" or TO_FIELD_VAR in request.GET:
            return super().change_view(request, object_id, form_url, extra_context)
        person = self.get_object(request, unquote(object_id))
        if person is None or not self.has_view_permission(request, person):
            return super().change_view(request, object_id, form_url, extra_context)
        context = {
            **self.admin_site.each_context(request),
            **person_page(person, now=clock.moment_of(request)),
            "title": person.shown_name,
            "subtitle": None,
            "opts": self.opts,
            "original": person,
            "may": self.actions_for(request, person),
            "is_fresh": is_fresh(request),
            "mails_that_wait": self.mails_that_wait(request, person),
            "elsewhere": self.elsewhere(person),
            **(extra_context or {}),
        }
        return self._shown(request, TemplateResponse(request, "back_office/person.html", context), "original")

    def actions_for(self, request: HttpRequest, person: User) -> set[str]:
        """The names of the actions that this member of staff may do with the person and their rows."""
        if self.out_of_reach(request, person):
            return set()
        models = filter(self.admin_site.is_registered, apps.get_models())
        return {
            f"{page.opts.model_name}.{name}"
            for page in map(self.admin_site.get_model_admin, models)
            if page.has_view_permission(request)
            for name in page.get_actions(request)
            if page is not self or not self.why_not(request, name, person)
        }
