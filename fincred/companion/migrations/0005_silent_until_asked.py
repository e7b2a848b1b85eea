"""People of before the upgrade who never wrote their profile get nothing that they didn't ask for.

A short transaction for each batch, so that no request waits. It can be run again.
"""

from datetime import UTC, datetime

from django.db import migrations
from django.db.models import Exists, OuterRef

from fincred.db.id_ranges import ALL, pages

BATCH = 1000


def silence(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias)
    entries = apps.get_model("accounts", "AuditEntry").objects.using(alias)
    preferences = apps.get_model("companion", "NotificationPreferences")
    written = entries.filter(action="profile.changed", person_id=OuterRef("pk"))
    silent = people.filter(~Exists(written))
    kinds = dict.fromkeys(["payments", "weekly_summary", "milestones", "drift"], False)
    today = datetime.now(UTC).date()
    for _, ids in pages(people, ALL, BATCH):
        decided = set(preferences.objects.using(alias).filter(ids.of("user_id")).values_list("user_id", flat=True))
        preferences.objects.using(alias).bulk_create(
            [
                preferences(user_id=pk, counted_from=today, **kinds)
                for pk in silent.filter(ids.of("pk")).values_list("pk", flat=True)
                if pk not in decided
            ]
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
