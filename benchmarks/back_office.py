"""The back office with few people and with many: what each list, search and page takes."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from statistics import median

from django.conf import settings

from accounts.back_office.tests.acting import signed_in
from accounts.models import User
from fincred import clock
from fincred.back_office.tests import many_people
from fincred.back_office.tests.many_people import FILES, PATHS, PERSON

FEW, MANY = 1_000, 100_000
NO_ROW = "00000000-0000-4000-8000-999999999999"
PAGES = (
    *(
        "",
        "find/?q=p777@",
        "find/?q=person",
        "find/?q=p777@example.com-3",
        f"find/?q={PERSON}",
        f"find/?q={NO_ROW}",
    ),
    *PATHS,
    *FILES,
)


def fill(people: int) -> str:
    """So many people, each with 5 goals of 5 check-ins and 10 entries of the trail; a superuser's cookie.

    The person whose page is measured has past plannings as well: that page is the one that takes the most.
    """
    many_people.fill(people=people, goals=5, check_ins=5, entries=10)
    many_people.plan_in_the_past(clock.now())
    cookies = signed_in(User.objects.create_superuser("boss@bench.example")).cookies
    return f"{settings.SESSION_COOKIE_NAME}={cookies[settings.SESSION_COOKIE_NAME].value}"


def measure(ports: dict[int, int], cookies: dict[int, str], rounds: int) -> None:
    """Milliseconds of an answer by number of people, medians of rounds in turns; then the ratio, within rounds."""
    for path in PAGES:
        taken: dict[int, list[float]] = {people: [] for people in ports}
        for turn in range(rounds + 1):
            for people, port in ports.items():
                milliseconds = _milliseconds(port, f"/admin/{path}", cookies[people])
                if turn:  # the first warms up
                    taken[people].append(milliseconds)
        ratio = median(many / few for few, many in zip(*taken.values(), strict=True))
        cells = "".join(f"{median(each):>8.0f}" for each in taken.values())
        print(f"  {path or 'start page':<72}{cells}{ratio:>8.2f}", flush=True)


def _milliseconds(port: int, path: str, cookie: str) -> float:
    """With what the page leads to: a search that finds one thing goes there."""
    began = time.perf_counter()
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 302:
            break
        path = answer.headers["Location"]
    if answer.status != 200:
        raise RuntimeError(f"{path} is answered with {answer.status}")
    return 1000 * (time.perf_counter() - began)
