"""Who did what to whose records, and who looked at whom."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from accounts.opaque_tokens import DIGEST_LENGTH
from fincred.context import Role
from fincred.db.fields import ExactJSONField, choices
from fincred.db.privacy import Privacy

# The trail's word is of before there were other roles than support.
_ROLES: Final = {Role.STAFF.value: "staff"}


class AuditEntry(models.Model):
    """Who did what to a person's records, and when. The database refuses to change or delete one.

    Entries outlive the person, so they name people by id only and hold no words of theirs. The entries of a person
    form a chain: each holds the hash of the one before.
    """

    person_id = models.UUIDField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    role = models.CharField(max_length=8, choices=choices(Role))
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=36)
    before = ExactJSONField(null=True)
    after = ExactJSONField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    address_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    previous_hash = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    hash = models.CharField(max_length=DIGEST_LENGTH)

    privacy = Privacy(
        owner="person_id",
        section="audit_trail",
        withheld=("id", "person_id", "address_hash", "previous_hash", "hash"),
        words={"role": _ROLES},
        order=("sequence",),
        outlive=True,
    )

    class Meta:
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "sequence"], name="audit_entry_one_chain_a_person"),
            models.CheckConstraint(condition=Q(role__in=list(Role)), name="audit_entry_role_known"),
        ]
        # What the trail is searched by. The chain's own constraint serves the search by person.
        indexes: ClassVar = [
            models.Index(fields=["request_id"], name="audit_entry_of_request"),
            models.Index(fields=["object_id"], name="audit_entry_of_object"),
            models.Index(fields=["actor_id", "-id"], condition=Q(role=Role.STAFF), name="audit_entry_of_staff"),
            models.Index(fields=["-id"], condition=Q(role=Role.STAFF), name="audit_entry_by_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"


class ListedPerson(models.Model):
    """A person whom a list has shown to staff; the entry, in the chain of who looked, says when and which list.

    Stored without the lock of the person's row, so that no list waits for it. The database refuses changes.
    """

    entry = models.ForeignKey(AuditEntry, models.PROTECT, related_name="listed", db_index=False)
    person_id = models.UUIDField()

    privacy = Privacy(
        owner="person_id",
        section="looks_in_lists",
        withheld=("id", "person_id", "entry_id"),
        joined={name: f"entry__{name}" for name in ("at", "actor_id", "role", "action")},
        words={"role": _ROLES},
        order=("entry_id",),
        outlive=True,
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "entry"], name="listed_person_once_a_look"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.entry_id}"
