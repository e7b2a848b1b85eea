"""Chainable reads of accounts' rows, and how some of them are made.

Models import this module, so it imports none of them: its classes are generic, and `models/` fills in the rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from accounts.mailboxes import mailbox_or_none, spelling
from accounts.opaque_tokens import digest, new_secret
from accounts.session_marks import mark_ended
from accounts.vocabulary import MailPriority, TokenPurpose
from fincred.ops.jobs import CLOCK_SKEW
from fincred.ops.models import DatabaseState

MAX_MAIL_ATTEMPTS = 8
# The failure of a mail while it is being sent: a process that is killed then can note none.
UNFINISHED = "unfinished"
IDEMPOTENCY_KEYS_LIVE = timedelta(hours=24)
PLACES_KNOWN = timedelta(days=180)
ADDRESS_OF_ERASED_LIVES = timedelta(days=3)
MAIL_AGAIN_AFTER = timedelta(minutes=1)
SENT_MAIL_LIVES = timedelta(days=1)  # so that staff can say whether it was sent

Row = TypeVar("Row", bound=models.Model)
Person = TypeVar("Person", bound=AbstractBaseUser)


def person_may_enter(path: str = "") -> Q:
    """The one condition that every door asks of a person; `path` leads from the queried row to theirs."""
    return Q(**{f"{path}is_active": True})


def is_given_up(now: datetime) -> Q:
    """Of unsent mail: the last attempt has failed, or its process has ended and so has its lease."""
    under_way = Q(failure=UNFINISHED, next_attempt_at__gt=now)
    return Q(attempts__gte=MAX_MAIL_ATTEMPTS) & ~under_way


class UserManager(BaseUserManager[Person]):
    def may_enter(self) -> models.QuerySet[Person]:
        return self.filter(person_may_enter())

    def get_by_natural_key(self, username: str | None) -> Person:
        """A person with that mailbox: `manage.py createsuperuser` asks whether it is free."""
        people = self.filter(mailbox=mailbox_or_none(username or ""), mailbox__isnull=False)
        return people.order_by("mailbox_rank")[:1].get()

    def create_user(
        self, email: str, password: str | None = None, *, full_name: str | None = None, **fields: Any
    ) -> Person:
        """A stored person with a profile; `password` None makes login impossible.

        :raises accounts.mailboxes.NoMailboxError: the address has none.
        """
        user: Any = self.model(email=spelling(email), **fields)
        user.set_password(password)  # slow on purpose, so before the transaction
        user.save_with_profile(full_name=full_name)
        made: Person = user
        return made

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """For `manage.py createsuperuser`."""
        return self.create_user(
            email, password, **{**fields, "is_verified": True, "is_staff": True, "is_superuser": True}
        )


class SessionQuerySet(models.QuerySet[Row]):
    def unended(self) -> Self:
        return self.filter(ended_at=None)

    def live(self) -> Self:
        """Sessions whose tokens work: not ended, and of a person who may enter."""
        return self.unended().filter(person_may_enter("user__"))

    def end(self, *, now: datetime, reason: str) -> int:
        """End those that aren't ended, in Redis too; returns how many there were."""
        ended = self.unended().update(ended_at=now, end_reason=reason)
        if ended:
            mark_ended(self.filter(ended_at=now).values_list("pk", flat=True))
        return ended

    def purgeable(self, now: datetime) -> Self:
        return self.filter(Q(ended_at__isnull=False) | Q(expires_at__lte=now))


class KnownPlaceQuerySet(models.QuerySet[Row]):
    def purgeable(self, now: datetime) -> Self:
        """Not seen for long. A person's newest one stays: it tells that they have signed in before."""
        newer = self.model._default_manager.filter(
            user=OuterRef("user"), last_seen_at__gt=OuterRef("last_seen_at")
        )
        return self.filter(Exists(newer), last_seen_at__lte=now - PLACES_KNOWN)


class RefreshTokenQuerySet(models.QuerySet[Row]):
    def purgeable(self, now: datetime) -> Self:
        """A spent token is kept until it expires: that is how its reuse is noticed."""
        return self.filter(expires_at__lte=now)


class OneTimeTokenQuerySet(models.QuerySet[Row]):
    def issue(self, *, user: models.Model, purpose: TokenPurpose, now: datetime) -> str:
        """Store a new token for the person and return its secret, which can't be read again later."""
        secret = new_secret()
        self.create(
            user=user,
            purpose=purpose,
            token_hash=digest(secret),
            created_at=now,
            expires_at=now + purpose.lifetime,
        )
        return secret

    def unused(self) -> Self:
        return self.filter(used_at=None)

    def purgeable(self, now: datetime) -> Self:
        """A used token is kept until it expires: the mailed link gets the same answer until then."""
        return self.filter(expires_at__lte=now)


class OutgoingMailQuerySet(models.QuerySet[Row]):
    def due(self, now: datetime) -> Self:
        """Unsent, not given up or held, and not waiting for the next attempt; awaited ones first, then the oldest.

        Nothing is due in a restored database before `after_restore` has run.
        """
        restored = DatabaseState.objects.filter(restored_at__isnull=False)
        waiting = self.filter(
            sent_at=None, attempts__lt=MAX_MAIL_ATTEMPTS, next_attempt_at__lte=now, is_held=False
        )
        # In the order of the index alone: each claim takes the first, of thousands of the same moment too.
        return waiting.filter(~Exists(restored)).order_by("priority", "next_attempt_at")

    def just_now(self, now: datetime) -> Self:
        """Queued or sent within the last minute."""
        since = now - MAIL_AGAIN_AFTER
        return self.filter(Q(created_at__gt=since) | Q(sent_at__gt=since))

    def put_back(self, now: datetime) -> int:
        """Let mail from the future count as queued now; returns how many. The clock was set back since.

        Otherwise people would wait for it until the clock reaches that moment again. What was to be sent later,
        such as after quiet hours, keeps its delay.
        """
        ahead = self.filter(sent_at=None, attempts=0, created_at__gt=now + CLOCK_SKEW)
        if not ahead.order_by("-created_at", "-id").values_list("pk").first():  # by the index, without a write
            return 0
        return ahead.update(created_at=now, next_attempt_at=now + (F("next_attempt_at") - F("created_at")))

    def held(self) -> Self:
        return self.filter(sent_at=None, is_held=True)

    def given_up(self, now: datetime) -> Self:
        """Unsent after the last attempt, which isn't under way. Kept until an operator has them tried again."""
        return self.filter(is_given_up(now), sent_at=None)

    def retry(self, now: datetime) -> int:
        """Make them due again, from the first attempt; returns how many.

        Mail to an address that was refused stays given up, until the person verifies it again.
        """
        refused = Q(user__mail_refused_at__isnull=False) & ~Q(priority=MailPriority.AWAITED)
        deliverable = self.model._default_manager.filter(pk__in=self.exclude(refused).values("pk"))
        return deliverable.update(attempts=0, next_attempt_at=now)

    def purgeable(self, now: datetime) -> Self:
        """Sent a day ago, or to an erased person: sent, or with an address that may be kept no longer."""
        of_erased = Q(sent_at__isnull=False) | Q(created_at__lte=now - ADDRESS_OF_ERASED_LIVES)
        return self.filter(Q(sent_at__lte=now - SENT_MAIL_LIVES) | Q(of_erased, user=None))


class IdempotencyKeyQuerySet(models.QuerySet[Row]):
    def purgeable(self, now: datetime) -> Self:
        """Older than a day: a key older than a day counts as new."""
        return self.filter(created_at__lt=now - IDEMPOTENCY_KEYS_LIVE)
