"""How many cycles of each goal have ended, where some have. Going back keeps the first of each goal's milestones."""

from django.db import migrations

from fincred.db.limits import lift_time_limits

COUNT = """
    UPDATE goals_goal SET cycles_ended = (
        SELECT COUNT(*) FROM tracking_checkin
        WHERE tracking_checkin.goal_id = goals_goal.id AND tracking_checkin.source = 'cycle_end'
    )
    WHERE id IN (SELECT goal_id FROM tracking_checkin WHERE source = 'cycle_end')
"""
KEEP_FIRST = """
    DELETE FROM tracking_milestone WHERE EXISTS (
        SELECT 1 FROM tracking_milestone AS earlier
        WHERE earlier.goal_id = tracking_milestone.goal_id AND earlier.percent = tracking_milestone.percent
        AND earlier.cycle < tracking_milestone.cycle
    )
"""


def count(apps, schema_editor):
    lift_time_limits(schema_editor.connection)
    schema_editor.execute(COUNT)


def keep_first(apps, schema_editor):
    lift_time_limits(schema_editor.connection)
    schema_editor.execute(KEEP_FIRST)


class Migration(migrations.Migration):

    dependencies = [
        ('goals', '0007_cycles_ended'),
        ('tracking', '0010_milestones_of_cycles'),
    ]

    operations = [
        migrations.RunPython(count, keep_first),
    ]
