"""The planning engine: pure functions from frozen dataclasses to frozen dataclasses.

Belongs here: arithmetic of plans, debts and suggestions. Doesn't: Django, the clock, randomness, stored rows.
When you change what an input leads to, also raise `ENGINE_VERSION` and test it against figures made elsewhere.
"""

from typing import Final

# Raise it when any stored input can lead to another plan: a number, a date, a label, a code or a text. Each plan
# version stores it, and `replay_mismatches` (run by `check_integrity`) replays only versions with this number.
ENGINE_VERSION: Final = "2.3"
