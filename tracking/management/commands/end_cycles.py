"""End the cycles of recurring goals whose dates have come."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from fincred import clock
from tracking.jobs import end_due_cycles


class Command(BaseCommand):
    help = (
        "End the cycles of recurring goals whose dates have come: what was saved is taken, and the next cycle "
        "begins with the rest. The job goal_cycles of `manage.py work` does it every hour, and a person's request "
        "at once; each cycle ends once, by the one that comes first."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(
            *args, epilog="example: manage.py end_cycles", formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ended = end_due_cycles(clock.now, lambda: False)
        self.stdout.write(self.style.SUCCESS(f"{ended} cycles have ended."))
