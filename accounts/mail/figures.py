"""The outbox in figures, for the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from accounts.managers import MAX_MAIL_ATTEMPTS, is_given_up
from accounts.models import OutgoingMail


def outbox_figures(now: datetime) -> Iterator[Metric]:
    """How much mail is due and dead, and for how long the first has been due.

    Mail that isn't due waits on purpose: for the end of quiet hours, or of a mail server's greylisting.
    It reads unsent mail only, of which there is little: `fincred_job_done_total{job="mail"}` counts what was sent.
    """
    is_due = Q(attempts__lt=MAX_MAIL_ATTEMPTS, is_held=False, next_attempt_at__lte=now)
    row = OutgoingMail.objects.filter(sent_at=None).aggregate(
        due=Count("pk", filter=is_due),
        dead=Count("pk", filter=is_given_up(now)),
        first=Min("next_attempt_at", filter=is_due),
    )
    mails = GaugeMetricFamily("fincred_outbox_mails", "Unsent mails", labels=["state"])
    for state in ("due", "dead"):
        mails.add_metric([state], row[state])
    yield mails
    late = (now - row["first"]).total_seconds() if row["first"] else 0
    yield GaugeMetricFamily(
        "fincred_outbox_oldest_seconds", "For how long the first mail has been due", value=late
    )
