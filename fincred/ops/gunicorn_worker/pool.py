"""Threads that work on a queue: a fixed number at a time, and others in place of those that take long."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

Task = TypeVar("Task")

# Seconds after which a task is taken to wait for something: a lock, or the hash of a password.
SLOW = 0.02

# Seconds that a task stands in the queue at most because others wait. As long as PostgreSQL's `lock_timeout`: by
# then requests that wait for locks are about to give back the database connections that the task may need.
LATE = 4.0


@dataclass(eq=False, slots=True)
class _Hand(Generic[Task]):
    """A thread, and what it does; nothing while it waits for the queue."""

    task: Task | None = None
    since: float = field(default_factory=time.monotonic)


class Pool(Generic[Task]):
    """Threads that `do` what is put into the queue.

    Threads that compute slow each other down, so only `threads` of them should do so at the same time. A task that
    is slow, or for which `is_waiting` is true, doesn't count: another thread is added, up to `most()` in all, or
    up to `most_late` if a task has stood in the queue for long, so that tasks that wait for nothing still get one.
    A thread that comes back while enough others are at work ends.
    """

    def __init__(
        self,
        do: Callable[[Task], None],
        *,
        threads: int,
        most: Callable[[], int],
        most_late: int,
        is_waiting: Callable[[Task], bool],
    ) -> None:
        self._do, self._threads, self._is_waiting = do, threads, is_waiting
        self._most, self._most_late = most, most_late
        self._queue: SimpleQueue[Task] = SimpleQueue()
        self._queued_at: deque[float] = deque()
        self._hands: set[_Hand[Task]] = set()
        self._lock = Lock()

    def put(self, task: Task) -> None:
        self._queued_at.append(time.monotonic())
        self._queue.put(task)
        self.relieve()

    def relieve(self) -> None:
        """Add threads for tasks in the queue, if those that are there take long."""
        if self._queue.empty():
            return
        with self._lock:
            now = time.monotonic()
            free = sum(hand.task is None for hand in self._hands)
            at_work = sum(not _takes_long(hand, now, self._is_waiting) for hand in self._hands) - free
            missing = min(self._threads - at_work, self._queue.qsize()) - free
            for _ in range(min(missing, self._limit() - len(self._hands))):
                hand: _Hand[Task] = _Hand()
                self._hands.add(hand)
                Thread(target=self._work, args=(hand,), daemon=True).start()

    @property
    def has_queue(self) -> bool:
        """Whether tasks stand in the queue."""
        return not self._queue.empty()

    @property
    def lacking(self) -> int:
        """How many tasks stand in the queue because no more threads may be added."""
        return self._queue.qsize() if len(self._hands) >= self._limit() else 0

    def _limit(self) -> int:
        """How many threads there may be now."""
        with suppress(IndexError):  # another thread has just taken the last task
            if time.monotonic() - self._queued_at[0] >= LATE:
                return max(self._most(), self._most_late)
        return self._most()

    def _work(self, hand: _Hand[Task]) -> None:
        while True:
            task = self._queue.get()
            self._queued_at.popleft()
            hand.since, hand.task = time.monotonic(), task
            self._do(task)
            with self._lock:
                hand.task = None
                now = time.monotonic()
                if sum(not _takes_long(each, now, self._is_waiting) for each in self._hands) > self._threads:
                    self._hands.remove(hand)
                    return


def _takes_long(hand: _Hand[Task], now: float, is_waiting: Callable[[Task], bool]) -> bool:
    task = hand.task
    return task is not None and (now - hand.since >= SLOW or is_waiting(task))
