"""Draw a plan."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import find_person
from fincred import clock
from fincred.errors import ResourceNotFoundError
from fincred.private_file import write_private
from goals.vocabulary import GoalType, Priority
from planning.engine.cadence import Cadence
from planning.engine.model import Finances, GoalInput, PlanInput
from planning.picture import draw
from planning.services.planning_context import read_context
from planning.vocabulary import Frequency

NEW_YEAR: Final = date(2026, 1, 1)
CROSSING_DATES: Final = PlanInput(
    as_of=NEW_YEAR,
    finances=Finances(Decimal("2100.00"), Decimal("1535.00"), Decimal("65.00")),
    goals=(
        GoalInput(
            id=None,
            name="Emergency fund",
            type=GoalType.EMERGENCY_FUND,
            target_amount=Decimal("6000.00"),
            already_there=Decimal("0.00"),
            target_date=date(2028, 1, 1),
            priority=Priority.HIGH,
            cadence=Cadence(Frequency.MONTHLY, 15, since=NEW_YEAR),
        ),
        GoalInput(
            id=None,
            name="A laptop that lasts",
            type=GoalType.SHORT_TERM_SAVING,
            target_amount=Decimal("1000.00"),
            already_there=Decimal("0.00"),
            target_date=date(2026, 3, 1),
            priority=Priority.LOW,
            cadence=Cadence(Frequency.BIWEEKLY, NEW_YEAR.isoweekday(), since=NEW_YEAR),
        ),
    ),
)
"""The less important goal is due first: if each month served goals by priority, it would be missed.

One is paid on the 15th, the other every two weeks.
"""


class Command(BaseCommand):
    help = (
        "Draw a plan as an SVG: what each goal gets of the surplus each month, on which days, and how far that "
        "brings it. "
        "Without --person it is the example of the documentation, two goals whose dates cross."
    )

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        example = "example: manage.py plan_picture --person demo@fincred.example plan.svg"
        return super().create_parser(*args, epilog=example, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="the file to write, for instance docs/plan.svg")
        parser.add_argument("--person", metavar="EMAIL", help="draw the plan of this person's active goals today")

    def handle(self, *args: Any, path: Path, person: str | None, **options: Any) -> None:
        picture = draw(CROSSING_DATES if person is None else _plan_of(person))
        try:
            if person is not None:
                with write_private(path) as file:
                    file.write(picture.encode())
            else:
                path.write_text(picture, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror}.") from error
        self.stdout.write(self.style.SUCCESS(f"Wrote {path}."))


def _plan_of(email: str) -> PlanInput:
    try:
        person = find_person(email)
    except ResourceNotFoundError:
        raise CommandError(f"There is no person with the address {email}.") from None
    context = read_context(owner=person, today=clock.local_day(clock.now(), person.profile.timezone))
    if not context.goals:
        raise CommandError(f"{email} has no active goals.")
    return context.plan_input()
