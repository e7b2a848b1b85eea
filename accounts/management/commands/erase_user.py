"""Erase a person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import ErasureNotRecordedError, StaffRoleHeldError
from accounts.services import erase_person, find_person
from fincred import clock
from fincred.errors import ResourceNotFoundError


class Command(BaseCommand):
    help = (
        "Delete a person and everything held about them, for good. Asks first, unless --no-input is given. "
        "Example: manage.py erase_user sam@example.com --no-input"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="the person's address or id")
        parser.add_argument("--no-input", "--noinput", action="store_true", help="do not ask")

    def handle(self, *args: Any, person: str, no_input: bool, **options: Any) -> None:
        try:
            user = find_person(person)
        except ResourceNotFoundError:
            raise CommandError("No person has this address or id.") from None
        if not no_input and not _confirmed(f"Erase {user} for good? Type yes: "):
            raise CommandError("Nothing was erased.")
        try:
            erase_person(user=user, now=clock.now())
        except StaffRoleHeldError as error:
            raise CommandError(f"Nothing was erased: {error.message}.") from None
        except ErasureNotRecordedError as error:
            raise CommandError(f"Nothing was erased. {error.__cause__}.") from error
        self.stdout.write(
            self.style.SUCCESS("Erased. Backups hold the person until they are deleted, after 35 days at most.")
        )


def _confirmed(question: str) -> bool:
    """:raises CommandError: there is no terminal, and nothing on standard input."""
    try:
        return input(question) == "yes"
    except EOFError:
        raise CommandError("Nothing was erased: without a terminal the command needs --no-input.") from None
    except KeyboardInterrupt:
        return False
