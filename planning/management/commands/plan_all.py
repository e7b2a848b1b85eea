"""Recompute the plans of all people."""

from __future__ import annotations

import logging
from argparse import RawDescriptionHelpFormatter
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from accounts.models import User
from fincred import clock
from fincred.ops.progress_bar import ProgressBar
from fincred.ops.stop_signals import sigterm_as_sigint
from planning.models import ActionPlan
from planning.services.replanning import replan_person
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Recompute the open plans of all people from today's numbers, for instance after an engine upgrade. A "
        "plan gets a new version only when its outputs change, and then counts from today. Each person is a "
        "transaction; when stopped, the command prints how to continue."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        example = "example: manage.py plan_all --after 7d2f4c1a-98b7-4f50-8f42-51c0a6a2b9d3"
        return super().create_parser(*args, epilog=example, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--after", type=UUID, metavar="ID", help="continue after this person")

    def handle(self, *args: Any, after: UUID | None, **options: Any) -> None:
        people = _people_with_plans(after)
        bar = ProgressBar(len(people), self.stderr)
        failed = 0
        try:
            with sigterm_as_sigint():
                for person_id in people:
                    failed += not _plan(person_id)
                    bar.advance()
        except (KeyboardInterrupt, OperationalError, InterfaceError) as error:
            why = "Stopped." if isinstance(error, KeyboardInterrupt) else f"The database can't do this: {error}"
            last = people[bar.done - 1] if bar.done else after
            bar.stop()
            self.stderr.write(f"{bar.done} of {len(people)} people are done, {failed} of them failed.")
            raise CommandError(
                f"{why}\nContinue with: manage.py plan_all{f' --after {last}' if last else ''}"
            ) from None
        if failed:
            raise CommandError(f"{failed} people could not be planned; the log names them.")
        self.stdout.write(self.style.SUCCESS(f"The plans of {bar.done} people are up to date."))


def _people_with_plans(after: UUID | None) -> list[UUID]:
    people = User.objects.filter(pk__in=ActionPlan.objects.open().values("user_id")).order_by("pk")
    if after:
        people = people.filter(pk__gt=after)
    return list(people.values_list("pk", flat=True))


def _plan(person_id: UUID) -> bool:
    """Replan one person; a failure is logged and doesn't stop the others."""
    now = clock.now()
    try:
        person = User.objects.select_related("profile").get(pk=person_id)
        today = clock.local_day(now, person.profile.timezone)
        replan_person(owner=person, reason=Reason.REGENERATED, now=now, today=today)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Could not plan", extra={"user_id": person_id})
        return False
    return True
