from __future__ import annotations

import pytest

from fincred.db.postgresql.patience import limit, patience

pytestmark = [pytest.mark.unit, pytest.mark.platform]


def test_a_wait_has_its_own_time() -> None:
    assert (limit(12), limit(None)) == (12, None)


def test_a_caller_may_have_less() -> None:
    with patience(0):
        assert (limit(12), limit(None)) == (0, 0)
    assert limit(12) == 12


def test_much_patience_makes_no_wait_longer() -> None:
    with patience(3600):
        assert limit(12) == 12
        assert 12 < (limit(None) or 0) <= 3600


def test_the_one_that_is_over_first_counts() -> None:
    with patience(0):
        with patience(3600):
            assert limit(12) == 0
        assert limit(12) == 0
