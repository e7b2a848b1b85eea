from django.db import migrations, models
from django.db.models import Q


def mark(apps, schema_editor):
    """Those that the version before told by the text of the failure."""
    postponed = Q(failure__contains=":") | Q(failure__in=["OperationalError", "InterfaceError"])
    apps.get_model("ops", "JobState").objects.filter(postponed, failures__gt=0).update(was_postponed=True)


class Migration(migrations.Migration):

    dependencies = [
        ("ops", "0005_longer_failure"),
    ]

    operations = [
        migrations.AddField(
            model_name="jobstate",
            name="was_postponed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
