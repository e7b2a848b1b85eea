"""Compares derived columns with the columns from which they are derived."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps

from fincred.db.fields import DerivedField


def rows_off_their_source() -> Iterator[str]:
    """Model, id and column of each derived text that saving the row would change."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if not isinstance(field, DerivedField):
                continue
            rows = model._base_manager.order_by("pk").values_list("pk", field.source, field.attname)
            for pk, text, derived in rows.iterator(chunk_size=1000):
                if field.derive(text) != derived:
                    yield f"{model._meta.label} {pk}: {field.name}"
