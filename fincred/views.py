"""What every API view has: the person, the moment, validated input, a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from fincred import clock
from fincred.pagination import Page
from fincred.reads import Given
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

    def validated(self, serializer_class: type[Serializer], **context: Any) -> dict[str, Any]:
        """The body, checked.

        :raises rest_framework.exceptions.ValidationError: with every field error at once.
        """
        serializer = serializer_class(data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return cast("dict[str, Any]", serializer.validated_data)

    def answer(self, serializer_class: type[Serializer], row: Any, status: int = 200, **context: Any) -> Response:
        """One object, as the serializer declares it."""
        return Response(shown(serializer_class, row, context), status)

    def query(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        """The query parameters, checked; a repeated one counts with its last value."""
        asked = self.request.query_params.dict()
        if not asked:
            return _unasked(serializer_class).copy()
        serializer = serializer_class(data=asked)
        serializer.is_valid(raise_exception=True)
        return cast("dict[str, Any]", serializer.validated_data)

    def page(
        self,
        rows: QuerySet[Any] | Sequence[Any] | Given[Any],
        serializer_class: type[Serializer],
        *,
        total: int | None = None,
        **context: Any,
    ) -> Response:
        """One page of `rows` as an array, by `limit` and `offset`. The order of `rows` must be total.

        Who knows how many there are says so in `total`, and saves counting them.
        """
        asked = self.query(PageQuery)
        limit, offset = asked["limit"], asked["offset"]
        if isinstance(rows, Given):
            chosen: Sequence[Any] = rows.page(limit=limit, offset=offset)
        else:
            chosen = list(rows[offset : offset + limit])
        if total is None:
            total = _total(rows, chosen, limit, offset)
        page = Page(limit=limit, offset=offset, total=total)
        data = all_shown(serializer_class, chosen, context)
        return Response(data, headers=page.headers(self.request._request))


def _total(rows: Any, chosen: Sequence[Any], limit: int, offset: int) -> int:
    """A page that isn't full is the last one, so what came before it and itself are all there are."""
    if len(chosen) < limit and (chosen or not offset):
        return offset + len(chosen)
    counted: int = len(rows) if isinstance(rows, Sequence) else rows.count()
    return counted


@cache
def _unasked(serializer_class: type[Serializer]) -> dict[str, Any]:
    """What a query without parameters comes to is the same for everybody."""
    serializer = serializer_class(data={})
    serializer.is_valid(raise_exception=True)
    return cast("dict[str, Any]", serializer.validated_data)
