"""`python -m benchmarks.login_timing`: does the time of an answer tell which addresses are registered?

For each call the median for known and for unknown addresses, taken in turns, and their ratio: 1.00 tells nothing.
On a throwaway SQLite database with the real password hashing; mail waits for the worker, as in production.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

KNOWN, ROUNDS = 20, 40


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'timing.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "fincred.settings",
            "EMAIL_URL": "smtp://mail.invalid:25",
            "RATE_LIMIT_ENABLED": "false",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        _measure()


def _measure() -> None:
    from django.core.management import call_command

    from accounts.models import User

    call_command("migrate", verbosity=0)
    known = [User.objects.create_user(f"known{n}@example.com", "a long invented password") for n in range(KNOWN)]
    print(f"{'call':<20} {'known':>9} {'unknown':>9} {'ratio':>6}   medians of {ROUNDS}, milliseconds")
    for name, ask in _calls().items():
        times: dict[bool, list[float]] = {True: [], False: []}
        for turn in range(2 * ROUNDS):
            is_known = turn % 2 == 0
            email = known[turn // 2 % KNOWN].email if is_known else f"unknown{name}{turn}@example.com"
            started = time.perf_counter()
            ask(email)
            times[is_known].append((time.perf_counter() - started) * 1000)
        there, nowhere = median(times[True]), median(times[False])
        print(f"{name:<20} {there:>9.2f} {nowhere:>9.2f} {there / nowhere:>6.2f}")


def _calls() -> dict[str, Callable[[str], object]]:
    """What anybody may ask about any address; over HTTP, from the request to the answer."""
    from rest_framework.test import APIClient

    client = APIClient(SERVER_NAME="localhost")

    def asking(path: str, **more: str) -> Callable[[str], object]:
        return lambda email: client.post(f"/api/v0/auth/{path}", {"email": email, **more})

    return {
        "login": asking("login", password="another invented one"),  # noqa: S106  of nobody
        "password/reset": asking("password/reset"),
        "resend-verification": asking("resend-verification"),
        "register": asking("register", password="staple the horse"),  # noqa: S106  of nobody
    }


if __name__ == "__main__":
    main()
