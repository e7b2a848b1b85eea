"""Plan the notifications of all people who have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from accounts.management.people_command import PeopleCommand
from fincred import clock
from fincred.companion.services import plan_for_people
from fincred.db.id_ranges import IdRange


class Command(PeopleCommand):
    help = (
        "Plan the reminders and summaries of all people who have none planned, as `work` does every hour: in "
        "shards, after an upgrade of a large database. When stopped, the command prints how to continue."
    )
    example = "manage.py plan_notifications --shard 2/4"

    def handle(self, *args: Any, shard: Any, after: UUID | None, **options: Any) -> None:
        self.planned = 0
        people = self.go_through(shard=shard, after=after)
        self.stdout.write(self.style.SUCCESS(f"{people} people are seen; {self.planned} things are planned."))

    def work(self, people: Sequence[UUID], ids: IdRange) -> Iterator[UUID]:
        self.planned += plan_for_people(ids, now=clock.now())
        yield from people
