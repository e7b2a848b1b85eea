"""The weekly pulse, which the existing app calls a check-in: how the week went, for no goal in particular."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.views import ApiView
from fincred.companion import examples
from fincred.companion.serializers.pulses import PulseCreateSerializer, PulseSerializer, PulseUpdateSerializer
from fincred.companion.views import documented
from fincred.errors import NoFieldsToUpdateError
from tracking import services
from tracking.queries import PULSE, PULSES


class PulseList(ApiView):
    @documented(
        summary="Weekly pulses",
        description="The newest period first; of one period, what was told last.",
        response=PulseSerializer(many=True),
        response_example=[examples.PULSE],
    )
    def get(self, request: Request) -> HttpResponse:
        pulses, total = self.fetch_page(PULSES.bind(owner=self.user_id))
        return self.page(pulses, PulseSerializer, total=total)

    @documented(
        summary="Give the weekly pulse",
        description=(
            "How a week went. It keeps the weekly streak as a check-in does, in the week of the period's last "
            "day, or in this week while the period isn't over."
        ),
        request=PulseCreateSerializer,
        response=PulseSerializer,
        status=201,
        request_example=examples.NEW_PULSE,
        response_example=examples.PULSE,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(PulseCreateSerializer)
        pulse = services.create_pulse(owner=self.user, now=self.now, today=self.today, **data)
        return self.created(pulse, PulseSerializer, route="pulse", pk=pulse.pk)


class LatestPulse(ApiView):
    @documented(
        summary="The pulse of the newest period",
        description="The first one of the list; null when there is none.",
        response=PulseSerializer(allow_null=True),
        response_example=examples.PULSE,
    )
    def get(self, request: Request) -> HttpResponse:
        [newest] = self.fetch(PULSES.bind(owner=self.user_id).page(limit=1))
        return self.answer(newest[0], PulseSerializer) if newest else self.answer(None)


_UPDATE: dict[str, Any] = {
    "description": "PATCH and PUT alike change only what is named. With another period, another week may count.",
    "request": PulseUpdateSerializer,
    "response": PulseSerializer,
    "errors": (NoFieldsToUpdateError,),
    "request_example": {"mood_score": 4},
    "response_example": examples.PULSE | {"mood_score": 4},
}


class PulseDetail(ApiView):
    @documented(
        summary="One pulse",
        description="As it is after corrections.",
        response=PulseSerializer,
        response_example=examples.PULSE,
    )
    def get(self, request: Request, pulse_id: UUID) -> HttpResponse:
        pulse = self.fetch_or_404(PULSE.bind(owner=self.user_id, pulse_id=pulse_id))
        return self.answer(pulse, PulseSerializer)

    @documented(summary="Correct a pulse", **_UPDATE)
    def patch(self, request: Request, pulse_id: UUID) -> HttpResponse:
        return self._update(pulse_id)

    @documented(summary="Correct a pulse (as PATCH)", **_UPDATE)
    def put(self, request: Request, pulse_id: UUID) -> HttpResponse:
        return self._update(pulse_id)

    @documented(summary="Remove a pulse", description="It no longer counts for the streak.", status=204)
    def delete(self, request: Request, pulse_id: UUID) -> HttpResponse:
        services.delete_pulse(owner=self.user, pulse_id=pulse_id, expected=self.expected, now=self.now)
        return self.no_content()

    def _update(self, pulse_id: UUID) -> HttpResponse:
        with self.not_found_first(PULSE.bind(owner=self.user.pk, pulse_id=pulse_id)):
            changes = cast("services.PulseChanges", self.validated(PulseUpdateSerializer))
            expected = self.expected
        pulse = services.update_pulse(
            owner=self.user, pulse_id=pulse_id, changes=changes, expected=expected, now=self.now, today=self.today
        )
        return self.answer(pulse, PulseSerializer)
