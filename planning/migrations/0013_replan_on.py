"""When plans that are there have to be made again: on the goal's date, or once the last payment has passed.

It may be a few days early, which does no harm. A short transaction for each batch, so that no request waits.
"""

from datetime import date, timedelta

from django.db import migrations, transaction

BATCH = 500
FIELDS = ("user_id", "goal__target_date", "goal__current_amount", "goal__target_amount", "payments")


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias).order_by("id")
    plans = apps.get_model("planning", "ActionPlan").objects.using(alias)
    last = None
    while True:
        with transaction.atomic(using=alias):
            rest = people.filter(id__gt=last) if last else people
            batch = list(rest.select_for_update(no_key=True).only("id", "replan_on")[:BATCH])
            due = {}
            theirs = plans.filter(user__in=batch, ended_at=None, anchor__isnull=False, goal__status="active")
            for user_id, target_date, amount, target, payments in theirs.values_list(*FIELDS):
                days = [target_date, *(_after(day) for day, _ in payments[-1:])]
                if amount < target:
                    due[user_id] = min(*days, due.get(user_id, date.max))
            for person in batch:
                person.replan_on = due.get(person.id)
            people.bulk_update([person for person in batch if person.id in due], ["replan_on"])
        if len(batch) < BATCH:
            break
        last = batch[-1].id


def _after(day):
    return min(date.fromisoformat(day), date.max - timedelta(days=1)) + timedelta(days=1)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0024_replan_on"),
        ("goals", "0009_plain_labels"),
        ("planning", "0012_calendar_revision"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
