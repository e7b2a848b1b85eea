"""Does the time of an answer tell which addresses are registered?

Each call goes over HTTP to FinCred with its real password hashing, for known and for unknown addresses in turns: a
ratio of 1.00 tells nothing. Mail waits for its worker, as in production.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import quantiles

from django.contrib.auth.hashers import make_password

from accounts.models import User
from benchmarks.data import PASSWORD
from fincred import clock

VERIFIED, WAITING, UNKNOWN = "verified", "waiting", "unknown"


@dataclass(frozen=True, slots=True)
class Ask:
    """A call with an address, and `more` in its body; `known` are people of this kind."""

    name: str
    path: str
    known: str
    more: dict[str, str] = field(default_factory=dict)


ASKS = (
    Ask("sign in", "login", VERIFIED, {"password": "another invented one"}),
    Ask("sign in, not ASCII", "login", VERIFIED, {"password": "ein anderes Paßwort"}),
    Ask("reset, first time", "password/reset", VERIFIED),
    Ask("reset, again", "password/reset", VERIFIED),
    Ask("verification, first time", "resend-verification", WAITING),
    Ask("verification, again", "resend-verification", WAITING),
    Ask("verification, needless", "resend-verification", VERIFIED),
)


def fill(people: int) -> None:
    """So many people who have verified their address, and as many who haven't."""
    password, now = make_password(PASSWORD), clock.now()
    User.objects.bulk_create(
        User(email=_address(kind, number), password=password, is_verified=kind == VERIFIED, created_at=now)
        for kind in (VERIFIED, WAITING)
        for number in range(people)
    )


def _address(kind: str, number: int) -> str:
    return f"{kind}{number:05}@bench.example"


def measure(port: int, tries: int, name: str = "") -> None:
    """Those whose name has `name` in it."""
    print(f"\nSign-in: {tries} tries for known and for unknown addresses in turns; median (quartiles) in ms")
    print(f"  {'':<26}{'known':>26}{'unknown':>26}{'ratio':>8}", flush=True)
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for ask in (each for each in ASKS if name in each.name):
            took = [[_took(connection, ask, kind, n) for kind in (ask.known, UNKNOWN)] for n in range(tries)]
            known, unknown = (quantiles(times) for times in zip(*took, strict=True))
            cells = "".join(f"{f'{q2:.2f} ({q1:.2f}..{q3:.2f})':>26}" for q1, q2, q3 in (known, unknown))
            print(f"  {ask.name:<26}{cells}{known[1] / unknown[1]:>8.2f}", flush=True)


def _took(connection: HTTPConnection, ask: Ask, kind: str, number: int) -> float:
    """Milliseconds from the request to the whole answer."""
    body = json.dumps({"email": _address(kind, number), **ask.more})
    began = time.perf_counter()
    connection.request("POST", f"/api/v0/auth/{ask.path}", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    took = (time.perf_counter() - began) * 1000
    if response.status not in (200, 401):
        raise RuntimeError(f"{ask.path} answers {response.status}")
    return took
