"""What is sent to a person and when, and the devices that take pushes."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.idempotency import idempotent
from fincred.api.views import ApiView
from fincred.companion import examples, services
from fincred.companion.errors import TooManyDevicesError, TooManyNotificationsError
from fincred.companion.queries import DEVICE, DEVICES, NOTIFICATION, NOTIFICATIONS
from fincred.companion.serializers.notifications import (
    DeviceSerializer,
    DeviceTokenSerializer,
    NotificationCreateSerializer,
    NotificationSerializer,
    NotificationUpdateSerializer,
)
from fincred.companion.views import documented
from fincred.errors import NoFieldsToUpdateError, ResourceNotFoundError


class NotificationList(ApiView):
    @documented(
        summary="Notifications",
        description="What the server planned for the person and what they added, newest first.",
        response=NotificationSerializer(many=True),
        response_example=[examples.NOTIFICATION],
    )
    def get(self, request: Request) -> HttpResponse:
        rows, total = self.fetch_page(NOTIFICATIONS.bind(owner=self.user_id))
        return self.page(rows, NotificationSerializer, total=total)

    @documented(
        summary="Add a notification",
        description=(
            "It comes at `next_send_at`, also at night, and then every week at the same hour; a "
            "`checkin_reminder` as often as the person is reminded. A push without a device is skipped. At most "
            "fifty."
        ),
        request=NotificationCreateSerializer,
        response=NotificationSerializer,
        status=201,
        errors=(TooManyNotificationsError,),
        request_example=examples.NEW_NOTIFICATION,
        response_example=examples.NOTIFICATION,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        data = self.validated(NotificationCreateSerializer)
        row = services.create_notification(owner=self.user, now=self.now, **data)
        return self.created(row, NotificationSerializer, route="notification", pk=row.pk)


_UPDATE: dict[str, Any] = {
    "description": (
        "PATCH and PUT alike change only what is named. What the server planned can be moved, paused and "
        "cancelled; cancelling a reminder or a summary switches that kind off, and `active` brings it back."
    ),
    "request": NotificationUpdateSerializer,
    "response": NotificationSerializer,
    "errors": (NoFieldsToUpdateError,),
    "request_example": {"status": "paused"},
    "response_example": examples.NOTIFICATION | {"status": "paused"},
}


class NotificationDetail(ApiView):
    @documented(
        summary="One notification",
        description="Planned by the server, or the person's own.",
        response=NotificationSerializer,
        response_example=examples.NOTIFICATION,
    )
    def get(self, request: Request, notification_id: UUID) -> HttpResponse:
        row = self.fetch_or_404(NOTIFICATION.bind(owner=self.user_id, notification_id=notification_id))
        return self.answer(row, NotificationSerializer)

    @documented(summary="Change a notification", **_UPDATE)
    def patch(self, request: Request, notification_id: UUID) -> HttpResponse:
        return self._update(notification_id)

    @documented(summary="Change a notification (as PATCH)", **_UPDATE)
    def put(self, request: Request, notification_id: UUID) -> HttpResponse:
        return self._update(notification_id)

    @documented(
        summary="Remove a notification",
        description="One that the server planned is cancelled, until the person wants it again.",
        status=204,
    )
    def delete(self, request: Request, notification_id: UUID) -> HttpResponse:
        services.delete_notification(
            owner=self.user, notification_id=notification_id, expected=self.expected, now=self.now
        )
        return self.no_content()

    def _update(self, notification_id: UUID) -> HttpResponse:
        with self.not_found_first(NOTIFICATION.bind(owner=self.user.pk, notification_id=notification_id)):
            changes = cast("services.NotificationChanges", self.validated(NotificationUpdateSerializer))
            expected = self.expected
        row = services.update_notification(
            owner=self.user, notification_id=notification_id, changes=changes, expected=expected, now=self.now
        )
        return self.answer(row, NotificationSerializer)


class DeviceList(ApiView):
    @documented(
        summary="Devices that take pushes",
        description="Newest first.",
        response=DeviceSerializer(many=True),
        response_example=[examples.DEVICE],
        tags=["accounts"],
    )
    def get(self, request: Request) -> HttpResponse:
        devices, total = self.fetch_page(DEVICES.bind(owner=self.user_id))
        return self.page(devices, DeviceSerializer, total=total)

    @documented(
        summary="Add a device",
        description="A token that is known is moved to the person, so that a shared phone pushes to one only.",
        request=DeviceSerializer,
        response=DeviceSerializer,
        status=201,
        errors=(TooManyDevicesError,),
        request_example=examples.NEW_DEVICE,
        response_example=examples.DEVICE,
        tags=["accounts"],
    )
    @idempotent
    def post(self, request: Request) -> HttpResponse:
        device = services.add_device(owner=self.user, now=self.now, **self.validated(DeviceSerializer))
        return self.created(device, DeviceSerializer, route="device", pk=device.pk)

    @documented(
        summary="Remove a device",
        description="The body names its token.",
        request=DeviceTokenSerializer,
        request_example={"token": examples.NEW_DEVICE["token"]},
        status=204,
        errors=(ResourceNotFoundError,),
        tags=["accounts"],
    )
    def delete(self, request: Request) -> HttpResponse:
        data = self.validated(DeviceTokenSerializer)
        services.remove_device(owner=self.user, expected=self.expected, now=self.now, **data)
        return self.no_content()


class DeviceDetail(ApiView):
    @documented(
        summary="One device",
        description="As it was added.",
        response=DeviceSerializer,
        response_example=examples.DEVICE,
        tags=["accounts"],
    )
    def get(self, request: Request, device_id: UUID) -> HttpResponse:
        return self.answer(
            self.fetch_or_404(DEVICE.bind(owner=self.user_id, device_id=device_id)), DeviceSerializer
        )
