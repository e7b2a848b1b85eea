"""The version before, which knows no second factors, can still erase people."""

from django.db import migrations

from fincred.db.cascades import cascade


def forwards(apps, schema_editor):
    for table in ("accounts_secondfactor", "accounts_backupcode"):
        cascade(schema_editor, table, "user_id", "accounts_user")


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0017_second_factor"),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
