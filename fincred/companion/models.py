"""Education texts."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from fincred.companion.vocabulary import Topic
from fincred.db.fields import choices
from fincred.db.models import UUIDModel
from fincred.db.privacy import NOT_PERSONAL
from goals.vocabulary import GoalType
from planning.vocabulary import Feasibility

FEWEST_WORDS, MOST_WORDS = 60, 150


def check_length(text: str) -> None:
    """:raises django.core.exceptions.ValidationError: a text has fewer than 60 words, or more than 150."""
    if not FEWEST_WORDS <= (words := len(text.split())) <= MOST_WORDS:
        raise ValidationError(f"Must have {FEWEST_WORDS} to {MOST_WORDS} words; it has {words}.", code="words")


class Snippet(UUIDModel):
    """A short text about money: education, not advice. It may be written for a type of goal or a feasibility."""

    topic = models.CharField(max_length=20, choices=choices(Topic))
    short_title = models.CharField(max_length=60)
    content = models.TextField(validators=[check_length])
    context_goal_type = models.CharField(  # noqa: DJ001  the contract's null
        max_length=20, choices=choices(GoalType), null=True, blank=True
    )
    context_feasibility = models.CharField(  # noqa: DJ001  the contract's null
        max_length=12, choices=choices(Feasibility), null=True, blank=True
    )
    created_at = models.DateTimeField(editable=False)
    updated_at = models.DateTimeField(editable=False)

    privacy = NOT_PERSONAL

    class Meta:
        ordering: ClassVar = ["topic", "short_title", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(topic__in=list(Topic)), name="snippet_topic_known"),
            models.CheckConstraint(
                condition=Q(context_goal_type__isnull=True) | Q(context_goal_type__in=list(GoalType)),
                name="snippet_goal_type_known",
            ),
            models.CheckConstraint(
                condition=Q(context_feasibility__isnull=True) | Q(context_feasibility__in=list(Feasibility)),
                name="snippet_feasibility_known",
            ),
        ]

    def __str__(self) -> str:
        return self.short_title
