from __future__ import annotations

import json
import logging
import sqlite3
import sys

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError
from psycopg_pool import PoolTimeout

from fincred.ops import logs

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def record(message: str, **extra: object) -> logging.LogRecord:
    line = logging.LogRecord("goals.services", logging.INFO, __file__, 1, message, (), None)
    vars(line).update(extra)
    return line


class TestJSON:
    def test_is_one_object_with_the_fields_of_the_event_and_of_the_request(self) -> None:
        logs.start_context(request_id="r-1")
        logs.bind(user_id="u-1")
        line = json.loads(logs.JSONFormatter().format(record("Goal created", goal_id="g-1")))
        assert line["timestamp"].endswith("Z")
        del line["timestamp"]
        assert line == {
            "level": "INFO",
            "logger": "goals.services",
            "message": "Goal created",
            "request_id": "r-1",
            "user_id": "u-1",
            "goal_id": "g-1",
        }

    def test_text_of_a_person_cannot_start_a_line(self) -> None:
        assert "\n" not in logs.JSONFormatter().format(record("a\nb", name_="x\r\ny\u2028z"))


class TestConsole:
    def test_text_of_a_person_cannot_start_a_line(self) -> None:
        text = logs.ConsoleFormatter().format(record("a\nb", note="x\r\ny\u2028z\x1b[31m"))
        assert text.isprintable()

    def test_an_exception_keeps_its_traceback_and_loses_addresses_and_tokens(self) -> None:
        try:
            raise ValueError('no ada@example.com "eyJhbGciOi.eyJzdWIi.c2ln"')
        except ValueError:
            line = record("failed")
            line.exc_info = sys.exc_info()
        text = logs.ConsoleFormatter().format(line)
        assert "ValueError" in text
        assert not any(secret in text for secret in ("ada@", "eyJ"))

    @pytest.mark.parametrize(
        ("error", "kept"),
        [
            (IntegrityError('violates "goal_name"\nDETAIL:  Failing row contains (Ada,\n\nAda).'), "goal_name"),
            (DataError('invalid input syntax for type uuid: "Ada"'), "DataError"),
        ],
    )
    def test_an_error_of_the_database_loses_the_row_that_it_quotes(self, error: Exception, kept: str) -> None:
        try:
            raise RuntimeError("what followed") from error
        except RuntimeError:
            line = record("failed")
            line.exc_info = sys.exc_info()
        for formatter in (logs.ConsoleFormatter(), logs.JSONFormatter()):
            text = formatter.format(line)
            assert kept in text
            assert "Ada" not in text

    def test_an_exception_cannot_start_a_line_either(self) -> None:
        try:
            raise ValueError("a\n12:00:00 INFO goals.services  Goal created\x1b[31m")
        except ValueError:
            line = record("failed")
            line.exc_info = sys.exc_info()
        first, *others = logs.ConsoleFormatter().format(line).splitlines()
        assert "failed" in first
        assert all(other.startswith("    ") and other.isprintable() for other in others)

    def test_a_message_loses_them_too(self) -> None:
        assert "ada@" not in logs.ConsoleFormatter().format(record("no ada@example.com"))


class TestContext:
    def test_a_new_request_forgets_the_one_before(self) -> None:
        logs.start_context(request_id="r-1")
        logs.bind(user_id="u-1")
        logs.start_context(request_id="r-2")
        line = json.loads(logs.JSONFormatter().format(record("x")))
        assert line["request_id"] == "r-2"
        assert "user_id" not in line


def sqlite_error(name: str) -> Exception:
    error = sqlite3.OperationalError("an error")
    error.sqlite_errorname = name
    return error


class TestStateOfTheDatabase:
    @pytest.mark.parametrize(
        ("cause", "reason"),
        [
            (PoolTimeout(), "PoolTimeout"),
            (psycopg.OperationalError("the connection is lost"), "OperationalError"),
            (psycopg.errors.DiskFull(), "DiskFull"),
            (psycopg.errors.ReadOnlySqlTransaction(), "ReadOnlySqlTransaction"),
            (sqlite_error("SQLITE_FULL"), "SQLITE_FULL"),
            (sqlite_error("SQLITE_IOERR_WRITE"), "SQLITE_IOERR_WRITE"),
            (psycopg.errors.QueryCanceled(), None),
            (sqlite_error("SQLITE_ERROR"), None),
            (ValueError(), None),
            (None, None),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("status", [503, 500])
    def test_is_told_without_a_traceback(self, cause: Exception | None, reason: str | None, status: int) -> None:
        try:
            raise OperationalError from cause
        except OperationalError:
            line = record("Service Unavailable", status_code=status)
            line.exc_info = sys.exc_info()
        assert logs.DatabaseStateFilter().filter(line)
        is_told = status == 503 and reason is not None
        assert (line.exc_info is None, vars(line).get("reason")) == (is_told, reason if is_told else None)

    def test_is_asked_of_errors_alone(self) -> None:
        line = record("Service Unavailable", status_code=503)
        assert logs.DatabaseStateFilter().filter(line)
        assert "reason" not in vars(line)
