"""Write a person's data into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import TokenInvalidError
from accounts.services import export_person, find_person
from fincred import clock
from fincred.api.renderers import render_json
from fincred.errors import ResourceNotFoundError
from fincred.ops.standard_streams import leads_nowhere
from fincred.private_file import write_private


class Command(BaseCommand):
    help = (
        "Write everything held about a person as JSON, to the terminal or to a file. "
        "Example: manage.py export_user sam@example.com --output sam.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("person", help="the person's address or id")
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="write into this file, which only its owner may read"
        )

    def handle(self, *args: Any, person: str, output: Path | None, **options: Any) -> None:
        if output is None:
            if leads_nowhere(self.stdout):
                raise CommandError("Standard output leads nowhere. Name a file: --output FILE.")
            self.stdout.write(_document(person).decode())
            return
        try:
            # The file first: where it can't be, no export is recorded.
            with write_private(output) as file:
                file.write(_document(person))
        except OSError as error:
            raise CommandError(f"{output} could not be written: {error.strerror}") from None
        self.stdout.write(self.style.SUCCESS(f"Written to {output}."))


def _document(person: str) -> bytes:
    """:raises CommandError: no person has this address or id."""
    try:
        return render_json(export_person(user=find_person(person), now=clock.now()))
    except (ResourceNotFoundError, TokenInvalidError):
        raise CommandError("No person has this address or id.") from None
