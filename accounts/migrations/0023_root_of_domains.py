"""`x@example.com.`, with the dot of DNS's root, has the mailbox of `x@example.com`, and keeps its address."""

from django.db import migrations

from accounts.mailbox_upkeep import mend_mailboxes


def mend(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias)
    mended = set(mend_mailboxes(people.all(), apps.get_model("accounts", "SearchTerm").objects.using(alias).all()))
    sharers = people.filter(mailbox__in=mended, mailbox_rank__gt=0).count()
    if sharers:
        print(
            f"\n  {sharers} people have the mailbox of another, with the dot of DNS's root at its end: all of them "
            "keep their addresses and sign in with exactly these. manage.py check_integrity lists them."
        )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0022_plain_labels"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
    ]
