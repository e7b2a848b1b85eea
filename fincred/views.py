"""What every API view has: the person, the moment, validated input, a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView

from fincred import clock
from fincred.pagination import Page
from fincred.reads import Given
from fincred.renderers import JSONResponse
from fincred.retries import once_more_after_deadlock
from fincred.serializers import PageQuery, Serializer
from fincred.shapes import all_shown, shown

if TYPE_CHECKING:
    from accounts.models import User


class ApiView(GenericAPIView[Any]):
    """A view that reads the clock once and validates with strict serializers."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A deadlock's victim is done again, whole: signing in, reading the body and all."""
        request.body  # noqa: B018  kept from now on, so that it can be read again
        again = super().dispatch
        return once_more_after_deadlock(lambda: again(request, *args, **kwargs))

    @property
    def user(self) -> User:
        return cast("User", self.request.user)

    @cached_property
    def now(self) -> datetime:
        """The moment of this request, in UTC."""
        return clock.now()

    @property
    def today(self) -> date:
        """The person's own day."""
        return clock.local_day(self.now, self.user.profile.timezone)

    def validated(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        """The body, checked.

        :raises rest_framework.exceptions.ValidationError: with every field error at once.
        """
        return _checked(serializer_class, self.request.data)

    def answer(
        self, serializer_class: type[Serializer], row: Any, status: int = 200, **context: Any
    ) -> HttpResponse:
        """One object, as the serializer declares it."""
        return JSONResponse(shown(serializer_class, row, context), status)

    def query(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        """The query parameters, checked; a repeated one counts with its last value."""
        asked = self.request.query_params.dict()
        if not asked:
            return _unasked(serializer_class).copy()
        return _checked(serializer_class, asked)

    def page(
        self,
        rows: QuerySet[Any] | Sequence[Any] | Given[Any],
        serializer_class: type[Serializer],
        *,
        count: Callable[[], int] | None = None,
        **context: Any,
    ) -> HttpResponse:
        """One page of `rows` as an array, by `limit` and `offset`. The order of `rows` must be total.

        A page that isn't full tells how many there are; else `count` does, or without it the database counts.
        """
        asked = self.query(PageQuery)
        limit, offset = asked["limit"], asked["offset"]
        if isinstance(rows, Given):
            chosen: Sequence[Any] = rows.page(limit=limit, offset=offset)
        else:
            chosen = list(rows[offset : offset + limit])
        total = _total(chosen, limit, offset)
        if total is None:  # never less than what was seen: rows may have come meanwhile
            total = max(count() if count else _count(rows), offset + len(chosen) if chosen else 0)
        page = Page(limit=limit, offset=offset, total=total)
        data = all_shown(serializer_class, chosen, context)
        return JSONResponse(data, headers=page.headers(self.request._request))


def _total(chosen: Sequence[Any], limit: int, offset: int) -> int | None:
    """A page that isn't full is the last one, so what came before it and itself are all there are; else None."""
    return offset + len(chosen) if len(chosen) < limit and (chosen or not offset) else None


def _count(rows: Any) -> int:
    counted: int = len(rows) if isinstance(rows, Sequence) else rows.count()
    return counted


@cache
def _unasked(serializer_class: type[Serializer]) -> dict[str, Any]:
    """What a query without parameters comes to is the same for everybody."""
    return _checked(serializer_class, {})


def _checked(serializer_class: type[Serializer], data: Any) -> dict[str, Any]:
    if data is None:
        raise ValidationError([ErrorDetail("No data provided", code="null")])
    checked: dict[str, Any] = _reader(serializer_class).run_validation(data)
    return checked


@cache
def _reader(serializer_class: type[Serializer]) -> Serializer:
    """Checks what comes in, for everybody: its fields are made once, and it keeps nothing of what it checks."""
    return serializer_class()
