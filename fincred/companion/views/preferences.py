"""Which messages a person wants, and the link in a mail that stops one kind of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.parsers import MultipartFormParser, URLEncodedParser
from accounts.rate_limits import limit_tokens, limit_unsubscribing
from accounts.serializers import MessageSerializer
from accounts.views.base import PublicView
from fincred.api.negotiation import AnyNegotiation
from fincred.api.openapi import documented
from fincred.api.parsers import StrictJSONParser
from fincred.api.views import ApiView
from fincred.companion import examples, services
from fincred.companion.queries import preferences_of
from fincred.companion.serializers.preferences import PreferencesSerializer
from fincred.companion.unsubscribing import read_token
from fincred.companion.vocabulary import MessageKind
from fincred.context import update_caller
from fincred.errors import NoFieldsToUpdateError, ResourceNotFoundError

_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. What is switched off isn't sent any more, what the person "
        "added under /notifications included."
    ),
    "request": PreferencesSerializer,
    "response": PreferencesSerializer,
    "errors": (NoFieldsToUpdateError,),
    "request_example": {"milestones": False},
    "response_example": examples.PREFERENCES | {"milestones": False},
}


class PreferencesDetail(ApiView):
    @documented(
        summary="Which messages I want",
        description="All of them at first. Messages about the security of the account can't be switched off.",
        response=PreferencesSerializer,
        response_example=examples.PREFERENCES,
        tags=["accounts"],
    )
    def get(self, request: Request) -> HttpResponse:
        [stored] = self.fetch(preferences_of(self.user_id))
        return self.answer(stored[0] if stored else services.NO_PREFERENCES, PreferencesSerializer)

    @documented(summary="Change which messages I want", tags=["accounts"], **_UPDATE)
    def patch(self, request: Request) -> HttpResponse:
        return self._update()

    @documented(summary="Change which messages I want (as PATCH)", tags=["accounts"], **_UPDATE)
    def put(self, request: Request) -> HttpResponse:
        return self._update()

    def _update(self) -> HttpResponse:
        changes = self.validated(PreferencesSerializer)
        preferences = services.update_preferences(
            user=self.user, changes=changes, expected=self.expected, now=self.now
        )
        return self.answer(preferences, PreferencesSerializer)


_WHAT = {
    MessageKind.REMINDERS: "reminders to check in",
    MessageKind.PAYMENTS: "reminders of payments",
    MessageKind.WEEKLY_SUMMARY: "weekly summaries",
    MessageKind.MILESTONES: "mails about milestones",
    MessageKind.DRIFT: "mails about goals and their plans",
}


class Unsubscribe(PublicView):
    """Mail programs send a body with the POST (RFC 8058), which isn't used."""

    parser_classes = [StrictJSONParser, URLEncodedParser, MultipartFormParser]
    content_negotiation_class = AnyNegotiation

    @extend_schema(exclude=True)  # a page for people, with a button: mail scanners open links
    def get(self, request: Request, token: str) -> HttpResponse:
        _, kind = self._read(token)
        return _page(kind, is_done=False)

    @documented(
        summary="Stop one kind of mail",
        description=(
            "One click (RFC 8058): no sign-in, and the link doesn't expire. Twice is once. GET shows a page with "
            "a button and changes nothing; a browser is answered with a page by the POST too. At most 20 in 60 "
            "seconds for a person: the rate limit `unsubscribe`."
        ),
        response=MessageSerializer,
        response_example={"message": "You get no more weekly summaries."},
        tags=["accounts"],
    )
    def post(self, request: Request, token: str) -> HttpResponse:
        user_id, kind = self._read(token)
        update_caller(actor_id=user_id)  # so that their next GETs show it, where there is a replica
        limit_unsubscribing(user_id, now=self.now)
        services.unsubscribe(user_id=user_id, kind=kind, now=self.now)
        if "text/html" in request.headers.get("Accept", ""):  # a person who pressed the page's button
            return _page(kind, is_done=True)
        return self.answer({"message": f"You get no more {_WHAT[kind]}."}, MessageSerializer)

    def _read(self, token: str) -> tuple[UUID, MessageKind]:
        """The person's id and the kind of mail.

        A network's limit counts forged tokens only, because mail programs send many of ours.

        :raises ResourceNotFoundError: the token isn't one of ours.
        :raises RateLimitExceededError: too many of them from this network.
        """
        found = read_token(token)
        if found is None:
            limit_tokens(now=self.now)
            raise ResourceNotFoundError
        return found


def _page(kind: MessageKind, *, is_done: bool) -> HttpResponse:
    page = render_to_string("unsubscribe.html", {"what": _WHAT[kind], "is_done": is_done})
    return HttpResponse(page, headers={"Referrer-Policy": "no-referrer"})
