"""Let a member of staff enrol a second factor, also one who has lost theirs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.urls import reverse

from accounts.services import find_person, reset_second_factor
from fincred import clock
from fincred.errors import ResourceNotFoundError
from fincred.ops.standard_streams import leads_nowhere


class Command(BaseCommand):
    help = (
        "Print a code with which a member of staff enrols an authenticator in the back office, once and within an "
        "hour. It removes the factor that they had and ends their sessions, so it also recovers a lost one. "
        "Example: manage.py enrol_staff sascha@example.com"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="the person's address or id")

    def handle(self, *args: Any, person: str, **options: Any) -> None:
        try:
            user = find_person(person)
        except ResourceNotFoundError:
            raise CommandError("No person has this address or id.") from None
        if not user.is_staff:
            raise CommandError("This person isn't staff. A superuser gives people a role in the back office.")
        if not (user.may_enter and user.is_verified):
            raise CommandError("This person can't sign in: disabled, or not verified. Nothing was changed.")
        if leads_nowhere(self.stdout):
            raise CommandError("Standard output leads nowhere, so the code would be lost. Nothing was changed.")
        with transaction.atomic():  # a code that can't be written undoes the reset
            code = reset_second_factor(user=user, now=clock.now())
            self.stdout.write("They sign in and enter this at " + reverse("admin:enrol") + " within an hour:")
            self.stdout.write(code)
            self.stdout.flush()
