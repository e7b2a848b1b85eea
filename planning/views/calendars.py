"""A person's calendar, as JSON and iCalendar, and its private link."""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from accounts.rate_limits import limit_calendar, limit_tokens
from accounts.upkeep import keep_up
from accounts.views.base import PublicView
from fincred import clock
from fincred.api.django_request import django_request
from fincred.api.negotiation import CALENDAR, AnyNegotiation, CalendarNegotiation
from fincred.api.openapi import documented
from fincred.api.views import ApiView
from fincred.errors import ResourceNotFoundError
from planning import examples
from planning.icalendar_text import as_icalendar
from planning.serializers.calendars import CalendarLinkSerializer, CalendarQuery, CalendarSerializer
from planning.services import calendars as services

# Only the person's own programs may keep the answer, and they ask each time whether it has changed.
_KEPT: Final = {"Cache-Control": "private, no-cache"}
_UTF8: Final = f"{CALENDAR}; charset=utf-8"


class CalendarView(ApiView):
    cost = 3
    content_negotiation_class = CalendarNegotiation

    @documented(
        summary="My calendar",
        description=(
            "Every payday, planned expense, minimum payment, goal payment and goal date from `from` to `to`, and "
            "what each day carries over, from the present month of the planning calendar on. Goals are paid what "
            "their action plans have `upcoming`; without one nothing. The last day of a month leaves what the "
            "plan that would be made today has as `carried` in its `cash_flow`, and what the action plans ask for "
            "less. Incomes without dates have no payday. With "
            "`Accept: text/calendar` the same as iCalendar."
        ),
        query=CalendarQuery,
        response=CalendarSerializer,
        response_example=examples.CALENDAR,
        text=CALENDAR,
    )
    def get(self, request: Request) -> HttpResponse:
        period = self.query(CalendarQuery)
        headers = _KEPT | {"Vary": "Accept"}
        if request.accepted_media_type == CALENDAR:
            feed = services.feed_of(owner=self.user, today=self.today, now=self.now, **period)
            return self.text(_as_icalendar(feed), _UTF8, headers=headers)
        days = services.calendar_of(owner=self.user, today=self.today, **period)
        return self.answer({"days": days}, CalendarSerializer, headers=headers)


class CalendarLinkView(ApiView):
    cost = 3

    @documented(
        summary="Make a private link to my calendar",
        description=(
            "An address for calendar programs, which opens without a token: anyone who has it sees the calendar. "
            "It is told this once, and replaces the one before."
        ),
        response=CalendarLinkSerializer,
        status=201,
        headers=("Location",),
        response_example=examples.CALENDAR_LINK,
    )
    def post(self, request: Request) -> HttpResponse:
        self.without_fields()
        made = self._make(request)
        link_id = UUID(json.loads(made.content)["id"])
        repeated = {name: made.headers[name] for name in ("Idempotent-Replayed",) if name in made.headers}
        if repeated:
            secret = services.tell_secret_again(owner=self.user, link_id=link_id)
        else:
            secret = services.secret_of_calendar(link_id)
        path = reverse("calendar", args=[secret])
        url = django_request(request).build_absolute_uri(path)
        headers = repeated | {"Location": path}
        return self.answer({"url": url}, CalendarLinkSerializer, status=201, headers=headers)

    @idempotent
    def _make(self, request: Request) -> HttpResponse:
        """Answer with the new link's id: what is stored for a repeated request has no secret in it."""
        link = services.make_calendar_link(owner=self.user, now=self.now)
        return self.answer({"id": link.pk}, status=201)

    post.takes_idempotency_key = True  # type: ignore[attr-defined]  # for the OpenAPI document

    @documented(
        summary="Revoke the link to my calendar",
        description="It opens nothing any more. 404 where there is none.",
        status=204,
        errors=(ResourceNotFoundError,),
    )
    def delete(self, request: Request) -> HttpResponse:
        services.revoke_calendar_link(owner=self.user, now=self.now, expected=self.expected)
        return self.no_content()


class CalendarFeed(PublicView):
    content_negotiation_class = AnyNegotiation

    @documented(
        summary="A person's calendar by its private link",
        description=(
            "iCalendar: the present month of the planning calendar and all after it, 24 months in all. No token, "
            "and any `Accept`. 404 once the link is revoked or replaced, or its person may not sign in. At most "
            "20 in 60 seconds: the rate limit `calendar-link`."
        ),
        text=CALENDAR,
        operation_id="calendar_feed_retrieve",
    )
    def get(self, request: Request, secret: str) -> HttpResponse:
        owner = services.owner_of_calendar(secret)
        if owner is None:
            limit_tokens(now=self.now)
            raise ResourceNotFoundError
        limit_calendar(owner.pk, now=self.now)
        keep_up(owner, self.now)
        today = clock.local_day(self.now, owner.profile.timezone)
        feed = services.feed_of(owner=owner, today=today, now=self.now)
        return self.text(_as_icalendar(feed), _UTF8, headers=_KEPT)


def _as_icalendar(feed: services.Feed) -> bytes:
    owner, revision = feed.owner, feed.revision
    return as_icalendar(
        feed.days,
        owner=owner.pk,
        currency=owner.profile.currency,
        changed_at=revision.changed_at,
        sequence=revision.number,
    )
