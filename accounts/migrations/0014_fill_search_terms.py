"""Search terms of the people who are there; the database refuses to change a look in a list.

A short transaction for each batch, so that no request waits. People whom the version before stores meanwhile get
theirs from the daily job.
"""

from django.db import migrations, transaction

from accounts.search_words import words_of_person
from fincred.db.cascades import cascade

BATCH = 500
MESSAGE = "the audit trail is append-only"
POSTGRESQL = [
    """
    CREATE TRIGGER accounts_listedperson_append_only BEFORE UPDATE OR DELETE ON accounts_listedperson
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_refuse()
    """,
]
SQLITE = [
    f"""
    CREATE TRIGGER accounts_listedperson_no_{event.lower()} BEFORE {event} ON accounts_listedperson
    BEGIN
        SELECT RAISE(ABORT, '{MESSAGE}');
    END
    """
    for event in ("UPDATE", "DELETE")
]
REMOVE_POSTGRESQL = ["DROP TRIGGER accounts_listedperson_append_only ON accounts_listedperson"]
REMOVE_SQLITE = [f"DROP TRIGGER accounts_listedperson_no_{event}" for event in ("update", "delete")]


def _run(schema_editor, postgresql, sqlite):
    statements = postgresql if schema_editor.connection.vendor == "postgresql" else sqlite
    for statement in statements:
        schema_editor.execute(statement)


def guard(apps, schema_editor):
    _run(schema_editor, POSTGRESQL, SQLITE)
    cascade(schema_editor, "accounts_searchterm", "user_id", "accounts_user")


def unguard(apps, schema_editor):
    _run(schema_editor, REMOVE_POSTGRESQL, REMOVE_SQLITE)


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias).order_by("id")
    term_model = apps.get_model("accounts", "SearchTerm")
    last = None
    while True:
        with transaction.atomic(using=alias):
            rest = people.filter(id__gt=last) if last else people
            batch = list(rest.select_for_update(no_key=True).only("id", "email")[:BATCH])
            names = dict(
                apps.get_model("accounts", "Profile")
                .objects.using(alias)
                .filter(user__in=batch)
                .values_list("user_id", "full_name")
            )
            term_model.objects.using(alias).bulk_create(
                [
                    term_model(user_id=person.id, term=word)
                    for person in batch
                    for word in words_of_person(person.email, names.get(person.id))
                ],
                ignore_conflicts=True,
            )
        if len(batch) < BATCH:
            break
        last = batch[-1].id


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ("accounts", "0013_search_terms_and_looks_in_lists"),
    ]

    operations = [
        migrations.RunPython(guard, unguard),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
