"""The addresses at which other devices reach this machine: for trying an app on a phone, in development only."""

from __future__ import annotations

import socket
from typing import Final

# Where an emulator of Android finds the machine that it runs on.
EMULATORS_HOST: Final = "10.0.2.2"
# Expo (8081, and 19006 for the web) and Vite.
APP_PORTS: Final = (8081, 19006, 5173)

# Documentation's own network stands for the internet; the others are the ends of the private ones.
_ELSEWHERE: Final = ("192.0.2.1", "10.255.255.254", "172.31.255.254", "192.168.255.254")


def own_addresses() -> list[str]:
    """The IPv4 addresses of the interfaces that lead out of here, the way to the internet first."""
    return [address for address in dict.fromkeys(map(_address_towards, _ELSEWHERE)) if address]


def development_hosts() -> list[str]:
    return ["localhost", "127.0.0.1", "[::1]", EMULATORS_HOST, *own_addresses()]


def development_origins() -> list[str]:
    """Where the development servers of apps serve their pages from."""
    hosts = ("localhost", "127.0.0.1", *own_addresses())
    return [f"http://{host}:{port}" for host in hosts for port in APP_PORTS]


def _address_towards(address: str) -> str | None:
    """A datagram socket that is connected has chosen its way, and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:  # there is no way out
            return None
        own: str = probe.getsockname()[0]
    return None if own.startswith("127.") else own
