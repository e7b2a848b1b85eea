from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fincred.db.names import named

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def connection(vendor: str, **settings: str) -> Any:
    return SimpleNamespace(vendor=vendor, settings_dict={"HOST": "", "PORT": "", **settings})


class TestNamed:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ({"HOST": "db.example", "PORT": 5433}, "Database fincred on db.example:5433"),
            ({"HOST": "::1"}, "Database fincred on [::1]:5432"),
            ({}, "Database fincred on this machine's socket"),
        ],
    )
    def test_tells_host_port_and_name_and_no_password(self, given: dict[str, str], name: str) -> None:
        made = connection("postgresql", NAME="fincred", USER="fincred", PASSWORD="hidden", **given)
        assert named(made) == name

    def test_is_the_file_of_sqlite(self) -> None:
        assert named(connection("sqlite", NAME="/srv/db.sqlite3")) == "Database /srv/db.sqlite3"
