"""Expo's push service, by its documented HTTP API. It is told device tokens, fixed words, a kind and an id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings

MOST_MESSAGES: Final = 100
MOST_RECEIPTS: Final = 300
DEVICE_GONE: Final = "DeviceNotRegistered"
UNREADABLE: Final = "unreadable"

# Expo may have taken what it hasn't answered, so it is given time.
LONGEST_ANSWER: Final = timedelta(seconds=30)
_LARGEST: Final = 1 << 20
# With these a gateway says that the server behind it didn't answer.
_UNANSWERED: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})


class ExpoError(Exception):
    """Expo gave no usable answer. The text of the error has no token."""


class ExpoUnansweredError(ExpoError):
    """Expo has the request, and no answer came that can be read: it is unknown whether it took the messages."""


class ExpoRefusedError(ExpoError):
    """Expo takes none of a request because of something in it, such as a token of another project's."""


def send(messages: Sequence[Mapping[str, Any]]) -> list[Any]:
    """A ticket for each message, in their order, as Expo wrote it.

    :raises ExpoRefusedError: one message or several have Expo refuse all of them.
    :raises ExpoUnansweredError: it may have taken them.
    :raises ExpoError:
    """
    tickets = _post("send", messages)
    if not isinstance(tickets, list) or len(tickets) != len(messages):
        raise ExpoUnansweredError("tickets don't match")
    return tickets


def receipts(tickets: Sequence[str]) -> dict[str, Any]:
    """The receipts that there are by now, by ticket.

    :raises ExpoError:
    """
    found = _post("getReceipts", {"ids": list(tickets)})
    if not isinstance(found, dict):
        raise ExpoError("no receipts")
    return found


def error_of(answer: Any) -> str | None:
    """What is wrong with a ticket or a receipt; None if nothing is, UNREADABLE if it doesn't say."""
    status = answer.get("status") if isinstance(answer, dict) else None
    if status == "ok":
        return None
    if status != "error":
        return UNREADABLE
    details = answer.get("details")
    return str((isinstance(details, dict) and details.get("error")) or "unknown")[:60]


def receipt_id(ticket: Mapping[str, Any]) -> str:
    """What a good ticket's receipt is asked for by; empty if nothing can be."""
    found = ticket.get("id")
    return found[:100] if isinstance(found, str) and found.isprintable() else ""


def _post(path: str, body: Any) -> Any:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = Request(f"{settings.EXPO_URL}/{path}", json.dumps(body).encode(), headers)  # noqa: S310  http in tests
    try:
        with urlopen(request, timeout=LONGEST_ANSWER.total_seconds()) as answer:  # noqa: S310  the operator's address
            return json.loads(answer.read(_LARGEST))["data"]
    except HTTPError as error:
        error.close()
        raise _said(error.code)(str(error.code)) from error
    except URLError as error:  # urllib's, for what fails before the request is sent
        raise ExpoError(type(error.reason).__name__) from error
    except (OSError, HTTPException, ValueError, LookupError, TypeError, RecursionError) as error:
        raise ExpoUnansweredError(type(error).__name__) from error


def _said(status: int) -> type[ExpoError]:
    if status == HTTPStatus.BAD_REQUEST:
        return ExpoRefusedError
    return ExpoUnansweredError if status in _UNANSWERED else ExpoError
