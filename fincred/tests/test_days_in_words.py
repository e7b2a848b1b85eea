from __future__ import annotations

from datetime import date

import pytest

from fincred.days_in_words import day_in_words, days_in_words

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def test_days_are_written_as_people_write_them() -> None:
    assert day_in_words(date(2026, 3, 9)) == day_in_words("2026-03-09") == "9 Mar 2026"
    assert days_in_words("from 2026-03-09, or 2026-12-31.") == "from 9 Mar 2026, or 31 Dec 2026."


@pytest.mark.parametrize("text", ["", "soon", "2026-13-40", "12026-01-01", "A-2026"])
def test_what_is_no_day_stays(text: str) -> None:
    assert day_in_words(text) == days_in_words(text) == text
