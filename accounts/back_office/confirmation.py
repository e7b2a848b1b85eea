"""The confirmation before every action: the people it affects, and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.back_office.factor import NOT_FRESH, is_fresh
from accounts.vocabulary import StaffReason
from fincred.context import update_caller

MOST_ROWS = 20
NEEDS_FRESH_SIGN_IN = frozenset({"export", "erase"})
# Actions that can't be undone.
FINAL = frozenset({"erase"})

# Called with the page (an `AuditedAdmin`), the request and the rows.
Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]

_REASONS = {
    StaffReason.ASKED: "The person asked for it",
    StaffReason.SECURITY: "For the account's safety",
    StaffReason.ABUSE: "Abuse of the service",
    StaffReason.CORRECTION: "To correct a mistake of ours",
}


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(choices=[("", "Why?"), *((word.value, text) for word, text in _REASONS.items())])


def confirmed(action: Action, *, name: str, title: str) -> Action:
    """The action, done once its confirmation page was sent with a reason, and for at most `MOST_ROWS` rows."""

    def ask_first(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = list(page.affected(request, queryset)[: MOST_ROWS + 1])
        if not rows:
            page.message_user(request, "None of the chosen rows may be changed by this action.", messages.WARNING)
            return _back(request)
        if name in NEEDS_FRESH_SIGN_IN and not is_fresh(request):
            page.message_user(request, NOT_FRESH, messages.ERROR)
            return _back(request)
        if len(rows) > MOST_ROWS:
            page.message_user(request, f"Choose at most {MOST_ROWS} rows for an action.", messages.ERROR)
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            update_caller(reason=form.cleaned_data["reason"])
            return action(page, request, queryset.filter(pk__in=[row.pk for row in rows])) or _back(request)
        page.record_list(request, rows)
        context = {
            **page.admin_site.each_context(request),
            "title": title,
            "action": name,
            "rows": [(row, page.person_of(row)) for row in rows],
            "may_see_people": request.user.has_perm("accounts.view_user"),
            "form": form,
            "reasons": [(word.value, text) for word, text in _REASONS.items()],
            "return_to": request.POST.get("return_to", ""),
            "is_final": name in FINAL,
        }
        return TemplateResponse(request, "back_office/confirm_action.html", context)

    return ask_first


def _back(request: HttpRequest) -> HttpResponse | None:
    """To the page that the action was called from, if that is one of ours; else to the list."""
    path = request.POST.get("return_to", "")
    is_ours = path.startswith(reverse("admin:index")) and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return HttpResponseRedirect(path) if is_ours else None
