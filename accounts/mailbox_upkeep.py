"""Mailboxes that earlier versions stored otherwise, or not at all: filled by a migration and by a daily job.

The job is for what the version before stores during an upgrade.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from accounts.mailboxes import mailbox_or_none
from accounts.search_words import words_of_person

_BATCH = 500


def mend_mailboxes(
    people: QuerySet[Any], terms: QuerySet[Any], *, stop: Callable[[], bool] = lambda: False
) -> list[str]:
    """Store people's mailboxes and search terms as they follow from their addresses now; the changed mailboxes.

    No address changes: a person who then shares another person's mailbox is ranked behind them. The dot of DNS's
    root is no part of a mailbox, and versions before stored it. A short transaction for each batch, so that no
    request waits. The models may be a migration's.

    :raises django.db.IntegrityError: another person registers with one of them at the same moment; run it again.
    """
    mended: list[str] = []
    rest = people.filter(Q(mailbox=None) | Q(mailbox__endswith=".")).order_by("pk")
    while not stop():
        with transaction.atomic(using=people.db):
            batch = list(rest.select_related("profile").select_for_update(of=("self",))[:_BATCH])
            mended += [person.mailbox for person in batch if _mend(person, people, terms)]
        if len(batch) < _BATCH:
            break
        rest = rest.filter(pk__gt=batch[-1].pk)
    return mended


def _mend(person: Any, people: QuerySet[Any], terms: QuerySet[Any]) -> bool:
    mailbox = mailbox_or_none(person.email)
    if mailbox == person.mailbox:
        return False
    last = people.filter(mailbox=mailbox).aggregate(rank=Max("mailbox_rank"))["rank"]
    person.mailbox, person.mailbox_rank = mailbox, 0 if mailbox is None or last is None else last + 1
    person.save(update_fields=["mailbox", "mailbox_rank"])
    terms.filter(user_id=person.pk).delete()
    name = getattr(getattr(person, "profile", None), "full_name", None)
    terms.bulk_create([terms.model(user_id=person.pk, term=word) for word in words_of_person(person.email, name)])
    return True
