"""Pulses are read by their period: the index is for that order."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tracking", "0007_standings_cascade"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="pulse", name="pulse_newest_of_person"),
        migrations.AddIndex(
            model_name="pulse",
            index=models.Index(
                fields=["user", "-monday", "-period_start", "-completed_at", "-id"], name="pulse_newest_period"
            ),
        ),
    ]
