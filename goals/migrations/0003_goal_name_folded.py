"""A goal's name folded for searching, and names that are there already in Unicode's normal form C."""

from django.db import migrations

import fincred.db.fields
from fincred.text import fold, normalize

BATCH = 1000


def fill(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET LOCAL statement_timeout = 0")  # a request's limit is no limit for this
    goals = apps.get_model("goals", "Goal").objects.using(schema_editor.connection.alias)
    batch = []
    for goal in goals.only("id", "name", "why_text").order_by("id").iterator(chunk_size=BATCH):
        goal.name = normalize(goal.name)
        goal.name_folded = fold(goal.name)
        goal.why_text = goal.why_text and normalize(goal.why_text)
        batch.append(goal)
        if len(batch) == BATCH:
            goals.bulk_update(batch, ["name", "name_folded", "why_text"])
            batch.clear()
    goals.bulk_update(batch, ["name", "name_folded", "why_text"])


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
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
