from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.management import people_command
from accounts.management.people_command import PeopleCommand
from accounts.models import User
from fincred.db.id_ranges import IdRange

pytestmark = [pytest.mark.integration, pytest.mark.accounts, pytest.mark.django_db]


class Looking(PeopleCommand):
    """Looks at people, and raises `fault` before the one at place `until`."""

    example = "manage.py looking"

    def __init__(self, until: int | None = None, fault: BaseException | None = None) -> None:
        self.out = StringIO()
        super().__init__(stdout=self.out, stderr=self.out)
        self.until, self.fault = until, fault
        self.seen: list[UUID] = []
        self.ranges: list[IdRange] = []

    def handle(self, *args: object, **options: object) -> None:
        done = self.go_through(shard=options["shard"], after=options["after"])  # type: ignore[arg-type]
        self.stdout.write(f"{done} people")

    def work(self, people: Sequence[UUID], ids: IdRange) -> Iterator[UUID]:
        self.ranges.append(ids)
        for person in people:
            if self.fault and len(self.seen) == self.until:
                raise self.fault
            self.seen.append(person)
            yield person


@pytest.fixture
def people(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    monkeypatch.setattr(people_command, "PAGE", 4)
    for number in range(10):
        User.objects.create_user(f"{number}@example.com")
    return list(User.objects.order_by("pk").values_list("pk", flat=True))


def test_everybody_is_seen_once_in_pages(people: list[UUID]) -> None:
    command = Looking()
    call_command(command)
    assert command.seen == people
    assert command.ranges == [IdRange(None, people[3]), IdRange(people[3], people[7]), IdRange(people[7], None)]
    assert "10 people" in command.out.getvalue()


def test_a_full_last_page_is_followed_by_the_rest_of_the_ids(people: list[UUID]) -> None:
    User.objects.filter(pk__in=people[8:]).delete()
    command = Looking()
    call_command(command)
    assert command.ranges[-1] == IdRange(people[7], None)
    assert command.seen == people[:8]


def test_shards_together_see_everybody_once(people: list[UUID]) -> None:
    commands = [Looking() for _ in range(3)]
    for number, command in enumerate(commands, start=1):
        call_command(command, "--shard", f"{number}/3")
    assert [person for command in commands for person in command.seen] == people


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OperationalError("away")])
@pytest.mark.parametrize("shard", ["", "--shard 1/1 "])
def test_a_stopped_command_says_how_to_go_on(people: list[UUID], fault: BaseException, shard: str) -> None:
    command = Looking(until=5, fault=fault)
    with pytest.raises(CommandError, match=f"test_people_command {shard}--after {people[4]}$"):
        call_command(command, *shard.split())
    assert "5 of 10 people are done." in command.out.getvalue()

    rest = Looking()
    call_command(rest, *shard.split(), "--after", str(people[4]))
    assert command.seen + rest.seen == people


def test_one_that_is_stopped_again_at_once_starts_where_it_should(people: list[UUID]) -> None:
    command = Looking(until=0, fault=KeyboardInterrupt())
    with pytest.raises(CommandError, match=f"--after {people[4]}$"):
        call_command(command, "--after", str(people[4]))
    with pytest.raises(CommandError, match=r"test_people_command$"):
        call_command(Looking(until=0, fault=KeyboardInterrupt()))


def test_a_wrong_shard_is_refused() -> None:
    with pytest.raises(CommandError, match="write it like 2/4"):
        call_command(Looking(), "--shard", "5/4")
