"""Debts in the engine: one simulation, month by month, and what is asked of it.

Belongs here: interest, minimums, strategies. Doesn't: which debts a goal has (`planning.snapshot_contents`).
When you add a debt rule, put it into `ledger`, the one simulation, and test it against figures made elsewhere.
"""
