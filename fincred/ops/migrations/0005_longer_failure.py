from django.db import migrations, models
from django.db.models.functions import Left


def cut(apps, schema_editor):
    rows = apps.get_model("ops", "JobState").objects
    rows.update(failure=Left("failure", 60))


class Migration(migrations.Migration):

    dependencies = [
        ("ops", "0004_job_failure"),
    ]

    operations = [
        migrations.AlterField(
            model_name="jobstate",
            name="failure",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.RunPython(migrations.RunPython.noop, cut),
    ]
