"""Keeping score: check-ins, progress, streaks, milestones and the dashboard; demo data, which needs all apps.

Belongs here: what follows from what people did. Doesn't: what they should do (`planning`).
When you add a figure, compute it in a pure module, keep long totals as counters, and let `integrity` compare them.
"""
