from typing import Any

from django.db import migrations

from fincred.db.cascades import cascade


def cascade_from_people(apps: Any, schema_editor: Any) -> None:
    cascade(schema_editor, "planning_calendarrevision", "user_id", "accounts_user")


class Migration(migrations.Migration):
    dependencies = [("planning", "0013_replan_on")]

    operations = [migrations.RunPython(cascade_from_people, migrations.RunPython.noop)]
