"""Rules that every test file keeps."""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fincred.tests.chosen_tests import LONGEST
from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

LONGEST_FILE = 400
LONGEST_SLEEP = 0.2
# What fails a test, of pytest, its plugins and schemathesis.
ASSERTING = {
    "raises",
    "warns",
    "fail",
    "call_and_validate",
    "django_assert_num_queries",
    "django_assert_max_num_queries",
}


@dataclass(frozen=True)
class Function:
    """A test, a fixture or a helper."""

    name: str
    line: int
    asserts: bool
    uses: frozenset[str]
    """Names that it calls, and fixtures that it takes."""

    @classmethod
    def read(cls, node: ast.FunctionDef) -> Function:
        inside = list(ast.walk(node))
        calls = {name_of(call) for call in inside if isinstance(call, ast.Call)}
        fixtures = {argument.arg for argument in node.args.args}
        asserts = any(isinstance(each, ast.Assert) for each in inside)
        return cls(node.name, node.lineno, asserts, frozenset(calls | fixtures))


class File:
    def __init__(self, path: Path) -> None:
        self.name = str(path.relative_to(ROOT))
        self.text = path.read_text()

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @cached_property
    def functions(self) -> list[Function]:
        return [Function.read(node) for node in self.nodes if isinstance(node, ast.FunctionDef)]

    @cached_property
    def names(self) -> set[str]:
        """Functions that its tests can call: its own, and those imported."""
        imports = [node for node in self.nodes if isinstance(node, ast.ImportFrom)]
        return {function.name for function in self.functions} | {
            name.name for node in imports for name in node.names
        }

    def number(self, node: ast.expr) -> float:
        """What a number, or a name for one in this file, stands for; infinite if that can't be read."""
        constants = {
            ast.unparse(each.targets[0]): each.value for each in self.nodes if isinstance(each, ast.Assign)
        }
        found = constants.get(ast.unparse(node), node)
        return float(ast.unparse(found)) if isinstance(found, ast.Constant) else math.inf

    def asserting(self, known: set[str]) -> Iterator[Function]:
        """Those that assert, or use what is known to assert."""
        usable = ASSERTING | (known & self.names)
        return (each for each in self.functions if each.asserts or not usable.isdisjoint(each.uses))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.fixture(scope="module")
def files() -> list[File]:
    return [File(path) for path in sorted([ROOT / "conftest.py", *ROOT.glob("[a-z]*/**/tests/**/*.py")])]


class TestFiles:
    def test_every_test_asserts(self, files: list[File]) -> None:
        known, before = set[str](), {""}
        while known != before:
            before = known
            known = {function.name for file in files for function in file.asserting(before)}
        silent = [
            f"{file.name}:{function.line} {function.name}"
            for file in files
            for function in set(file.functions) - set(file.asserting(known))
            if function.name.startswith("test_")
        ]
        assert silent == []

    def test_each_says_whether_it_runs_on_both_databases(self, files: list[File]) -> None:
        """As what isn't marked does, also if it needs none."""
        tests = [file for file in files if Path(file.name).name.startswith("test_")]
        assert [file.name for file in tests if not re.search(r"mark\.(unit|once|integration)", file.text)] == []

    def test_none_sleeps_for_long(self, files: list[File]) -> None:
        sleeps = {
            f"{file.name}:{node.lineno}": file.number(node.args[0])
            for file in files
            for node in file.nodes
            if isinstance(node, ast.Call) and name_of(node) == "sleep"
        }
        assert sleeps
        assert {place: seconds for place, seconds in sleeps.items() if seconds > LONGEST_SLEEP} == {}

    def test_those_that_a_run_begins_with_are_there(self, files: list[File]) -> None:
        assert set(LONGEST) <= {file.name for file in files}

    def test_none_is_too_long(self, files: list[File]) -> None:
        lengths = {file.name: len(file.text.splitlines()) for file in files}
        assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.fixture
def is_set_up_traced() -> bool:
    return sys.gettrace() is not None


class TestCoverage:
    """What is traced where coverage is measured, as in the gate; elsewhere nothing is."""

    def test_follows_an_example_that_somebody_chose(self, pytestconfig: pytest.Config) -> None:
        assert (sys.gettrace() is not None) is pytestconfig.pluginmanager.hasplugin("_cov")

    def test_follows_nothing_that_sets_up(self, is_set_up_traced: bool) -> None:
        assert not is_set_up_traced

    @pytest.mark.parametrize("seed", [1])
    def test_follows_no_seed(self, seed: int) -> None:
        assert sys.gettrace() is None

    @given(st.none())
    def test_follows_nothing_of_hypothesis(self, example: None) -> None:
        assert sys.gettrace() is None

    @pytest.mark.slow
    def test_follows_no_slow_test(self) -> None:
        assert sys.gettrace() is None
