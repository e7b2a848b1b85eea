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
    """How much mail there is in each state, and how long the oldest that isn't sent, held or dead has waited."""
    dead = Q(sent_at=None, attempts__gte=MAX_MAIL_ATTEMPTS)
    waiting = Q(sent_at=None, attempts__lt=MAX_MAIL_ATTEMPTS, is_held=False)
    row = OutgoingMail.objects.aggregate(
        due=Count("pk", filter=waiting & Q(next_attempt_at__lte=now)),
        dead=Count("pk", filter=dead),
        sent=Count("pk", filter=Q(sent_at__isnull=False)),
        oldest=Min("created_at", filter=waiting),
    )
    mails = GaugeMetricFamily(
        "fincred_outbox_mails", "Mails in the outbox; sent ones until purged", labels=["state"]
    )
    for state in ("due", "dead", "sent"):
        mails.add_metric([state], row[state])
    yield mails
    age = (now - row["oldest"]).total_seconds() if row["oldest"] else 0
    yield GaugeMetricFamily(
        "fincred_outbox_oldest_seconds", "Age of the oldest mail that waits", value=max(age, 0)
    )
