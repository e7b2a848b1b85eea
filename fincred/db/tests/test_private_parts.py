"""What an upgrade of Django or psycopg must look at: the private parts that connections touch."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DECISION = ROOT / "docs" / "decisions" / "0020-a-dead-connection-is-noticed.md"
# Package: the version read, and the tests that show whether its parts still do what they did.
READ = {
    "Django": ("5.2", "test_pipeline.py, test_pooler.py, fincred/tests/test_faults.py"),
    "psycopg": ("3.3", "test_pipeline.py, test_stale_statements.py, test_deadline.py"),
    "psycopg-pool": ("3.3", "test_deadline.py, fincred/tests/test_faults.py"),
}
TOUCHING = {
    "fincred/db/postgresql/base.py": re.compile(
        r"_set_autocommit|\._commit\(|def pool|get_new_connection|get_connection_params"
        r"|validate_no_broken_transaction|queries_logged|validation_class"
    ),
    "fincred/db/postgresql/pipeline.py": re.compile(
        r"Transformer|pgconn|psycopg\.waiting|_WaitTimeout|error_from_result|PQGen|\"_pool\""
    ),
}


class TestPrivateParts:
    @pytest.mark.parametrize("package", READ)
    def test_are_of_the_version_that_was_read(self, package: str) -> None:
        read, tests = READ[package]
        installed = ".".join(version(package).split(".")[:2])
        assert installed == read, (
            f"Read in {package} {installed} each part that {DECISION.name} lists: what it takes, who calls it and"
            f" what it raises. Run {tests} on PostgreSQL, and `make bench`. Then name the version there and here."
        )
        assert f"| {package} {read} |" in DECISION.read_text()

    @pytest.mark.parametrize("file", TOUCHING)
    def test_are_touched_in_one_file(self, file: str) -> None:
        apps = ("fincred", "accounts", "goals", "planning", "tracking")
        sources = [path for app in apps for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
        touching = [str(path.relative_to(ROOT)) for path in sources if TOUCHING[file].search(path.read_text())]
        assert touching == [file]
