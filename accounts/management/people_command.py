"""Commands that go through all people: in shards, with a progress bar, and told how to go on when stopped."""

from __future__ import annotations

from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, connection

from accounts.models import User
from fincred.db.id_ranges import MOST_SHARDS, IdRange, pages
from fincred.db.in_words import database_in_words
from fincred.db.limits import patient
from fincred.ops.progress_bar import ProgressBar
from fincred.ops.stop_signals import stop_when_asked

PAGE = 500


class PeopleCommand(BaseCommand):
    """Goes through people in the order of their ids, a page of them in memory at a time.

    A subclass has `work`, which yields the id of each person when it is done with them.
    """

    example: ClassVar[str]

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, epilog=f"example: {self.example}", formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shard",
            type=_shard,
            metavar="I/N",
            help=f"one of N (at most {MOST_SHARDS}) equal parts of the people, for a process each",
        )
        parser.add_argument("--after", type=_id, metavar="ID", help="continue after this person")

    def execute(self, *args: Any, **options: Any) -> str | None:
        with patient(connection):
            return super().execute(*args, **options)

    def work(self, people: Sequence[UUID], ids: IdRange) -> Iterator[UUID]:
        """Do the work for `people`, who are those with an id in `ids`; yield each one when they are done."""
        raise NotImplementedError

    def go_through(self, *, shard: tuple[str, IdRange] | None, after: UUID | None) -> int:
        """Work through all people, or those of a shard, after this one; returns their number.

        A signal stops it after the person at hand, a second one at once.

        :raises CommandError: it was stopped, or the database is away; it says how to go on.
        """
        name, part = shard or ("", IdRange())
        part = part.beginning_after(after)
        bar = ProgressBar(User.objects.filter(part.of("pk")).count(), self.stderr)
        last = after
        try:
            with stop_when_asked() as is_asked:
                for people, ids in pages(User.objects.all(), part, PAGE):
                    for last in self.work(people, ids):  # noqa: B007  told when the work is stopped
                        bar.advance()
                        if is_asked() and bar.done < bar.total:
                            raise KeyboardInterrupt
        except (KeyboardInterrupt, OperationalError, InterfaceError) as error:
            bar.stop()
            self.stopped(bar.done, bar.total)
            why = "Stopped." if isinstance(error, KeyboardInterrupt) else database_in_words(error)
            options = [f"--shard {name}"] if name else []
            options += [f"--after {last}", *self.also_to_continue()] if last else []
            command = type(self).__module__.rpartition(".")[2]
            raise CommandError(f"{why}\nContinue with: {' '.join(['manage.py', command, *options])}") from None
        return bar.done

    def also_to_continue(self) -> list[str]:
        """More options of the command that goes on."""
        return []

    def stopped(self, done: int, total: int) -> None:
        """Say how far it came."""
        self.stderr.write(f"{done} of {total} people are done.")


def _shard(text: str) -> tuple[str, IdRange]:
    try:
        return "/".join(str(int(part)) for part in text.split("/")), IdRange.shard(text)
    except ValueError:
        raise ArgumentTypeError(f"write it like 2/4, the second of four; at most {MOST_SHARDS} parts") from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError("write the id of a person, as a stopped run printed it") from None
