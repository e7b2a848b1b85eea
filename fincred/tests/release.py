"""The last release, which CHANGELOG.md names, and the rule for migrations that come after it."""

from __future__ import annotations

import math
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from fincred.tests.live import ROOT

Migration = tuple[str, str]
Fields = Mapping[str, Any]

_LOST_OR_RENAMED = (
    ops.RemoveField, ops.DeleteModel, ops.RenameField, ops.RenameModel, ops.AlterModelTable,
)  # fmt: skip


@cache
def release() -> str:
    """The commit. Without it, as in a copy without history, its tests are skipped."""
    [commit] = re.findall(
        r"^Release to upgrade from: ([0-9a-f]{7,40})\b", (ROOT / "CHANGELOG.md").read_text(), re.M
    )
    known = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, check=False, capture_output=True
    )
    if known.returncode:
        pytest.skip(f"needs the history with commit {commit}, which CHANGELOG.md names (git fetch --unshallow)")
    return str(commit)


def unpack(folder: Path) -> None:
    """The release's code into that folder."""
    archive = subprocess.run(["git", "archive", release()], cwd=ROOT, check=True, capture_output=True)
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def released_text(path: str) -> str:
    """That file of the release."""
    command = ["git", "show", f"{release()}:{path}"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def released_migrations() -> set[Migration]:
    """App and name. The app's label is the name of the folder that holds `migrations`."""
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", release()], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return set(re.findall(r"^(?:.*/)?(\w+)/migrations/(0\w+)\.py$", listed, re.MULTILINE))


def faults(operation: Operation, app: str, before: ProjectState, released: ProjectState) -> list[str]:
    """Why the release can't run on what this operation leaves. `before` is the state that it starts from.

    :param released: the models as the release's code knows them.
    """
    if isinstance(operation, ops.SeparateDatabaseAndState):  # the state's operations leave the database alone
        return [fault for each in operation.database_operations for fault in faults(each, app, before, released)]
    words = (getattr(operation, name, None) for name in ("model_name", "old_name", "name"))
    model = (app, str(next(filter(None, words), "")).lower())
    if model not in released.models:
        return []
    fault = _fault(operation, before.models[model].fields, released.models[model].fields)
    return [f"{operation.describe()}: {fault}"] if fault else []


def _fault(operation: Operation, before: Fields, released: Fields) -> str:
    if isinstance(operation, _LOST_OR_RENAMED):
        return "the release uses it. Take it out of the models first, and drop it a release later"
    if isinstance(operation, ops.AddField):
        field = operation.field
        is_filled = field.many_to_many or field.null or field.has_db_default()
        return "" if is_filled else "the release inserts rows without it. Give it a db_default, or null=True"
    if isinstance(operation, ops.AlterField):
        is_narrower = _is_narrower(before[operation.name], operation.field)
        return "the release may write what it no longer takes" if is_narrower else ""
    if isinstance(operation, ops.AddConstraint):
        words = set(re.findall(r"'(\w+?)(?:__\w+)?'", repr(operation.constraint)))
        is_of_new = words & (before.keys() - released.keys())
        return "" if is_of_new else "it may refuse what the release writes. Add it a release later"
    return ""


def _is_narrower(old: Any, new: Any) -> bool:
    is_shorter = (new.max_length or math.inf) < (old.max_length or math.inf)
    return (old.null and not new.null) or old.get_internal_type() != new.get_internal_type() or is_shorter


# What reads or writes a whole table while others can't write to it, except with what makes it harmless.
_LOCKING = (
    (
        r"\bADD CONSTRAINT \S+ (CHECK|FOREIGN)",
        r"\bNOT VALID\b",
        "make it by AddCheckBesideWrites, and ValidateCheck in a later migration",
    ),
    (
        r"\bADD CONSTRAINT \S+ UNIQUE",
        r"\bUSING INDEX\b",
        "make its index concurrently, and then the constraint USING INDEX",
    ),
    (r"\bCREATE (UNIQUE )?INDEX\b", r"\bCONCURRENTLY\b", "make it by AddIndexBesideWrites"),
    (r"\bALTER COLUMN \S+ TYPE\b", r"\bTYPE (varchar\(|text\b)", "fill a new column instead"),
    (r"\bADD COLUMN .* GENERATED ALWAYS AS .* STORED\b", r"(?!)", "fill a plain column instead"),
    (r"\bALTER COLUMN \S+ SET NOT NULL\b", r"(?!)", "let it stay null in the database"),
)


def locks(statements: list[str]) -> list[str]:
    """Which of these statements of PostgreSQL would hold up writers to a large table, and what to do instead.

    Tables that they make themselves are empty.
    """
    made = {name for each in statements for name in re.findall(r'^CREATE TABLE "(\w+)"', each)}
    found = []
    for each in statements:
        table = re.search(r'^(?:ALTER TABLE|CREATE (?:UNIQUE )?INDEX (?:CONCURRENTLY )?"\w+" ON) "(\w+)"', each)
        if table and table[1] not in made:
            found += [
                f"{each} -- {instead}"
                for locking, harmless, instead in _LOCKING
                if re.search(locking, each) and not re.search(harmless, each)
            ]
    return found
