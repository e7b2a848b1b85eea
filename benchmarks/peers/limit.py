"""As fast as Python gets here: a bare WSGI function, one prepared SQL statement, nothing checked but the token."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import jwt
import orjson
import psycopg
from psycopg.rows import dict_row

from goals.pace import Pace, straight_line
from goals.progress import progress_percentage, progress_status

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fincred.settings")
from fincred import settings
from fincred.clock import now

_local = threading.local()
_ONE = """
    SELECT id, user_id, type, kind, repeat_every_months, name, target_amount, target_date, priority,
        primary_flag, why_text, annual_rate, status, current_amount, last_check_in_date, completed_at,
        created_at, updated_at, started_on, pace
    FROM goals_goal WHERE user_id = %s"""
_LIST = f"{_ONE} ORDER BY created_at DESC, id DESC LIMIT 20"
_READ = f"{_ONE} AND id = %s"


def _connection() -> psycopg.Connection[dict[str, Any]]:
    if not hasattr(_local, "connection"):
        _local.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0, row_factory=dict_row
        )
    connection: psycopg.Connection[dict[str, Any]] = _local.connection
    return connection


def _default(value: Any) -> Any:
    return orjson.Fragment(format(value, "f")) if isinstance(value, Decimal) else str(value)


def _goal(row: dict[str, Any], today: date) -> dict[str, Any]:
    pace, started = row.pop("pace"), row.pop("started_on")
    line = Pace.from_json(pace) if pace else straight_line(started, row["target_date"], row["target_amount"])
    row["progress_percentage"] = progress_percentage(row["current_amount"], row["target_amount"])
    row["progress_status"] = progress_status(
        current_amount=row["current_amount"],
        target_amount=row["target_amount"],
        target_date=row["target_date"],
        last_check_in_date=row["last_check_in_date"],
        expected=line.expected_on(today),
        today=today,
    )
    return row


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path = environ["PATH_INFO"].removeprefix("/api/v0/goals")
    token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    if not token:
        start_response("200 OK", [("Content-Length", "0")])
        return []
    claims = jwt.decode(
        token, settings.JWT_SECRET_KEY, ["HS256"], audience="fincred-api", leeway=timedelta(0), issuer="fincred"
    )
    today = now().date()
    with _connection().cursor(binary=True) as cursor:
        if path:
            found = cursor.execute(_READ, (claims["sub"], path[1:])).fetchone()
            answer: Any = _goal(found, today) if found else None
        else:
            answer = [_goal(row, today) for row in cursor.execute(_LIST, (claims["sub"],)).fetchall()]
    body = orjson.dumps(answer, default=_default, option=orjson.OPT_UTC_Z)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
