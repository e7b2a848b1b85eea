"""Make people to sign in as, or many to measure with."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from fincred import clock
from fincred.ops.argument_types import whole_number
from fincred.ops.progress_bar import ProgressBar
from tracking import demo, invented_people

MOST_USERS = 10_000_000


class Command(BaseCommand):
    help = (
        "Make a demo person with twelve weeks of history and a support agent; those who exist already stay. "
        "Example: manage.py seed_demo --users 1000"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--users", type=whole_number, metavar="N", help="instead have N invented people for load tests"
        )
        parser.add_argument("--if-new", action="store_true", help="do nothing where there are people already")

    def handle(self, *args: Any, users: int | None, if_new: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's passwords are public, so production has none.")
        if users is not None:
            self._load(users)
        elif not (if_new and User.objects.exists()):
            self._seed()
        self._show_logins()

    def _seed(self) -> None:
        if not User.objects.filter(email=demo.DEMO_EMAIL).exists():
            self.stdout.write("Making a demo person with twelve weeks of history, and a support agent")
            demo.create_demo(now=clock.now())
        if not User.objects.filter(email=demo.SUPPORT_EMAIL).exists():
            demo.create_support_agent(now=clock.now())

    def _show_logins(self) -> None:
        """Those of the people who exist, on a second run as well."""
        for title, email, password in (
            ("Demo person", demo.DEMO_EMAIL, demo.DEMO_PASSWORD),
            ("Support agent", demo.SUPPORT_EMAIL, demo.SUPPORT_PASSWORD),
        ):
            user = User.objects.filter(email=email).first()
            if user and user.check_password(password):
                self.stdout.write(f"  {title:<14} {email}  {password}")

    def _load(self, users: int) -> None:
        if not 0 <= users <= MOST_USERS:
            raise CommandError(f"--users must be from 0 to {MOST_USERS}.")
        missing = invented_people.missing_people(users)
        bar = ProgressBar(len(missing), self.stderr)
        password = make_password(demo.DEMO_PASSWORD)
        logging.disable(logging.INFO)  # a line for each plan would bury the bar
        try:
            invented_people.load_people(missing, password=password, now=clock.now(), progress=bar.advance)
        finally:
            logging.disable(logging.NOTSET)
        self.stdout.write(f"{len(missing)} people added: 00000001@{invented_people.DOMAIN} and so on.")
