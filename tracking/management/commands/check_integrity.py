"""Does what is stored still follow from what it was made of?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import broken_chains
from accounts.services import people_without_mailbox, shared_mailboxes
from fincred.db.integrity import rows_off_their_source
from planning.services.replanning import replay_mismatches
from tracking.integrity import goals_off_their_check_ins, people_off_their_weeks

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Compare goal amounts, their counts and weeks with check-ins and pulses, plan versions with their replay, "
        "folded names and mailboxes with their texts, and verify the chain of the audit trail. List people who "
        "share a mailbox. Changes nothing. Example, after a restore: manage.py check_integrity"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = sum(
            (
                self._check("goals follow their check-ins", goals_off_their_check_ins()),
                self._check("weeks count their check-ins and pulses", people_off_their_weeks()),
                self._check("plan versions give their outputs again", (v.pk for v in replay_mismatches())),
                self._check("audit chains are whole", (f"{person} #{n}" for person, n in broken_chains())),
                self._check("folded names and mailboxes follow their texts", rows_off_their_source()),
            )
        )
        self._list("people share a mailbox", (" and ".join(map(str, people)) for people in shared_mailboxes()))
        self._list("people have no mailbox", people_without_mailbox())
        if faults:
            raise CommandError(f"{faults} fault(s) found.")

    def _list(self, title: str, rows: Iterable[object]) -> None:
        """What is no fault of the data, but worth an operator's look."""
        if found := self._show(rows):
            self.stdout.write(f"{title}: {found}")

    def _show(self, rows: Iterable[object]) -> int:
        """How many there are; the first are named by their ids."""
        found = 0
        for found, row in enumerate(rows, start=1):
            if found <= SHOWN:
                self.stderr.write(f"  {row}")
        return found

    def _check(self, title: str, faulty: Iterable[object]) -> int:
        """How many are faulty."""
        found = self._show(faulty)
        mark = self.style.ERROR(f"{found} faulty") if found else self.style.SUCCESS("ok")
        self.stdout.write(f"{title}: {mark}")
        return found
