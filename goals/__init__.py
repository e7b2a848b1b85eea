"""Goals: an amount by a date, their status, and the pace they are measured against.

Belongs here: what a goal is and may become. Doesn't: plans (`planning`) and check-ins (`tracking`).
When you add a field, also do what its row in docs/architecture.md says: other apps and tests name the fields too.
"""
