"""Finding people by address, however it is written."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, Q

from accounts.mailboxes import mailbox_or_none
from accounts.models import User
from fincred.db.queries import Parameter, PreparedQuery

_AT = PreparedQuery(
    User.objects.select_related("profile").filter(Q(mailbox=Parameter("mailbox")) | Q(email=Parameter("email")))
)


def people_at(address: str) -> list[User]:
    """The people with this mailbox: one, or several who registered before mailboxes were compared."""
    return _AT.bind(mailbox=mailbox_or_none(address), email=address.lower()).all()


def person_at(address: str) -> User | None:
    """The person who signs in with this address; of several with one mailbox, the one with exactly this
    address."""
    people = people_at(address)
    exact = [person for person in people if person.email == address.lower()]
    found = exact or people
    return found[0] if len(found) == 1 else None


def close_gap(mailbox: str | None) -> None:
    """Let one of those who shared an erased person's mailbox hold it, so that no new account gets it."""
    sharers = User.objects.filter(mailbox=mailbox, mailbox__isnull=False).order_by("mailbox_rank")
    User.objects.filter(pk__in=sharers.values("pk")[:1]).update(mailbox_rank=0)


def shared_mailboxes() -> Iterator[list[UUID]]:
    """The people of each mailbox that several have."""
    mailboxes = User.objects.filter(mailbox__isnull=False).order_by("mailbox").values_list("mailbox", flat=True)
    for mailbox in mailboxes.annotate(people=Count("pk")).filter(people__gt=1):
        people = User.objects.filter(mailbox=mailbox).order_by("mailbox_rank")
        yield list(people.values_list("pk", flat=True))


def people_without_mailbox() -> Iterator[UUID]:
    """The people whose address an earlier version accepted although its domain isn't valid."""
    return User.objects.filter(mailbox=None).order_by("pk").values_list("pk", flat=True).iterator()
