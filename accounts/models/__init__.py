"""People, the sessions they are signed in with, the mail that waits for them, and the audit trail.

Belongs here: rows, constraints and what a row knows of itself. Doesn't: rules that need the world (`services`).
When you add a model, also declare its `privacy`, name it in `EXPORTED` of test_privacy.py, and export it below.
"""

from accounts.models.mail import OutgoingMail
from accounts.models.people import Profile, SearchTerm, User, new_audit_key
from accounts.models.requests import IdempotencyKey, RateCounter
from accounts.models.sign_in import (
    BackupCode,
    KnownPlace,
    OneTimeToken,
    RefreshToken,
    RefusedSignIns,
    SecondFactor,
    Session,
)
from accounts.models.trail import AuditEntry, ListedPerson

__all__ = [
    "AuditEntry",
    "BackupCode",
    "IdempotencyKey",
    "KnownPlace",
    "ListedPerson",
    "OneTimeToken",
    "OutgoingMail",
    "Profile",
    "RateCounter",
    "RefreshToken",
    "RefusedSignIns",
    "SearchTerm",
    "SecondFactor",
    "Session",
    "User",
    "new_audit_key",
]
