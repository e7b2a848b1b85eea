"""Filters of the list of people, as staff ask for them. How people stand was counted by the daily job."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.back_office import MOST_COUNTED, SEARCH
from accounts.models import RefusedSignIns, User
from accounts.vocabulary import StaffRole
from fincred import clock
from fincred.ops.models import JobState
from tracking.models import Standing

WEEK = timedelta(days=7)
SUPERUSER = "superuser"
_COLUMNS = {
    "off_track": "is_off_track",
    "check_in": "has_checked_in",
    "no_check_in": "is_silent",
    "no_plan": "is_unplanned",
    "plan": "has_plan",
}


def counted_at() -> datetime | None:
    """When the oldest standing was counted."""
    return Standing.objects.order_by("counted_at").values_list("counted_at", flat=True).first()


class StandingFilter(admin.SimpleListFilter):
    """By goals, plans and check-ins."""

    parameter_name = "standing"

    @property
    def title(self) -> str:  # type: ignore[override]  # made for each request, so that it says as of when
        moment = counted_at()
        return f"goals, as of {moment:%-d %b, %H:%M} UTC" if moment else "goals (not counted yet)"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("off_track", "off track"),
            ("check_in", "a check-in in seven days"),
            ("no_check_in", "no check-in for four weeks"),
            ("no_plan", "goals, but no plan"),
            ("plan", "a plan"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        column = _COLUMNS.get(self.value() or "")
        if column is None:
            return queryset
        if any(request.GET.get(name, "").strip() for name in (SEARCH, SignInFilter.parameter_name)):
            # These find few people, so the standing is looked at for each.
            return queryset.filter(**{f"standing__{column}": True})
        # By ids, so that the index is used beside any other filter. One more than are counted.
        newest = Standing.objects.filter(**{column: True}).order_by("-joined_at")
        return queryset.filter(pk__in=list(newest.values_list("pk", flat=True)[: MOST_COUNTED + 1]))


class JoinedFilter(admin.SimpleListFilter):
    """People who joined today or on the six days before, in UTC, as the start page counts them: no staff."""

    title = "joined"
    parameter_name = "joined"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("week", "in the last seven days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() != "week":
            return queryset
        today = clock.moment_of(request).astimezone(UTC).date()
        first = datetime.combine(today - timedelta(days=6), time(), UTC)
        return queryset.filter(is_staff=False, created_at__gte=first)


class DaysFilter(admin.SimpleListFilter):
    """Today and the six days before, in UTC: those whose sum the start page shows."""

    title = "days"
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("week", "the last seven")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RefusedSignIns]) -> QuerySet[RefusedSignIns]:
        if self.value() != "week":
            return queryset
        return queryset.filter(day__gt=clock.moment_of(request).astimezone(UTC).date() - timedelta(days=7))


class FailingFilter(admin.SimpleListFilter):
    """Jobs whose last run failed, or couldn't reach something, and those that nothing runs."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", "failing or overdue"), ("postponed", "postponed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JobState]) -> QuerySet[JobState]:
        match self.value():
            case "failing":
                return queryset & JobState.objects.failing(clock.moment_of(request))
            case "postponed":
                return queryset & JobState.objects.postponed()
        return queryset


class SignInFilter(admin.SimpleListFilter):
    """People who may not be able to sign in, by reason, and staff."""

    title = "sign-in"
    parameter_name = "sign_in"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("unverified", "unverified"),
            ("unverified_week", "unverified for a week"),
            ("disabled", "disabled"),
            ("staff", "staff"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        match self.value():
            case "unverified":
                return queryset.filter(is_verified=False)
            case "unverified_week":
                return queryset.filter(is_verified=False, created_at__lt=clock.moment_of(request) - WEEK)
            case "disabled":
                return queryset.filter(is_active=False)
            case "staff":
                return queryset.filter(is_staff=True)
        return queryset


class RoleFilter(admin.SimpleListFilter):
    """Staff, of whom there are few, by their role."""

    title = "role in the back office"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((role.value, role.value) for role in StaffRole), (SUPERUSER, SUPERUSER)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == SUPERUSER:
            return queryset.filter(is_staff=True, is_superuser=True)
        if self.value() in list(StaffRole):
            return queryset.filter(is_staff=True, groups__name=self.value())
        return queryset
