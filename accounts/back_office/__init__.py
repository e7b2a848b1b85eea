"""The back office: its site and sign-in, and what every page about people's records is made of.

Belongs here: what holds for all pages. Doesn't: the pages themselves, which are in each app's `admin.py`.
When you add a page, derive it from `AuditedAdmin`: each look and each action is in the audit trail. Or from
`DeclaredFiltersAdmin` if it shows nothing about people.
"""

from __future__ import annotations

from accounts.back_office.audited_admin import AuditedAdmin, ReadOnlyAdminMixin, may_see_people
from accounts.back_office.changes_in_words import changes_table, name_in_words
from accounts.back_office.declared_filters import DeclaredFiltersAdmin, InWordsFilter
from accounts.back_office.factor import is_fresh, too_many_downloads
from accounts.back_office.failure_in_words import Failure, told
from accounts.back_office.lists import MOST_COUNTED, SEARCH
from accounts.back_office.mail_in_words import mail_state
from accounts.back_office.quoting import quoted
from accounts.back_office.reasons import reason_in_words
from accounts.back_office.refusals import refusal
from accounts.back_office.site import BackOffice
from accounts.back_office.staff_sessions import end_open_session, open_sessions
from accounts.back_office.trail_in_words import ERASED, IS_LOOK, EntryView, in_words, name_of_actor

__all__ = [
    "ERASED",
    "IS_LOOK",
    "MOST_COUNTED",
    "SEARCH",
    "AuditedAdmin",
    "BackOffice",
    "DeclaredFiltersAdmin",
    "EntryView",
    "Failure",
    "InWordsFilter",
    "ReadOnlyAdminMixin",
    "changes_table",
    "end_open_session",
    "in_words",
    "is_fresh",
    "mail_state",
    "may_see_people",
    "name_in_words",
    "name_of_actor",
    "open_sessions",
    "quoted",
    "reason_in_words",
    "refusal",
    "told",
    "too_many_downloads",
]
