"""Every error in one envelope, whether FinCred, DRF, Django or the database raised it.

An unexpected exception is not answered here: it rises through the open transaction, which rolls back, to
`server_error`, which answers in JSON too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import DatabaseError as DjangoDatabaseError
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import get_resolver
from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter
from rest_framework import exceptions as drf

from fincred import errors
from fincred.api.renderers import JSONResponse
from fincred.db.own_migrations import lacks_migrations

_CLIENTS: Final = (BadRequest, SuspiciousOperation, MultiPartParserError)

STATUS: dict[type[errors.FinCredError], int] = {
    errors.AuthenticationError: 401,
    errors.AuthorizationError: 403,
    errors.ValidationError: 400,
    errors.ResourceNotFoundError: 404,
    errors.ConflictError: 409,
    errors.PreconditionFailedError: 412,
    errors.IdempotencyKeyReusedError: 422,
    errors.RateLimitExceededError: 429,
    errors.DatabaseUnavailableError: 503,
    errors.DatabaseError: 500,
}


def status_of(error: type[errors.FinCredError]) -> int:
    """The HTTP status of the nearest category in the error's ancestry."""
    return next(STATUS[category] for category in error.__mro__ if category in STATUS)


# Errors of HTTP itself: status -> (code, message). Without a code of its own,
# a status below 500 has that of 400, another one that of 500.
HTTP_CODES: dict[int, tuple[str, str]] = {
    **{
        status_of(error): (error.code, error.message)
        for error in (
            errors.MalformedRequestError,
            errors.NotAuthenticatedError,
            errors.AuthorizationError,
            errors.ResourceNotFoundError,
            errors.RateLimitExceededError,
        )
    },
    405: ("METHOD_NOT_ALLOWED", "Method not allowed"),
    406: ("NOT_ACCEPTABLE", "Answers are JSON; the Accept header excludes it"),
    413: ("REQUEST_TOO_LARGE", "The request body is larger than 1 MiB"),
    414: ("REQUEST_TOO_LARGE", "The request line is too long"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "Send JSON in UTF-8, with Content-Type: application/json"),
    431: ("REQUEST_TOO_LARGE", "The headers are too large"),
    500: ("INTERNAL_ERROR", "Something went wrong on our side"),
}

RETRY_SECONDS = 2


def envelope(error: str, code: str, details: dict[str, Any]) -> dict[str, Any]:
    return {"success": False, "error": error, "error_code": code, "details": details}


def headers_of(status: int) -> dict[str, str]:
    """The headers that HTTP requires with a status."""
    return {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(RETRY_SECONDS)}}.get(status, {})


def flatten(detail: Any, path: str = "") -> Iterator[dict[str, str | None]]:
    """DRF's nested errors as one list, with dotted paths; errors of the whole object have the field None."""
    if isinstance(detail, dict):
        for name, entry in detail.items():
            inner = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from flatten(entry, inner)
    elif isinstance(detail, list):
        for index, entry in enumerate(detail):
            nested = isinstance(entry, dict | list)
            yield from flatten(entry, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield errors.field_error(path or None, str(detail), getattr(detail, "code", "invalid"))


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's hook: the response to an expected error, None for any other exception."""
    if isinstance(exc, errors.FinCredError):
        status = status_of(type(exc))
        headers = headers_of(status)
        if isinstance(exc, errors.RateLimitExceededError):
            headers = {"Retry-After": str(exc.facts["retry_after"])}
        return JSONResponse(envelope(exc.message, exc.code, exc.details), status, headers=headers)
    if isinstance(exc, drf.ValidationError):
        refused = errors.ValidationError(errors=list(flatten(exc.detail)))
        return JSONResponse(envelope(refused.message, refused.code, refused.details), 400)
    if isinstance(exc, Http404):
        exc = drf.NotFound()
    if isinstance(exc, drf.APIException) and exc.status_code in HTTP_CODES:
        return _from_drf(exc)
    return None


def _from_drf(exc: drf.APIException) -> HttpResponse:
    code, message = HTTP_CODES[exc.status_code]
    headers = headers_of(exc.status_code)
    return JSONResponse(envelope(message, code, {}), exc.status_code, headers=headers)


def plain_response(status: int, code: str | None = None, message: str | None = None) -> HttpResponse:
    """The envelope outside DRF."""
    known_code, known_message = HTTP_CODES.get(status, HTTP_CODES[500 if status >= 500 else 400])
    body = envelope(message or known_message, code or known_code, {})
    return JSONResponse(body, status, headers_of(status))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's 400: a forbidden Host, too many form fields, a suspicious path."""
    return plain_response(413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_response(403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return plain_response(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain_response(404)


def server_error(request: HttpRequest) -> HttpResponse:
    """An unexpected exception. A database that can't be reached, written or isn't migrated yet is a 503."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError | InterfaceError) or (error and lacks_migrations(error)):
        return plain_response(503, errors.DatabaseUnavailableError.code, errors.DatabaseUnavailableError.message)
    if isinstance(error, DjangoDatabaseError):
        return plain_response(500, errors.DatabaseError.code, errors.DatabaseError.message)
    return plain_response(500)


@receiver(got_request_exception)
def _keep_answer(request: HttpRequest | None, **kwargs: Any) -> None:
    """With DEBUG Django shows a page of its own instead of calling `handler500`; the API answers as without."""
    if request is not None and settings.DEBUG:
        answer: Any = get_resolver().resolve_error_handler(500)(request)
        request.server_error = answer  # type: ignore[attr-defined]
        if answer.status_code == 503:
            request.exception_reporter_class = _EmptyReport


class Report(ExceptionReporter):
    """Django's page with DEBUG. A client's fault is answered as without DEBUG.

    The page would read the parameters again, and fail where these are the fault. Django makes a page in any case,
    so the answer is stored on the request, and `RequestContextMiddleware` sends it.
    """

    def get_traceback_html(self) -> SafeString:
        return SafeString("") if self._answers() else super().get_traceback_html()

    def get_traceback_text(self) -> SafeString:
        return SafeString("") if self._answers() else super().get_traceback_text()

    def _answers(self) -> bool:
        """Answer a client's fault, and say whether it is one; for any other Django makes its page."""
        if self.request is None or not isinstance(self.exc_value, _CLIENTS):
            return False
        bad_request: Any = get_resolver().resolve_error_handler(400)
        self.request.client_error = bad_request(self.request, self.exc_value)  # type: ignore[attr-defined]
        return True


class _EmptyReport(ExceptionReporter):
    """An empty page instead of Django's, which would query again a database that can't be reached."""

    def get_traceback_html(self) -> SafeString:
        return SafeString("")

    get_traceback_text = get_traceback_html
