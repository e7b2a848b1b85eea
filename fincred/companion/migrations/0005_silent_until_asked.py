"""People of before the upgrade who never wrote their profile get nothing that they didn't ask for.

A short transaction for each batch, so that no request waits. It can be run again.
"""

from datetime import UTC, datetime

from django.db import migrations
from django.db.models import Exists, OuterRef

BATCH = 1000


def silence(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias)
    entries = apps.get_model("accounts", "AuditEntry").objects.using(alias)
    preferences = apps.get_model("companion", "NotificationPreferences")
    written = entries.filter(action="profile.changed", person_id=OuterRef("pk"))
    decided = preferences.objects.using(alias).filter(user=OuterRef("pk"))
    silent = people.filter(~Exists(written), ~Exists(decided)).order_by("pk")
    kinds = dict.fromkeys(["payments", "weekly_summary", "milestones", "drift"], False)
    today = datetime.now(UTC).date()
    while batch := list(silent.values_list("pk", flat=True)[:BATCH]):
        preferences.objects.using(alias).bulk_create(
            [preferences(user_id=pk, counted_from=today, **kinds) for pk in batch]
        )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("companion", "0004_notifications"),
        ("accounts", "0012_silent_until_asked"),
    ]

    operations = [
        migrations.RunPython(silence, migrations.RunPython.noop),
    ]
