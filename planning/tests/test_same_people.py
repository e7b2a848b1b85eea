"""People who are the same at each run don't depend on the modules that other tests have loaded."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.tests.same_people import always_the_same

pytestmark = [pytest.mark.unit, pytest.mark.planning]

AMOUNTS = range(10**6, 2 * 10**6)


def drawn() -> list[int]:
    amounts: list[int] = []

    @always_the_same(20)
    @given(st.lists(st.integers(AMOUNTS.start, AMOUNTS.stop), min_size=20, max_size=20))
    def draw(some: list[int]) -> None:
        amounts.extend(some)

    draw()
    return amounts


def test_draw_the_same_with_another_module_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = drawn()
    (tmp_path / "loaded_since.py").write_text(f"AMOUNTS = {[*AMOUNTS[::1000]]}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert import_module("loaded_since")
    assert drawn() == before
