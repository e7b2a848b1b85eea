"""What an upgrade of Django, DRF, drf-spectacular or psycopg must look at: the private parts that we touch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.metadata import version

import pytest

from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

DECISIONS = ROOT / "docs" / "decisions"
OF_CONNECTIONS, OF_THE_API = "0020-a-dead-connection-is-noticed.md", "0001-django-and-drf.md"
# Package: the version read, the decisions that list its parts, and the tests that show if they do what they did.
READ = {
    "Django": (
        "5.2",
        (OF_CONNECTIONS, OF_THE_API),
        "fincred/db, fincred/ops, both back_office, fincred/tests/test_faults.py, test_backup.py, test_start.py",
    ),
    "psycopg": ("3.3", (OF_CONNECTIONS,), "test_pipeline.py, test_stale_statements.py, test_deadline.py"),
    "psycopg-pool": ("3.3", (OF_CONNECTIONS,), "test_deadline.py, fincred/tests/test_faults.py"),
    "djangorestframework": ("3.18", (OF_THE_API,), "fincred/api and fincred/tests/test_clock.py"),
    "drf-spectacular": ("0.30", (OF_THE_API,), "fincred/api/tests/test_openapi.py"),
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
    "fincred/ops/middleware.py": re.compile(r"\.__wrapped__\b"),
    "fincred/db/backup/loading.py": re.compile(r"\._raw_delete\b"),
    "fincred/db/own_migrations.py": re.compile(r"MigrationLoader|MigrationRecorder"),
    "accounts/back_office/lists.py": re.compile(r"admin\.views\.main\b"),
    "accounts/models/people.py": re.compile(r"self\._password\b"),
}
# Documented by Django and Python, although their names begin with an underscore.
DOCUMENTED = {"_meta", "_state", "_base_manager", "_default_manager", "_replace", "_asdict", "_value_", "_exit"}
APPS = ("fincred", "accounts", "goals", "planning", "tracking")
SOURCES = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]


def own_names(tree: ast.AST) -> Iterator[str]:
    """What the module defines: functions, classes, variables, attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.attr


def private_attributes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
            yield node.attr


class TestPrivateParts:
    @pytest.mark.parametrize("package", READ)
    def test_are_of_the_version_that_was_read(self, package: str) -> None:
        read, decisions, tests = READ[package]
        installed = ".".join(version(package).split(".")[:2])
        assert installed == read, (
            f"Read in {package} {installed} each part that {' and '.join(decisions)} list: what it takes, who"
            f" calls it and what it raises. Run {tests} on PostgreSQL, and `make bench`. Then name the version"
            " there and here."
        )
        assert all(f"| {package} {read} |" in (DECISIONS / decision).read_text() for decision in decisions)

    @pytest.mark.parametrize("file", TOUCHING)
    def test_are_touched_in_one_file(self, file: str) -> None:
        touching = [str(path.relative_to(ROOT)) for path in SOURCES if TOUCHING[file].search(path.read_text())]
        assert touching == [file]

    def test_are_all_listed(self) -> None:
        """Attributes that begin with an underscore and that nothing of ours defines belong to other packages."""
        trees = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in SOURCES}
        known = DOCUMENTED.union(*map(own_names, trees.values()))
        touched = {(file, name) for file, tree in trees.items() for name in private_attributes(tree)}
        # The last two have tests of their own.
        listed = (*TOUCHING, "fincred/db/compiler.py", "fincred/ops/gunicorn_worker")
        assert {each for each in touched if each[1] not in known and not each[0].startswith(listed)} == set()
