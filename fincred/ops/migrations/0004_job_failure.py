from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ops', '0003_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='jobstate',
            name='failure',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
    ]
