"""A person's mailbox, which all spellings of their address have in common; the next migration fills it."""

from django.db import migrations, models

import accounts.fields


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0005_session_epoch"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="mailbox",
            field=accounts.fields.MailboxField(source="email"),
        ),
        migrations.AddField(
            model_name="user",
            name="mailbox_rank",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(max_length=254, unique=True, validators=[accounts.fields.validate_mailbox]),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(fields=["mailbox", "mailbox_rank"], name="user_one_of_a_mailbox"),
        ),
    ]
