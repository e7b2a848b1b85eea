"""What the companion refuses."""

from __future__ import annotations

from fincred.errors import ConflictError


class TooManyNotificationsError(ConflictError):
    message = "There are too many notifications of your own"


class TooManyDevicesError(ConflictError):
    message = "There are too many devices"
