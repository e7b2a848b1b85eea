"""What the views of accounts share."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import Session
from fincred.api.views import ApiView

# Longer than it takes to find out whether an address is known, and to queue a mail.
MAIL_SECONDS = 0.1


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """Make the block take at least this long, even if it fails, so that its time doesn't reveal what was found."""
    ends = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, ends - time.monotonic()))


class PublicView(ApiView):
    """Open without signing in."""

    authentication_classes = []
    permission_classes = []


class SessionView(ApiView):
    """For the bearer of an access token."""

    @property
    def session(self) -> Session:
        """The session that the access token belongs to."""
        return self._check.session
