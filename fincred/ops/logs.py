"""Log lines: one event a line, for people on a console or as JSON for machines.

What a service passes as `extra={...}` becomes fields. `bind` adds fields to every line of the current request.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import psycopg
from django.db import DatabaseError, DataError
from django.http import HttpRequest
from psycopg.errors import AdminShutdown, CannotConnectNow, CrashShutdown, DiskFull, ReadOnlySqlTransaction
from psycopg_pool import PoolTimeout

_NO_FIELDS: Mapping[str, str] = MappingProxyType({})
_context: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=_NO_FIELDS)

_STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "request", "server_time"}


# Addresses and tokens may be in a message or an exception's text, and must not be in a log.
_PERSONAL = re.compile(r"[^\s@\"'=(<]+@[^\s@]+\.[^\s@\"')>]+|eyJ[\w-]+\.[\w-]+\.[\w-]*")
_REMOVED = "[removed]"
_ENCODER = json.JSONEncoder(default=str)


def bind(**fields: str) -> None:
    """Add fields to every log line until the request ends."""
    _context.set({**_context.get(), **fields})


def start_context(**fields: str) -> None:
    """Start a request: drop the fields of the one before, and add these."""
    _context.set(fields)


def _timestamp(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    extras = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    return {**_context.get(), **extras}


def _message(record: logging.LogRecord) -> str:
    return _PERSONAL.sub(_REMOVED, record.getMessage())


def route_of(request: HttpRequest) -> str:
    """The pattern that matched, such as `/api/v0/goals/{goal_id}`: few values, no ids, no secrets, no query."""
    if request.resolver_match is None:
        return "unmatched"
    return _without_converters(request.resolver_match.route)


@cache
def _without_converters(pattern: str) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", pattern)


class RouteFilter(logging.Filter):
    """Names the route in Django's line for an error: the paths of calendars and of mailed links are secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple):
            reason, *_ = record.args
            record.args = (reason, route_of(request))
        return True


class NewsFilter(logging.Filter):
    """Drops Django's line for a 503 of `ready`: that is an answer, and a change has a line of its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path_info", "")
        return not (path.endswith("/health/ready") and getattr(record, "status_code", None) == 503)


class AnsweredFilter(logging.Filter):
    """With DEBUG Django logs an error twice: its own page as a 500, and what is answered.

    One line is left, with the exception and the status that the client gets: 503 if the database is away.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        answer = getattr(getattr(record, "request", None), "server_error", None)
        if answer is None:
            return True
        if isinstance(record.args, tuple):
            record.args = (answer.reason_phrase, *record.args[1:])
        record.status_code = answer.status_code
        return record.exc_info is not None


# States of the database, and no faults of the request that met one.
_STATES_OF_POSTGRESQL: Final = (
    PoolTimeout, DiskFull, ReadOnlySqlTransaction, AdminShutdown, CrashShutdown, CannotConnectNow,
)  # fmt: skip
_STATES_OF_SQLITE: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")


class DatabaseStateFilter(logging.Filter):
    """Gives Django's line for a 503 a `reason` instead of a traceback if the database is away, full or read-only.

    Every request fails in the same way then.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        reason = _state_of_database(error.__cause__) if error else ""
        if reason and getattr(record, "status_code", None) == 503:
            vars(record)["reason"] = reason
            record.exc_info = None
        return True


def _state_of_database(cause: BaseException | None) -> str:
    """Its name; empty for any other error."""
    lost = type(cause) is psycopg.OperationalError  # the connection; the server's own errors are of other classes
    if lost or isinstance(cause, _STATES_OF_POSTGRESQL):
        return type(cause).__name__
    name: str = getattr(cause, "sqlite_errorname", "")
    return name if name.startswith(_STATES_OF_SQLITE) else ""


class _ScrubbedFormatter(logging.Formatter):
    """Logs an exception with its traceback, and removes personal data that its text may quote."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's own name
        text, error = super().formatException(ei), ei[1]
        while error is not None:
            if isinstance(error, DatabaseError):
                text = text.replace(str(error), _harmless(error))
            error = error.__cause__ or error.__context__
        return _PERSONAL.sub(_REMOVED, text)


def _harmless(error: DatabaseError) -> str:
    """PostgreSQL's first line names a constraint, the next ones quote the row; of a DataError, the first too."""
    return _REMOVED if isinstance(error, DataError) else str(error).partition("\n")[0]


class JSONFormatter(_ScrubbedFormatter):
    """One JSON object a line; json's escaping keeps text of a user from starting a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "timestamp": _timestamp(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        } | _fields(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _ENCODER.encode(line)


class ConsoleFormatter(_ScrubbedFormatter):
    """`12:30:01 INFO    goals.services  Goal created  goal_id=...`, control characters escaped."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        text = f"{_timestamp(record)[11:19]} {record.levelname:<7} {record.name}  {_message(record)}  {fields}"
        lines = [text.rstrip()]
        if record.exc_info:
            lines += [f"    {line}" for line in self.formatException(record.exc_info).split("\n")]
        return "\n".join(line.encode("unicode_escape").decode("ascii") for line in lines)
