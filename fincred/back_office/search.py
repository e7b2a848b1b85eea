"""The search box of every page: where what was typed leads."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.apps import apps
from django.contrib import admin, messages
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.back_office import quoted
from accounts.models import AuditEntry, User
from accounts.search import people_matching
from accounts.search_words import WORDS_LEFT_OUT, cut_search
from accounts.sought_id import SoughtId
from fincred.db.privacy import privacy_of

_NOTHING: Final = (
    "No person has such a name or e-mail address, and no request with this id is in the audit trail. "
    "A request that changed nothing leaves no entry there: an operator finds its id in the log."
)


def find(request: HttpRequest) -> HttpResponse:
    """Redirects to the object with this id, to the only matching person, or to a list of matches.

    The id of a row without a page of its own, such as a chat message, leads to its person. It shows nothing
    itself, and searches only what the member of staff may see. But where it leads tells that a person exists, so a
    person who is found, by a row of theirs too, is recorded here, even if a program doesn't follow the redirect;
    other pages record the look.
    """
    typed = request.GET.get("q", "").replace("\0", "").strip()
    sought = cut_search(typed)
    if sought != typed:
        messages.warning(request, WORDS_LEFT_OUT)
    place = _place_of(request, sought) if sought else None
    if sought and place is None:
        messages.warning(request, "There is nothing with this id that you may see.")
    return HttpResponseRedirect(place or reverse("admin:index"))


def _place_of(request: HttpRequest, sought: str) -> str | None:
    ids = SoughtId.read(sought)
    is_id = ids.row is not None
    if ids.row and (found := _found_by_id(request, ids.row)):
        return found
    # Clients choose the ids of their requests: a name that was chosen as one still finds its person.
    may_see_people = not is_id and _page(User).has_view_permission(request)
    people = list(_visible(request, User).filter(pk__in=people_matching(sought).ids)[:2]) if may_see_people else []
    may_see_trail = not people and _page(AuditEntry).has_view_permission(request)
    if may_see_trail and (is_id or AuditEntry.objects.filter(request_id__in=ids.requests).exists()):
        return _list(AuditEntry, sought)
    if may_see_trail and ids.number and _visible(request, AuditEntry).filter(pk=ids.number).exists():
        return _change(AuditEntry, ids.number)
    if not may_see_people:
        return None
    if not people:
        messages.warning(request, f'Nothing was found for "{quoted(sought)}". {_NOTHING}')
    if len(people) != 1:
        return _list(User, sought)
    _page(User).record_shown(request, people, action="found")
    return _change(User, people[0].pk)


def _found_by_id(request: HttpRequest, sought: UUID) -> str | None:
    """The page of the row with this id, or of its person; records the look."""
    for model in apps.get_models():
        if not isinstance(model._meta.pk, UUIDField):
            continue
        page_model = model if admin.site.is_registered(model) else User
        if not _page(page_model).has_view_permission(request):
            continue
        if rows := list(_with_id(request, model, sought)):
            _page(page_model).record_shown(request, rows, action="found")
            return _change(page_model, rows[0].pk)
    return None


def _with_id(request: HttpRequest, model: Any, sought: UUID) -> QuerySet[Any]:
    """The row; its person, if rows of its kind have no pages."""
    if admin.site.is_registered(model):
        return _visible(request, model).filter(pk=sought)
    owner = privacy_of(model).owner
    people = model._base_manager.filter(pk=sought).values(owner) if owner else []
    return _visible(request, User).filter(pk__in=people)


def _page(model: Any) -> Any:
    return admin.site.get_model_admin(model)


def _visible(request: HttpRequest, model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = _page(model).get_queryset(request)
    return rows.prefetch_related(None).only("pk")


def _change(model: Any, pk: UUID | int) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def _list(model: Any, sought: str) -> str:
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{path}?{urlencode({'q': sought})}"
