from __future__ import annotations

from dataclasses import dataclass

import pytest

from fincred.events import publish, subscribe, subscribed

pytestmark = [pytest.mark.unit, pytest.mark.platform]


@dataclass(frozen=True, slots=True)
class Happened:
    what: str


def test_an_event_reaches_a_handler_once_although_it_subscribed_twice() -> None:
    heard: list[Happened] = []
    with subscribed(Happened, heard.append):
        subscribe(Happened, heard.append)
        publish(Happened("now"))
    publish(Happened("later"))

    assert heard == [Happened("now")]
