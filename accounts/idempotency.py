"""`Idempotency-Key`: a POST that is sent twice is done once, and answered twice with the same bytes.

The key's row, the work and the stored answer are one transaction: a crash leaves none of the three. A
parallel repeat waits at the row's unique constraint until the first has ended, then replays its answer.
A key belongs to one person, method and path, and is forgotten after a day.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from accounts.models import IdempotencyKey
from accounts.services import lock_user
from fincred.api.exception_handler import handle
from fincred.api.routes import canonical_path
from fincred.api.views import ApiView
from fincred.errors import FieldError, IdempotencyKeyReusedError

_VISIBLE_ASCII = re.compile(r"[!-~]{1,255}")
# Statuses that say nothing about the work: a repeat tries again.
_NOT_REPLAYED = frozenset({401, 403, 412, 429})
# Headers of the answer itself; others, such as the rate limits, are those of the repeat.
_REPLAYED = ("ETag", "Location")

View = TypeVar("View", bound=ApiView)
Path = ParamSpec("Path")
Method = Callable[Concatenate[View, Request, Path], HttpResponse]


def idempotent(method: Method[View, Path]) -> Callable[Concatenate[View, Request, Path], Any]:
    """Let a POST be repeated safely when the client sends an `Idempotency-Key`.

    :raises FieldError: the key isn't 1 to 255 visible ASCII characters.
    :raises IdempotencyKeyReusedError: the key came before, with another body.
    """

    @wraps(method)
    def once(view: View, request: Request, /, *args: Path.args, **kwargs: Path.kwargs) -> Any:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return method(view, request, *args, **kwargs)
        if not _VISIBLE_ASCII.fullmatch(key):
            raise FieldError(field="Idempotency-Key", message="Must be 1 to 255 visible ASCII characters.")
        fingerprint = _fingerprint(request.data)
        with transaction.atomic():
            row, claimed = _claim(view, request, key, fingerprint)
            if not claimed:
                return _replay(row, fingerprint)
            response = _answer(view, lambda: method(view, request, *args, **kwargs))
            row.status, row.answer = response.status_code, response.content
            row.headers = {name: response.headers[name] for name in _REPLAYED if name in response.headers}
            row.save(update_fields=["status", "headers", "answer"])
        return response

    once.takes_idempotency_key = True  # type: ignore[attr-defined]  # for the OpenAPI document
    return once


def _fingerprint(body: Any) -> str:
    """A hash of the parsed JSON: spacing, the order of keys, and how a number is written don't count."""
    return hashlib.sha256(_canonical(body).encode()).hexdigest()


def _canonical(value: Any) -> str:
    """One text for all ways to write the same JSON; texts are compared as sent."""
    if isinstance(value, dict):
        entries = (f"{json.dumps(name)}:{_canonical(entry)}" for name, entry in sorted(value.items()))
        return f"{{{','.join(entries)}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_canonical, value))}]"
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _canonical_number(Decimal(value))
    return json.dumps(value)


def _canonical_number(number: Decimal) -> str:
    """1000, 1000.0 and 1e3 are 1e3; -0 is 0. Exponents aren't written out: they may have eighteen digits."""
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits))
    significant = text.rstrip("0")
    if not significant:
        return "0"
    assert isinstance(exponent, int)  # noqa: S101  for mypy: JSON has neither infinity nor NaN
    return f"{'-' * sign}{significant}e{exponent + len(text) - len(significant)}"


def _claim(view: ApiView, request: Request, key: str, fingerprint: str) -> tuple[IdempotencyKey, bool]:
    """The key's row, and whether this request created it."""
    scope = {"user": view.user, "method": request.method or "", "path": canonical_path(request), "key": key}
    same = IdempotencyKey.objects.filter(**scope)
    same.purgeable(view.now).delete()
    row = IdempotencyKey(**scope, fingerprint=fingerprint, created_at=view.now)
    stored = None
    while stored is None:  # again where the one that was there is purged, or erased, just now
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        stored = same.first()
    return stored, stored.id == row.id


def _answer(view: ApiView, work: Callable[[], HttpResponse]) -> HttpResponse:
    """The response to the work or, after its writes are undone, to its refusal.

    :raises TokenInvalidError: the person was erased before they were refused, so nothing can be kept for them.
    """
    try:
        with transaction.atomic():
            return work()
    except Exception as error:
        refusal = handle(error, {})
        if refusal is None or refusal.status_code in _NOT_REPLAYED or refusal.status_code >= 500:
            raise
        lock_user(view.user_id)  # which work that is done has begun with
        return refusal


def _replay(row: IdempotencyKey, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise IdempotencyKeyReusedError
    return HttpResponse(
        bytes(row.answer),
        status=row.status,
        content_type="application/json",
        headers={**(row.headers or {}), "Idempotent-Replayed": "true"},
    )
