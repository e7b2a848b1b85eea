"""Feedback after a check-in: one or two plain sentences made from the numbers."""

from __future__ import annotations

from decimal import Decimal

from fincred.money import money_in_words
from goals.progress import ProgressStatus


def feedback(
    *,
    status: ProgressStatus,
    current_amount: Decimal,
    target_amount: Decimal,
    expected: Decimal,
    currency: str,
    verb: str,
    kept: str = "",
) -> str:
    """How far the goal is and how that compares with what its pace `expected` by today.

    `verb` is "saved" or "paid off", and `kept` what is said at the target of a goal that goes on. Amounts are
    shown in `currency`.
    """
    if status is ProgressStatus.COMPLETED:
        return f"{money_in_words(current_amount, currency)} {verb}: you have reached your target."
    if kept and current_amount >= target_amount:
        return f"{money_in_words(current_amount, currency)} {verb}: {kept}."
    so_far = f"{money_in_words(current_amount, currency)} of {money_in_words(target_amount, currency)} {verb}"
    difference = current_amount - expected
    if difference == 0:
        return f"{so_far}, exactly as planned for today."
    if difference > 0:
        return f"{so_far}, {money_in_words(difference, currency)} ahead of what was planned for today."
    behind = f"{so_far}, {money_in_words(-difference, currency)} behind what was planned for today."
    if status is ProgressStatus.SLIGHTLY_BEHIND:
        return f"{behind} That is within reach."
    return f"{behind} A new plan may suit you better."
