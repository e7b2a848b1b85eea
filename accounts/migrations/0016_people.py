from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0015_refused_sign_ins"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "permissions": [("help_user", "Can disable, enable and sign out people and mail them again")],
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
    ]
