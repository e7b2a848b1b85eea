from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tracking', '0013_standing_planned'),
    ]

    operations = [
        migrations.AddField(
            model_name='standing',
            name='has_checked_in',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
