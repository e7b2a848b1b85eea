from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0018_second_factor_cascade"),
    ]

    operations = [
        migrations.AddField(
            model_name="session",
            name="device",
            field=models.CharField(blank=True, db_default="", default="", max_length=31),
        ),
    ]
