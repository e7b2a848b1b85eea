"""Does what is stored still follow from what it was made of?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import broken_chains
from planning.services.replanning import replay_mismatches
from tracking.integrity import goals_off_their_check_ins, people_off_their_weeks

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Compare goal amounts, their counts and weeks with check-ins, plan versions with their replay, and verify "
        "the chain of the audit trail. Changes nothing. Example, after a restore: manage.py check_integrity"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = sum(
            (
                self._check("goals follow their check-ins", goals_off_their_check_ins()),
                self._check("weeks count their check-ins", people_off_their_weeks()),
                self._check("plan versions give their outputs again", (v.pk for v in replay_mismatches())),
                self._check("audit chains are whole", (f"{person} #{n}" for person, n in broken_chains())),
            )
        )
        if faults:
            raise CommandError(f"{faults} fault(s) found.")

    def _check(self, title: str, faulty: Iterable[object]) -> int:
        """How many are faulty; the first are named by their ids."""
        found = 0
        for found, fault in enumerate(faulty, start=1):
            if found <= SHOWN:
                self.stderr.write(f"  {fault}")
        mark = self.style.ERROR(f"{found} faulty") if found else self.style.SUCCESS("ok")
        self.stdout.write(f"{title}: {mark}")
        return found
