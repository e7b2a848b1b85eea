"""The categories of errors, as exceptions that know no HTTP.

An app's error is three lines: its category, its `code` and its `message`. The facts that it is raised with
become `details` of the response; `fincred.api.exception_handler` has the one table of HTTP statuses.
"""

from __future__ import annotations

from typing import Any, ClassVar


class FinCredError(Exception):
    """An expected error: a stable `code` for programs, a `message` for people, facts for both.

    A class with a `field` is also listed as a field error of that field.
    """

    code: ClassVar[str]
    message: ClassVar[str]
    field: ClassVar[str | None] = None

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.message)
        self.facts = facts

    @property
    def details(self) -> dict[str, Any]:
        if self.field is None:
            return self.facts
        return self.facts | {"errors": [field_error(self.field, self.message, self.code.lower())]}


def field_error(field: str | None, message: str, code: str) -> dict[str, str | None]:
    """One entry of `details.errors`; `field` is dotted when nested, None for the whole object."""
    return {"field": field, "message": message, "code": code}


class AuthenticationError(FinCredError):
    """The caller is unknown. Answered with 401."""


class AuthorizationError(FinCredError):
    """The caller is known and may not do this. Answered with 403."""

    code = "PERMISSION_DENIED"
    message = "You do not have permission to do this"


class ValidationError(FinCredError):
    """The input can't be accepted. Answered with 400."""

    code = "VALIDATION_ERROR"
    message = "Invalid input"


class ResourceNotFoundError(FinCredError):
    """There is no such object, or it is another person's: both look the same on purpose. Answered with 404."""

    code = "RESOURCE_NOT_FOUND"
    message = "Resource not found"


class ConflictError(FinCredError):
    """The request is valid, but not in the current state. Answered with 409."""

    code = "CONFLICT"
    message = "This conflicts with the current state"


class PreconditionFailedError(FinCredError):
    """The object has changed since the client read it. Answered with 412."""

    code = "PRECONDITION_FAILED"
    message = "This was changed meanwhile; read it again"


class IdempotencyKeyReusedError(FinCredError):
    """The key was used for another request. Answered with 422."""

    code = "IDEMPOTENCY_KEY_REUSED"
    message = "This Idempotency-Key was used with another body: another request needs another key"


class RateLimitExceededError(FinCredError):
    """Too many calls; the next one works in `retry_after` seconds. Answered with 429."""

    code = "RATE_LIMIT_EXCEEDED"
    message = "Too many requests, please slow down"


class DatabaseError(FinCredError):
    """The database refused or failed. Answered with 500."""

    code = "DATABASE_ERROR"
    message = "The database could not complete the request"


class DatabaseUnavailableError(DatabaseError):
    """The database can't be reached now; the same request may work later. Answered with 503."""

    code = "DATABASE_UNAVAILABLE"
    message = "The database is unavailable, please try again shortly"


class NotAuthenticatedError(AuthenticationError):
    code = "NOT_AUTHENTICATED"
    message = "Authentication credentials were not provided"


class MalformedRequestError(ValidationError):
    """The request can't be read: a body that isn't JSON, has a duplicate key or is missing, or a bad header."""

    code = "MALFORMED_REQUEST"
    message = "The request could not be read"


class NoFieldsToUpdateError(ValidationError):
    code = "NO_FIELDS_TO_UPDATE"
    message = "No fields to update"


class FieldError(ValidationError):
    """One field is wrong for a reason that only a service can know."""

    def __init__(self, *, field: str | None, message: str, code: str = "invalid") -> None:
        super().__init__(errors=[field_error(field, message, code)])
