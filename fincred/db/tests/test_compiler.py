"""What an upgrade of Django must look at: the private parts that the compiler touches."""

from __future__ import annotations

import re

import django
import pytest

from fincred.db import compiler
from fincred.tests.live import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.platform]

PRIVATE = re.compile(
    r"get_compiler|klass_info|get_related_populators|_iterable_class|InsertQuery|UpdateQuery|\.query\.(chain|select)"
)


class TestDjango:
    def test_is_the_version_that_the_compiler_was_read_in(self) -> None:
        assert django.VERSION[:2] == (5, 2), (
            "Read in the new Django each part that the docstring of fincred/db/compiler.py lists (Django 6 hands a"
            " fetch_mode to get_related_populators). Run test_queries.py, which compares rows with a queryset's,"
            " and test_writes.py, which compares columns with those of save(), on both databases. Then name the"
            " new version here and in that docstring."
        )
        assert "Django 5.2" in str(compiler.__doc__)

    def test_has_its_private_parts_touched_in_one_file(self) -> None:
        apps = ("fincred", "accounts", "goals", "planning", "tracking")
        sources = [path for app in apps for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
        knowing = [str(path.relative_to(ROOT)) for path in sources if PRIVATE.search(path.read_text())]
        assert knowing == ["fincred/db/compiler.py"]
