"""The OpenAPI document: each view describes itself; what is true of every operation is added here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import Direction, OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.fields import empty

from fincred import errors as failures
from fincred.api.exception_handler import HTTP_CODES, envelope, status_of
from fincred.api.openapi_parts import (
    ALWAYS,
    COUNTED,
    ERROR_ENVELOPE,
    ERROR_SCHEMA,
    FIELD_ERROR,
    HEADERS,
    HEADERS_OF_ERRORS,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_NONE_MATCH_OF_CHANGES,
    NOT_MODIFIED,
    UNCOUNTED,
    header_references,
)
from fincred.api.renderers import render_json
from fincred.api.serializers import PageQuery, QuerySerializer, Serializer
from fincred.text import counted

if TYPE_CHECKING:
    from fincred.api.views import ApiView

View = TypeVar("View", bound=Callable[..., Any])
ErrorClass = type[failures.FinCredError]


def documented(
    *,
    summary: str,
    description: str = "",
    request: Any = None,
    query: type[QuerySerializer] | None = None,
    response: Any = None,
    status: int = 200,
    errors: Sequence[ErrorClass] = (),
    request_example: Any = None,
    response_example: Any = None,
    headers: Sequence[str] = (),
    text: str | None = None,
    **extra: Any,
) -> Callable[[View], View]:
    """Describe one method of a view. Name only errors and headers that are its own; the general ones are added.

    `text` is the media type of an answer that isn't JSON: another form of it, or without `response` its only one.
    """
    paged = getattr(response, "many", False)
    parameters: list[Any] = [*([query] if query else []), *([PageQuery] if paged else [])]
    answer, forms = extra.pop("answer", "Done."), dict[Any, Any]()
    if response is not None or not text:
        forms[status] = response
    if text:
        forms[status, text] = OpenApiTypes.STR
    examples = []
    if request_example is not None:
        examples.append(OpenApiExample("Example", request_example, request_only=True))
    if response_example is not None:
        example = response_example[0] if paged else response_example  # the library makes it a list again
        examples.append(OpenApiExample("Example", example, response_only=True, status_codes=[str(status)]))

    def decorate(view: View) -> View:
        view.documented_errors = tuple(errors)  # type: ignore[attr-defined]
        view.documented_headers = tuple(headers)  # type: ignore[attr-defined]
        view.has_body = request is not None  # type: ignore[attr-defined]
        view.is_list = paged  # type: ignore[attr-defined]
        view.has_revision = getattr(response, "has_revision", False)  # type: ignore[attr-defined]
        view.changes_one = view.has_revision and status == 200  # type: ignore[attr-defined]
        return extend_schema(
            summary=summary,
            description=description,
            request=request,
            parameters=parameters,
            responses={key: OpenApiResponse(form, description=answer) for key, form in forms.items()},
            examples=examples,
            **extra,
        )(view)

    return decorate


class Schema(AutoSchema):
    """Adds the errors and headers that operations of one kind share."""

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.removeprefix("/api/v0/").split("/") if part and "{" not in part]
        return [_TAGS.get(parts[-1] if len(parts) > 1 else parts[0], _TAGS.get(parts[0], parts[0]))]

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """Empty, so that the library doesn't use the docstring of the view's class."""
        return ""

    def get_operation_id(self) -> str:
        name = super().get_operation_id()
        return f"{name.removesuffix('retrieve')}list" if getattr(self._view_method, "is_list", False) else name

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        if self.method == "GET":
            operation["responses"]["304"] = {"description": NOT_MODIFIED}
        if parameters := list(self._header_parameters()):
            operation.setdefault("parameters", []).extend(parameters)
        by_status: dict[int, list[tuple[str, str]]] = {}
        for status, code, message in self._refusals():
            by_status.setdefault(status, []).append((code, message))
        for status, refusals in sorted(by_status.items()):
            operation["responses"][str(status)] = _error_response(refusals)
        for code, response in operation["responses"].items():
            response["headers"] = header_references(self._headers_of(int(code)))
        if self.method in ("PUT", "PATCH") and "requestBody" in operation:
            operation["requestBody"]["required"] = True
        if limits := " ".join(self._limits()):
            operation["description"] = f"{operation.get('description', '')} {limits}".strip()
        operation.setdefault("security", [])  # named, so that tools know that none is needed
        return operation

    def _limits(self) -> Iterator[str]:
        """A sentence for each limit that the view has besides those of all reads and writes."""
        if cost := cast("ApiView", self.view).cost:
            yield f"Takes {counted(cost, 'point')} of the rate limit `cost`."
        if policy := getattr(self.view, "write_limit", None):
            yield f"Counts against the rate limit `{policy.name}` ({policy.quota} a minute) instead of `writes`."
        for policy in getattr(self.view, "own_limits", ()):
            yield f"At most {policy.quota} in {policy.seconds} seconds: the rate limit `{policy.name}`."

    def _get_request_body(self, direction: Direction = "request") -> Any:
        """drf-spectacular drops the body of a DELETE; one of ours has a password in it."""
        if self.method != "DELETE" or not getattr(self._view_method, "has_body", False):
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        self.method = "POST"
        try:
            return super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        finally:
            self.method = "DELETE"

    def _header_parameters(self) -> Iterator[dict[str, Any]]:
        if self.method == "GET":
            yield IF_NONE_MATCH
        if self._takes_if_match:
            yield from (IF_MATCH, IF_NONE_MATCH_OF_CHANGES)
        if getattr(self._view_method, "takes_idempotency_key", False):
            yield IDEMPOTENCY_KEY

    def _headers_of(self, status: int) -> Iterator[str]:
        """Those that an answer with this status has, or can have."""
        yield from self._headers_of_success(status) if status < 400 else HEADERS_OF_ERRORS.get(status, ())
        if self._is_counted and status not in UNCOUNTED:
            yield from COUNTED
        yield from ALWAYS

    def _headers_of_success(self, status: int) -> Iterator[str]:
        has_revision = getattr(self._view_method, "has_revision", False)
        if self.method == "GET" or has_revision:
            yield "ETag"
        if status == 201 and has_revision:
            yield "Location"
        yield from getattr(self._view_method, "documented_headers", ())
        if getattr(self._view_method, "is_list", False):
            yield from ("X-Total-Count", "Link")
        if getattr(self._view_method, "takes_idempotency_key", False):
            yield "Idempotent-Replayed"

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> Any:
        """A field with a default may be left out of requests; answers always have it."""
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "response":
            defaults = [name for name, field in serializer.fields.items() if field.default is not empty]
            schema["required"] = sorted({*schema.get("required", ()), *defaults})
        if schema.get("description") == Serializer.__doc__:
            del schema["description"]
        return schema

    @property
    def _is_counted(self) -> bool:
        """Whether a rate limit counts it: all but the probes, which need no token."""
        return bool(self.view.permission_classes) or self.get_tags() != ["health"]

    @property
    def _takes_if_match(self) -> bool:
        """Whether it changes what exists; a POST does if its answer is a 200 with the object's version."""
        changes_one = self.method == "POST" and getattr(self._view_method, "changes_one", False)
        return changes_one or self.method in ("PUT", "PATCH", "DELETE")

    @property
    def _view_method(self) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self.view, self.method.lower())
        return method

    def _refusals(self) -> list[tuple[int, str, str]]:
        view = self._view_method
        general: list[ErrorClass] = [failures.DatabaseError, failures.DatabaseUnavailableError]
        general.append(failures.ValidationError)  # at least of a query that is not UTF-8
        statuses = [405, 406, 429, 500]
        if self.view.permission_classes:
            general.append(failures.NotAuthenticatedError)
        for way_in in self.view.authentication_classes:
            general += getattr(way_in, "documented_errors", ())
        if len(inspect.signature(view).parameters) > 1:
            general.append(failures.ResourceNotFoundError)
        if getattr(view, "takes_idempotency_key", False):
            general.append(failures.IdempotencyKeyReusedError)
        if self._takes_if_match:
            general.append(failures.PreconditionFailedError)
        general.append(failures.MalformedRequestError)
        if self.method != "GET":
            statuses += [413, 415]
        classes = dict.fromkeys([*general, *getattr(view, "documented_errors", ())])
        return [(status_of(error), error.code, error.message) for error in classes] + [
            (status, *HTTP_CODES[status]) for status in statuses
        ]


_TAGS = {
    "auth": "accounts",
    "users": "accounts",
    "goals": "goals",
    "check-ins": "tracking",
    "dashboard": "tracking",
    "snapshot": "planning",
    "planning": "planning",
    "action-plans": "planning",
    "calendar": "planning",
    "projection": "planning",
    "health": "health",
}


# One example for each code, gathered as the operations name them.
_examples: dict[str, dict[str, Any]] = {}


def _error_response(refusals: list[tuple[str, str]]) -> dict[str, Any]:
    for code, message in refusals:
        _examples[code] = {"value": envelope(message, code, {}), "summary": message}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code, _ in refusals}
    schema = {"$ref": f"#/components/schemas/{ERROR_SCHEMA}"}
    return {
        "description": ", ".join(f"`{code}`" for code, _ in refusals),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def finish(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: shared parts become components, and what breaks generators is removed."""
    components = result["components"]
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            _describe_defaults(schema)
    components["schemas"] |= {ERROR_SCHEMA: ERROR_ENVELOPE, "FieldError": FIELD_ERROR}
    components |= {"headers": HEADERS, "examples": dict(sorted(_examples.items()))}
    for part in _objects(result):
        part.pop("x-spec-enum-id", None)
        part.pop("readOnly", None)  # requests have schemas of their own, and generators can't make such objects
        if "enum" in part:
            part.pop("minLength", None)  # with it orval's zod schemas don't build
    return result


def _describe_defaults(schema: dict[str, Any]) -> None:
    """Say a request's defaults in words: openapi-typescript takes a field with `default` for a required one."""
    for field in schema.get("properties", {}).values():
        if "default" in field:
            words = f"Default: {render_json(field.pop('default')).decode()}."
            field["description"] = f"{field['description']} {words}" if "description" in field else words


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    """Each object in it, itself before those inside of it."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _objects(child)


class DecimalFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """Money and rates are JSON numbers; a numeric string is taken too."""

    target_class = "fincred.api.serializers._DecimalField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        field = self.target
        schema: dict[str, Any] = {"type": "number", "maximum": float(field.most)}
        schema["exclusiveMinimum" if field.positive else "minimum"] = 0 if field.positive else float(field.least)
        return schema


class BearerExtension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def document() -> dict[str, Any]:
    """The whole document, generated once a process."""
    with _one_at_a_time:
        return _generated()


# drf-spectacular loads its extensions one by one, and a second thread could see half of them.
_one_at_a_time = Lock()


@cache
def _generated() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema


@cache
def _rendered() -> bytes:
    return render_json(_generated())


@csrf_exempt
@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """`GET /openapi.json`"""
    with _one_at_a_time:
        text = _rendered()
    return HttpResponse(text, content_type="application/json")
