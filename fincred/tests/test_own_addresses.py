from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

import pytest

from fincred.own_addresses import development_hosts, development_origins, own_addresses

pytestmark = [pytest.mark.unit, pytest.mark.platform]

ROOT = Path(__file__).resolve().parents[2]
SHOW = "from fincred import settings as s; print(*s.ALLOWED_HOSTS, *s.CORS_ALLOWED_ORIGINS)"
KEYS = {"SECRET_KEY": "k" * 40, "JWT_SECRET_KEY": "j" * 40}


def settings_say(**variables: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": ""} | KEYS | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_own_addresses_are_no_loopback_and_each_is_named_once() -> None:
    found = own_addresses()
    assert len(found) == len(set(found))
    assert not [address for address in found if ip_address(address).is_loopback]


def test_a_machine_without_a_way_out_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    broadcast = "255.255.255.255"  # no socket connects there unless it says that it broadcasts
    monkeypatch.setattr("fincred.own_addresses._ELSEWHERE", (broadcast,))
    assert own_addresses() == []


def test_in_development_emulators_phones_and_development_servers_of_apps_reach_the_server() -> None:
    said = settings_say(ENV="development")
    assert said == development_hosts() + development_origins()
    assert {"10.0.2.2", "127.0.0.1", *own_addresses()} <= set(said)
    for port in (8081, 19006, 5173):
        assert f"http://localhost:{port}" in said


def test_elsewhere_they_do_not() -> None:
    assert settings_say(ENV="staging") == ["localhost", "127.0.0.1", "[::1]"]


def test_what_is_set_stands_alone() -> None:
    said = settings_say(ENV="development", ALLOWED_HOSTS="api.example", CORS_ORIGINS="https://app.example")
    assert said == ["api.example", "https://app.example"]
