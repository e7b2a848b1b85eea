"""What every API view has: the person, the moment, validated input, and the one way to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request

from fincred import clock
from fincred.api.django_request import django_request
from fincred.api.etags import named_tags, precondition, tag_of
from fincred.api.pagination import Page
from fincred.api.query_params import parse_query, refuse_ambiguous
from fincred.api.renderers import JSONResponse
from fincred.api.representation import serialize, serialize_many
from fincred.api.serializers import PageQuery, Serializer
from fincred.context import caller, quotas, restore_caller
from fincred.db.queries import BoundQuery, get_or_404
from fincred.db.retries import retry_if_aborted
from fincred.errors import FinCredError, MalformedRequestError
from fincred.preconditions import Precondition

if TYPE_CHECKING:
    from accounts.authentication import SessionCheck
    from accounts.models import User
    from accounts.rate_limits import Policy

Row = TypeVar("Row")
_READING = frozenset({"GET", "HEAD"})
_CHANGING = frozenset({"PUT", "PATCH", "DELETE"})


class ApiView(GenericAPIView[Any]):
    """A view whose methods read top to bottom: input, service or query, answer.

    `validated` and `query` check the input with strict serializers; `fetch` reads on a GET; `answer`, `created`,
    `page`, `text` and `no_content` are the only ways to answer.
    """

    # No OPTIONS: the CORS middleware answers those of browsers, and `Allow` tells the methods.
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]

    # Points of the rate limit `cost` that a call takes; 0 for calls that are cheap for the server.
    cost = 0

    # Limits of these calls alone, beside those of all reads and writes.
    own_limits: ClassVar[Sequence[Policy]] = ()
    # What its writes count against, where that isn't the person's quota of all writes.
    write_limit: ClassVar[Policy | None] = None

    # None where the request carries no token.
    session_check: SessionCheck | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Repeat the whole request, authentication included, when PostgreSQL aborted it as a deadlock victim."""
        attempt, before = super().dispatch, caller()

        def from_the_start() -> HttpResponseBase:
            restore_caller(before)
            self.session_check = None
            return attempt(request, *args, **kwargs)

        return retry_if_aborted(from_the_start)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the query, also where the view doesn't read it.

        :raises FieldError: it is not UTF-8.
        :raises fincred.errors.ValidationError: a parameter is repeated, or has brackets in its name.
        """
        super().initial(request, *args, **kwargs)
        if query := django_request(request).META.get("QUERY_STRING"):
            refuse_ambiguous(parse_query(query))

    def perform_authentication(self, request: Request) -> None:
        self.session_check = cast("SessionCheck | None", request.auth)

    def check_throttles(self, request: Request) -> None:
        """Count a request once, also if it is repeated after a deadlock."""
        if not quotas():
            super().check_throttles(request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """No answer, and no refusal, leaves before the session was checked."""
        if self.session_check:
            try:
                self.session_check.run()
            except (FinCredError, Error) as error:
                response = self.handle_exception(error)
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def user_id(self) -> UUID:
        """Of the token's owner; on a GET known before the session is checked."""
        return self._check.user_id

    @property
    def user(self) -> User:
        """The person with the profile; on a GET this checks the session, unless `fetch` did already."""
        return self._check.user

    @property
    def _check(self) -> SessionCheck:
        return cast("SessionCheck", self.session_check)

    def fetch(self, *queries: BoundQuery[Any]) -> list[list[Any]]:
        """The rows of each query, in one round trip together with the session's check: for GETs.

        :raises accounts.errors.TokenInvalidError: the session has ended, or the person is disabled or gone.
        """
        return self._check.fetch(*queries)

    def fetch_or_404(self, query: BoundQuery[Row]) -> Row:
        """The row of a query that gives at most one; reads as `fetch` does.

        :raises ResourceNotFoundError: there is none.
        """
        [rows] = self.fetch(query)
        row: Row = get_or_404(rows)
        return row

    @property
    def now(self) -> datetime:
        """The moment of this request, in UTC."""
        return clock.moment_of(django_request(self.request))

    @property
    def today(self) -> date:
        """The person's own day."""
        return clock.local_day(self.now, self.timezone)

    @property
    def timezone(self) -> str:
        """The person's IANA zone."""
        name: str = self.user.profile.timezone
        return name

    def validated(self, serializer_class: type[Serializer], *, stored: Any = None) -> dict[str, Any]:
        """The body, checked. `stored` is the row that it changes, for serializers that look at it.

        :raises rest_framework.exceptions.ValidationError: with every field error at once.
        :raises MalformedRequestError: a PUT or PATCH has no body, which isn't the same as `{}`; or a precondition
            can't be read. That is checked before the body is read, so a waiting client isn't asked to send it.
        """
        if self.request.method in _CHANGING:
            _ = self.expected
        data = self.request.data
        if self.request.method in ("PUT", "PATCH") and not django_request(self.request).body:
            raise MalformedRequestError(reason="This request needs a body")
        return _checked(serializer_class, data, stored)

    def without_fields(self) -> None:
        """Check a body whose content isn't used; it may be empty.

        :raises MalformedRequestError: it isn't JSON.
        :raises rest_framework.exceptions.ValidationError: it isn't an object.
        """
        self.validated(Serializer)

    def query(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        """The query parameters, checked.

        :raises rest_framework.exceptions.ValidationError: naming each that is wrong.
        :raises FieldError: naming one that is not UTF-8.
        """
        query = self.request.META.get("QUERY_STRING", "")
        return _checked(serializer_class, parse_query(query)) if query else dict(_without_query(serializer_class))

    @cached_property
    def paging(self) -> dict[str, int]:
        """`limit` and `offset`, checked; raises what `query` raises."""
        return self.query(PageQuery)

    @property
    def expected(self) -> Precondition:
        """What `If-Match` and `If-None-Match` say of the object that a change is meant for.

        :raises MalformedRequestError: one can't be read.
        """
        headers = django_request(self.request).META
        return precondition(headers.get("HTTP_IF_MATCH"), headers.get("HTTP_IF_NONE_MATCH"))

    @contextmanager
    def not_found_first(self, target: BoundQuery[Any]) -> Iterator[None]:
        """Wrap input checks in this: a missing `target` is answered with 404 before any input error.

        The target is read only when the input is refused.
        """
        try:
            yield
        except (APIException, FinCredError):
            target.get()
            raise

    def answer(
        self,
        content: Any,
        serializer_class: type[Serializer] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        revision: int | None = None,
        **context: Any,
    ) -> HttpResponse:
        """`content` as `serializer_class` declares it; without one it is the JSON document itself.

        `revision` is the one of the ETag; where the serializer `has_revision`, it is that of `content`.
        """
        document = serialize(serializer_class, content, context) if serializer_class else content
        if serializer_class and serializer_class.has_revision:
            revision = content.revision
        return self._tagged(JSONResponse(document, status, headers), revision)

    def text(self, body: bytes, content_type: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
        """A document that isn't JSON."""
        return self._tagged(HttpResponse(body, content_type, headers=headers))

    def created(
        self, content: Any, serializer_class: type[Serializer], *, route: str, pk: UUID, **context: Any
    ) -> HttpResponse:
        """201, with the `Location` of the new object: the path named `route` of its own GET."""
        location = reverse(route, args=[pk])
        return self.answer(content, serializer_class, status=201, headers={"Location": location}, **context)

    def no_content(self) -> HttpResponse:
        response = HttpResponse(status=204)
        del response["Content-Type"]
        return response

    def fetch_page(self, rows: Any) -> tuple[list[Any], int]:
        """The rows of the page that `limit` and `offset` choose, and how many there are in all.

        `rows` are a bound query, a queryset or a list, in a total order. A last page needs no count.
        """
        limit, offset = self.paging["limit"], self.paging["offset"]
        if isinstance(rows, BoundQuery):
            [on_page] = self.fetch(rows.page(**self.paging))
        else:
            on_page = list(rows[offset : offset + limit])
        if len(on_page) < limit and (on_page or not offset):
            return on_page, offset + len(on_page)
        return on_page, len(rows) if isinstance(rows, Sequence) else rows.count()

    def page(
        self, rows: Sequence[Any], serializer_class: type[Serializer], *, total: int, **context: Any
    ) -> HttpResponse:
        """The rows of a page as an array, with `total` and the addresses of other pages in the headers."""
        shown_until = self.paging["offset"] + len(rows) if rows else 0
        page = Page(**self.paging, total=max(total, shown_until))  # a row may have been added since the count
        document = serialize_many(serializer_class, rows, context)
        return self._tagged(JSONResponse(document, headers=page.headers(django_request(self.request))))

    def _tagged(self, response: HttpResponse, revision: int | None = None) -> HttpResponse:
        """The answer to a GET, or of an object with a revision, with its `ETag`.

        On a GET it has no body if `If-None-Match` says that the client has it.

        :raises MalformedRequestError: `If-None-Match` can't be read.
        """
        request = django_request(self.request)
        is_reading = request.method in _READING
        if not is_reading and revision is None:
            return response
        tag = tag_of(response.content, revision)
        response.headers["ETag"] = f'"{tag}"'
        header = request.META.get("HTTP_IF_NONE_MATCH") if is_reading else None
        if header is not None:
            known = named_tags(header)
            if known is None or tag in known:
                response.headers["Content-Length"] = str(len(response.content))  # of the 200, as RFC 9110 has it
                response.status_code, response.content = 304, b""
                del response.headers["Content-Type"]
        return response


def _checked(serializer_class: type[Serializer], data: Any, stored: Any = None) -> dict[str, Any]:
    if data is None:
        raise ValidationError([ErrorDetail("No data provided", code="null")])
    reader = _reader(serializer_class) if stored is None else serializer_class(context={"stored": stored})
    checked: dict[str, Any] = reader.run_validation(data)
    return checked


@cache
def _without_query(serializer_class: type[Serializer]) -> dict[str, Any]:
    """What the parameters are where the query is empty; a refusal isn't kept."""
    return _checked(serializer_class, parse_query(""))


@cache
def _reader(serializer_class: type[Serializer]) -> Serializer:
    """One instance checks the input of all requests: it is stateless, and making its fields costs the most."""
    return serializer_class()
