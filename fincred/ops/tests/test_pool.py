"""So many tasks at a time, and others beside those that take long."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest

from fincred.ops.gunicorn_worker import pool as pools
from fincred.ops.gunicorn_worker.pool import Pool
from fincred.tests.live import wait_until

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@dataclass
class Task:
    """Begins, and ends when it is told to."""

    begun: Event = field(default_factory=Event)
    told: Event = field(default_factory=Event)
    waits_for_its_client: bool = False

    def do(self) -> None:
        self.begun.set()
        self.told.wait()


Put = Callable[[int], list[Task]]


@pytest.fixture(autouse=True)
def nothing_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "SLOW", 1000.0)


@pytest.fixture
def pool() -> Pool[Task]:
    return Pool(Task.do, threads=3, most=lambda: 6, most_late=8, is_waiting=lambda task: task.waits_for_its_client)


@pytest.fixture
def put(pool: Pool[Task]) -> Iterator[Put]:
    tasks: list[Task] = []

    def puts(number: int) -> list[Task]:
        new = [Task() for _ in range(number)]
        for task in new:
            pool.put(task)
        tasks.extend(new)
        return new

    yield puts
    for task in tasks:
        task.told.set()
    for task in tasks:
        assert task.begun.wait(10)


def begun(tasks: list[Task], number: int) -> bool:
    """Whether so many have begun, and no more soon do."""
    wait_until(lambda: sum(task.begun.is_set() for task in tasks) >= number)
    time.sleep(0.1)
    return sum(task.begun.is_set() for task in tasks) == number


class TestPool:
    def test_as_many_begin_as_there_are_threads(self, put: Put) -> None:
        assert begun(put(5), 3)

    def test_the_next_begins_when_one_is_done(self, put: Put) -> None:
        tasks = put(5)
        assert begun(tasks, 3)
        tasks[0].told.set()
        assert begun(tasks, 4)

    def test_one_thread_is_enough_for_one_task_after_the_other(self, pool: Pool[Task], put: Put) -> None:
        for _ in range(5):
            [task] = put(1)
            assert begun([task], 1)
            task.told.set()
            time.sleep(0.02)
        assert len(pool._hands) == 1

    def test_another_stands_in_for_one_that_takes_long(
        self, pool: Pool[Task], put: Put, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tasks = put(5)
        assert begun(tasks, 3)
        monkeypatch.setattr(pools, "SLOW", 0.0)
        pool.relieve()
        assert begun(tasks, 5)

    def test_and_at_once_for_one_that_waits_for_its_client(self, pool: Pool[Task], put: Put) -> None:
        tasks = put(5)
        assert begun(tasks, 3)
        tasks[0].waits_for_its_client = True
        pool.relieve()
        assert begun(tasks, 4)

    def test_up_to_a_number_from_which_on_tasks_lack_a_thread(
        self, pool: Pool[Task], put: Put, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pools, "SLOW", 0.0)
        tasks = put(5)
        assert begun(tasks, 5)
        assert (pool.lacking, pool.has_queue) == (0, False)
        assert begun(tasks + put(4), 6)
        assert (pool.lacking, pool.has_queue) == (3, True)

    def test_and_up_to_another_for_one_that_stands_in_the_queue_for_long(
        self, pool: Pool[Task], put: Put, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pools, "SLOW", 0.0)
        tasks = put(10)
        assert begun(tasks, 6)
        monkeypatch.setattr(pools, "LATE", 0.0)
        pool.relieve()
        assert begun(tasks, 8)
        assert pool.lacking == 2

    def test_those_that_stood_in_go_when_they_are_done(
        self, pool: Pool[Task], put: Put, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(pools, "SLOW", 0.0)
            tasks = put(6)
            assert begun(tasks, 6)
        assert len(pool._hands) == 6
        for task in tasks:
            task.told.set()
        wait_until(lambda: len(pool._hands) == 3)
        assert begun(put(5), 3)
