from __future__ import annotations

from decimal import Decimal

import pytest

from goals.progress import ProgressStatus
from tracking.feedback import feedback

pytestmark = [pytest.mark.unit, pytest.mark.tracking]


def said(current: str, status: ProgressStatus, *, verb: str = "saved") -> str:
    return feedback(
        status=status,
        current_amount=Decimal(current),
        target_amount=Decimal("2000.00"),
        expected=Decimal("1000.00"),
        currency="EUR",
        verb=verb,
    )


class TestFeedback:
    @pytest.mark.parametrize(
        ("current", "status", "sentence"),
        [
            (
                "1250.50",
                ProgressStatus.ON_TRACK,
                "1,250.50 EUR of 2,000.00 EUR saved, 250.50 EUR ahead of what was planned for today.",
            ),
            (
                "1000.00",
                ProgressStatus.ON_TRACK,
                "1,000.00 EUR of 2,000.00 EUR saved, exactly as planned for today.",
            ),
            (
                "900.00",
                ProgressStatus.SLIGHTLY_BEHIND,
                (
                    "900.00 EUR of 2,000.00 EUR saved, 100.00 EUR behind what was planned for today. "
                    "That is within reach."
                ),
            ),
            (
                "0.00",
                ProgressStatus.OFF_TRACK,
                (
                    "0.00 EUR of 2,000.00 EUR saved, 1,000.00 EUR behind what was planned for today. "
                    "A new plan may suit you better."
                ),
            ),
            ("2000.00", ProgressStatus.COMPLETED, "2,000.00 EUR saved: you have reached your target."),
        ],
    )
    def test_says_the_numbers_plainly(self, current: str, status: ProgressStatus, sentence: str) -> None:
        assert said(current, status) == sentence

    def test_speaks_of_debts_as_paid_off(self) -> None:
        assert "paid off" in said("2000.00", ProgressStatus.COMPLETED, verb="paid off")
