"""The goals' counters, for the check-ins that are there already. Going back leaves them as they are: they stay right."""

from django.db import migrations

from fincred.db.limits import lift_time_limits

COUNT = """
    UPDATE goals_goal SET check_in_count = (
        SELECT COUNT(*) FROM tracking_checkin WHERE tracking_checkin.goal_id = goals_goal.id
    )
"""


def count(apps, schema_editor):
    lift_time_limits(schema_editor.connection)
    schema_editor.execute(COUNT)


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0002_goal_check_in_count'),
        ('tracking', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
