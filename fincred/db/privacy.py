"""What is held about a person, as each model declares it; export and erasure use only these declarations.

    class CheckIn(UUIDModel):
        privacy = Privacy(owner="user", section="tracking.check_ins")

    class RateCounter(models.Model):
        privacy = NOT_PERSONAL

A model without a declaration stops both, and fails a test that names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import BinaryField, F, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """Who owns a model's rows, what is exported of them, and whether erasure deletes them.

    `owner` is the path from a row to the person's id, None where the rows belong to no person. All fields are
    exported but the `withheld` ones, in the export's `section` (dotted where sections are nested); without a
    section nothing is. `joined` are columns of other tables that are exported too, by their names in the export.
    `words` are what a column's values are called there instead. `order` is that of the exported rows; `single`
    stands for one row instead of a list. Rows that `outlive` the person are left by an erasure, so they may hold
    nothing that identifies a person. `guards` are rows that others lock before they touch rows of other tables.
    """

    owner: str | None
    section: str = ""
    withheld: tuple[str, ...] = ()
    joined: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    order: tuple[str, ...] = ("created_at", "id")
    single: bool = False
    outlive: bool = False
    guards: bool = False


NOT_PERSONAL = Privacy(owner=None)

# Django's own tables. What lies between two models (a person's groups) goes with either of them.
DJANGOS = {
    "admin.logentry": Privacy(owner="user"),  # stays empty: the back office has the audit trail
    "auth.group": NOT_PERSONAL,
    "auth.permission": NOT_PERSONAL,
    "contenttypes.contenttype": NOT_PERSONAL,
    "sessions.session": NOT_PERSONAL,  # of staff, encoded: accounts deletes theirs, the others expire in hours
}


def privacy_of(model: type[Model]) -> Privacy:
    """:raises TypeError: the model declares none."""
    declared = getattr(model, "privacy", None) or DJANGOS.get(model._meta.label_lower)
    if not isinstance(declared, Privacy):
        raise TypeError(f"{model._meta.label} doesn't declare its privacy")
    return declared


def personal_models() -> list[tuple[type[Model], Privacy]]:
    """Every model whose rows belong to people; those of lower apps first."""
    declared = [(model, privacy_of(model)) for model in apps.get_models()]
    return [(model, privacy) for model, privacy in declared if privacy.owner]


def export_rows(person_id: UUID) -> dict[str, Any]:
    """The person's rows, by section."""
    document: dict[str, Any] = {}
    for model, privacy in personal_models():
        if privacy.section:
            *parents, name = privacy.section.split(".")
            section = document
            for parent in parents:
                section = section.setdefault(parent, {})
            rows = list(_exported(model, privacy, person_id))
            section[name] = next(iter(rows), None) if privacy.single else rows
    return document


def erase_rows(person_id: UUID) -> None:
    """Delete the person's rows, those of higher apps first, so the person's own row is among the last.

    Guards are locked before: who holds one might wait for a row that is deleted here, and this for the guard.
    """
    personal = [
        (model._base_manager.filter(**{str(privacy.owner): person_id}), privacy)
        for model, privacy in personal_models()
    ]
    for rows, privacy in personal:
        if privacy.guards:
            list(rows.select_for_update().values_list("pk").order_by("pk"))
    for rows, privacy in reversed(personal):
        if not privacy.outlive:
            rows.delete()


def _exported(model: type[Model], privacy: Privacy, person_id: UUID) -> Iterator[dict[str, Any]]:
    columns = [column for column in model._meta.concrete_fields if not column.generated]
    names = [column.attname for column in columns if column.attname not in privacy.withheld]
    texts = {column.attname for column in columns if isinstance(column, BinaryField)}.intersection(names)
    rows = model._base_manager.filter(**{str(privacy.owner): person_id}).order_by(*privacy.order)
    for row in rows.values(*names, **{name: F(path) for name, path in privacy.joined.items()}):
        said = {name: words.get(row[name], row[name]) for name, words in privacy.words.items()}
        yield row | {name: bytes(row[name]).decode() for name in texts} | said
