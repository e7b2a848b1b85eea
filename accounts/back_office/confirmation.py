"""The confirmation before every action: the people it affects, and the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.back_office.factor import NOT_FRESH, is_fresh
from accounts.back_office.reasons import REASONS
from fincred.context import update_caller

MOST_ROWS = 20
# Actions that need a sign-in of the last hour, and are done to one person at a time.
GRAVE = frozenset({"export", "erase"})
# Actions that can't be undone.
FINAL = frozenset({"erase"})

# What an action of a row's page needs besides the row, kept by the confirmation page. A list doesn't offer these.
NEEDS: Final = {"end_office_session": "session"}

# Called with the page (an `AuditedAdmin`), the request and the rows.
Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]

_CHOICES = [(code, f"{words[0].upper()}{words[1:]}") for code, words in REASONS.items()]


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(choices=[("", "Why?"), *_CHOICES])


def confirmed(action: Action, *, name: str, title: str) -> Action:
    """The action, done once its confirmation page was sent with a reason.

    For at most `MOST_ROWS` rows. Those that it doesn't apply to are skipped, and the page says why.
    """

    def ask_first(page: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        rows = list(queryset[: MOST_ROWS + 1])
        if name in GRAVE and not is_fresh(request):
            page.message_user(request, NOT_FRESH, messages.ERROR)
            return _back(request)
        if name in GRAVE and len(rows) > 1:
            page.message_user(request, "Choose one person for this.", messages.ERROR)
            return _list_again(page, request)
        if len(rows) > MOST_ROWS:
            page.message_user(request, f"Choose at most {MOST_ROWS} rows for an action.", messages.ERROR)
            return _list_again(page, request)
        whys = {row.pk: page.why_not(request, name, row) for row in rows}
        affected = [row for row in rows if not whys[row.pk]]
        skipped = [(page.label_of(request, row), whys[row.pk]) for row in rows if whys[row.pk]]
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if affected and not form.is_valid():
            page.record_shown(request, rows, action="listed")
            return _asking(page, request, name=name, title=title, rows=affected, skipped=skipped, form=form)
        if skipped:
            page.record_shown(request, rows, action="listed")
        for label, why in skipped:
            page.message_user(request, f"Skipped {label}: {why}", messages.WARNING)
        if not affected:
            page.message_user(request, "None of the chosen rows may be changed by this action.", messages.WARNING)
            return _back(request)
        update_caller(reason=form.cleaned_data["reason"])
        return action(page, request, queryset.filter(pk__in=[row.pk for row in affected])) or _back(request)

    return ask_first


def _list_again(page: Any, request: HttpRequest) -> HttpResponse:
    """The list, with the rows that were chosen still chosen."""
    request.method = "GET"
    answer: HttpResponse = page.changelist_view(request)
    return answer


def _asking(
    page: Any,
    request: HttpRequest,
    *,
    name: str,
    title: str,
    rows: list[Model],
    skipped: list[tuple[str, str]],
    form: ReasonForm,
) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "action": name,
        "rows": [(row, page.label_of(request, row)) for row in rows],
        "skipped": skipped,
        "form": form,
        "reasons": _CHOICES,
        "return_to": _return_to(request),
        "is_final": name in FINAL,
        "needs": {NEEDS[name]: request.POST.get(NEEDS[name], "")} if name in NEEDS else {},
    }
    return TemplateResponse(request, "back_office/confirm_action.html", context)


def _return_to(request: HttpRequest) -> str:
    """The page that the action was called from, if that is one of ours."""
    path = request.POST.get("return_to", "")
    is_ours = path.startswith(reverse("admin:index")) and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else ""


def _back(request: HttpRequest) -> HttpResponse | None:
    """To the page that the action was called from; else to the list."""
    path = _return_to(request)
    return HttpResponseRedirect(path) if path else None
