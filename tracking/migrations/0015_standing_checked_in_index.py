from django.db import migrations, models

from fincred.db.concurrent_index import AddIndexBesideWrites


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('tracking', '0014_standing_checked_in'),
    ]

    operations = [
        AddIndexBesideWrites(
            model_name='standing',
            index=models.Index(condition=models.Q(('has_checked_in', True)), fields=['-joined_at'], name='standing_checked_in'),
        ),
    ]
