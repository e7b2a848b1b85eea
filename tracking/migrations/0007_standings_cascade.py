"""The version before, which knows no standings, can still erase people."""

from django.db import migrations

from fincred.db.cascades import cascade


def forwards(apps, schema_editor):
    cascade(schema_editor, "tracking_standing", "user_id", "accounts_user")


class Migration(migrations.Migration):

    dependencies = [
        ("tracking", "0006_standings"),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
