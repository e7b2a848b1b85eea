"""The search box of every page: where what was typed leads."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.models import AuditEntry, OutgoingMail, Session, User
from accounts.search import people_matching
from goals.models import Goal
from planning.models import ActionPlan, PlanVersion, Snapshot
from tracking.models import CheckIn, Milestone, Pulse

_WITH_IDS: Final[tuple[Any, ...]] = (
    User, Goal, ActionPlan, PlanVersion, Snapshot, CheckIn, Pulse, Milestone, Session, OutgoingMail,
)  # fmt: skip


def find(request: HttpRequest) -> HttpResponse:
    """Lead to the page of what has this id, to the one person who matches, or to a list of what does.

    It shows nothing itself: the page that it leads to records the look, and asks for the permission.
    """
    sought = request.GET.get("q", "").replace("\0", "").strip()[:254]
    return HttpResponseRedirect(_place_of(request, sought) if sought else reverse("admin:index"))


def _place_of(request: HttpRequest, sought: str) -> str:
    try:
        return _page_with_id(request, UUID(sought))
    except ValueError:
        pass
    if AuditEntry.objects.filter(request_id=sought).exists():
        return _list(AuditEntry, sought)
    found = people_matching(sought)
    if len(found.ids) == 1:
        return reverse("admin:accounts_user_change", args=[found.ids[0]])
    return _list(User, sought)


def _page_with_id(request: HttpRequest, sought: UUID) -> str:
    for model in _WITH_IDS:
        page = admin.site.get_model_admin(model)
        if page.has_view_permission(request) and page.get_queryset(request).filter(pk=sought).exists():
            return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[sought])
    return _list(AuditEntry, str(sought))


def _list(model: Any, sought: str) -> str:
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{path}?{urlencode({'q': sought})}"
