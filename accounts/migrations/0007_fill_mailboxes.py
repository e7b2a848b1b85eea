"""Mailboxes of the people who are there. Those who share one keep their addresses, and are counted, not merged.

A short transaction for each batch, so that no request waits. It can be run again, for people whom a version without
mailboxes stored meanwhile: `manage.py migrate accounts 0006`, then `manage.py migrate accounts`.
"""

from collections import Counter

from django.db import migrations, transaction
from django.db.models import Count

from accounts.mailboxes import mailbox_or_none
from fincred.text import normalize

BATCH = 500


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias).order_by("id")
    last = None
    while True:
        with transaction.atomic(using=alias):
            rest = people.filter(mailbox=None, id__gt=last) if last else people.filter(mailbox=None)
            batch = list(rest.select_for_update().only("id", "email")[:BATCH])
            mailboxes = [mailbox_or_none(person.email) for person in batch]
            taken = Counter(people.filter(mailbox__in=set(mailboxes) - {None}).values_list("mailbox", flat=True))
            for person, mailbox in zip(batch, mailboxes, strict=True):
                person.mailbox = mailbox
                person.mailbox_rank = taken[mailbox] if mailbox else 0
                taken[mailbox] += 1
            people.bulk_update(batch, ["mailbox", "mailbox_rank"])
        if len(batch) < BATCH:
            break
        last = batch[-1].id
    mailboxes = people.order_by().filter(mailbox__isnull=False).values("mailbox")
    shared = mailboxes.annotate(sharers=Count("id")).filter(sharers__gt=1)
    compose(people.filter(email__regex=r"[^ -~]").exclude(mailbox__in=shared.values("mailbox")))
    report(list(shared.values_list("sharers", flat=True)), people.filter(mailbox=None).count())


def compose(people):
    """Store the addresses of people who share no mailbox in Unicode's normal form C."""
    for person in people.iterator():
        composed = normalize(person.email)
        if composed != person.email:
            people.filter(pk=person.pk).update(email=composed)


def report(sharers, without):
    if sharers:
        print(
            f"\n  {sum(sharers)} people share {len(sharers)} mailboxes: they keep their addresses and sign in with "
            "exactly these. manage.py check_integrity lists them."
        )
    if without:
        print(f"\n  {without} people have an address without a mailbox; manage.py check_integrity lists them.")


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0006_mailboxes"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
