"""The outbox in figures, for the metrics."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from accounts.managers import MAX_MAIL_ATTEMPTS
from accounts.models import OutgoingMail


def outbox_figures(now: datetime) -> Iterator[Metric]:
    """How much mail is due and dead, and how long the oldest that isn't sent, held or dead has waited.

    It reads unsent mail only, which is few: `fincred_job_done_total{job="mail"}` counts what was sent.
    """
    waiting = Q(attempts__lt=MAX_MAIL_ATTEMPTS, is_held=False)
    row = OutgoingMail.objects.filter(sent_at=None).aggregate(
        due=Count("pk", filter=waiting & Q(next_attempt_at__lte=now)),
        dead=Count("pk", filter=Q(attempts__gte=MAX_MAIL_ATTEMPTS)),
        oldest=Min("created_at", filter=waiting),
    )
    mails = GaugeMetricFamily("fincred_outbox_mails", "Unsent mails", labels=["state"])
    for state in ("due", "dead"):
        mails.add_metric([state], row[state])
    yield mails
    age = (now - row["oldest"]).total_seconds() if row["oldest"] else 0
    yield GaugeMetricFamily(
        "fincred_outbox_oldest_seconds", "Age of the oldest mail that waits", value=max(age, 0)
    )
