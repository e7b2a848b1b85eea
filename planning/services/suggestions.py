"""Suggested goals, from the newest snapshot. Education, not advice."""

from __future__ import annotations

import re
from datetime import date

from accounts.models import User
from planning.engine.dates import calendar_date
from planning.engine.suggestions import Suggestion, suggest
from planning.queries import NEWEST_SNAPSHOTS


def suggestions_for(owner: User, today: date) -> tuple[Suggestion, ...]:
    """Suggestions from the newest snapshot; none without a snapshot. Rates are those of the month from `today`."""
    snapshot = NEWEST_SNAPSHOTS.bind(owner=owner.pk).first()
    if snapshot is None:
        return ()
    contents = snapshot.contents
    return suggest(
        contents.average_finances(today),
        essential_expenses=contents.expenses.essential_amount if contents.expenses else None,
        savings=contents.total_savings,
        debts=[debt.in_month_to(calendar_date(today, 1)) for debt in contents.engine_debts()],
        irregular_income=_is_self_employed(owner) or contents.is_irregular(today),
    )


def _is_self_employed(owner: User) -> bool:
    """The profile's employment status is free text: "self-employed", "Self Employed", "self_employed"."""
    status = owner.profile.employment_status or ""
    return re.sub(r"[^a-z]", "", status.lower()) == "selfemployed"
