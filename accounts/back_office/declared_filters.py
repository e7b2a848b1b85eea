"""Lists that accept only their declared filters: other filters could find out columns that a list doesn't show."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.admin.options import TO_FIELD_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.text import capfirst

from accounts.back_office.changes_in_words import name_in_words
from accounts.back_office.csv_file import MOST_DOWNLOADED, as_csv, may_download
from accounts.back_office.factor import NOT_FRESH, is_fresh, too_many_downloads
from accounts.back_office.filters_refused import both_take, why_refused
from accounts.back_office.lists import PER_PAGE, SEARCH, BoundedList, BoundedPaginator, UnknownChoiceError
from accounts.back_office.quoting import quoted
from accounts.back_office.refusals import refusal
from accounts.search_words import cut_search

logger = logging.getLogger(__name__)

# Points of the rate limit `cost`, as a plan takes: each of up to a thousand people shown is recorded.
_COST_OF_FILE: Final = 3


class InWordsFilter(admin.ChoicesFieldListFilter):
    """The choices of a field as people read them: "Check-in reminder", or in words of their own."""

    words: Mapping[str, str] = {}

    def choices(self, changelist: Any) -> Iterator[Any]:
        values = [value for value, _ in self.field.flatchoices if value is not None]
        words = [self.words.get(value) or capfirst(name_in_words(value)) for value in values]
        every, *others = super().choices(changelist)
        yield every
        for choice, word in zip(others, words, strict=False):  # after them may be one for rows without a value
            yield {**choice, "display": word}
        yield from others[len(words) :]


class DeclaredFiltersAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """A page whose list is filtered by `list_filter` and by nothing else. Each row's page has a title in words."""

    show_facets = admin.ShowFacets.NEVER
    sortable_by = ()
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = PER_PAGE
    list_max_show_all = 0
    # Whether its list is empty until a person or a search is given, because the table is large.
    needs_person = False
    # What is counted below the list, one of them and several, if the model's names don't say it.
    counted: tuple[str, str] | None = None

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        return [path("csv/", self.admin_site.admin_view(self.download_view), name=name), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedList]:
        return BoundedList

    def prepared(self, rows: list[Any]) -> list[Any]:
        """The rows of a list, with the other data that its columns need, read at once for all of them."""
        return rows

    def columns_of_file(self, columns: list[Any], rows: list[Any]) -> list[Any]:
        """The columns of the list, and those that only a file needs."""
        return columns

    def record_shown(self, request: HttpRequest, rows: Iterable[models.Model], *, action: str) -> None:
        """Nothing is recorded: the rows aren't about people."""

    def title_of(self, row: Any) -> str:
        """What it is, for people."""
        return str(row)

    def nothing_found(self, search: str) -> str:
        """Advice for a search that finds nothing; empty if there is none but to check the spelling."""
        return ""

    def download_view(self, request: HttpRequest) -> HttpResponse:
        """The list that the same query shows, as CSV: its first `MOST_DOWNLOADED` rows."""
        if not (self.has_view_permission(request) and may_download(request)):
            raise PermissionDenied
        if request.method == "POST":
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not is_fresh(request):
            return refusal(request, NOT_FRESH, 403)
        if refused := too_many_downloads(request, points=_COST_OF_FILE):
            return refused
        return self.refuse_undeclared(request, lambda: self._download(request))

    def _download(self, request: HttpRequest) -> HttpResponse:
        shown = self.get_changelist_instance(request)
        if shown.words_left_out:  # which a file can't say
            return refusal(request, f"{shown.words_left_out} Shorten the search, and download again.", 400)
        rows = self.prepared(list(shown.queryset[:MOST_DOWNLOADED]))
        self.record_shown(request, rows, action="downloaded")
        columns = self.columns_of_file([name for name in shown.list_display if name != "action_checkbox"], rows)
        name = str(self.opts.verbose_name_plural).replace(" ", "-")
        disposition = content_disposition_header(True, f"{name}.csv")
        headers = {"Content-Disposition": disposition, "Content-Type": "text/csv; charset=utf-8"}
        return HttpResponse(as_csv(self, columns, rows), headers=headers)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """None also for a key that one of the databases would refuse."""
        return super().get_object(request, object_id, from_field) if both_take(object_id) else None

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if object_id is not None and TO_FIELD_VAR not in request.GET:  # which is refused first
            self._require_row(request, object_id)
        shown = super().changeform_view
        response = self.refuse_undeclared(request, lambda: shown(request, object_id, form_url, extra_context))
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and (row := context.get("original")):
            context |= {"title": self.title_of(row), "subtitle": None}
        return response

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):  # Django says first whether there is such a row
            raise PermissionDenied
        self._require_row(request, object_id)
        response = super().history_view(request, object_id, extra_context)
        context = response.context_data if isinstance(response, TemplateResponse) else None
        if context and (row := context.get("object")):
            context |= {"title": f"History: {self.title_of(row)}", "of": self.title_of(row)}
        return response

    def _require_row(self, request: HttpRequest, object_id: str) -> None:
        """The stock pages would lead to the start page, with the id in a message.

        :raises Http404: there is no such row.
        """
        if self.has_view_permission(request) and self.get_object(request, unquote(object_id)) is None:
            raise Http404

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            self._require_action(request)
        most = {
            "most_downloaded": MOST_DOWNLOADED if may_download(request) else 0,
            "is_fresh": is_fresh(request),
            "nothing_found": self.nothing_found(quoted(cut_search(request.GET.get(SEARCH, "")))),
        }
        shown = super().changelist_view
        response = self.refuse_undeclared(request, lambda: shown(request, most | (extra_context or {})))
        if (
            request.method == "POST"
            and isinstance(response, TemplateResponse)
            and "cl" in (response.context_data or {})
        ):
            # No action took the form, so Django has made the list, without waiting for a person.
            return HttpResponseRedirect(request.get_full_path())
        return response

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The declared filters; those by a field of choices name them in words."""
        declared = super().get_list_filter(request)
        return [(one, InWordsFilter) if self._has_choices(one) else one for one in declared]

    def _has_choices(self, one: Any) -> bool:
        return isinstance(one, str) and bool(getattr(get_fields_from_path(self.model, one)[-1], "choices", None))

    def _require_action(self, request: HttpRequest) -> None:
        """Django would say that no action was chosen.

        :raises PermissionDenied: a form asks for an action of this list that the member of staff may not do.
        """
        chosen = {str(name) for name in self.actions or ()} & set(request.POST.getlist("action"))
        if not chosen <= self.get_actions(request).keys():
            raise PermissionDenied

    def refuse_undeclared(self, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """What `answer` returns, or a 400 for a filter or a choice that isn't declared."""
        try:
            return answer()
        except UnknownChoiceError as unknown:
            return refusal(request, unknown.text, 400)
        except (DisallowedModelAdminLookup, DisallowedModelAdminToField):
            logger.warning("Filter refused", extra={"user_id": str(request.user.pk), "model": self.opts.label})
            return refusal(request, why_refused(self, request), 400)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Off: rows are found by their id, for which Django needs no such parameter."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The allowlist of every list: what its filters put into an address."""
        return any(lookup in self._parameters_of(one) for one in self.get_list_filter(request))  # type: ignore[arg-type]

    def _parameters_of(self, declared: Any) -> list[Any]:
        if hasattr(declared, "parameter_name"):
            return [declared.parameter_name]
        path, kind = declared if isinstance(declared, tuple) else (declared, admin.FieldListFilter.create)
        field = get_fields_from_path(self.model, path)[-1]
        return list(kind(field, None, {}, self.model, self, field_path=path).expected_parameters())

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """:raises DisallowedModelAdminLookup: also when a declared lookup can't take its value."""
        if not all(both_take(value) for _, values in request.GET.lists() for value in values):
            raise DisallowedModelAdminLookup
        try:
            return super().get_changelist_instance(request)
        except (IncorrectLookupParameters, ValueError, OverflowError, DataError) as error:
            raise DisallowedModelAdminLookup from error

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *place: Any, **places: Any) -> Any:
        try:
            return super().response_action(request, queryset, *place, **places)
        except ValidationError:
            return refusal(request, "A chosen row has no id that can be read.", 400)
