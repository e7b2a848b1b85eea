"""Recompute the plans of all people."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError

from accounts.errors import TokenInvalidError
from accounts.management.people_command import PeopleCommand
from accounts.models import User
from fincred import clock
from fincred.db.id_ranges import IdRange
from planning.models import ActionPlan
from planning.services.replanning import replan_person
from planning.vocabulary import Reason

logger = logging.getLogger(__name__)


class Command(PeopleCommand):
    help = (
        "Recompute the open plans of all people from today's numbers, for instance after an engine upgrade. A "
        "plan gets a new version only when its outputs change, and then counts from today. Each person is a "
        "transaction; when stopped, the command prints how to continue."
    )
    example = "manage.py plan_all --shard 2/4"

    def handle(self, *args: Any, shard: Any, after: UUID | None, **options: Any) -> None:
        self.planned = self.failed = 0
        self.go_through(shard=shard, after=after)
        if self.failed:
            raise CommandError(f"{self.failed} people could not be planned; the log names them.")
        self.stdout.write(self.style.SUCCESS(f"The plans of {self.planned} people are up to date."))

    def work(self, people: Sequence[UUID], ids: IdRange) -> Iterator[UUID]:
        with_plans = set(
            ActionPlan.objects.open().filter(user_id__in=people).values_list("user_id", flat=True).distinct()
        )
        for person_id in people:
            if person_id in with_plans:
                self._plan(person_id)
            yield person_id

    def _plan(self, person_id: UUID) -> None:
        """Replan one person, if they aren't erased meanwhile; a failure is logged and doesn't stop the others."""
        now = clock.now()
        try:
            person = User.objects.select_related("profile").get(pk=person_id)
            today = clock.local_day(now, person.profile.timezone)
            replan_person(owner=person, reason=Reason.REGENERATED, now=now, today=today)
        except (OperationalError, InterfaceError):
            raise
        except (User.DoesNotExist, TokenInvalidError):
            return
        except Exception:
            logger.exception("Could not plan", extra={"user_id": person_id})
            self.failed += 1
        self.planned += 1

    def stopped(self, done: int, total: int) -> None:
        self.stderr.write(f"{done} of {total} people are done, {self.failed} of them failed.")
