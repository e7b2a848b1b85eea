"""People who never wrote their profile never chose to be reminded: they get no reminders after the upgrade.

A short transaction for each batch, so that no request waits. It can be run again.
"""

from django.db import migrations
from django.db.models import Exists, F, OuterRef

BATCH = 1000


def silence(apps, schema_editor):
    alias = schema_editor.connection.alias
    profiles = apps.get_model("accounts", "Profile").objects.using(alias)
    entries = apps.get_model("accounts", "AuditEntry").objects.using(alias)
    written = entries.filter(action="profile.changed", person_id=OuterRef("user_id"))
    unwritten = profiles.filter(~Exists(written)).exclude(reminder_frequency="off").order_by("id")
    last = None
    while batch := list(
        (unwritten.filter(id__gt=last) if last else unwritten).values_list("id", flat=True)[:BATCH]
    ):
        profiles.filter(id__in=batch).update(reminder_frequency="off", revision=F("revision") + 1)
        last = batch[-1]


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0011_keeping_in_touch"),
    ]

    operations = [
        migrations.RunPython(silence, migrations.RunPython.noop),
    ]
