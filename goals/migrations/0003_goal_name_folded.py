"""A goal's name, folded for searching; the next migration fills it."""

from django.db import migrations

import fincred.db.fields


class Migration(migrations.Migration):

    dependencies = [
        ("goals", "0002_goal_check_in_count"),
    ]

    operations = [
        migrations.AddField(
            model_name="goal",
            name="name_folded",
            field=fincred.db.fields.FoldedField(source="name", max_length=300, db_default=""),
        ),
    ]
