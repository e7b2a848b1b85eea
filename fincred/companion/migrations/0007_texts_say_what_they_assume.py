"""Three texts say how their figures are counted, where nobody has written them anew."""

from datetime import UTC, datetime

from django.db import migrations

WRITTEN = datetime(2026, 11, 27, tzinfo=UTC)

# Id, the passage, what it becomes.
PASSAGES = (
    (
        "560045f4-a3bb-5595-83c4-d6af48149656",
        "about 1,072 in the second.",
        "about 1,071 in the second.",
    ),
    (
        "e84acaa4-df71-5e5e-9814-867b4af5dfc8",
        "Suppose that savings earn 5 % a year after inflation, and that the goal is 25 times yearly expenses. "
        "Starting from nothing, somebody",
        "Suppose that savings earn 5 % a year after inflation, added monthly, that each month's share is put in at "
        "its beginning, and that the goal is 25 times yearly expenses. Starting from nothing, somebody",
    ),
    (
        "3dd760de-b2ad-5133-b5ee-22e07bd4123e",
        "With 100 a month at 3 % a year, added monthly, you pay in",
        "With 100 at the beginning of each month at 3 % a year, added monthly, you pay in",
    ),
)


def replace(apps, passages):
    snippet = apps.get_model("companion", "Snippet")
    for text_id, before, after in passages:
        for text in snippet.objects.filter(pk=text_id, content__contains=before):
            text.content, text.updated_at = text.content.replace(before, after), WRITTEN
            text.save()


def mend(apps, schema_editor):
    replace(apps, PASSAGES)


def take_back(apps, schema_editor):
    replace(apps, [(text_id, after, before) for text_id, before, after in PASSAGES])


class Migration(migrations.Migration):

    dependencies = [
        ("companion", "0006_devices"),
    ]

    operations = [
        migrations.RunPython(mend, take_back),
    ]
