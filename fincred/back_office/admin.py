"""The list and the page of people, which take rows of every app."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin import UserAdmin
from accounts.back_office import DeclaredFiltersAdmin, ReadOnlyAdminMixin
from accounts.models import RefusedSignIns, User
from fincred import clock
from fincred.back_office.filters import FailingFilter, JoinedFilter, RoleFilter, SignInFilter, StandingFilter
from fincred.back_office.job_in_words import job_state
from fincred.back_office.person import person_page
from fincred.days_in_words import day_in_words
from fincred.ops.models import JobState

admin.site.unregister(User)


@admin.register(JobState)
class JobAdmin(ReadOnlyAdminMixin, DeclaredFiltersAdmin):
    """The jobs, for operators. There are few, and they are nobody's records."""

    list_display = ("title", "state", "last_success_at", "next_run_at", "took", "done")
    list_filter = (FailingFilter,)
    ordering = ("name",)
    fields = readonly_fields = ("state", "last_success_at", "next_run_at", "leased_until", "took", "done")

    def title_of(self, row: JobState) -> str:
        return f"Job: {self.title(row)}"

    @admin.display(description="job")
    def title(self, job: JobState) -> str:
        return job.name.replace("_", " ")

    @admin.display
    def state(self, job: JobState) -> str:
        return job_state(job)

    @admin.display(description="took")
    def took(self, job: JobState) -> str:
        """How long the last run took that succeeded."""
        return "" if job.last_seconds is None else f"{job.last_seconds:.2f}\N{NO-BREAK SPACE}s"


@admin.register(RefusedSignIns)
class RefusedSignInsAdmin(ReadOnlyAdminMixin, DeclaredFiltersAdmin):
    """How many a day. Whose they were isn't kept."""

    list_display = ("day", "refused")
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
            "title": person.full_name or person.email,
            "subtitle": None,
            "opts": self.opts,
            "original": person,
            "may": self.actions_for(request, person),
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
