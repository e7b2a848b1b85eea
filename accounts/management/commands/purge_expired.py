"""Delete what has expired."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import purge_expired
from fincred import clock


class Command(BaseCommand):
    help = (
        "Delete expired tokens, ended sessions, sent mail, idempotency keys older than a day, past rate "
        "counters, and old conversations with the coach. Example, once a day: manage.py purge_expired"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        deleted = purge_expired(now=clock.now())
        counts = ", ".join(f"{count} {kind}" for kind, count in deleted.items())
        self.stdout.write(self.style.SUCCESS(f"Deleted: {counts}."))
