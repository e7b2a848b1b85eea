"""Does what is stored still follow from what it was made of?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accounts.audit import broken_chains
from accounts.management.people_command import PeopleCommand
from accounts.search import people_off_their_terms
from accounts.services import people_without_mailbox, people_without_profile, shared_mailboxes
from fincred import clock
from fincred.db.id_ranges import IdRange
from fincred.db.integrity import rows_off_their_source
from fincred.ops.argument_types import moment
from fincred.ops.own_work import OwnWork, note_success
from planning.services.replanning import replay_mismatches
from tracking.integrity import goals_off_their_check_ins, milestones_of_no_cycle, people_off_their_weeks

SHOWN = 20


class Command(PeopleCommand):
    help = (
        "Compare goal amounts, their counts, milestones and weeks with check-ins and pulses, plan versions with "
        "their replay, folded names, mailboxes and search terms with their texts, find people without a profile, "
        "and verify the chain of the audit trail. List people who share a mailbox. Changes no data; when a run "
        "over everybody, or over each shard, finds no fault, that is stored for the alert FinCredCheckLate. The "
        "first shard also does what concerns all people together."
    )
    example = "after a restore: manage.py check_integrity"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--clean-since",
            type=moment,
            metavar="MOMENT",
            help="with --after: when the run began that found no fault so far, as it said when it was stopped",
        )

    def handle(
        self, *args: Any, shard: Any, after: UUID | None, clean_since: datetime | None = None, **options: Any
    ) -> None:
        began = time.monotonic()
        self.began_at = clean_since if after else clock.now()
        self.found: dict[str, int] = {}
        is_first = after is None and (shard is None or shard[1].after is None)
        if is_first:
            self._show("folded names and mailboxes follow their texts", rows_off_their_source())
            self._show("people have a profile", people_without_profile())
            self._show("people are found by their address and name", people_off_their_terms())
        self.go_through(shard=shard, after=after)
        for title, found in self.found.items():
            mark = self.style.ERROR(f"{found} faulty") if found else self.style.SUCCESS("ok")
            self.stdout.write(f"{title}: {mark}")
        faults = sum(self.found.values())
        if is_first:
            self._list("people share a mailbox", (" and ".join(map(str, people)) for people in shared_mailboxes()))
            self._list("people have no mailbox", people_without_mailbox())
        if faults:
            raise CommandError(f"{faults} fault(s) found.")
        if self.began_at:
            part, seconds = shard[0] if shard else "", time.monotonic() - began
            at = self.began_at if after else clock.now()
            note_success(OwnWork.CHECK, seconds=seconds, stderr=self.stderr, shard=part, at=at)

    def work(self, people: Sequence[UUID], ids: IdRange) -> Iterator[UUID]:
        # By ranges, not by people: an audit trail outlives its person.
        self._show("goals follow their check-ins", goals_off_their_check_ins(ids))
        self._show("milestones are of cycles that have begun", milestones_of_no_cycle(ids))
        self._show("weeks count their check-ins and pulses", people_off_their_weeks(ids))
        self._show("plan versions give their outputs again", (version.pk for version in replay_mismatches(ids)))
        self._show("audit chains are whole", (f"{person} #{n}" for person, n in broken_chains(ids)))
        yield from people

    def also_to_continue(self) -> list[str]:
        is_clean = self.began_at and not any(self.found.values())
        return [f"--clean-since {self.began_at:%Y-%m-%dT%H:%M:%SZ}"] if is_clean else []

    def stopped(self, done: int, total: int) -> None:
        super().stopped(done, total)
        self.stderr.write(f"{sum(self.found.values())} fault(s) found so far.")

    def _list(self, title: str, rows: Iterable[object]) -> None:
        """List what is no fault of the data, but worth an operator's look."""
        named = [str(row) for row in rows]
        for row in named[:SHOWN]:
            self.stderr.write(f"  {row}")
        if named:
            self.stdout.write(f"{title}: {len(named)}")

    def _show(self, title: str, faulty: Iterable[object]) -> None:
        """Count what is faulty; the first are named by their ids."""
        found = self.found.get(title, 0)
        for row in faulty:
            found += 1
            if found <= SHOWN:
                self.stderr.write(f"  {row}")
        self.found[title] = found
