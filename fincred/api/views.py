"""What every API view has: the person, the moment, validated input, a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, cached_property, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView

from fincred import clock
from fincred.api.pagination import Page
from fincred.api.query_params import parse_query
from fincred.api.renderers import JSONResponse
from fincred.api.representation import serialize, serialize_many
from fincred.api.serializers import PageQuery, Serializer
from fincred.context import caller, set_caller
from fincred.db.queries import BoundQuery, fetch_all
from fincred.db.retries import retry_on_deadlock
from fincred.errors import FinCredError, MalformedRequestError

if TYPE_CHECKING:
    from accounts.models import User


_READING = frozenset({"GET", "HEAD"})
Made = TypeVar("Made")


def _once(method: Callable[[Any], Made]) -> Callable[[Any], Made]:
    """What a view's class declares doesn't change, and none of it keeps anything: one serves all requests."""
    made: dict[type, Made] = {}

    @wraps(method)
    def of_class(view: Any) -> Made:
        kind = type(view)
        if kind not in made:
            made[kind] = method(view)
        return made[kind]

    return of_class


class ApiView(GenericAPIView[Any]):
    """A view that reads the clock once and validates with strict serializers."""

    # OPTIONS isn't among them: pages ask with it before they come here, and `Allow` tells everybody else.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    get_authenticators = _once(GenericAPIView.get_authenticators)
    get_content_negotiator = _once(GenericAPIView.get_content_negotiator)
    get_parsers = _once(GenericAPIView.get_parsers)
    get_permissions = _once(GenericAPIView.get_permissions)
    get_renderers = _once(GenericAPIView.get_renderers)
    get_throttles = _once(GenericAPIView.get_throttles)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A deadlock's victim is done again, whole: signing in, reading the body and all."""
        if request.method not in _READING:
            request.body  # noqa: B018  kept from now on, so that it can be read again
        answer, before = super().dispatch, caller()

        def anew() -> HttpResponseBase:
            set_caller(before)
            self.__dict__.pop("rows", None)
            return answer(request, *args, **kwargs)

        return retry_on_deadlock(anew)

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
        :raises MalformedRequestError: PUT or PATCH without a body: what isn't there is no empty document.
        """
        if self.request.stream is None and self.request.method in ("PUT", "PATCH"):
            raise MalformedRequestError(reason="This request needs a body")
        return _checked(serializer_class, self.request.data)

    def answer(
        self, serializer_class: type[Serializer], row: Any, status: int = 200, **context: Any
    ) -> HttpResponse:
        """One object, as the serializer declares it."""
        return JSONResponse(serialize(serializer_class, row, context), status)

    def query(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        """The query parameters, checked.

        :raises rest_framework.exceptions.ValidationError: naming each that is wrong, or repeated.
        :raises FieldError: naming one that is not UTF-8.
        """
        raw = self.request.META.get("QUERY_STRING", "")
        return _checked(serializer_class, parse_query(raw)) if raw else _unasked(serializer_class).copy()

    def asked(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        """What a GET of this person reads in any case; it is asked for together with their session's check.

        :raises rest_framework.exceptions.ValidationError: the query can't be understood.
        """
        return ()

    def asked_ahead(self, person: UUID) -> Sequence[BoundQuery[Any]]:
        """What may be asked before it is certain who asks.

        Nothing with a replica, for where to read depends on the person; nothing of a query that will be refused,
        for an ended session is refused before it.
        """
        if self.request.method not in _READING or settings.DATABASE_ROUTERS:
            return ()
        try:
            return self.asked(person)
        except (APIException, FinCredError):
            return ()

    @cached_property
    def rows(self) -> list[list[Any]]:
        """The rows of each that was asked for."""
        return fetch_all(*self.asked(self.user.pk))

    def on_page(self, rows: BoundQuery[Any]) -> BoundQuery[Any]:
        """Those of them that the asked page shows."""
        return rows.page(**self.query(PageQuery))

    def page(
        self,
        rows: QuerySet[Any] | Sequence[Any] | BoundQuery[Any],
        serializer_class: type[Serializer],
        *,
        chosen: Sequence[Any] | None = None,
        count: Callable[[], int] | None = None,
        **context: Any,
    ) -> HttpResponse:
        """One page of `rows` as an array, by `limit` and `offset`. The order of `rows` must be total.

        `chosen` are those on the page, where they are known. A page that isn't full tells how many there are; else
        `count` does, or without it the database counts.
        """
        asked = self.query(PageQuery)
        limit, offset = asked["limit"], asked["offset"]
        if chosen is None:
            chosen = (
                self.on_page(rows).all() if isinstance(rows, BoundQuery) else list(rows[offset : offset + limit])
            )
        total = _total(chosen, limit, offset)
        if total is None:  # never less than what was seen: rows may have come meanwhile
            total = max(count() if count else _count(rows), offset + len(chosen) if chosen else 0)
        page = Page(limit=limit, offset=offset, total=total)
        data = serialize_many(serializer_class, chosen, context)
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
