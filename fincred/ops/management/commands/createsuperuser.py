"""Django's command, which fails where it can't ask."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError


class Command(createsuperuser.Command):
    help = (
        "Create a superuser for the back office; asks for their address and password. Example without a terminal: "
        "DJANGO_SUPERUSER_PASSWORD=... manage.py createsuperuser --no-input --email sam@example.com"
    )

    def handle(self, *args: Any, **options: Any) -> str | None:
        if options["interactive"] and not self.stdin.isatty():  # Django's own skips it and succeeds
            raise CommandError(
                "It asks for an address and a password, and standard input is no terminal. Run it in one, or with "
                "--no-input, --email ADDRESS and the password in DJANGO_SUPERUSER_PASSWORD. "
                "No superuser was created."
            )
        return super().handle(*args, **options)
