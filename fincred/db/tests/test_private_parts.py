"""What an upgrade of Django, DRF, drf-spectacular or psycopg must look at: the private parts that we touch."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DECISIONS = ROOT / "docs" / "decisions"
OF_CONNECTIONS, OF_THE_API = "0020-a-dead-connection-is-noticed.md", "0001-django-and-drf.md"
# Package: the version read, the decision that lists its parts, and the tests that show if they do what they did.
READ = {
    "Django": ("5.2", OF_CONNECTIONS, "test_pipeline.py, test_pooler.py, fincred/tests/test_faults.py"),
    "psycopg": ("3.3", OF_CONNECTIONS, "test_pipeline.py, test_stale_statements.py, test_deadline.py"),
    "psycopg-pool": ("3.3", OF_CONNECTIONS, "test_deadline.py, fincred/tests/test_faults.py"),
    "djangorestframework": ("3.18", OF_THE_API, "fincred/api and fincred/tests/test_clock.py"),
    "drf-spectacular": ("0.30", OF_THE_API, "fincred/api/tests/test_openapi.py"),
}
TOUCHING = {
    "fincred/db/postgresql/base.py": re.compile(
        r"_set_autocommit|\._commit\(|_configure_connection|def pool\b|get_new_connection|get_connection_params"
        r"|validate_no_broken_transaction|queries_logged|validation_class|DatabaseErrorWrapper"
    ),
    "fincred/db/postgresql/pipeline.py": re.compile(
        r"Transformer|pgconn|psycopg\.waiting|_WaitTimeout|error_from_result|PQGen|\"_pool\""
    ),
    "fincred/db/snapshot.py": re.compile(r"\.transaction_mode\b"),
    "fincred/api/django_request.py": re.compile(r"request\._request\b"),
    "fincred/api/representation.py": re.compile(r'"_context"'),
    "fincred/api/openapi.py": re.compile(r"_map_basic_serializer|_get_request_body"),
    "fincred/ops/progress_bar.py": re.compile(r"\._out\b"),
}


class TestPrivateParts:
    @pytest.mark.parametrize("package", READ)
    def test_are_of_the_version_that_was_read(self, package: str) -> None:
        read, decision, tests = READ[package]
        installed = ".".join(version(package).split(".")[:2])
        assert installed == read, (
            f"Read in {package} {installed} each part that {decision} lists: what it takes, who calls it and"
            f" what it raises. Run {tests} on PostgreSQL, and `make bench`. Then name the version there and here."
        )
        assert f"| {package} {read} |" in (DECISIONS / decision).read_text()

    @pytest.mark.parametrize("file", TOUCHING)
    def test_are_touched_in_one_file(self, file: str) -> None:
        apps = ("fincred", "accounts", "goals", "planning", "tracking")
        sources = [path for app in apps for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
        touching = [str(path.relative_to(ROOT)) for path in sources if TOUCHING[file].search(path.read_text())]
        assert touching == [file]
