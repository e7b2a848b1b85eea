"""The periodic jobs of accounts, registered by its AppConfig."""

from __future__ import annotations

from datetime import timedelta

from accounts.mail import MailServerAwayError, send_due_mail
from accounts.mailbox_upkeep import mend_mailboxes
from accounts.models import SearchTerm, User
from accounts.search import mend_missing_terms
from accounts.services import purge_expired
from fincred.ops.jobs import Clock, Job, JobPostponedError, Stop


def _send_mail(clock: Clock, stop: Stop) -> int:
    try:
        sent, _ = send_due_mail(clock=clock, stop=stop)
    except MailServerAwayError as error:
        raise JobPostponedError(f"{error.place}: {error}") from error
    return sent


def _purge(clock: Clock, stop: Stop) -> int:
    return sum(purge_expired(now=clock(), stop=stop).values())


def _mend_what_the_version_before_stored(clock: Clock, stop: Stop) -> int:
    mended = mend_mailboxes(User.objects.all(), SearchTerm.objects.all(), stop=stop)
    return len(mended) + mend_missing_terms(stop)


JOBS = (
    Job(name="mail", every=timedelta(seconds=5), run=_send_mail, parallel=True),
    Job(name="purge_expired", every=timedelta(days=1), run=_purge),
    Job(name="search_terms", every=timedelta(days=1), run=_mend_what_the_version_before_stored),
)
