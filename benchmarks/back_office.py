"""The back office with few people and with many: what each list, search and page takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from django.test import Client

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from fincred.back_office.tests.many_people import FILES, PATHS, fill

FEW, MANY = 1_000, 100_000
PAGES = ("", "find/?q=p777@", "find/?q=person", "find/?q=p777@example.com-3", *PATHS, *FILES)


def measure(new_database: Callable[[], None], rounds: int) -> None:
    """Milliseconds of an answer, medians. `new_database` makes an empty one in place of the one before.

    Of each person there are 5 goals with 5 check-ins each, and 10 entries of the audit trail.
    """
    print(f"\nThe back office: ms with {FEW:,} and {MANY:,} people, and their ratio")
    taken: list[list[float]] = []
    for people in (FEW, MANY):
        new_database()
        fill(people=people, goals=5, check_ins=5, entries=10)
        client = signed_in(User.objects.create_superuser("boss@bench.example"), SERVER_NAME="127.0.0.1")
        taken.append([_milliseconds(client, path, rounds) for path in PAGES])
    for path, few, many in zip(PAGES, *taken, strict=True):
        print(f"  {path or 'start page':<72}{few:>8.0f}{many:>8.0f}{many / few:>8.2f}", flush=True)


def _milliseconds(client: Client, path: str, rounds: int) -> float:
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        answer = client.get(f"/admin/{path}", follow=True)
        assert answer.status_code == 200, path  # noqa: S101  nothing else is measured
        times.append(time.perf_counter() - began)
    return 1000 * median(times[1:])  # the first warms up
