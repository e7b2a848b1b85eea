"""Lists that stay quick however many rows there are: bounded counts, one order, one person at a time.

Django documents `ChangeList` only as what `ModelAdmin.get_changelist` returns. Its inside is touched in this file
alone; docs/decisions/0001 lists the parts.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from django.contrib.admin.filters import DateFieldListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_FACETS_VAR, IS_POPUP_VAR
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.back_office.quoting import quoted
from accounts.search_words import WORDS_LEFT_OUT, cut_search

MOST_COUNTED: Final = 1000
PER_PAGE: Final = 50
# The name of the search in the address of a list.
SEARCH: Final = SEARCH_VAR
# What the address of a list has besides its filters.
NO_FILTERS: Final = (ALL_VAR, ERROR_FLAG, IS_FACETS_VAR, IS_POPUP_VAR, ORDER_VAR, PAGE_VAR, SEARCH)


class UnknownChoiceError(Exception):
    """A filter has no such choice; the text says which it has."""

    def __init__(self, title: Any, values: list[str], choices: list[str]) -> None:
        offered = f"Choose one in the list: {', '.join(choices)}."
        self.text = f'The filter "{title}" has no choice {" and ".join(map(quoted, values))}. {offered}'
        super().__init__(self.text)


def _of_choices(spec: Any) -> list[str]:
    """The parameters of a filter that take only what its links set; any day is taken."""
    days = (spec.lookup_kwarg_since, spec.lookup_kwarg_until) if isinstance(spec, DateFieldListFilter) else ()
    return [name for name in spec.expected_parameters() if name and name not in days]


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Counts no further than `MOST_COUNTED`: what is after that is found by a search or a filter.

    A number before the first page or after the last gives that one: a page that was linked may be gone by now.
    """

    @cached_property
    def _counted(self) -> int:
        if isinstance(self.object_list, QuerySet):
            return self.object_list.order_by()[: MOST_COUNTED + 1].count()
        return len(self.object_list)

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    def page(self, number: Any) -> Page[Any]:
        return super().page(self.nearest(number))

    def nearest(self, number: int) -> int:
        return max(1, min(number, self.num_pages))

    @property
    def is_cut(self) -> bool:
        return self._counted > MOST_COUNTED


class BoundedList(ChangeList):
    """Sorted only by its page's ordering, which has an index. Rows of people need a person, or a search."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return list(self.model_admin.get_ordering(request))

    def get_filters(self, request: HttpRequest) -> Any:
        """:raises UnknownChoiceError: a filter is given a value that it doesn't offer, or several."""
        found = super().get_filters(request)
        for spec in found[0]:
            choices: list[Any] = list(spec.choices(self))
            given = [(name, value) for name in _of_choices(spec) for value in request.GET.getlist(name)]
            offered = {pair for choice in choices for pair in parse_qsl(choice["query_string"].removeprefix("?"))}
            if len(given) > 1 or not offered.issuperset(given):
                values = [f"{name}={value}" for name, value in given]
                raise UnknownChoiceError(spec.title, values, [str(choice["display"]) for choice in choices])
        return found

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        # Spaces alone are no search, and a list without search fields ignores one.
        typed = request.GET.get(SEARCH, "").strip() if self.search_fields else ""
        # Each word is a condition of its own, in an expression of all: SQLite has no room for many.
        self.query = cut_search(typed)
        self.words_left_out = WORDS_LEFT_OUT if self.query != typed else ""
        rows = super().get_queryset(request, exclude_parameters)
        return rows.none() if self.waits_for_person and request.method != "POST" else rows

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        page: Any = self.model_admin
        self.page_num = self.paginator.nearest(self.page_num)
        self.result_list = page.prepared(list(self.result_list))
        if "action_checkbox" in self.list_display:
            chosen = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
            for row in self.result_list:
                row.label, row.is_chosen = page.label_of(request, row), str(row.pk) in chosen

    @property
    def waits_for_person(self) -> bool:
        """The list stays empty until a person or a search is given."""
        page: Any = self.model_admin
        return page.needs_person and not self.query and page.person_lookup not in self.params
