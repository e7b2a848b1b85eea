"""What can be done with people, their sessions and their passwords.

Belongs here: rules and transactions, keyword-only, the moment passed in. Doesn't: HTTP, and sending mail.
When you add a service that writes, also lock the person first, `record` what it did, and export it below.
"""

from __future__ import annotations

from accounts.services.addresses import people_without_mailbox, person_at, shared_mailboxes
from accounts.services.after_restore import NotFromThenError, finish_restore
from accounts.services.dead_mail import retry_dead_mail
from accounts.services.locking import lock_user, lock_user_and_read
from accounts.services.passwords import change_password, on_password_set, request_reset, reset_password
from accounts.services.people import (
    ProfileChanges,
    find_person,
    people_without_profile,
    set_active,
    set_role,
    update_profile,
)
from accounts.services.privacy import erase_person, export_person, leave, purge_expired, register_purge
from accounts.services.registration import (
    mail_of_just_now,
    register,
    remind_to_reset,
    remind_to_verify,
    resend_verification,
    verify_email,
    verify_email_and_login,
)
from accounts.services.second_factor import (
    begin_enrolment,
    begun_enrolment,
    finish_enrolment,
    has_second_factor,
    prove_second_factor,
    reset_second_factor,
)
from accounts.services.sessions import (
    TokenPair,
    end_all_sessions,
    end_session,
    login,
    open_session,
    prove_password,
    refresh,
)

__all__ = [
    "NotFromThenError",
    "ProfileChanges",
    "TokenPair",
    "begin_enrolment",
    "begun_enrolment",
    "change_password",
    "end_all_sessions",
    "end_session",
    "erase_person",
    "export_person",
    "find_person",
    "finish_enrolment",
    "finish_restore",
    "has_second_factor",
    "leave",
    "lock_user",
    "lock_user_and_read",
    "login",
    "mail_of_just_now",
    "on_password_set",
    "open_session",
    "people_without_mailbox",
    "people_without_profile",
    "person_at",
    "prove_password",
    "prove_second_factor",
    "purge_expired",
    "refresh",
    "register",
    "register_purge",
    "remind_to_reset",
    "remind_to_verify",
    "request_reset",
    "resend_verification",
    "reset_password",
    "reset_second_factor",
    "retry_dead_mail",
    "set_active",
    "set_role",
    "shared_mailboxes",
    "update_profile",
    "verify_email",
    "verify_email_and_login",
]
