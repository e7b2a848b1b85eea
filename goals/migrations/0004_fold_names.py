"""Folded names of the goals that are there, and their texts in Unicode's normal form C.

A short transaction for each batch, so that no request waits. It can be run again, for goals that a version without
folded names stored meanwhile: `manage.py migrate goals 0003`, then `manage.py migrate goals`.
"""

from django.db import migrations, transaction

from fincred.text import fold, normalize

BATCH = 500


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    goals = apps.get_model("goals", "Goal").objects.using(alias).order_by("id")
    last = None
    while True:
        with transaction.atomic(using=alias):
            rest = goals.filter(id__gt=last) if last else goals
            batch = list(rest.select_for_update().only("id", "name", "why_text")[:BATCH])
            for goal in batch:
                goal.name = normalized(goal.name, 100)
                goal.why_text = goal.why_text and normalized(goal.why_text, 500)
                goal.name_folded = fold(goal.name)
            goals.bulk_update(batch, ["name", "name_folded", "why_text"])
        if len(batch) < BATCH:
            return
        last = batch[-1].id


def normalized(text, limit):
    """The normal form, where it fits: that of some Indic letters is longer."""
    normal = normalize(text)
    return normal if len(normal) <= limit else text


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("goals", "0003_goal_name_folded"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
