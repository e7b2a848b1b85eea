"""Snapshots of a person's money, the action plan of each goal, the versions of each plan, and calendars.

Belongs here: rows, constraints and what a row knows of itself. Doesn't: rules that need the world (`services`).
When you add a model, also declare its `privacy`, name it in `EXPORTED` of test_privacy.py, and export it below.
"""

from planning.models.action_plans import ActionPlan, PlanVersion
from planning.models.calendars import CalendarLink, CalendarRevision
from planning.models.snapshots import Snapshot

__all__ = ["ActionPlan", "CalendarLink", "CalendarRevision", "PlanVersion", "Snapshot"]
